"""Pages, one module a subject; `render` makes a response from a template."""

import re
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from recommender.delivery import charts
from recommender.delivery.keys import KEYS
from recommender.web import security

_HERE = Path(__file__).parent.parent
_FOLDER = _HERE / "templates"
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_HEADERS = security.headers(_STYLE)

# Files beside the pages of a reader, by name; their addresses change with them, so that browsers may keep them.
FILES = {name: (_HERE / "static" / name).read_bytes() for name in ("page.css", "page.js", "icon.svg")}
FILES["page.css"] += charts.STYLE.encode()
# comments and margins are for readers of the code, and 6 kB are little
FILES["page.js"] = re.sub(rb"(?m)^//.*\n|^ +|[ \t]+// .*$", b"", FILES["page.js"])
VERSION = sha256(b"".join(FILES.values())).hexdigest()[:12]

_templates = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals |= {"style": _STYLE, "version": VERSION, "all_keys": KEYS}


def render(template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> HTMLResponse:
    """A page made from a template of templates/ and its values, with the security headers."""
    return HTMLResponse(_templates.get_template(template).render(values), status, _HEADERS)


def render_for_reader(template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> HTMLResponse:
    """A page with buttons, keys and a style sheet of its own, for the reader's own browser."""
    page = _templates.get_template(template).render(values)
    return HTMLResponse(page, status, security.HEADERS_FOR_READER)

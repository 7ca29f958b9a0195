"""Pages, one module a subject; `render` makes a response from a template."""

from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from recommender.web import security

_FOLDER = Path(__file__).parent.parent / "templates"
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_HEADERS = security.headers(_STYLE)

_templates = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["style"] = _STYLE


def render(template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> HTMLResponse:
    """A page made from a template of templates/ and its values, with the security headers."""
    return HTMLResponse(_templates.get_template(template).render(values), status, _HEADERS)

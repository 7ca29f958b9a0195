"""The pages that links in mails lead to: whoever looks changes nothing, a button's POST does, once.

Mail scanners and link previews follow every link and press no button, so GET only shows. The token in the address
is all that is asked for: no account, no cookie, no script.
"""

import hashlib
import logging
import secrets
from base64 import b64encode
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from shlex import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from recommender.delivery.mail import links as tokens
from recommender.delivery.mail.links import Refused
from recommender.errors import ProfileError, RecommenderError
from recommender.ids import abs_url, pdf_url
from recommender.paper import Paper, Verdict
from recommender.services import answers as replies
from recommender.services.answers import Applied, Reader, Reply
from recommender.text.readable import readable

_BODY = 4096  # bytes; a button sends none, One-Click (RFC 8058) at most 200 as multipart
_AUTHORS = 8  # named; the rest is counted
_EXCERPT, _READ = 700, 4_000  # characters of an abstract that are shown, of a text that are looked at
_OPPOSITE = {Verdict.LIKE: Verdict.DISLIKE, Verdict.DISLIKE: Verdict.LIKE}

_FOLDER = Path(__file__).parent / "templates"
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the token is in the address
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
_WRONG = {
    HTTPStatus.NOT_FOUND: ("There is nothing here", "Links in your mails lead to pages here; this is none of them."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Too much was sent", "A button sends next to nothing; nothing was changed."),
}

_log = logging.getLogger(__name__)
_templates = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["style"] = _STYLE


def app(
    open_reader: Callable[[str], AbstractContextManager[Reader]], now: Callable[[], datetime], *, root_path: str = ""
) -> Starlette:
    """The pages of all profiles.

    Args:
        open_reader: opens a profile's databases for one request, in the thread that serves it; raises ProfileError
            where there is no such profile.
        root_path: "/papers" where a proxy passes addresses on with such a prefix; one that takes the prefix off
            needs nothing, since no page names an address of its own.
    """
    answers = _Answers(open_reader, now)
    served = Starlette(
        routes=[
            Route(f"{root}/{place}/{{profile}}/{{token}}", answers.page, methods=["GET", "POST"])
            for root in dict.fromkeys(("", root_path))
            for place in ("a", "u")  # answers on papers, and to the mails as such
        ],
        exception_handlers={
            Refused: _refused,
            HTTPException: _wrong,
            RecommenderError: _in_trouble,
            Exception: _broken,
        },
    )
    served.router.redirect_slashes = False  # to an address made from whatever Host was claimed
    return served


class _Answers:
    """The pages of signed answers."""

    def __init__(
        self, open_reader: Callable[[str], AbstractContextManager[Reader]], now: Callable[[], datetime]
    ) -> None:
        self._open_reader = open_reader
        self._now = now

    async def page(self, request: Request) -> HTMLResponse:
        """What the answer would do, with a button for it; a POST does it, unless it was done before."""
        if request.method != "POST":
            applied = await run_in_threadpool(self._with, request, replies.look)
            return _answer_page(request, applied, "asked" if applied.new else "before")
        await _read_past(request)
        applied = await run_in_threadpool(self._with, request, replies.apply)
        return _answer_page(request, applied, "done" if applied.new else "before")

    def _with(self, request: Request, do: Callable[[Reader, Reply, datetime], Applied]) -> Applied:
        reply = Reply(request.path_params["profile"], request.path_params["token"])
        try:
            with self._open_reader(reply.profile) as reader:
                return do(reader, reply, self._now())
        except ProfileError:
            # nobody may learn which profiles are here: by a key that signed nothing, any token is refused as forged
            nobody = secrets.token_hex(32)
            return Applied(tokens.read(nobody, reply.profile, reply.token, self._now().date()), None, new=False)


async def _read_past(request: Request) -> None:
    """Take a body in; what it says does not matter, because the address says it all."""
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > _BODY:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except ClientDisconnect as error:  # half a POST is none, and no mistake of ours to log
        raise HTTPException(HTTPStatus.BAD_REQUEST) from error


def _answer_page(request: Request, applied: Applied, state: str) -> HTMLResponse:
    profile = request.path_params["profile"]
    if applied.paper is None or applied.verdict is None:
        return _page("unsubscribe.html", state=state, profile=profile, recipient=applied.answer.subject)
    reference = f"{quote(applied.paper.id)} -p {profile}"
    return _page(
        "verdict.html",
        state=state,
        profile=profile,
        paper=_shown(applied.paper),
        verdict=applied.verdict.value,
        past=applied.verdict.past,
        commands=[f"recommend {_OPPOSITE[applied.verdict].value} {reference}", f"recommend unmark {reference}"],
    )


def _shown(paper: Paper) -> dict[str, object]:
    """What the page says of a paper."""
    authors = [readable(name[:_READ]) for name in paper.authors[:_AUTHORS]]
    more = len(paper.authors) - len(authors)
    places = [("Abstract", abs_url(paper.id)), ("PDF", pdf_url(paper.id))]
    return {
        "title": readable(paper.title[:_READ]) or f"{paper.id} (title not known yet)",
        "authors": ", ".join(authors) + (f" and {more} more" if more else ""),
        "abstract": _cut(readable(paper.abstract[:_READ])),
        "places": [(name, address) for name, address in places if address],
    }


def _cut(text: str) -> str:
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rpartition(' ')[0] or text[:_EXCERPT]} …"


def _refused(_request: Request, error: Exception) -> HTMLResponse:
    return _page("refused.html", HTTPStatus.FORBIDDEN, reason=str(error))


def _wrong(_request: Request, error: Exception) -> HTMLResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    heading, text = _WRONG.get(status, (status.phrase, "That is not possible here; nothing was changed."))
    response = _page("wrong.html", status, heading=heading, text=text)
    response.headers.update(error.headers or {})
    return response


def _in_trouble(_request: Request, error: Exception) -> HTMLResponse:
    _log.error("%s", error)  # names files here, which are nobody else's business
    text = "The recommender cannot read or write its files just now; nothing was changed."
    return _page("wrong.html", HTTPStatus.SERVICE_UNAVAILABLE, heading="Try again in a moment", text=text)


def _broken(_request: Request, _error: Exception) -> HTMLResponse:
    text = "This is a mistake of the program; whoever runs it finds more on the server's screen."
    return _page("wrong.html", HTTPStatus.INTERNAL_SERVER_ERROR, heading="Something went wrong", text=text)


def _page(template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> HTMLResponse:
    return HTMLResponse(_templates.get_template(template).render(values), status, _HEADERS)

"""What all pages of a reader share: their frame, the forms they send, and the answer after a change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from recommender.api import Recommender
from recommender.web import security
from recommender.web.pages import render_for_reader
from recommender.web.pages.undoing import Undoing

MEMBER = "recommender.member"  # in a request's scope: the member of a group who sent it
KEYS_COOKIE = "recommender-keys"  # "off": single letters do nothing (WCAG 2.1.4)


class Page(NamedTuple):
    """A page before it is drawn."""

    template: str
    values: Mapping[str, object] = {}
    status: HTTPStatus = HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Form:
    """What a form sent."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    undoing: Undoing = field(default_factory=Undoing)  # what can be taken back before it is done

    def one(self, name: str) -> str:
        """The first value of a field; empty without one."""
        return (self.fields.get(name) or [""])[0].strip()

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return [value.strip() for value in self.fields.get(name, []) if value.strip()]

    @property
    def back(self) -> str:
        """The page to go back to: one of ours, or the first."""
        page = self.one("back")
        return page if page.startswith("/") and not page.startswith(("//", "/\\")) and page.isprintable() else "/"


class Refused(Exception):
    """A form that cannot be done as it was filled in. Its page shows the form again, with all that was typed."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.template)
        self.page = page._replace(status=HTTPStatus.UNPROCESSABLE_ENTITY)


def address_of(request: Request) -> str:
    """The address of a page as it was asked for: an id in it may have a "%", which must stay escaped."""
    path: str = request.scope["raw_path"].decode("ascii")  # the server refuses other letters
    return path + (f"?{request.url.query}" if request.url.query else "")


def draw(reader: Recommender, request: Request, page: Page, here: str = "") -> Response:
    """The whole page: its own part in the frame that all have.

    Args:
        here: the page's address; empty: that of the request.
    """
    here = here or address_of(request)
    frame = {
        "profile": reader.name,
        "group": request.scope[MEMBER].frame() if MEMBER in request.scope else None,
        "here": here,
        "undo": undo_values(reader, request),
        "keys": request.cookies.get(KEYS_COOKIE) != "off",
    }
    return render_for_reader(page.template, page.status, **frame, **page.values)


def undo_values(reader: Recommender, request: Request) -> dict[str, str] | None:
    """What an undo button says and sends; None without anything to take back."""
    step = undoing(request).newest(reader)
    return {"number": step.mark, "text": step.text} if step else None


def undoing(request: Request) -> Undoing:
    """What can be taken back on the pages of this server; in a group, by this member."""
    member = request.scope.get(MEMBER)
    found: Undoing = member.undoing if member else request.app.state.undoing
    return found


def sentence(text: str) -> str:
    """An error's message as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."


def wants_json(request: Request) -> bool:
    """Whether the script of a page asks, and not a form."""
    accept = request.headers.get("accept", "")
    return accept.startswith("application/json") or accept == "*/*"  # the latter is a beacon's, which shows no page


def changed(reader: Recommender, request: Request, action: Callable[[Recommender, Form], str], form: Form) -> Response:
    """Do what a form asks for, and answer: back to the page, or with what the script of the page needs.

    Args:
        action: gives a sentence about what it did; empty if the page itself shows it.
    """
    try:
        text = action(reader, form)
    except Refused as refused:
        return draw(reader, request, refused.page, form.back.partition("#")[0])
    if not wants_json(request):
        answer = RedirectResponse(form.back, HTTPStatus.SEE_OTHER)
        answer.headers.update(security.HEADERS_FOR_READER)
        return answer
    states = {paper: verdict.past for paper, verdict in reader.browse.verdicts().items()}
    asked = form.all("paper") + form.all("listed")
    document = {
        "text": text,
        "states": {paper: states.get(paper, "") for paper in asked},
        "later": sorted(reader.reading.ids().intersection(asked)),
        "undo": undo_values(reader, request),
    }
    return JSONResponse(document, headers=security.HEADERS_FOR_READER)

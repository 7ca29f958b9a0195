"""The web application: which address shows which page, and which page an error shows."""

import logging
from http import HTTPStatus
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from recommender.delivery.mail.links import Refused
from recommender.errors import RecommenderError
from recommender.web.guard import Keys
from recommender.web.pages import render
from recommender.web.pages.answers import AnswerPages, Open
from recommender.web.reader import guarded

_HTTP_ERRORS = {  # heading and text
    HTTPStatus.NOT_FOUND: (
        "There is nothing here",
        "Links in your mails lead to pages here, but this address is not one of them.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "Too much was sent",
        "A button sends almost nothing; nothing was changed.",
    ),
}
_log = logging.getLogger(__name__)


class Reading(NamedTuple):
    """Whose pages to read and rate on are served, and the secrets that open them."""

    profile: str
    keys: Keys

    @classmethod
    def of(cls, profile: str) -> "Reading":
        """This profile's pages, with new secrets."""
        return cls(profile, Keys())


def app(open_profile: Open, *, root_path: str = "", reading: Reading | None = None) -> Starlette:
    """The application with the pages of all profiles.

    Args:
        open_profile: gives a profile's recommender for one request, in the thread that serves it.
        root_path: "/papers" if a reverse proxy adds this prefix to addresses and passes it on. A proxy that removes
            its prefix needs no setting, because no page contains an address of its own.
        reading: whose pages are served beside those that mails lead to; None: nobody's.
    """
    answers = AnswerPages(open_profile)
    application = Starlette(
        routes=[
            Route(f"{prefix}/{kind}/{{profile}}/{{token}}", answers.page, methods=["GET", "POST"])
            for prefix in dict.fromkeys(("", root_path))
            for kind in ("a", "u")  # answers about a paper; unsubscribing from mails
        ],
        exception_handlers={
            Refused: _refused,
            HTTPException: _http_error,
            RecommenderError: _unavailable,
            Exception: _internal_error,
        },
    )
    if reading:
        application.mount("/", guarded(lambda: open_profile(reading.profile), reading.keys))
    application.router.redirect_slashes = False  # redirects would trust the request's Host header
    return application


def _refused(_request: Request, error: Exception) -> HTMLResponse:
    return render("refused.html", HTTPStatus.FORBIDDEN, reason=str(error))


def _http_error(_request: Request, error: Exception) -> HTMLResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    heading, text = _HTTP_ERRORS.get(status, (status.phrase, "That is not possible here; nothing was changed."))
    response = render("error.html", status, heading=heading, text=text)
    response.headers.update(error.headers or {})
    return response


def _unavailable(_request: Request, error: Exception) -> HTMLResponse:
    _log.error("a page cannot be shown: %s", error)  # logged and not shown: the message names local files
    text = "The recommender cannot read or write its files just now; nothing was changed."
    return render("error.html", HTTPStatus.SERVICE_UNAVAILABLE, heading="Try again in a moment", text=text)


def _internal_error(_request: Request, _error: Exception) -> HTMLResponse:
    text = "This is a bug in the program; the server's log has the details."
    return render("error.html", HTTPStatus.INTERNAL_SERVER_ERROR, heading="Something went wrong", text=text)

"""The web application: which address shows which page, and which page an error shows."""

import logging
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from recommender.api import Progress, Recommender
from recommender.api_group import Group
from recommender.delivery.mail.links import Refused
from recommender.errors import MissingExtra, RecommenderError
from recommender.paper import Giver
from recommender.web.group import pages as group_pages
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


def app(
    open_profile: Open, *, root_path: str = "", reading: Reading | None = None, group: ASGIApp | None = None
) -> Starlette:
    """The application with the pages of all profiles.

    Args:
        open_profile: gives a profile's recommender for one request, in the thread that serves it.
        root_path: "/papers" if a reverse proxy adds this prefix to addresses and passes it on. A proxy that removes
            its prefix needs no setting, because no page contains an address of its own.
        reading: whose pages are served beside those that mails lead to; None: nobody's.
        group: the pages of a group, as `web/group/pages.py` makes them, instead of those of one reader.
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
    if group:
        application.mount("/", group)
    elif reading:
        application.mount("/", guarded(lambda: open_profile(reading.profile), reading.keys))
    application.router.redirect_slashes = False  # redirects would trust the request's Host header
    return application


def group_app(home: Path) -> tuple[str, Starlette]:
    """The public address of a home's group, and the application with its pages and those that mails lead to.

    Raises:
        ProfileError: there is no group, or its settings are wrong.
        MissingExtra: they name a provider of OpenID Connect, and the extra `oidc` is not installed.
    """

    open_profile, open_group = group_doors(home)
    with open_group() as group:
        settings = group.settings
    if settings.oidc_issuer and not (find_spec("authlib") and find_spec("joserfc")):
        raise MissingExtra("logging in by OpenID Connect", "oidc")
    return settings.page, app(open_profile, group=group_pages.pages(open_profile, open_group))


def group_doors(
    home: Path, clock: Callable[[], datetime] | None = None
) -> tuple[Callable[[str], Recommender], Callable[[], Group]]:
    """What gives a member's recommender, and the group's door, for one request each.

    Args:
        clock: gives the time now, aware; None: the machine's clock.
    """
    quiet = _Discreet()

    def open_profile(name: str) -> Recommender:
        return Recommender(name, home=home, clock=clock, giver=Giver.PAGE, progress=quiet)

    def open_group() -> Group:
        return Group(home=home, clock=clock, progress=quiet)

    return open_profile, open_group


class _Discreet(Progress):
    """Shows nothing: warnings name what a member is looking at, and the server's log is the admin's."""

    def warn(self, text: str) -> None:
        """Drop it."""


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

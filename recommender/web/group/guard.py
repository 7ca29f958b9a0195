"""Show a group's pages to its members alone: by a session's cookie, or by a proxy that knows a secret.

Three checks come before that, as on a reader's own page:

- the Host is that of the public address;
- the method is GET, HEAD or POST;
- a POST comes from a page of this address, by Sec-Fetch-Site or else Origin.

The session's cookie is SameSite=Lax, so that links in agendas open; it is HttpOnly, and Secure where the address is
https.
"""

import logging
from collections import defaultdict
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from recommender.delivery.mail.links import Refused
from recommender.errors import RecommenderError
from recommender.results.group import Account, GroupSettings
from recommender.web import security
from recommender.web.group.member import Member, OpenGroup
from recommender.web.guard import ALLOW, METHODS, same_origin
from recommender.web.pages import render_for_reader
from recommender.web.pages.frame import MEMBER, address_of, wants_json
from recommender.web.pages.undoing import Undoing

PROXY_SECRET = "x-proxy-secret"  # the header in which a proxy proves that it is one
_OPEN = ("/login/", "/static/", "/list/")  # the beginnings of addresses that need no member, beside /login itself
_log = logging.getLogger(__name__)


class Place(NamedTuple):
    """Where a group's pages are, and what their cookies are called."""

    origin: str  # "https://papers.example.org"
    host: str  # "papers.example.org"
    secure: bool

    @classmethod
    def of(cls, settings: GroupSettings) -> "Place":
        """The place of a public address."""
        parts = urlsplit(settings.page)
        return cls(settings.page, parts.hostname or "", parts.scheme == "https")

    def cookie(self, name: str) -> str:
        """The name of a cookie; one with this prefix no other host of the domain can set."""
        return f"__Host-recommender-{name}" if self.secure else f"recommender-{name}"

    def set_cookie(self, answer: Response, name: str, secret: str, seconds: int) -> None:
        """Give a browser a secret."""
        answer.set_cookie(
            self.cookie(name), secret, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )


class GroupGuard:
    """Lets members' requests through, and those for the login; answers all others itself.

    Args:
        open_group: gives the group's door, in the thread that uses it.
        home: the folder that no error may name.
    """

    def __init__(self, app: ASGIApp, settings: GroupSettings, open_group: OpenGroup, home: Path) -> None:
        self._app, self._open_group, self._home = app, open_group, home
        self._place, self._header = Place.of(settings), settings.proxy_header
        # by number and address: who comes after a deleted member, with that number or profile, finds nothing of theirs
        self._undoing: defaultdict[tuple[int, str], Undoing] = defaultdict(Undoing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        request = Request(scope)
        answer = self._refusal(request)
        path = scope["path"]  # what the router looks at; request.url would end it at an escaped "?"
        if answer is None and path != "/login" and not path.startswith(_OPEN):
            answer = await self._member_or_login(request)
        await (answer or self._app)(scope, receive, send)
        if answer is None and MEMBER in scope:
            await run_in_threadpool(self._leave_nothing, scope[MEMBER])

    def _refusal(self, request: Request) -> Response | None:
        """The answer to a request that cannot come from one of our pages."""
        try:
            host = urlsplit(f"//{request.headers.get('host', '')}").hostname
        except ValueError:
            host = None
        if host != self._place.host:
            return refused(request, HTTPStatus.MISDIRECTED_REQUEST, "This address names another server.")
        if request.method not in METHODS:
            answer = refused(request, HTTPStatus.METHOD_NOT_ALLOWED, "Pages are read, and buttons are pressed.")
            answer.headers.update(ALLOW)
            return answer
        if request.method == "POST" and not same_origin(request, self._place.origin):
            return refused(request, HTTPStatus.FORBIDDEN, "Another site sent this; nothing was changed.")
        return None

    async def _member_or_login(self, request: Request) -> Response | None:
        session = request.cookies.get(self._place.cookie("session"), "")
        named = request.headers.get(self._header, "") if self._header else ""
        try:
            account, since = await run_in_threadpool(
                self._account, session, named, request.headers.get(PROXY_SECRET, "")
            )
        except Refused as error:
            _log.warning("a proxy's header came without its secret: is the proxy the only way to this server?")
            return refused(request, HTTPStatus.FORBIDDEN, f"This request names a member, but {error}.")
        except RecommenderError as error:
            _log.error("%s", error)
            text = "The server cannot read its files just now; nothing was changed."
            return refused(request, HTTPStatus.SERVICE_UNAVAILABLE, text)
        if account is not None:
            undoing = self._undoing[account.number, account.address]
            session = "" if named else session
            request.scope[MEMBER] = Member(account, session, self._open_group, self._home, undoing, since)
            return None
        if named:
            return refused(request, HTTPStatus.FORBIDDEN, "Only members see these pages: ask the admin to invite you.")
        if request.method == "POST":
            return refused(request, HTTPStatus.FORBIDDEN, "You are not logged in any more; nothing was changed.")
        answer = RedirectResponse(f"/login?back={quote(address_of(request))}", HTTPStatus.SEE_OTHER)
        answer.headers.update(security.HEADERS_FOR_READER)
        return answer

    def _account(self, session: str, named: str, secret: str) -> tuple[Account | None, str]:
        """The member who sent a request, and the generation of the group's file."""
        with self._open_group() as group:
            since = group.generation()  # before the account: a restore in between leads to another one
            return group.member_by_proxy(named, secret) if named else group.member(session), since

    def _leave_nothing(self, member: Member) -> None:
        """After the answer: a new list may take a minute, and its member may have been deleted meanwhile."""
        try:
            with self._open_group() as group:
                group.leave_nothing_of(member.account, member.generation)
        except RecommenderError as error:
            _log.error("%s", error)


def refused(request: Request, status: HTTPStatus, text: str) -> Response:
    """The answer to a request that is not a member's."""
    if wants_json(request):
        return JSONResponse({"text": text}, status, security.HEADERS_FOR_READER)
    return render_for_reader("outside_problem.html", status, title="Members only", text=text)

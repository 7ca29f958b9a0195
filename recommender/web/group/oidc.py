"""Logging in by a provider of OpenID Connect: the browser is sent there, and comes back with a code.

A browser that is away is remembered for ten minutes, in memory; it must bring its state back, and its cookie.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from recommender.delivery.mail.links import Refused
from recommender.errors import SourceError
from recommender.results.group import OidcFlow, Started
from recommender.web import security
from recommender.web.group.guard import Place, refused
from recommender.web.group.limits import LinkLimits
from recommender.web.group.member import Member, OpenGroup
from recommender.web.guard import same_origin
from recommender.web.pages.frame import MEMBER, Form

_SECONDS = 600.0  # that a browser may take at the provider
_MOST_FLOWS = 1_000  # at once; the oldest give way
_BACK = "/login/oidc/back"
_LONGEST = 500  # characters of the page to go back to
_MOST_CODE = 2_000  # characters


class _Way(NamedTuple):
    """A browser that is at the provider."""

    flow: OidcFlow
    browser: str  # the secret of its cookie
    back: str  # the page that it wanted
    member: int  # the account that is to be connected; 0: it wants to log in
    until: float


class OidcPages:
    """The way to the provider and back.

    Args:
        clock: seconds that only grow.
    """

    def __init__(
        self, place: Place, open_group: OpenGroup, limits: LinkLimits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._place, self._open_group, self._limits, self._clock = place, open_group, limits, clock
        self._ways: OrderedDict[str, _Way] = OrderedDict()  # by state
        self._address = f"{place.origin}{_BACK}"
        self.routes = [
            Route("/login/oidc", self.log_in, methods=["GET"]),
            Route(_BACK, self.came_back, methods=["GET"]),
            Route("/account/oidc", self.connect, methods=["GET"]),
        ]

    async def log_in(self, request: Request) -> Response:
        """Send a browser to the provider."""
        back = Form({"back": [request.query_params.get("back", "")[:_LONGEST]]}).back
        return await self._begin(request, back, 0)

    async def connect(self, request: Request) -> Response:
        """Send a member to the provider, to log in by it from now on."""
        if not same_origin(request, self._place.origin):  # a link elsewhere, to connect another person's login
            return refused(request, HTTPStatus.FORBIDDEN, "Another site sent this; nothing was changed.")
        member: Member = request.scope[MEMBER]
        return await self._begin(request, "/account", member.account.number)

    async def _begin(self, request: Request, back: str, member: int) -> Response:
        if not self._limits.client_may(request):
            text = "So many logins were begun from here; try again in 15 minutes."
            return refused(request, HTTPStatus.TOO_MANY_REQUESTS, text)
        try:
            flow = await run_in_threadpool(self._flow)
        except SourceError as error:
            return refused(request, HTTPStatus.SERVICE_UNAVAILABLE, f"{error}.")
        browser = secrets.token_urlsafe(32)
        self._ways[flow.state] = _Way(flow, browser, back, member, self._clock() + _SECONDS)
        if len(self._ways) > _MOST_FLOWS:
            self._ways.popitem(last=False)
        answer = RedirectResponse(flow.url, HTTPStatus.SEE_OTHER, security.HEADERS_FOR_READER)
        self._place.set_cookie(answer, "oidc", browser, int(_SECONDS))
        return answer

    async def came_back(self, request: Request) -> Response:
        """Log the browser in that comes back, or connect its member; each way is gone once."""
        query = request.query_params
        way = self._ways.pop(query.get("state", ""), None)
        browser = request.cookies.get(self._place.cookie("oidc"), "")
        if (
            way is None
            or way.until < self._clock()
            or not secrets.compare_digest(browser.encode("utf-8", "replace"), way.browser.encode())
        ):
            return refused(request, HTTPStatus.FORBIDDEN, "This login was not begun here, or too long ago: try again.")
        code = query.get("code", "")[:_MOST_CODE]
        if not code:
            return refused(request, HTTPStatus.FORBIDDEN, "The provider did not log you in.")
        session = request.cookies.get(self._place.cookie("session"), "")
        agent = request.headers.get("user-agent", "")
        try:
            started = await run_in_threadpool(self._finish, way, code, session, agent)
        except Refused as error:
            return refused(request, HTTPStatus.FORBIDDEN, f"You are not logged in: {error}.")
        except SourceError as error:
            return refused(request, HTTPStatus.SERVICE_UNAVAILABLE, f"{error}.")
        answer = RedirectResponse(way.back, HTTPStatus.SEE_OTHER, security.HEADERS_FOR_READER)
        if started:
            self._place.set_cookie(answer, "session", started.session, 30 * 86_400)
        return answer

    def _flow(self) -> OidcFlow:
        with self._open_group() as group:
            return group.begin_oidc(self._address)

    def _finish(self, way: _Way, code: str, session: str, agent: str) -> Started | None:
        with self._open_group() as group:
            identity = group.finish_oidc(way.flow, code, self._address)
            if not way.member:
                return group.log_in_by_oidc(identity, agent, way.back)
            member = group.member(session)
            if member is None or member.number != way.member:
                raise Refused("another member is logged in than the one who began this")
            group.connect_oidc(member, identity)
            return None

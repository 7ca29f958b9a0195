"""Logging in by a link that is mailed, and what can be read without logging in.

No answer tells whether an address has an account: a request for a link is put aside and answered at once, the same
for every address. A mail scanner opens links, so that opening one changes nothing; only its button logs in, once, and
only in the browser that asked.
"""

import secrets
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from recommender.delivery import wording
from recommender.delivery.mail.links import Refused
from recommender.results.group import Account, GroupSettings, Started
from recommender.web import security
from recommender.web.group.guard import Place
from recommender.web.group.limits import LinkLimits
from recommender.web.group.member import OpenGroup, moment
from recommender.web.group.oidc import OidcPages
from recommender.web.group.postbox import Asked, Postbox
from recommender.web.pages import render_for_reader
from recommender.web.pages.cards import MAX_AUTHORS, card
from recommender.web.pages.frame import MEMBER, Form
from recommender.web.reader import form_of

_SESSION_SECONDS = 30 * 86_400
_ASKED_SECONDS = 3_600  # longer than a link is good for, so that one that comes late says so
_LONGEST_BACK = 500  # characters
_MAX_FORM = 16 * 1024  # bytes; an address, and a page to go back to


class LoginPages:
    """The pages for whoever has not logged in.

    Args:
        settings: of the group, when the server starts.
        open_group: gives the group's door, in the thread that uses it.
    """

    def __init__(
        self, settings: GroupSettings, open_group: OpenGroup, postbox: Postbox, limits: LinkLimits | None = None
    ) -> None:
        self._settings, self._open_group, self._postbox = settings, open_group, postbox
        self._place, self._limits = Place.of(settings), limits or LinkLimits()
        oidc = OidcPages(self._place, open_group, self._limits).routes if settings.oidc_issuer else []
        self.routes = [
            *oidc,  # before the links, whose addresses look alike
            Route("/login", self.ask, methods=["GET"]),
            Route("/login", self.asked, methods=["POST"]),
            Route("/login/{token}", self.link, methods=["GET", "POST"]),
            Route("/logout", self.log_out, methods=["POST"]),
            Route("/list/{secret}", self.shared, methods=["GET"]),
        ]

    async def ask(self, request: Request) -> Response:
        """A form for the address."""
        back = Form({"back": [request.query_params.get("back", "")[:_LONGEST_BACK]]}).back
        title, oidc = f"Log in to {self._settings.name}", ""
        if self._settings.oidc_issuer:
            oidc = self._settings.oidc_name or "your institute"
        return render_for_reader("login.html", title=title, back=back, asked="", oidc=oidc)

    async def asked(self, request: Request) -> Response:
        """Put the request aside, and say the same whatever comes of it."""
        form = await form_of(request, _MAX_FORM)
        if not self._limits.client_may(request):
            answer = self._problem(
                HTTPStatus.TOO_MANY_REQUESTS, "So many links were asked for from here; try again in 15 minutes."
            )
            answer.headers["Retry-After"] = "900"
            return answer
        address, back = form.one("address"), form.back[:_LONGEST_BACK]
        browser = request.cookies.get(self._place.cookie("asked")) or secrets.token_urlsafe(32)
        if self._limits.may_mail(request, address):
            self._postbox.put(Asked(address, browser, back))
        title = "Look into your mail"
        answer = render_for_reader("login.html", title=title, back=back, asked=address[:254], oidc="")
        self._place.set_cookie(answer, "asked", browser, _ASKED_SECONDS)
        return answer

    async def link(self, request: Request) -> Response:
        """GET shows whom a link logs in, with a button; POST logs in, once."""
        token = request.path_params["token"]
        browser = request.cookies.get(self._place.cookie("asked"), "")
        try:
            if request.method != "POST":
                account = await run_in_threadpool(self._look, token, browser)
                return render_for_reader("login_link.html", title=f"Log in to {self._settings.name}", account=account)
            await security.discard_body(request)
            agent = request.headers.get("user-agent", "")
            started = await run_in_threadpool(self._use, token, browser, agent)
        except Refused as error:
            return self._problem(HTTPStatus.FORBIDDEN, f"This link does not log you in: {error}.")
        answer = RedirectResponse(started.back, HTTPStatus.SEE_OTHER, security.HEADERS_FOR_READER)
        self._place.set_cookie(answer, "session", started.session, _SESSION_SECONDS)
        return answer

    async def log_out(self, request: Request) -> Response:
        """End this browser's login."""
        await security.discard_body(request)
        session = request.scope[MEMBER].session
        if not session:
            return self._problem(HTTPStatus.CONFLICT, "Your institute's login let you in: log out there.")
        await run_in_threadpool(self._end, session)
        answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER, security.HEADERS_FOR_READER)
        answer.delete_cookie(self._place.cookie("session"), secure=self._place.secure, httponly=True, samesite="lax")
        return answer

    async def shared(self, request: Request) -> Response:
        """The list of a meeting, for whoever has its address: papers and numbers of votes, no names."""
        return await run_in_threadpool(self._shared, request.path_params["secret"])

    def _shared(self, secret: str) -> Response:
        with self._open_group() as group:
            meeting = group.shared(secret)
            if meeting is None:
                raise HTTPException(HTTPStatus.NOT_FOUND)
            papers = [
                (card(each.paper, {}), wording.authors(each.paper.authors, MAX_AUTHORS), len(each.votes))
                for each in group.voted(meeting)
            ]
            when = moment(group.local(meeting.at))
        return render_for_reader(
            "shared.html", title=f"Papers for {when}", group_name=self._settings.name, papers=papers
        )

    def _look(self, token: str, browser: str) -> Account:
        with self._open_group() as group:
            return group.look_at_link(token, browser)

    def _use(self, token: str, browser: str, agent: str) -> Started:
        with self._open_group() as group:
            return group.use_link(token, browser, agent)

    def _end(self, session: str) -> None:
        with self._open_group() as group:
            group.log_out(session)

    def _problem(self, status: HTTPStatus, text: str) -> Response:
        return render_for_reader("outside_problem.html", status, title="Not logged in", text=text)

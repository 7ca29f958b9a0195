"""Who may see and change a reader's pages: only this reader's browser, on this machine.

The pages are for one reader at one machine. A browser shows them after it was given the address that the server prints
when it starts; from then on a cookie stands for it. Four checks come before any page, so that no other site can use
that cookie:

- the Host names this machine, or a name that an attacker owns could be pointed to it (DNS rebinding);
- the request comes from this machine, and not through a proxy;
- a POST comes from a page of ours, by Sec-Fetch-Site or else Origin (what Go 1.25 and Rails check);
- the cookie is the right one. It is SameSite=Strict and HttpOnly.
"""

import ipaddress
import secrets
from dataclasses import dataclass, field
from hmac import compare_digest
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from recommender.web.pages import render

_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
METHODS = ("GET", "HEAD", "POST")
ALLOW = {"Allow": ", ".join(METHODS)}  # belongs to every answer 405 (RFC 9110, 15.5.6)
_PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of one server, made when it starts."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))  # in the address that is printed
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))  # in the cookie of the browser that used it
    cookie: str = field(
        default_factory=lambda: f"recommender-{secrets.token_hex(4)}"
    )  # cookies do not tell ports apart


class Guard:
    """Lets requests of the reader's own browser through, and answers all others itself."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app, self._keys = app, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        request = Request(scope)
        answer = self._refusal(request) or self._login(request)
        await (answer or self._app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        """The answer to a request that cannot be the reader's own."""
        if not _is_here(request.headers.get("host", "")):
            return _refused(HTTPStatus.MISDIRECTED_REQUEST, "This address names another machine.")
        if not _from_here(request):
            return _refused(HTTPStatus.FORBIDDEN, "These pages are for a browser on the machine itself.")
        if request.method not in METHODS:
            answer = _refused(HTTPStatus.METHOD_NOT_ALLOWED, "Pages are read, and buttons are pressed; nothing else.")
            answer.headers.update(ALLOW)
            return answer
        if request.method == "POST" and not same_origin(request, f"{request.url.scheme}://{request.headers['host']}"):
            return _refused(HTTPStatus.FORBIDDEN, "Another site sent this; nothing was changed.")
        return None

    def _login(self, request: Request) -> Response | None:
        """The answer to a browser without the cookie: it gets it for the token."""
        token = request.query_params.get("token")
        if token is not None and request.method == "GET" and _equal(token, self._keys.token):
            answer = RedirectResponse(request.url.path, HTTPStatus.SEE_OTHER)
            answer.set_cookie(self._keys.cookie, self._keys.session, httponly=True, samesite="strict")
            answer.headers["Referrer-Policy"] = "no-referrer"
            return answer
        if _equal(request.cookies.get(self._keys.cookie, ""), self._keys.session):
            return None
        return _refused(
            HTTPStatus.FORBIDDEN,
            "Open the address that `recommend serve` printed when it started; nothing was changed.",
        )


def _is_here(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in _NAMES
    except ValueError:
        return False


def _from_here(request: Request) -> bool:
    """Whether the request comes from this machine, and no proxy passes it on."""
    if request.client is None or any(name in request.headers for name in _PROXIED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def same_origin(request: Request, own: str) -> bool:
    """Whether a POST comes from a page of this server, or from a program that is no browser.

    Args:
        own: the origin of this server's pages: "http://127.0.0.1:8022".
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin == own


def _equal(one: str, other: str) -> bool:
    return compare_digest(one.encode("utf-8", "replace"), other.encode())


def _refused(status: HTTPStatus, text: str) -> Response:
    return render("error.html", status, heading="These pages are not for you", text=text)

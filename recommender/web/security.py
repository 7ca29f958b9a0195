"""Limits on what a browser may do with a page, and on what a client may send."""

import hashlib
from base64 import b64encode
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

_MAX_BODY = 4096  # bytes; a button sends none, and a mail program's One-Click (RFC 8058) at most 200 as multipart
MAX_FORM = 128 * 1024  # bytes; the settings have 4,000 letters of interests twice, of at most 12 bytes each
_MAX_RECEIVED = 2 * MAX_FORM  # of a body that is too large: a client that is still sending would not read the answer


# of the reader's own pages: a style sheet and a script of our own, and nothing from elsewhere
HEADERS_FOR_READER = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def headers(style: str) -> dict[str, str]:
    """The headers of every page: no scripts, frames, caches or referrers; only this style sheet may apply.

    Args:
        style: the exact text of the page's only <style> element.
    """
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",  # addresses hold tokens
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Cache-Control": "no-store",
    }


async def discard_body(request: Request) -> None:
    """Receive a request's body without using it. Raises as `body`."""
    await body(request, _MAX_BODY)


async def body(request: Request, most: int) -> bytes:
    """Receive a request's body, of at most so many bytes.

    Raises:
        HTTPException: the body is too large (413), or the client hung up before its end (400).
    """
    declared = int(request.headers.get("Content-Length", 0))  # digits: the server has checked
    received, size = bytearray(), 0
    try:
        if declared <= _MAX_RECEIVED:
            async for chunk in request.stream():
                size += len(chunk)
                if size <= most:
                    received += chunk
                if size > _MAX_RECEIVED:
                    break
    except ClientDisconnect as error:  # an incomplete POST must not count, and is no error to log
        raise HTTPException(HTTPStatus.BAD_REQUEST) from error
    if max(declared, size) > most:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(received)

"""The HTTP server of the pages: uvicorn, with limits on what a client may send, how slowly, and how many may at once.

A connection carries one request. A second one, hidden behind the first or sent ahead, is never read.
"""

import asyncio
import logging
import socket
import sys
from collections import OrderedDict
from enum import Enum
from http import HTTPStatus
from typing import ClassVar

import h11
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from recommender import malloc
from recommender.web import request_head

if sys.platform != "win32":
    import resource

_MOST_CONNECTIONS = 1024
_SHUTDOWN_SECONDS = 5  # for answers that are being made when Ctrl-C comes
REASONS = {
    HTTPStatus.BAD_REQUEST: "This is not a request that this server reads",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address is too long",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are too long",
}
_log = logging.getLogger(__name__)


class State(Enum):
    """What a connection waits for."""

    HEAD = "the head of its request"
    BODY = "the body of its request"
    ANSWER = "the answer to be made and read"
    REFUSAL = "its client to read why the request was refused"


# then it is closed; a first list waits for arXiv, and docs/group.md has proxies wait as long
SECONDS = {State.HEAD: 10.0, State.BODY: 10.0, State.ANSWER: 120.0, State.REFUSAL: 2.0}


class Connection(H11Protocol):
    """One connection: its request's head is checked before uvicorn sees it, and each part has its time."""

    # the connections of one server whose request is not complete, the oldest first
    waiting: ClassVar[OrderedDict["Connection", None]]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection; where too many are open, the one that has waited longest for its request gives way."""
        super().connection_made(transport)
        self._head = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._enter(State.HEAD)
        self.waiting[self] = None
        if len(self.connections) > most_connections():
            _log.warning("%d connections are open, the most allowed; the longest idle are closed", most_connections())
            oldest, _ = self.waiting.popitem(last=False)
            oldest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self.waiting.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._state is State.HEAD:
            self._read_head(data)
        elif self._state is State.BODY:
            super().data_received(data)
            self._look_for_end()
        # what comes later is a second request, or the rest of one that was refused

    def shutdown(self) -> None:
        """End soon, because the server does; an answer that is being made is sent first."""
        if self._state is State.ANSWER:
            super().shutdown()
        else:
            self.transport.abort()

    def _read_head(self, data: bytes) -> None:
        start = len(self._head)
        self._head += data
        end = self._head.find(request_head.END, max(0, start - len(request_head.END)))
        if (end if end >= 0 else len(self._head)) > request_head.MAX_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif end < 0:
            if request_head.has_forbidden_byte(self._head, start):
                self._refuse(HTTPStatus.BAD_REQUEST)
        elif status := request_head.fault(self._head[:end]):
            self._refuse(status)
        else:
            self._enter(State.BODY)
            super().data_received(bytes(self._head))
            self._look_for_end()

    def _look_for_end(self) -> None:
        if self._state is State.BODY and self.conn.their_state is not h11.SEND_BODY:
            self._enter(State.ANSWER)
            self.waiting.pop(self, None)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer without the application, and read no more; the client has a moment to read why."""
        _log.warning("a request was refused: %d %s", status, status.phrase)
        self._enter(State.REFUSAL)
        self.transport.write(_answer(status))
        self.transport.write_eof()

    def _enter(self, state: State) -> None:
        self._stop_timer()
        self._state = state
        self._timer = self.loop.call_later(SECONDS[state], self._time_is_up)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _time_is_up(self) -> None:
        _log.warning("a connection was closed: it waited too long for %s", self._state.value)
        self.transport.abort()


def run(pages: Starlette, listening: socket.socket) -> None:
    """Serve these pages on a socket that listens, until a signal ends it."""
    malloc.share_arenas()
    server(pages).run(sockets=[listening])


def server(pages: Starlette) -> uvicorn.Server:
    """A server of these pages, to be run on a socket that listens."""
    config = uvicorn.Config(
        pages,
        http=type("Connection", (Connection,), {"waiting": OrderedDict()}),
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="error",  # its warnings are about what clients send
        access_log=False,  # addresses hold tokens, which must not get into a log
        proxy_headers=False,  # nothing depends on where a request comes from
        server_header=False,
        headers=[("Connection", "close")],
        backlog=max(8, most_connections() // 16),  # asyncio accepts so many at once, before it knows of any of them
        h11_max_incomplete_event_size=request_head.MAX_BYTES,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    return uvicorn.Server(config)


def most_connections() -> int:
    """How many connections may be open at once; databases, and connections that are being accepted, need files too."""
    if sys.platform == "win32":
        return _MOST_CONNECTIONS
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return max(1, min(_MOST_CONNECTIONS, allowed * 3 // 4 - 32))


def _answer(status: HTTPStatus) -> bytes:
    text = f"{REASONS[status]}; nothing was changed.\n"
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}"
    ).encode("ascii")

"""A local web server with all the faults a real one has: answers by a script, and remembers what was asked when."""

import gzip
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR, create_server

import pytest
from support import NOW


def without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests go straight to the server, whatever the environment of the tests says."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def closed_port() -> int:
    """A port of this machine at which nobody listens."""
    with create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


class Clock:
    """A time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0  # seconds before anything is sent
    promised: int | None = None  # the Content-Length to claim; more than the body: it arrives truncated
    endless: bool = False  # the body over and over, until the other side hangs up
    dropped: bool = False  # the connection is closed without a word


def packed(body: bytes, **fields: object) -> Reply:
    """The body as gzip."""
    return Reply(body=gzip.compress(body), headers={"Content-Encoding": "gzip"}, **fields)  # type: ignore[arg-type]


def redirect(target: str, status: int = 302) -> Reply:
    return Reply(status, headers={"Location": target})


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    at: float  # seconds of time.monotonic
    path: str  # with its query
    headers: Mapping[str, str]  # names in small letters


class Server:
    """Answers each path by its own script; the last reply of a script is repeated, an unknown path is a 404.

    A request whose If-None-Match is the reply's ETag is answered 304, as any server does.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._scripts: dict[str, list[Reply]] = defaultdict(lambda: [Reply(404)])
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.url = ""

    def script(self, path: str, *replies: Reply) -> str:
        """Answer requests of this path (with its query, or without) so from now on; gives the address."""
        self._scripts[path] = list(replies)
        return self.url + path

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def reply_to(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            known = asked.path if asked.path in self._scripts else asked.path.partition("?")[0]
            script = self._scripts[known]
            reply = script.pop(0) if len(script) > 1 else script[0]
        etag = reply.headers.get("ETag")
        return Reply(304) if etag and asked.headers.get("if-none-match") == etag else reply

    @contextmanager
    def running(self, certificate: Path | None = None) -> Iterator["Server"]:
        """Serve on a free port; by TLS with a certificate, whose file has its key too."""
        listening = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, self._closing))
        listening.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            listening.socket = context.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{listening.server_address[1]}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._closing.set()
            listening.shutdown()
            listening.server_close()
            thread.join()


def _handler(server: Server, closing: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = Asked(time.monotonic(), self.path, {name.lower(): text for name, text in self.headers.items()})
            reply = server.reply_to(asked)
            self.close_connection = True
            if reply.delay:
                closing.wait(reply.delay)
            if reply.dropped:
                self.connection.shutdown(SHUT_RDWR)
                return
            with suppress(OSError):  # the other side hangs up when it has heard enough
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, text in reply.headers.items():
                self.send_header(name, text)
            if not reply.endless:
                length = len(reply.body) if reply.promised is None else reply.promised
                self.send_header("Content-Length", str(length))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(reply.body)
            while reply.endless and not closing.is_set():
                self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler

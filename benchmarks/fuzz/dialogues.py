"""A server whose every word is the fuzzer's, in place of the socket that imaplib and smtplib open."""

import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock


class ScriptedSocket:
    """Says its script whatever is sent to it, then hangs up."""

    def __init__(self, script: bytes) -> None:
        self.script = io.BytesIO(script)

    def makefile(self, *_: object, **__: object) -> io.BytesIO:
        """The script as a file: no second one is made, so that closing one loses nothing."""
        return self.script

    def recv(self, size: int) -> bytes:
        """The script's next bytes."""
        return self.script.read(size)

    def recv_into(self, buffer: bytearray | memoryview) -> int:
        """The script's next bytes, put into a buffer."""
        return self.script.readinto(buffer)

    def getpeername(self) -> tuple[str, int]:
        """An address, as a connected socket has it."""
        return "127.0.0.1", 1

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None  # sendall, settimeout, setsockopt, shutdown, close


class Trusting:
    """A TLS context in whose eyes every connection is encrypted already."""

    def wrap_socket(self, connection: ScriptedSocket, **_: object) -> ScriptedSocket:
        """The connection as it is."""
        return connection

    def __getattr__(self, name: str) -> Any:
        return mock.MagicMock()


@contextmanager
def saying(script: bytes) -> Iterator[Any]:
    """Let each new connection meet a server with this script; gives the TLS context for it."""

    def connect(*_: object, **__: object) -> ScriptedSocket:
        return ScriptedSocket(script)

    with mock.patch.object(socket, "create_connection", connect):
        yield Trusting()

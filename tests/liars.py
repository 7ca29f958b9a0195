"""A server that says what a test tells it to, true or not, over TLS or in plain."""

import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socket import SHUT_RDWR, create_connection, create_server, socket
from typing import BinaryIO


@dataclass(frozen=True)
class Forever:
    """The same bytes again and again, until the client hangs up."""

    chunk: bytes
    pause: float = 0.0  # seconds between two of them


HANG = Forever(b"")  # not a word


class Liar:
    """Answers the greeting and then each line with the next of its answers, and hangs up after the last.

    A list in the place of the answers is the dialogue of one connection, the next list that of the next.

    "TAG" in an answer becomes the first word of the line that is answered, or of one before if it has only one.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answers: Sequence[bytes | Forever | Sequence[bytes | Forever]] = ()
        self.connections = 0
        self.heard: list[bytes] = []  # lines
        self._context = context
        self._closing = threading.Event()
        self._listening = create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]

    def says(self, *answers: bytes | Forever | Sequence[bytes | Forever]) -> None:
        self.answers = answers
        self.connections = 0
        self.heard.clear()

    def serve(self) -> None:
        """Serve one connection after the other, until `close`."""
        while not self._closing.is_set():
            with suppress(OSError):
                connection = self._listening.accept()[0]
                if self._closing.is_set():
                    connection.close()
                    return
                self.connections += 1
                connection.settimeout(5)
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                with connection, connection.makefile("rb") as lines:
                    self._talk(connection, lines)

    def _talk(self, connection: socket, lines: BinaryIO) -> None:
        before: bytes | Forever = b""
        tag = b""
        dialogue = self.answers
        if dialogue and isinstance(dialogue[0], list):
            dialogue = dialogue[min(self.connections, len(dialogue)) - 1]
        for number, answer in enumerate(dialogue):
            if number:
                line = lines.readline()
                self.heard.append(line)
                tag = line.split(b" ")[0] if b" " in line else tag
                while isinstance(before, bytes) and before.startswith(b"354") and line not in (b".\r\n", b""):
                    line = lines.readline()  # of a mail
            if isinstance(answer, bytes):
                connection.sendall(answer.replace(b"TAG", tag))
            elif answer.chunk:
                while not self._closing.wait(answer.pause):
                    connection.sendall(answer.chunk)
            else:
                lines.read()
            before = answer
        with suppress(OSError):
            connection.shutdown(SHUT_RDWR)

    def close(self) -> None:
        self._closing.set()
        with suppress(OSError), create_connection(("127.0.0.1", self.port), 1):
            pass
        self._listening.close()


@contextmanager
def lying(context: ssl.SSLContext | None = None) -> Iterator[Liar]:
    """A server that is running."""
    liar = Liar(context)
    thread = threading.Thread(target=liar.serve, daemon=True)
    thread.start()
    try:
        yield liar
    finally:
        liar.close()
        thread.join(10)

"""What a server sends, bounded in bytes and in time: a server that lies, stalls or never ends must not hold us."""

import io
import socket
from time import monotonic


class TooMuch(OSError):
    """A server sent more than it may."""


class Incoming(io.RawIOBase):
    """The receiving side of a socket, for a reader that stops after so many bytes and so many seconds in all.

    A socket's own time-out counts from the last byte, so a server that sends one now and then is never too late.

    Args:
        connection: a connected socket; closing this leaves it open.
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self._bytes_left = 0
        self._ends_at = 0.0
        self._seconds = 0.0

    def allow(self, size: int, seconds: float) -> None:
        """Accept at most `size` more bytes, within `seconds` from now."""
        self._bytes_left, self._seconds, self._ends_at = size, seconds, monotonic() + seconds
        self._connection.settimeout(seconds)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Receive what is there.

        Raises:
            TimeoutError: the time is up.
            TooMuch: more came than was allowed.
        """
        left = self._ends_at - monotonic()
        if left <= 0:
            raise TimeoutError(f"no end within {self._seconds:g} seconds")
        self._connection.settimeout(left)
        received = self._connection.recv(len(buffer))
        self._connection.settimeout(self._seconds)  # for what is sent next
        self._bytes_left -= len(received)
        if self._bytes_left < 0:
            raise TooMuch("the server's answer does not end")
        buffer[: len(received)] = received
        return len(received)

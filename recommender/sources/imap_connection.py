"""Connections to IMAP servers whose answers are bounded, however the server lies, stalls or never ends."""

import io
import socket
from imaplib import IMAP4, IMAP4_SSL
from time import monotonic

from recommender.sockets import Incoming, TooMuch
from recommender.sources.messages import MAIL_LIMIT

ANSWER = 2**21  # bytes of an answer without mails: the numbers of 200,000 mails

_SLOWEST = 50_000  # bytes a second; an answer with large mails may take longer than others
_LONGEST = 1800  # seconds for a connection


class BoundedIMAP4(IMAP4):
    """A connection whose answers are bounded in bytes, and each as a whole by the time-out of its socket.

    It overrides the methods that imaplib's documentation says may be overridden.
    """

    size = ANSWER  # bytes of the next answers
    ends_at = float("inf")  # by time.monotonic
    _timeout = 0.0  # seconds
    _incoming: Incoming
    _reader: io.BufferedReader
    _read_from: socket.socket | None = None

    def send(self, data: bytes) -> None:  # type: ignore[override]
        incoming = self._receiving()
        seconds = self._timeout + (self.size - ANSWER) / _SLOWEST
        incoming.allow(self.size, min(seconds, max(0.001, self.ends_at - monotonic())))
        super().send(data)

    def read(self, size: int) -> bytes:
        if size > 2 * MAIL_LIMIT:  # some servers estimate sizes
            raise TooMuch("the server sends a mail that is far larger than it said")
        self._receiving()
        return self._reader.read(size)

    def readline(self) -> bytes:
        self._receiving()
        line = self._reader.readline(ANSWER)
        if len(line) >= ANSWER:
            raise TooMuch("the server's answer does not end")
        return line

    def _receiving(self) -> Incoming:
        """The receiving side; begun anew with TLS, so that nothing sent before in plain text counts."""
        if self._read_from is not self.sock:
            if self._read_from is None:
                self._timeout, self.ends_at = self.sock.gettimeout() or _LONGEST, monotonic() + _LONGEST
            self._read_from, self._incoming = self.sock, Incoming(self.sock)
            self._reader = io.BufferedReader(self._incoming)
            self._incoming.allow(ANSWER, self._timeout)
        return self._incoming


class BoundedTlsIMAP4(BoundedIMAP4, IMAP4_SSL):
    """The same with TLS from the first byte."""

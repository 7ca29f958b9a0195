"""One request, its response, and a temporary failure."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import NamedTuple

from recommender.errors import SourceError

MEANWHILE = "papers read so far are still here"
LONGEST_REST = timedelta(days=1)  # a moment further ahead was noted before the clock was set back


class Request(NamedTuple):
    """One request."""

    url: str
    headers: Mapping[str, str]
    limit: int  # bytes of the unpacked body
    accept: Collection[int]  # statuses whose body is read
    method: str = "GET"
    body: bytes | None = None


class Response(NamedTuple):
    """The response to one request; the body is empty if its status is not accepted."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NobodyListens(SourceError):
    """No program of this machine answers at an address of it."""


class TemporaryFailure(Exception):
    """The same request may succeed later."""

    def __init__(self, message: str, wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.wait = wait  # as the site asked for it; None if it did not

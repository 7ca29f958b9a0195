"""The HTTP client: polite to sites, retries temporary failures, and words each error in one line."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from recommender import __version__
from recommender.errors import SourceError
from recommender.sources import urls
from recommender.sources.requests import LONGEST_REST, MEANWHILE, Request, Response, TemporaryFailure

LIMIT = 32 * 2**20  # bytes of one unpacked answer; OAI pages of 3,500 records have 9 MB

# arXiv: "no more than one request every three seconds", over all its hosts (https://info.arxiv.org/help/api/tou.html)
_PACE = timedelta(seconds=3)
_TRIES = 4
_BACKOFF = timedelta(seconds=5)  # doubled with every further try
_REDIRECTS = 5
_LONGEST_TAG = 1000  # characters of an ETag that is worth keeping
_TEMPORARY = {429, 500, 502, 503, 504}  # statuses of temporary failures
_MOVED = {301, 302, 303, 307, 308}


class Page(Protocol):
    """An answer kept earlier."""

    @property
    def body(self) -> bytes: ...
    @property
    def etag(self) -> str: ...
    @property
    def last_modified(self) -> str: ...


class Cache(Protocol):
    """What is kept between runs and shared by all processes: rate limits and answers; see store/http_cache.py."""

    def reserve(self, site: str, clock: Callable[[], datetime], pace: timedelta) -> timedelta:
        """Reserve the site for one request now and return zero, or return how long to wait."""

    def back_off(self, site: str, until: datetime) -> None:
        """Ask the site no more before `until`."""

    def resting(self, site: str) -> datetime | None:
        """The moment until which the site wants, or wanted, no requests."""

    def page(self, url: str) -> Page | None:
        """The answer that was kept for this address."""

    def keep(self, url: str, *, body: bytes, etag: str, last_modified: str, fetched_at: datetime) -> None:
        """Keep the answer of this address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that can be used."""

    url: str  # as requested, before any redirect
    status: int  # 200, or another that the caller accepts
    body: bytes  # whole and unpacked
    unchanged: bool = False  # the body is the one kept before
    etag: str = ""
    last_modified: str = ""


class _Manner(NamedTuple):
    """How a site is asked."""

    pace: timedelta  # between two requests
    follows: bool = True  # redirects
    timeout: float | None = None  # seconds without a byte; None: as for all requests


class Web:
    """Sends one request at a time, to each site at most one every three seconds over all processes.

    Args:
        cache: what is kept between runs.
        contact: a mail address for the operators of sites, or empty.
        clock: the time now, aware.
        sleep: waits that many seconds.
        say: receives one line about each longer wait.
        patience: the longest single wait; a longer one is an error that says until when.
        timeout: seconds without a byte after which a site counts as silent; a whole answer may take ten times that.
    """

    def __init__(
        self,
        cache: Cache,
        contact: str,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        say: Callable[[str], None],
        *,
        patience: timedelta = timedelta(seconds=60),
        timeout: float = 60.0,
    ) -> None:
        self._cache = cache
        self._agent = _agent(contact)
        self._clock = clock
        self._sleep = sleep
        self._say = say
        self._patience = patience
        self._timeout = timeout

    def get(self, url: str, *, limit: int = LIMIT, fresh: bool = False, accept: Collection[int] = ()) -> Answer:
        """Get the answer of an address; the kept body if the site says that it is unchanged.

        Args:
            limit: the most bytes of the unpacked body.
            fresh: ignore the kept body.
            accept: statuses beside 200 whose answer the caller can read.

        Raises:
            SourceError: there is no answer, or none that can be used; says why and what to do.
        """
        page = None if fresh else self._cache.page(url)
        headers = {"User-Agent": self._agent, "Accept-Encoding": "gzip"}
        if page and page.etag:
            headers["If-None-Match"] = page.etag
        if page and page.last_modified:
            headers["If-Modified-Since"] = page.last_modified
        response = self._send_with_retries(
            Request(url, headers, limit, {200, 304, *accept} if page else {200, *accept})
        )
        if page and response.status == 304:
            return Answer(url, 200, page.body, True, page.etag, page.last_modified)
        tags = [response.headers.get(name, "") for name in ("etag", "last-modified")]
        etag, last_modified = (tag if len(tag) <= _LONGEST_TAG else "" for tag in tags)
        return Answer(url, response.status, response.body, False, etag, last_modified)

    def exchange(self, request: Request, *, tries: int = _TRIES, timeout: float | None = None) -> Response:
        """Send any request to an interface made for programs, and give its response, whatever its status.

        Such an interface says itself when it is asked too often. No redirect is followed: the request may hold a key.

        Args:
            request: statuses of temporary failures that it accepts are not tried again.
            tries: how often at most, while failures are temporary.
            timeout: seconds without a byte; None: as for all requests.

        Raises:
            SourceError: there is no response.
        """
        headers = {"User-Agent": self._agent, "Accept-Encoding": "gzip", **request.headers}
        return self._send_with_retries(request._replace(headers=headers), tries, _Manner(timedelta(0), False, timeout))

    def back_off(self, url: str, wait: timedelta) -> None:
        """Ask a site no more for so long."""
        self._cache.back_off(urls.site(url), self._clock() + min(wait, LONGEST_REST))

    def keep(self, answer: Answer) -> None:
        """Keep an answer that could be read, so that the site need not send it again while it is unchanged."""
        if answer.status == 200 and (answer.etag or answer.last_modified):
            self._cache.keep(
                answer.url,
                body=answer.body,
                etag=answer.etag,
                last_modified=answer.last_modified,
                fetched_at=self._clock(),
            )

    def _send_with_retries(self, request: Request, most: int = _TRIES, manner: _Manner | None = None) -> Response:
        """Follow redirects, and try again after each temporary failure."""
        manner = manner or _Manner(_PACE)
        backoff = _BACKOFF
        for tries in range(1, most + 1):
            hop = request
            try:
                for _ in range(_REDIRECTS + 1):
                    response = self._ask(hop, request.url, manner)
                    if response.status not in _MOVED or not manner.follows:
                        return response
                    hop = hop._replace(url=urls.redirected(hop.url, response.headers.get("location", ""), request.url))
                raise SourceError(f"{urls.host(request.url)} redirects more than {_REDIRECTS} times; try again later")
            except TemporaryFailure as failure:
                host = urls.host(hop.url)
                wait = failure.wait or min(backoff, self._patience)
                until = self._clock() + wait
                if failure.wait:
                    self._cache.back_off(urls.site(hop.url), until)
                if wait > self._patience:
                    raise SourceError(
                        f"{host} asks to wait until {_clock_time(until, self._clock())} ({failure}); {MEANWHILE}"
                    ) from failure
                if tries == most:
                    times = f", {most} times in a row" if most > 1 else ""
                    raise SourceError(f"{host}: {failure}{times}; try again later, {MEANWHILE}") from failure
                self._say(f"{host}: {failure}; asking again in {wait.total_seconds():.0f} s")
                self._sleep(wait.total_seconds())
                backoff *= 2
        raise AssertionError("the last try returns or raises")

    def _ask(self, request: Request, wanted: str, manner: _Manner) -> Response:
        """Send one request, when it is this process's turn; to a private host only if the reader wanted that host."""
        from recommender.sources import transport  # noqa: PLC0415 - slow to import, and most runs ask no site

        pool = transport.connections(request.url, public=urls.host_name(request.url) != urls.host_name(wanted))
        self._wait_for_turn(request.url, manner.pace)
        response = transport.send(pool, request, manner.timeout or self._timeout, self._clock)
        if response.status in request.accept or response.status in _MOVED:
            return response
        if response.status in _TEMPORARY:
            wait = transport.retry_after(response.headers.get("retry-after"), self._clock())
            raise TemporaryFailure(transport.status_text(response.status), wait)
        if not manner.follows:
            return response
        raise SourceError(transport.refusal(request.url, response.status))

    def _wait_for_turn(self, url: str, pace: timedelta) -> None:
        site = urls.site(url)
        while True:
            now = self._clock()
            rests_until = self._cache.resting(site)
            if rests_until and now < rests_until <= now + LONGEST_REST:
                wait = rests_until - now
                if wait > self._patience:
                    raise SourceError(f"{site} asked to wait until {_clock_time(rests_until, now)}; {MEANWHILE}")
                if wait >= timedelta(seconds=1):
                    self._say(f"{site} asked to wait; asking again in {wait.total_seconds():.0f} s")
            else:
                wait = self._cache.reserve(site, self._clock, pace) if pace else timedelta(0)
                if not wait:
                    return
            self._sleep(wait.total_seconds())


def _agent(contact: str) -> str:
    """The User-Agent, in characters that a header may have."""
    address = re.sub(r"[^!-'*-~]", "", contact)
    return f"recommender/{__version__}" + (f" (mailto:{address})" if address else "")


def _clock_time(moment: datetime, now: datetime) -> str:
    """A moment by the reader's own clock, with the date if that is not today's."""
    local, local_now = moment.astimezone(), now.astimezone()
    return f"{local:%H:%M}" if local.date() == local_now.date() else f"{local:%Y-%m-%d %H:%M}"

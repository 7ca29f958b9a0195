"""The only door to the network: asks politely, takes no for an answer, and says in one line what went wrong."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import SplitResult, urljoin, urlsplit

from recommender import __version__
from recommender.errors import SourceError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

LIMIT = 32 * 2**20  # bytes of one unpacked answer; OAI pages of 3,500 records have 9 MB

# arXiv: "no more than one request every three seconds", over all its hosts (https://info.arxiv.org/help/api/tou.html)
_PACE = timedelta(seconds=3)
_TRIES = 4
_BACKOFF = timedelta(seconds=5)  # doubled with every further try
_LONGEST_REST = timedelta(days=1)  # what lies further ahead was noted before the clock was set back
_REDIRECTS = 5
_CONNECTING = 10.0  # seconds
_CHUNK = 2**16
_LONGEST_TAG = 1000  # characters of an ETag that is worth remembering
_PASSING = {429, 500, 502, 503, 504}  # statuses that may be gone a moment later
_MOVED = {301, 302, 303, 307, 308}
_MEANWHILE = "papers read so far are still here"


class Page(Protocol):
    """What was kept of an earlier answer."""

    @property
    def body(self) -> bytes: ...
    @property
    def etag(self) -> str: ...
    @property
    def last_modified(self) -> str: ...


class Notes(Protocol):
    """What must be remembered between runs and shared by all processes; store/http_cache.py does."""

    def reserve(self, site: str, clock: Callable[[], datetime], pace: timedelta) -> timedelta:
        """Zero where this process may ask the site now, and nobody else for `pace`; else how long to wait."""

    def back_off(self, site: str, until: datetime) -> None:
        """Nobody asks the site before `until`."""

    def resting(self, site: str) -> datetime | None:
        """Until when the site is to be left alone, or was."""

    def page(self, url: str) -> Page | None:
        """What was kept of this address."""

    def keep(self, url: str, *, body: bytes, etag: str, last_modified: str, fetched_at: datetime) -> None:
        """Keep what this address answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site sent."""

    url: str  # as it was asked for, before any redirect
    status: int  # 200, or one the caller said it takes
    body: bytes  # whole and unpacked
    unchanged: bool = False  # the body is the one kept before
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class _Response:
    """What came back of one request; the body is empty where nobody needs it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Passing(Exception):
    """A failure that may be gone a moment later."""

    def __init__(self, why: str, wait: timedelta | None = None) -> None:
        super().__init__(why)
        self.wait = wait  # what the site asked for; None where it did not


class Web:
    """Asks sites one request at a time, each site at most every three seconds over all processes.

    Args:
        notes: what is remembered between runs.
        contact: a mail address for those who run the sites, or empty.
        clock: the time now, aware.
        sleep: waits that many seconds.
        told: hears in one line why a longer wait is needed.
        patience: the longest single wait; what would take longer is an error that says until when.
        timeout: seconds without a byte after which a site counts as silent; a whole answer may take ten times that.
    """

    def __init__(
        self,
        notes: Notes,
        contact: str,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        told: Callable[[str], None],
        *,
        patience: timedelta = timedelta(seconds=60),
        timeout: float = 60.0,
    ) -> None:
        self._notes = notes
        self._agent = _agent(contact)
        self._clock = clock
        self._sleep = sleep
        self._told = told
        self._patience = patience
        self._timeout = timeout

    def get(self, url: str, *, limit: int = LIMIT, fresh: bool = False, accept: Collection[int] = ()) -> Answer:
        """What the address answers now; the kept body where the site says that it is unchanged.

        Args:
            limit: the most bytes of the unpacked body.
            fresh: fetch it whole, whatever was kept.
            accept: statuses beside 200 whose answer the caller can read.

        Raises:
            SourceError: there is no answer, or none that can be used; says why and what to do.
        """
        page = None if fresh else self._notes.page(url)
        asked = {"User-Agent": self._agent, "Accept-Encoding": "gzip"}
        if page and page.etag:
            asked["If-None-Match"] = page.etag
        if page and page.last_modified:
            asked["If-Modified-Since"] = page.last_modified
        response = self._insist(url, asked, limit, {200, 304, *accept} if page else {200, *accept})
        if page and response.status == 304:
            return Answer(url, 200, page.body, True, page.etag, page.last_modified)
        tags = [response.headers.get(name, "") for name in ("etag", "last-modified")]
        etag, last_modified = (tag if len(tag) <= _LONGEST_TAG else "" for tag in tags)
        return Answer(url, response.status, response.body, False, etag, last_modified)

    def keep(self, answer: Answer) -> None:
        """Remember an answer that could be read, so that the site need not send it again while it is unchanged."""
        if answer.status == 200 and (answer.etag or answer.last_modified):
            self._notes.keep(
                answer.url,
                body=answer.body,
                etag=answer.etag,
                last_modified=answer.last_modified,
                fetched_at=self._clock(),
            )

    def _insist(self, url: str, asked: dict[str, str], limit: int, accept: set[int]) -> _Response:
        """The first response that is no passing failure."""
        backoff = _BACKOFF
        for tried in range(1, _TRIES + 1):
            place = url
            try:
                for _ in range(_REDIRECTS + 1):
                    response = self._ask(place, asked, limit, accept)
                    if response.status not in _MOVED:
                        return response
                    place = _redirected(place, response.headers.get("location", ""))
                raise SourceError(f"{_host(url)} redirects more than {_REDIRECTS} times; try again later")
            except _Passing as passing:
                wait = passing.wait or min(backoff, self._patience)
                until = self._clock() + wait
                if passing.wait:
                    self._notes.back_off(_site(place), until)
                if wait > self._patience:
                    raise SourceError(
                        f"{_host(place)} asks to wait until {_at(until, self._clock())} ({passing}); {_MEANWHILE}"
                    ) from passing
                if tried == _TRIES:
                    raise SourceError(
                        f"{_host(place)}: {passing}, {_TRIES} times in a row; try again later, {_MEANWHILE}"
                    ) from passing
                self._told(f"{_host(place)}: {passing}; asking again in {wait.total_seconds():.0f} s")
                self._sleep(wait.total_seconds())
                backoff *= 2
        raise AssertionError("the last try returns or raises")

    def _ask(self, url: str, asked: dict[str, str], limit: int, accept: set[int]) -> _Response:
        """One request, when it is this process's turn."""
        import urllib3

        pool = _connections(url)  # before the turn is taken: what it imports takes a tenth of a second
        self._wait_for_turn(url)
        deadline = self._clock() + timedelta(seconds=10 * self._timeout)
        timeout = urllib3.Timeout(connect=min(_CONNECTING, self._timeout), read=self._timeout)
        with pool, _explained(url):
            response = pool.request(
                "GET",
                url,
                headers=asked,
                timeout=timeout,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                if response.status in accept:
                    body = b"" if response.status == 304 else _read(response, url, limit, deadline, self._clock)
                    return _Response(response.status, response.headers, body)
            finally:
                response.close()
        if response.status in _MOVED:
            return _Response(response.status, response.headers, b"")
        if response.status in _PASSING:
            raise _Passing(_named(response.status), retry_after(response.headers.get("retry-after"), self._clock()))
        raise SourceError(_refusal(url, response.status))

    def _wait_for_turn(self, url: str) -> None:
        site = _site(url)
        while True:
            now = self._clock()
            rests_until = self._notes.resting(site)
            if rests_until and now < rests_until <= now + _LONGEST_REST:
                wait = rests_until - now
                if wait > self._patience:
                    raise SourceError(f"{site} asked to wait until {_at(rests_until, now)}; {_MEANWHILE}")
                if wait >= timedelta(seconds=1):
                    self._told(f"{site} asked to wait; asking again in {wait.total_seconds():.0f} s")
            else:
                wait = self._notes.reserve(site, self._clock, _PACE)
                if not wait:
                    return
            self._sleep(wait.total_seconds())


def _connections(url: str) -> "PoolManager":
    """Connections to a site, through the proxy that the environment names for it."""
    import urllib.request
    from urllib.parse import unquote

    import urllib3

    scheme = _split(url).scheme
    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or urllib.request.proxy_bypass(_host(url)):
        return urllib3.PoolManager()
    try:
        proxy = proxy if "://" in proxy else f"http://{proxy}"
        user = urllib3.util.parse_url(proxy).auth
        headers = urllib3.make_headers(proxy_basic_auth=unquote(user)) if user else None
        return urllib3.ProxyManager(proxy, proxy_headers=headers)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise SourceError(f"the proxy that {scheme.upper()}_PROXY names cannot be used; expected http://…") from error


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait, at most a day; None where it says nothing that can be read."""
    if value is None:
        return None
    if re.fullmatch(r"\s*[0-9]+\s*", value, re.ASCII):
        # more than nine digits are more than a day, and more than a timedelta takes
        seconds = int(value) if len(value.strip()) <= 9 else 10**9
        return min(timedelta(seconds=seconds), _LONGEST_REST)
    from email.utils import parsedate_to_datetime  # 40 ms

    try:
        until = parsedate_to_datetime(value)
        # "-0000", which RFC 5322 has for UTC of an unknown place, makes a naive time
        wait = (until if until.tzinfo else until.replace(tzinfo=now.tzinfo)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), _LONGEST_REST)


def _redirected(url: str, location: str) -> str:
    """Where a redirect leads.

    Anywhere by https from plain http; from https only by https; by plain http only within the site.
    """
    host = _host(url)
    try:
        target = urljoin(url, location.strip()) if location.strip() else ""
        old, new = urlsplit(url), urlsplit(target)
        allowed = bool(new.hostname) and (
            new.scheme == "https" or (new.scheme == "http" == old.scheme and _site(target) == _site(url))
        )
    except ValueError:  # no address at all
        allowed = False
    if not allowed:
        raise SourceError(f"{host} redirects to an address that is not safe to follow ({_shortly(location)})")
    return target.partition("#")[0]


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise SourceError(f"{_shortly(url)} is no web address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SourceError(f"{_shortly(url)} is no web address; expected one that begins with https:// or http://")
    return parts


def _host(url: str) -> str:
    """What a person calls the other side: "rss.arxiv.org", "localhost:8080"; never a password."""
    parts = _split(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _site(url: str) -> str:
    """Who is asked: all hosts of arXiv are one."""
    parts = _split(url)
    if parts.hostname == "arxiv.org" or str(parts.hostname).endswith(".arxiv.org"):
        return "arxiv.org"
    return f"{parts.hostname}:{parts.port or {'http': 80, 'https': 443}[parts.scheme]}"


def _agent(contact: str) -> str:
    """Who asks, in characters that a header may have."""
    address = re.sub(r"[^!-'*-~]", "", contact)
    return f"recommender/{__version__}" + (f" (mailto:{address})" if address else "")


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Urllib3's errors in our words: what may pass as `_Passing`, the rest as SourceError."""
    from urllib3 import exceptions

    host = _host(url)
    try:
        yield
    except exceptions.SSLError as error:
        raise SourceError(
            f"{host}: no secure connection ({_tls(error)}); check this computer's clock and network, or name your "
            "network's own certificates in SSL_CERT_FILE"
        ) from error
    except exceptions.ProxyError as error:
        raise SourceError(
            f"no network: the proxy on the way to {host} does not let us through; {_MEANWHILE}"
        ) from error
    except exceptions.NewConnectionError as error:  # also a name that is not known
        raise SourceError(f"no network: {host} cannot be reached; {_MEANWHILE}") from error
    except exceptions.TimeoutError as error:
        raise _Passing("no answer in time") from error
    except (exceptions.ProtocolError, exceptions.IncompleteRead, EOFError) as error:
        raise _Passing("the connection broke") from error
    except (exceptions.HTTPError, ValueError) as error:
        raise SourceError(f"{host}: the request or its answer is not valid HTTP ({_shortly(str(error))})") from error


def _read(
    response: "BaseHTTPResponse", url: str, limit: int, deadline: datetime, clock: Callable[[], datetime]
) -> bytes:
    """The unpacked body, read piece by piece: what is too large or too slow is left off early."""
    import zlib

    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"gzip", "x-gzip", "identity", ""}:
        raise SourceError(f"{_host(url)} sends a packing that was not asked for ({_shortly(encoding)})")
    unpacker = zlib.decompressobj(wbits=31) if encoding in {"gzip", "x-gzip"} else None
    body = bytearray()
    while piece := response.read1(_CHUNK):
        try:
            body += unpacker.decompress(piece, limit + 1 - len(body)) if unpacker else piece
        except zlib.error as error:
            raise _Passing("the answer is damaged") from error
        if max(len(body), response.tell()) > limit:  # packed it can be endless and yet hold nothing
            raise SourceError(
                f"{_host(url)} sends more than {limit / 2**20:.3g} MB for {_shortly(urlsplit(url).path)}; not read"
            )
        if clock() > deadline:
            raise _Passing("the answer takes too long")
        if unpacker and unpacker.eof:
            break
    if unpacker and not unpacker.eof:
        raise _Passing("the answer is cut off")
    return bytes(body)


def _tls(error: Exception) -> str:
    """What the TLS library says, without its file and line numbers."""
    found = re.search(r"certificate verify failed: [\w ',.:-]{1,100}", str(error))
    return found[0].strip(" '") if found else "the TLS handshake failed"


def _refusal(url: str, status: int) -> str:
    host = _host(url)
    if status in {404, 410}:
        return f"{host} has no {_shortly(urlsplit(url).path)} ({_named(status)})"
    if status in {401, 403}:
        return f"{host} refuses to answer ({_named(status)}); it may have been asked too often, try again tomorrow"
    return f"{host} answers {_named(status)}; try again later, {_MEANWHILE}"


def _named(status: int) -> str:
    """The status with the standard's name for it: a site's own words could be anything."""
    from http import HTTPStatus

    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _at(moment: datetime, now: datetime) -> str:
    """A moment as the reader's own clock shows it, with the date if that is not today's."""
    there, here = moment.astimezone(), now.astimezone()
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%Y-%m-%d %H:%M}"


def _shortly(text: str) -> str:
    """At most 60 printable characters of the text."""
    shown = "".join(sign if sign.isprintable() else "?" for sign in text[:61])
    return shown if len(text) <= 60 else f"{shown[:59]}…"

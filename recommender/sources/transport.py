"""One HTTP request by urllib3, with its errors in our words."""

import re
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import unquote

import urllib3
from urllib3 import exceptions

from recommender.errors import SourceError
from recommender.sources import urls
from recommender.sources.hosts import is_loopback, is_private
from recommender.sources.requests import LONGEST_REST, MEANWHILE, NobodyListens, Request, Response, TemporaryFailure

_CONNECTING = 10.0  # seconds
_CHUNK = 2**16


class _PrivateHost(Exception):
    """A name of the internet leads to a machine of this network."""


class _PublicConnection(urllib3.connection.HTTPConnection):
    """A connection that sends nothing to a private host, whatever its name says."""

    def connect(self) -> None:
        super().connect()
        _refuse_private(self)


class _PublicSecureConnection(urllib3.connection.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _refuse_private(self)


class _PublicPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicSecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PublicSecureConnection


def _refuse_private(connection: urllib3.connection.HTTPConnection) -> None:
    if connection.sock and is_private(connection.sock.getpeername()[0]):
        connection.close()
        raise _PrivateHost


def connections(url: str, *, public: bool = False) -> urllib3.PoolManager:
    """Connections to a site, through the proxy that the environment names for it.

    Args:
        public: refuse private hosts; a proxy decides itself.
    """
    scheme = urls.split(url).scheme
    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or urllib.request.proxy_bypass(urls.host(url)) or is_loopback(urls.host_name(url)):
        pool = urllib3.PoolManager()
        if public:
            pool.pool_classes_by_scheme = {"http": _PublicPool, "https": _PublicSecurePool}
        return pool
    try:
        proxy = proxy if "://" in proxy else f"http://{proxy}"
        user = urllib3.util.parse_url(proxy).auth
        headers = urllib3.make_headers(proxy_basic_auth=unquote(user)) if user else None
        return urllib3.ProxyManager(proxy, proxy_headers=headers)
    except (exceptions.HTTPError, ValueError) as error:
        raise SourceError(f"the proxy that {scheme.upper()}_PROXY names cannot be used; expected http://…") from error


def send(pool: urllib3.PoolManager, request: Request, timeout: float, clock: Callable[[], datetime]) -> Response:
    """Send a request, and read the whole body if the status is one that the request accepts.

    Args:
        timeout: seconds without a byte after which a site counts as silent; an answer may take ten times that.
        clock: the time now, aware.

    Raises:
        TemporaryFailure: the same request may succeed a moment later.
        SourceError: it will not.
    """
    deadline = clock() + timedelta(seconds=10 * timeout)
    with pool, _explained(request.url):
        response = pool.request(
            request.method,
            request.url,
            body=request.body,
            headers=request.headers,
            timeout=urllib3.Timeout(connect=min(_CONNECTING, timeout), read=timeout),
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            has_body = response.status in request.accept and response.status != 304
            body = _read(response, request, deadline, clock) if has_body else b""
            return Response(response.status, response.headers, body)
        finally:
            response.close()


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The wait in a Retry-After header, at most a day; None without one that can be read (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if re.fullmatch(r"\s*[0-9]+\s*", value, re.ASCII):
        # more than nine digits are more than a day, and more than a timedelta can hold
        seconds = int(value) if len(value.strip()) <= 9 else 10**9
        return min(timedelta(seconds=seconds), LONGEST_REST)
    try:
        until = parsedate_to_datetime(value)
        # "-0000", which RFC 5322 has for UTC of an unknown place, makes a naive time
        wait = (until if until.tzinfo else until.replace(tzinfo=now.tzinfo)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_REST)


def refusal(url: str, status: int) -> str:
    host = urls.host(url)
    if status in {404, 410}:
        return f"{host} has no {urls.printable(urls.split(url).path)} ({status_text(status)})"
    if status in {401, 403}:
        return f"{host} refuses to answer ({status_text(status)}); it may have been asked too often, try again tomorrow"
    return f"{host} answers {status_text(status)}; try again later, {MEANWHILE}"


def status_text(status: int) -> str:
    """A status with its standard name: a site's own name for it could be any text."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _read(
    response: urllib3.BaseHTTPResponse, request: Request, deadline: datetime, clock: Callable[[], datetime]
) -> bytes:
    """Read and unpack the body piece by piece, so that one that is too large or too slow is left early."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    host = urls.host(request.url)
    if encoding not in {"gzip", "x-gzip", "identity", ""}:
        raise SourceError(f"{host} sends a packing that was not asked for ({urls.printable(encoding)})")
    unpacker = zlib.decompressobj(wbits=31) if encoding in {"gzip", "x-gzip"} else None
    body = bytearray()
    while piece := response.read1(_CHUNK):
        try:
            body += unpacker.decompress(piece, request.limit + 1 - len(body)) if unpacker else piece
        except zlib.error as error:
            raise TemporaryFailure("the answer is damaged") from error
        if max(len(body), response.tell()) > request.limit:  # packed data can be endless and yet hold nothing
            path = urls.printable(urls.split(request.url).path)
            raise SourceError(f"{host} sends more than {request.limit / 2**20:.3g} MB for {path}; not read")
        if clock() > deadline:
            raise TemporaryFailure("the answer takes too long")
        if unpacker and unpacker.eof:
            break
    if unpacker and not unpacker.eof:
        raise TemporaryFailure("the answer is cut off")
    return bytes(body)


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Raise urllib3's errors as TemporaryFailure if the same request may succeed later, else as SourceError."""
    host = urls.host(url)
    try:
        yield
    except _PrivateHost as error:
        raise SourceError(
            f"{host} leads to a machine of a private network, which only its own address may name"
        ) from error
    except exceptions.SSLError as error:
        raise SourceError(
            f"{host}: no secure connection ({_tls_message(error)}); check this computer's clock and network, or name "
            "your network's own certificates in SSL_CERT_FILE"
        ) from error
    except exceptions.ProxyError as error:
        raise SourceError(f"no network: the proxy on the way to {host} does not let us through; {MEANWHILE}") from error
    except exceptions.NewConnectionError as error:  # also an unknown host
        if is_loopback(urls.host_name(url)):
            raise NobodyListens(
                f"{host} cannot be reached: no program of this machine answers there; start the one that should"
            ) from error
        raise SourceError(f"no network: {host} cannot be reached; {MEANWHILE}") from error
    except exceptions.TimeoutError as error:
        raise TemporaryFailure("no answer in time") from error
    except (exceptions.ProtocolError, exceptions.IncompleteRead, EOFError) as error:
        raise TemporaryFailure("the connection broke") from error
    except (exceptions.HTTPError, ValueError) as error:
        raise SourceError(
            f"{host}: the request or its answer is not valid HTTP ({urls.printable(str(error))})"
        ) from error


def _tls_message(error: Exception) -> str:
    """The TLS library's message without its file and line numbers."""
    match = re.search(r"certificate verify failed: [\w ',.:-]{1,100}", str(error))
    return match[0].strip(" '") if match else "the TLS handshake failed"

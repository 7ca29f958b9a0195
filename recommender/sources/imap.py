"""Fetches mails from a folder on an IMAP server: over TLS only, and without changing anything there.

imaps://ada%40example.org@mail.example.org:993/Lists/arXiv
"""

import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from imaplib import IMAP4
from itertools import accumulate
from time import monotonic
from urllib.parse import unquote, urlsplit

from recommender import __version__
from recommender.errors import SourceError
from recommender.sources.imap_connection import ANSWER, BoundedIMAP4, BoundedTlsIMAP4
from recommender.sources.messages import MAIL_LIMIT
from recommender.text.dates import MONTHS
from recommender.text.markup import plain
from recommender.text.short import counted

MAILINGS = ("OR", "FROM", '"arxiv.org"', "SUBJECT", '"daily"')  # sent by arXiv, or forwarded
ANSWERS = ("SUBJECT", '"recommend"')  # written by the links in our mails
MOST_MAILS = 2_000  # eight years of one list
MOST_BYTES = 256 * 2**20  # of all mails together
TIMEOUT = 30  # seconds for each answer
GOODBYE = 2  # seconds
_CONNECTIONS = 6  # at most, if mails break them off
_PORTS = {"imaps": 993, "imap": 143}
_NUMBER = re.compile(rb"[0-9]{1,10}")
_SIZE = re.compile(rb"(?P<number>[0-9]{1,10}) \([^\n]*?RFC822\.SIZE (?P<size>[0-9]{1,15})")
_NOT_PLAIN = re.compile(r"&|[^ -~]+")
_EXAMPLE = "imaps://ada%40example.org@mail.example.org/Lists/arXiv"


@dataclass(frozen=True, slots=True)
class Address:
    """A folder of a user on a server."""

    host: str
    port: int
    user: str
    folder: str
    implicit_tls: bool  # TLS from the first byte; else by STARTTLS

    def __str__(self) -> str:
        """The address without the user, for messages."""
        return f"{'imaps' if self.implicit_tls else 'imap'}://{self.host}:{self.port}/{self.folder}"


def parse_address(address: str) -> Address:
    """Parse an imaps:// address, or an imap:// one, where TLS begins by STARTTLS.

    An "@" in the user's name is written %40. The default folder is INBOX.

    Raises:
        SourceError: it is another text, has no user, or has a password, which belongs elsewhere.
    """
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:  # a port that is no number, a broken [IPv6]
        # from None: with "/" in a password, the error would show a part of the password as the port
        raise SourceError(f"no IMAP address; expected one like {_EXAMPLE}") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise SourceError(f"no IMAP address; expected one like {_EXAMPLE}")
    if parts.password is not None:
        raise SourceError(f"the address of {parts.hostname} contains a password; leave it out, and change it")
    if parts.query or parts.fragment:
        raise SourceError(f"“?” and “#” in the address of {parts.hostname} are written %3F and %23")
    user, folder = unquote(parts.username or ""), unquote(parts.path.strip("/")) or "INBOX"
    if not user:
        raise SourceError(f"no user in the address of {parts.hostname}; expected one like {_EXAMPLE}")
    if not (user + folder).isprintable():
        raise SourceError(f"the address of {parts.hostname} contains a control character")
    return Address(parts.hostname, port or _PORTS[parts.scheme], user, folder, parts.scheme == "imaps")


class _Stalled(SourceError):
    """A server that does not answer in time, and will not if it is asked again."""


@dataclass
class _Progress:
    """What was fetched of a folder, by the mails' numbers."""

    mails: dict[int, bytes] = field(default_factory=dict)
    awaited: Sequence[int] = ()  # asked for, and not here yet
    suspects: set[int] = field(default_factory=set)  # asked for when a connection broke off: each is asked for alone
    lost: set[int] = field(default_factory=set)

    def batches(self, numbers: Sequence[int]) -> list[Sequence[int]]:
        """What is still to be asked for, and what of it together."""
        left = [number for number in numbers if number not in self.mails and number not in self.lost]
        alone = [[number] for number in left if number in self.suspects]
        return [*alone, *_batches([number for number in left if number not in self.suspects], 25)]

    def lose_awaited(self) -> None:
        """Suspect what was asked for when the connection broke off; give up a mail that was asked for alone."""
        (self.lost if len(self.awaited) == 1 else self.suspects).update(self.awaited)
        self.awaited = ()


def read_folder(
    address: str,
    password: str,
    since: date,
    context: ssl.SSLContext | None = None,
    about: Sequence[str] = MAILINGS,
    warn: Callable[[str], object] = lambda text: None,
) -> list[bytes]:
    """Fetch the mails of a folder that match a search and arrived on `since` or later, oldest first.

    The server searches, so that no other mail is fetched. Nothing is marked as read. At most the newest MOST_MAILS
    are fetched, at most MOST_BYTES together, and none larger than MAIL_LIMIT. A mail at which the connection breaks off
    is asked for once more, alone, and then passed over.

    Args:
        address: as `parse_address` takes it.
        password: of the user; no message shows it.
        since: a day by the server's clock.
        context: trusted certificates; by default those of the system.
        about: an IMAP search (RFC 3501, 6.4.4).
        warn: called with a sentence if mails are passed over.

    Raises:
        SourceError: the server cannot be reached or trusted, the folder cannot be opened, or the connection breaks off
            again and again.
    """
    place = parse_address(address)
    secrets = _secrets(place.user, password)
    progress, failures = _Progress(), list[SourceError]()
    for connections_left in reversed(range(_CONNECTIONS)):
        try:
            with _connected(place, secrets, context) as connection:
                _log_in(connection, place, password, secrets)
                _introduce(connection)
                _open(connection, place, secrets)
                _fetch(connection, since, about, progress)
            break
        except SourceError as error:
            failures.append(error)
            if isinstance(error, _Stalled) or not progress.awaited or not connections_left:
                raise failures[0] from None
            progress.lose_awaited()
    if progress.lost:
        if not progress.mails:  # it is not the fault of one mail
            raise failures[0]
        warn(f"{failures[0]}; {counted(len(progress.lost), 'mail')} passed over")
    return [progress.mails[number] for number in sorted(progress.mails)]


@contextmanager
def _connected(place: Address, secrets: Sequence[str], context: ssl.SSLContext | None) -> Iterator[BoundedIMAP4]:
    """A connection with TLS, whose errors become SourceErrors."""
    connection: BoundedIMAP4 | None = None
    try:
        trusted = context or ssl.create_default_context()
        if place.implicit_tls:
            connection = BoundedTlsIMAP4(place.host, place.port, ssl_context=trusted, timeout=TIMEOUT)
        else:
            connection = BoundedIMAP4(place.host, place.port, timeout=TIMEOUT)
            connection.starttls(trusted)
        yield connection
    except SourceError:
        raise
    except Exception as error:  # imaplib trusts the server: an answer that it does not expect raises any of Python's
        kind = _Stalled if isinstance(error, TimeoutError) else SourceError
        raise kind(f"{place}: {_reason(error, secrets)}") from None  # a traceback would show the password
    finally:
        if connection:
            _leave(connection)


def _leave(connection: BoundedIMAP4) -> None:
    """Log out, in whatever state the connection is."""
    try:
        connection.ends_at = monotonic() + GOODBYE
        connection.logout()
    except Exception:
        with suppress(OSError):
            connection.shutdown()


def _log_in(connection: IMAP4, place: Address, password: str, secrets: Sequence[str]) -> None:
    message = _plain_login(place.user, password)
    try:
        if "AUTH=PLAIN" in connection.capabilities:  # allows any letters; LOGIN only ASCII
            connection.authenticate("PLAIN", lambda _: message)
        elif "LOGINDISABLED" in connection.capabilities:
            raise SourceError(f"{place}: the server takes no passwords")
        elif not message.isascii() or not password.isprintable():
            raise SourceError(f"{place}: the server takes only ASCII letters in user and password")
        else:
            connection.login(_quoted(place.user), password)
    except connection.abort:
        raise
    except connection.error as error:
        raise SourceError(
            f"{place}: user or password refused; the server says: {_server_text(error.args, secrets)}; "
            "many providers want an app password here"
        ) from None


def _introduce(connection: IMAP4) -> None:
    """Name this program to servers that ask for it (RFC 2971): 163.com and 126.com open no folder before."""
    with suppress(IMAP4.error):  # some name other capabilities after the login; without an answer it may work too
        answer = connection.capability()[1]
        if b"ID" in b" ".join(each for each in answer if isinstance(each, bytes)).upper().split():
            connection.xatom("ID", f'("name" "recommender" "version" "{__version__}")')


def _open(connection: IMAP4, place: Address, secrets: Sequence[str]) -> None:
    answer, data = connection.select(_quoted(_encoded(place.folder)), readonly=True)
    if answer != "OK":
        raise SourceError(
            f"{place}: the folder cannot be opened; the server says: {_server_text(data, secrets)}; "
            "servers differ in how they write one in another: INBOX/arXiv or INBOX.arXiv"
        )


def _fetch(connection: BoundedIMAP4, since: date, about: Sequence[str], progress: _Progress) -> None:
    """Fetch the mails by their numbers in the folder.

    Numbers suffice: an answer begins with its number, and numbers are stable during a session that only searches
    and fetches by numbers (RFC 3501, 7.4.1). UIDs would add a second number to parse.
    """
    day = f"{since.day:02}-{MONTHS[since.month - 1].title()}-{since.year:04}"
    lines = _data(connection, connection.search(None, "SINCE", day, *about))
    numbers = sorted({int(number) for line in lines if isinstance(line, bytes) for number in _NUMBER.findall(line)})
    sizes: dict[int, int] = {}
    for batch in _batches(numbers[-MOST_MAILS:], 250):
        for line in _data(connection, connection.fetch(_set(batch), "(RFC822.SIZE)")):
            if isinstance(line, bytes) and (size := _SIZE.match(line)):
                sizes[int(size["number"])] = int(size["size"])
    for batch in progress.batches(_newest({number: sizes[number] for number in numbers if number in sizes})):
        progress.awaited = batch
        progress.mails |= _bodies(connection, batch, sizes)
    progress.awaited = ()


def _bodies(connection: BoundedIMAP4, numbers: Sequence[int], sizes: Mapping[int, int]) -> dict[int, bytes]:
    """The mails of these numbers; one that the server cannot give does not stop the others."""
    # some servers estimate sizes
    connection.size = ANSWER + 2 * sum(sizes[number] for number in numbers)
    answer, data = connection.fetch(_set(numbers), "(BODY.PEEK[])")
    if answer != "OK" and len(numbers) > 1:
        found = [_bodies(connection, [number], sizes) for number in numbers]
        return {number: mail for each in found for number, mail in each.items()}
    mails: dict[int, bytes] = {}
    for part in data if answer == "OK" else ():
        if isinstance(part, tuple) and (number := _NUMBER.match(part[0])) and int(number[0]) in numbers:
            mails[int(number[0])] = part[1]
    return mails


def _newest(sizes: dict[int, int]) -> list[int]:
    """The numbers of the newest mails that are small enough, alone and together; ascending."""
    small = [number for number in sorted(sizes, reverse=True) if sizes[number] <= MAIL_LIMIT]
    totals = accumulate(sizes[number] for number in small)
    return sorted(number for number, total in zip(small, totals, strict=True) if total <= MOST_BYTES)


def _batches(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]


def _set(numbers: Sequence[int]) -> str:
    """The numbers as IMAP writes a set: "3,4,8"."""
    return ",".join(map(str, numbers))


def _data(connection: IMAP4, answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    """The data of an answer; imaplib raises no error for a "NO"."""
    if answer[0] != "OK":
        raise connection.error(_server_text(answer[1]))
    return answer[1]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded(folder: str) -> str:
    """A folder's name in IMAP's modified UTF-7 (RFC 3501, 5.1.3): Büro is B&APw-ro."""

    def encode(run: re.Match[str]) -> str:
        code = b64encode(run[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return "&-" if run[0] == "&" else f"&{code}-"

    return _NOT_PLAIN.sub(encode, folder)


def _reason(error: Exception, secrets: Sequence[str]) -> str:
    """The message for an error of a connection."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"the server's certificate is not trusted: {error.verify_message}"
        case ssl.SSLEOFError():
            return "the connection broke off; try again"
        case ssl.SSLError():
            return f"no TLS here ({error.reason or error}); check the port, imaps has 993 and imap 143"
        case socket.gaierror():
            return "no such host, or no network"
        case TimeoutError():
            return f"no answer within {TIMEOUT} seconds"
        case OSError():
            return _without((error.strerror or str(error)).lower(), secrets)
        case IMAP4.abort():
            return f"the connection broke off ({_server_text(error.args, secrets)}); try again"
        case IMAP4.error():
            return f"the server says: {_server_text(error.args, secrets)}"
        case _:
            return "the server's answer cannot be read"


def _server_text(data: Sequence[object], secrets: Sequence[str] = ()) -> str:
    """The server's text on one line, without secrets, which it may repeat."""
    text = " ".join(part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in data if part)
    return _without(plain(_without(text, secrets)), secrets)[:200].rstrip(".") or "nothing"


def _without(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "…")
    return text


def _plain_login(user: str, password: str) -> bytes:
    """The message of the mechanism PLAIN (RFC 4616)."""
    return _bytes(f"\0{user}\0{password}")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _secrets(user: str, password: str) -> list[str]:
    """Each form in which a password is sent, and as imaplib prints it: as Python's bytes. Longest first."""
    encoded = (b64encode(text).decode() for text in (_plain_login(user, password), _bytes(password)))
    sent = (password, _quoted(password)[1:-1], *encoded)
    printed = (repr(_bytes(each))[2:-1] for each in sent)
    return sorted({each for each in (*sent, *printed) if each}, key=len, reverse=True)

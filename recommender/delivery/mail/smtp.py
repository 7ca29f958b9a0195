"""The one door by which a mail leaves: to a mail server, to a command like sendmail, or into a maildir.

smtp://ada%40example.org@mail.example.org   STARTTLS, on port 587; never without
smtps://ada%40example.org@mail.example.org  TLS from the first byte on, on port 465
smtp://localhost:25                         plain text, to this machine only and without a login
sendmail:/usr/sbin/sendmail                 a command that takes a mail on its standard input
maildir:/home/ada/Mail                      a folder
"""

from __future__ import annotations

import re
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from recommender.errors import DeliveryError, ProfileError

if TYPE_CHECKING:  # 40 ms that only a mail need wait for
    import ssl
    from email.message import EmailMessage
    from smtplib import SMTP

WAITS = (5.0, 30.0)  # seconds before the second try and the third
PATIENCE = 10  # times the time-out for the last answer, where giving up leaves all unknown (RFC 5321, 4.5.3.2.6)
COMMAND_TIMEOUT = 300  # seconds
GOODBYE = 2  # seconds
LONGEST = 200  # characters of what a server says

_EXAMPLES = (
    "smtp://ada%40example.org@mail.example.org:587, smtps://ada%40example.org@mail.example.org:465, "
    "smtp://localhost:25, sendmail:/usr/sbin/sendmail or maildir:/home/ada/Mail"
)
_HOST = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.){0,20}[A-Za-z0-9_-]{1,63}")
_MAILBOX = re.compile(r'[^\s@<>()\[\],;:\\"]+(?:@[^\s@<>(),;:\\"]+)?')  # "ada" alone: on this machine
_MAY_BE_QUEUED = 75  # EX_TEMPFAIL: sendmail(8) has then queued the mail, msmtp has not
_HELO = "[127.0.0.1]"  # says nothing about this machine, and spares a look-up of its name


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str = ""  # empty: no login
    password: str = field(default="", repr=False)
    timeout: float = 30  # seconds for each answer

    def __post_init__(self) -> None:
        if self.security == "none" and (self.user or not _is_loopback(self.host)):
            raise ValueError("plain text is for this machine only, and never for a login")

    def __str__(self) -> str:
        """For messages: without the user."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'smtps' if self.security == 'tls' else 'smtp'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Sendmail:
    """A command that takes sendmail's arguments, as Postfix, Exim, OpenSMTPD and msmtp bring one."""

    command: tuple[str, ...]  # ("/usr/sbin/sendmail", "-i")

    def __str__(self) -> str:
        return f"sendmail:{self.command[0]}"


@dataclass(frozen=True, slots=True)
class Folder:
    """A maildir."""

    path: Path

    def __str__(self) -> str:
        return f"maildir:{self.path}"


Way = Smtp | Sendmail | Folder


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who will get a mail, and who will not."""

    accepted: tuple[str, ...]  # at least one
    refused: Mapping[str, str]  # recipient → the server's words; "451 … (for now)" may be accepted later
    reply: str  # the server's last word: "250 2.0.0 Ok: queued as 4F3…"


class Unknown(DeliveryError):
    """Whether the mail was accepted is not known: it may be on its way, and would come twice if sent again."""

    def __init__(self, message: str) -> None:
        super().__init__(message, temporary=True)


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail as it is handed over."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes  # lines end in CR LF
    international: bool  # an address has other letters than ASCII

    @property
    def local(self) -> bytes:
        """The content with line ends as files have them."""
        return self.content.replace(b"\r\n", b"\n")


def way_from(address: str, password: str) -> Way:
    """The way that an address from the settings stands for, with the password of its user.

    Raises:
        ProfileError: it is no such address, or its user has no password.
    """
    way = _parse(address)
    if not isinstance(way, Smtp) or not way.user:
        return way
    if not password:
        raise ProfileError(f"{way}: no password for {way.user}; set RECOMMEND_SMTP_PASSWORD, or make the password file")
    return replace(way, password=password)


def needs_password(address: str) -> bool:
    """Whether there is a user to log in.

    Raises:
        ProfileError: it is no address.
    """
    way = _parse(address)
    return isinstance(way, Smtp) and bool(way.user)


def send(
    message: EmailMessage,
    recipients: Sequence[str],
    way: Way,
    *,
    context: ssl.SSLContext | None = None,
    sleep: Callable[[float], object] = time.sleep,
    tell: Callable[[str], object] = lambda text: None,
) -> Receipt:
    """Hand a mail over, at most once: from the address in its From, to these recipients, without any Bcc.

    A mail server that fails or refuses for now is asked again after WAITS; a command or a folder never is.

    Args:
        context: which certificates are trusted; by default those of the system, or of SSL_CERT_FILE.
        tell: is told why there is a wait.

    Raises:
        Unknown: it may have been accepted or not.
        DeliveryError: nobody will get it.
    """
    letter = _letter(message, recipients)
    if isinstance(way, Folder):
        return _into_folder(letter, way)
    if isinstance(way, Sendmail):
        return _by_command(letter, way)
    waits = iter(WAITS)
    while True:
        try:
            return _by_smtp(letter, way, context)
        except DeliveryError as error:
            if isinstance(error, Unknown) or not error.temporary:
                raise
            wait = next(waits, None)
            if wait is None:
                raise DeliveryError(f"{error}; tried {len(WAITS) + 1} times, try again later", temporary=True) from None
            tell(f"{error}; trying again in {wait:g} seconds")
        sleep(wait)


# An address becomes a way


def _parse(address: str) -> Way:
    """The way, without a password."""
    scheme, _, rest = address.strip().partition(":")
    match scheme.lower() if address.strip().isprintable() else "":
        case "smtp" | "smtps":
            return _server(address.strip())
        case "sendmail":
            return Sendmail(_command(rest))
        case "maildir":
            return Folder(_folder(rest))
        case _:  # without the address: who knows what stands there
            raise ProfileError(f"no such way to send mail; expected one like {_EXAMPLES}")


def _server(address: str) -> Smtp:
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        # None: where "/" stands in a password, what it takes for the port is a piece of that
        raise ProfileError(f"no mail server's address; expected one like {_EXAMPLES}") from None
    host, user = parts.hostname or "", unquote(parts.username or "")
    if parts.password is not None:
        raise ProfileError("a password stands in the mail server's address; leave it out, and change it")
    if not _is_host(host) or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ProfileError(f"no mail server's address; expected one like {_EXAMPLES}")
    if not user.isprintable():
        raise ProfileError(f"a control character stands in the address of {host}")
    if parts.scheme == "smtps":
        return Smtp(host, port or 465, "tls", user)
    if _is_loopback(host) and not user:
        return Smtp(host, port or 25, "none")
    return Smtp(host, port or 587, "starttls", user)


def _command(text: str) -> tuple[str, ...]:
    import shlex

    try:
        command = tuple(shlex.split(text))
    except ValueError:
        command = ()
    if not command:
        raise ProfileError("sendmail: must be followed by a command, like sendmail:/usr/sbin/sendmail")
    return command


def _folder(text: str) -> Path:
    try:
        path = Path(text).expanduser()
    except RuntimeError:  # ~nobody
        path = Path()
    if not path.is_absolute():
        raise ProfileError("maildir: must be followed by a folder from the root on, like maildir:/home/ada/Mail")
    return path


def _is_host(host: str) -> bool:
    from ipaddress import IPv6Address

    if ":" not in host:
        return bool(_HOST.fullmatch(host))
    with suppress(ValueError):
        return bool(IPv6Address(host))
    return False


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


# A message becomes a letter


def _letter(message: EmailMessage, recipients: Sequence[str]) -> _Letter:
    from copy import copy
    from email.policy import SMTP

    sender = message["From"].addresses[0].addr_spec
    receivers = tuple(dict.fromkeys(recipients))
    if not receivers:
        raise DeliveryError("nobody to send the mail to; name a recipient")
    for each in (sender, *receivers):
        if not _MAILBOX.fullmatch(each) or not each.isprintable():
            raise DeliveryError(f"{each!r} is no e-mail address; expected one like ada@example.org")
    international = not all(map(str.isascii, (sender, *receivers)))
    open_copy = copy(message)
    del open_copy["Bcc"]
    # 7 bit, because not every server takes more
    content = open_copy.as_bytes(policy=SMTP.clone(cte_type="7bit", utf8=international)).removesuffix(b"\r\n") + b"\r\n"
    return _Letter(sender, receivers, content, international)


# A letter goes out


def _into_folder(letter: _Letter, way: Folder) -> Receipt:
    import mailbox

    try:
        key = mailbox.Maildir(way.path, create=True).add(letter.local)
    except (OSError, mailbox.Error) as error:
        missing = way.path.is_dir() and not all((way.path / part).is_dir() for part in ("tmp", "new", "cur"))
        why = "no tmp, new and cur in it" if missing else getattr(error, "strerror", None) or str(error)
        raise DeliveryError(
            f"{way}: {why}; name a maildir, or a folder that does not exist yet, to write in"
        ) from error
    return Receipt(letter.recipients, {}, f"kept as {key}")


def _by_command(letter: _Letter, way: Sendmail) -> Receipt:
    import subprocess
    import tempfile

    # without -i a line of a single dot ends the mail
    options = () if "-i" in way.command else ("-i",)
    arguments = [*way.command, *options, "-f", letter.sender, "--", *letter.recipients]
    with tempfile.TemporaryFile() as said:  # no pipe: a process left behind would keep it open
        try:
            ran = subprocess.run(
                arguments, input=letter.local, stdout=said, stderr=said, timeout=COMMAND_TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            raise _unknown(way, f"no end within {COMMAND_TIMEOUT} seconds") from None
        except OSError as error:
            raise DeliveryError(f"{way}: {error.strerror or error}; is it installed, and the path right?") from error
        said.seek(0)
        words = _clean(said.read(4 * LONGEST)) or "nothing"
    if ran.returncode < 0 or ran.returncode == _MAY_BE_QUEUED:
        raise _unknown(way, f"it ended with {ran.returncode} and said: {words}")
    if ran.returncode:
        raise DeliveryError(f"{way}: it failed with {ran.returncode} and said: {words}; try the command by hand")
    return Receipt(letter.recipients, {}, f"taken by {way.command[0]}")


def _by_smtp(letter: _Letter, way: Smtp, context: ssl.SSLContext | None) -> Receipt:
    """One try, step by step, because what a break means depends on the step."""
    connection: SMTP | None = None
    try:
        trusted = _trusted(way, context)
        connection = _connect(way, trusted)
        if way.security == "starttls":
            _start_tls(connection, way, trusted)
        connection.ehlo_or_helo_if_needed()
        if way.user:
            _log_in(connection, way)
        _announce(connection, letter, way)
        accepted, refused = _address(connection, letter, way)
        _answered(way, "the mail was refused", *connection.docmd("DATA"), expected=354)
        # Without the dot at its end it counts for nothing (RFC 5321, 4.1.1.4), so up to here a break is harmless.
        connection.send(re.sub(rb"(?m)^\.", b"..", letter.content))
        reply = _finish(connection, way)
    except OSError as error:  # as all of smtplib's and ssl's are
        raise _failure(error, way) from None  # a traceback would show what it holds
    finally:
        if connection:
            _leave(connection)
    return Receipt(accepted, refused, reply)


def _trusted(way: Smtp, context: ssl.SSLContext | None) -> ssl.SSLContext | None:
    import ssl

    return None if way.security == "none" else context or ssl.create_default_context()


def _connect(way: Smtp, trusted: ssl.SSLContext | None) -> SMTP:
    import smtplib

    if way.security == "tls":
        return smtplib.SMTP_SSL(way.host, way.port, _HELO, timeout=way.timeout, context=trusted)
    return smtplib.SMTP(way.host, way.port, _HELO, timeout=way.timeout)


def _start_tls(connection: SMTP, way: Smtp, trusted: ssl.SSLContext | None) -> None:
    connection.ehlo_or_helo_if_needed()
    if not connection.has_extn("starttls"):
        raise DeliveryError(
            f"{way}: the server offers no STARTTLS, and nothing is sent in plain text; check the port, or try smtps://"
        )
    connection.starttls(context=trusted)


def _log_in(connection: SMTP, way: Smtp) -> None:
    """One try with one mechanism: smtplib tries all, which locks accounts, and takes only ASCII passwords."""
    offered = connection.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        code, said = connection.docmd("AUTH", f"PLAIN {_plain_login(way)}")
    elif "LOGIN" in offered:
        for line in ("AUTH LOGIN", _encoded(way.user), _encoded(way.password)):
            code, said = connection.docmd(line)
            if code != 334:
                break
    else:
        raise DeliveryError(f"{way}: the server takes no passwords here; it offers: {_clean(' '.join(offered)) or '-'}")
    advice = "check RECOMMEND_SMTP_PASSWORD or the password file; many providers want an app password"
    _answered(way, "user or password refused", code, said, advice=advice, expected=235)


def _announce(connection: SMTP, letter: _Letter, way: Smtp) -> None:
    options = [f"SIZE={len(letter.content)}"] if connection.has_extn("size") else []
    if letter.international:
        if not connection.has_extn("smtputf8"):
            raise DeliveryError(f"{way}: the server takes only ASCII letters in addresses; use another address")
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    code, said = connection.mail(letter.sender, options)
    _answered(way, f"no mail from {letter.sender}", code, said, advice="send from an address of this account")


def _address(connection: SMTP, letter: _Letter, way: Smtp) -> tuple[tuple[str, ...], dict[str, str]]:
    """Who is accepted, at least one, and who is not."""
    codes: dict[str, int] = {}
    refused: dict[str, str] = {}
    for each in letter.recipients:
        codes[each], said = connection.rcpt(each)
        if codes[each] == 421:  # and hangs up
            _answered(way, "the server has no time", 421, said)
        if codes[each] // 100 != 2:
            refused[each] = _words(way, codes[each], said) + " (for now)" * _is_temporary(codes[each])
    accepted = tuple(each for each in letter.recipients if each not in refused)
    if not accepted:
        each, words = next(iter(refused.items()))
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        temporary = any(map(_is_temporary, codes.values()))
        advice = "" if temporary else "; check the address"
        raise DeliveryError(
            f"{way}: no recipient was accepted; of {each}{more} the server says: {words}{advice}", temporary=temporary
        )
    return accepted, refused


def _finish(connection: SMTP, way: Smtp) -> str:
    """The server's last word; from the dot on the mail may be accepted although nothing says so."""
    import socket

    try:
        if connection.sock:
            connection.sock.settimeout(PATIENCE * way.timeout)
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else the dot waits for 40 ms
        connection.send(b".\r\n")
        code, said = connection.getreply()
    except OSError as error:
        raise _unknown(way, _broken(error, way, PATIENCE)) from None
    if code // 100 not in (2, 4, 5):
        raise _unknown(way, "the server's last answer cannot be read")
    _answered(way, "the mail was refused", code, said)
    return _words(way, code, said)


def _leave(connection: SMTP) -> None:
    with suppress(OSError):
        if connection.sock:
            connection.sock.settimeout(GOODBYE)
            connection.quit()  # and closes, whatever comes of it


# What went wrong, in words


def _answered(way: Smtp, failed: str, code: int, said: bytes, *, advice: str = "", expected: int = 250) -> None:
    """Raise a DeliveryError if the answer is not of the expected kind."""
    if code // 100 == expected // 100:
        return
    if code == 552:
        advice = "if the mail is too large, lower list_size"
    advice = f"; {advice}" if advice and not _is_temporary(code) else ""
    raise DeliveryError(
        f"{way}: {failed}; the server says: {_words(way, code, said)}{advice}", temporary=_is_temporary(code)
    )


def _is_temporary(code: int) -> bool:
    return code // 100 == 4


def _unknown(way: Way, why: str) -> Unknown:
    return Unknown(
        f"{way}: {why}, so it is unknown whether the mail was accepted; look whether it arrives before it is sent again"
    )


def _failure(error: OSError, way: Smtp) -> DeliveryError:
    """The error for what broke a connection before a mail was complete."""
    import errno
    import smtplib
    import socket
    import ssl

    temporary = True
    match error:
        case ssl.SSLCertVerificationError():
            temporary = False
            why = (
                f"the server's certificate is not trusted: {_clean(error.verify_message)}; "
                "check the host's name, or name the file of your own authority in SSL_CERT_FILE"
            )
        case ssl.SSLError() if not isinstance(error, ssl.SSLEOFError):
            temporary = False
            why = f"no TLS here ({error.reason or error}); check the port: smtps:// has 465, smtp:// has 587"
        case smtplib.SMTPResponseException():
            temporary = _is_temporary(error.smtp_code)
            said = error.smtp_error.encode() if isinstance(error.smtp_error, str) else error.smtp_error
            why = f"the server says: {_words(way, error.smtp_code, said)}"
            if error.smtp_code < 200:
                why = "no mail server answers here; check host and port"
        case socket.gaierror():
            temporary = error.errno == socket.EAI_AGAIN
            why = "no such host, or no network; check the host's name"
        case OSError(errno=errno.ECONNREFUSED):
            why = "nobody listens there; check host and port"
        case _:
            why = _broken(error, way)
    return DeliveryError(f"{way}: {why}", temporary=temporary)


def _broken(error: OSError, way: Smtp, patience: int = 1) -> str:
    import smtplib
    import ssl

    # smtplib hides a time-out in the error that it makes of it
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return f"no answer within {patience * way.timeout:g} seconds"
    if isinstance(error, smtplib.SMTPException | ssl.SSLError):
        return "the connection broke off"
    return _clean(error.strerror or str(error)).lower()


def _words(way: Smtp, code: int, said: bytes) -> str:
    """A server's answer, without the password, which it may repeat."""
    secrets = (way.password, _encoded(way.password), _plain_login(way)) if way.password else ()
    words = _clean(said, secrets)
    return f"{code} {words}".strip() if code > 0 else words  # -1: its answer has no code


def _clean(said: str | bytes, secrets: Sequence[str] = ()) -> str:
    """On one line, without control characters, and not too long."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "…")
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _plain_login(way: Smtp) -> str:
    """What the mechanism PLAIN sends (RFC 4616)."""
    return _encoded(f"\0{way.user}\0{way.password}")


def _encoded(text: str) -> str:
    return b64encode(text.encode("utf-8", "surrogateescape")).decode()

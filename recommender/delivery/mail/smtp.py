"""Send a mail to a mail server by SMTP (RFC 5321), under TLS, step by step."""

import errno
import io
import re
import smtplib
import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from smtplib import SMTP, SMTP_SSL
from typing import Literal
from urllib.parse import unquote, urlsplit

from recommender.delivery.mail.receipt import Envelope, OutcomeUnknown, Receipt, StoppedAtTheEnd, quote
from recommender.errors import DeliveryError, ProfileError
from recommender.sockets import Incoming, TooMuch

PATIENCE = 10  # times the time-out for the last answer, where giving up leaves all unknown (RFC 5321, 4.5.3.2.6)
GOODBYE = 2  # seconds
EXAMPLES = (
    "smtp://ada%40example.org@mail.example.org:587, smtps://ada%40example.org@mail.example.org:465, smtp://localhost:25"
)

_ANSWER = 2**16  # bytes; RFC 5321 has lines of 512, and few of them
_HOST = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.){0,20}[A-Za-z0-9_-]{1,63}")
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
        """The address for messages: without the user."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'smtps' if self.security == 'tls' else 'smtp'}://{host}:{self.port}"


# The address


def parse(address: str) -> Smtp:
    """The mail server of an smtp: or smtps: address, without the password.

    Raises:
        ProfileError: it names no server, or contains a password.
    """
    wrong = ProfileError(f"no mail server's address; expected one like {EXAMPLES}")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        # `from None`: with a "/" in a password, the error quotes a piece of the password as the port
        raise wrong from None
    host, user = parts.hostname or "", unquote(parts.username or "")
    if parts.password is not None:
        raise ProfileError("the mail server's address contains a password; take it out, and change it")
    if not _is_host(host) or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise wrong
    if not user.isprintable():
        raise ProfileError(f"the address of {host} contains a control character")
    if parts.scheme == "smtps":
        return Smtp(host, port or 465, "tls", user)
    if _is_loopback(host) and not user:
        return Smtp(host, port or 25, "none")
    return Smtp(host, port or 587, "starttls", user)


def _is_host(host: str) -> bool:
    if ":" not in host:
        return bool(_HOST.fullmatch(host))
    with suppress(ValueError):
        return bool(IPv6Address(host))
    return False


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


# The dialogue


class _Connection(SMTP):
    """A connection whose answers are bounded: in bytes, and each as a whole in `timeout` seconds."""

    _incoming: Incoming

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock:  # also after STARTTLS: nothing sent before in plain text counts
            self._incoming = Incoming(self.sock)
            self.file = io.BufferedReader(self._incoming)
        self._incoming.allow(_ANSWER, self.timeout)
        return super().getreply()


class _TlsConnection(_Connection, SMTP_SSL):
    """The same with TLS from the first byte."""


def deliver(envelope: Envelope, server: Smtp, context: ssl.SSLContext | None) -> Receipt:
    """Try once to send a mail; the steps are separate because what a failure means depends on the step.

    Args:
        context: which certificates are trusted; None: those of the system, or of SSL_CERT_FILE.

    Raises:
        OutcomeUnknown: the connection failed after the mail's end was sent.
        DeliveryError: no recipient will get it.
    """
    connection: _Connection | None = None
    try:
        trusted = None if server.security == "none" else context or ssl.create_default_context()
        connection = _connect(server, trusted)
        if server.security == "starttls":
            _start_tls(connection, server, trusted)
        connection.ehlo_or_helo_if_needed()
        if server.user:
            _log_in(connection, server)
        _name_sender(connection, envelope, server)
        accepted, refused = _name_recipients(connection, envelope, server)
        _check(server, "the mail was refused", *connection.docmd("DATA"), expected=354)
        # A mail without the dot at its end counts for nothing (RFC 5321, 4.1.1.4), so a failure up to here is harmless.
        connection.send(re.sub(rb"(?m)^\.", b"..", envelope.content))
        reply = _finish(connection, server)
    except OSError as error:  # base of all errors of smtplib and ssl
        raise _failure(error, server) from None  # a traceback would show what it holds
    finally:
        if connection:
            _leave(connection)
    return Receipt(accepted, refused, reply)


def _connect(server: Smtp, trusted: ssl.SSLContext | None) -> _Connection:
    if server.security == "tls":
        return _TlsConnection(server.host, server.port, _HELO, timeout=server.timeout, context=trusted)
    return _Connection(server.host, server.port, _HELO, timeout=server.timeout)


def _start_tls(connection: SMTP, server: Smtp, trusted: ssl.SSLContext | None) -> None:
    connection.ehlo_or_helo_if_needed()
    if not connection.has_extn("starttls"):
        raise DeliveryError(
            f"{server}: the server offers no STARTTLS, and nothing is sent in plain text; check the port, "
            "or try smtps://"
        )
    connection.starttls(context=trusted)


def _log_in(connection: SMTP, server: Smtp) -> None:
    """Log in once with one mechanism: smtplib tries all, which locks accounts, and takes only ASCII passwords."""
    offered = connection.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        code, answer = connection.docmd("AUTH", f"PLAIN {_plain_login(server)}")
    elif "LOGIN" in offered:
        for line in ("AUTH LOGIN", _encoded(server.user), _encoded(server.password)):
            code, answer = connection.docmd(line)
            if code != 334:
                break
    else:
        mechanisms = quote(" ".join(offered)) or "-"
        raise DeliveryError(f"{server}: the server takes no passwords here; it offers: {mechanisms}")
    advice = "check RECOMMEND_SMTP_PASSWORD or the password file; many providers want an app password"
    _check(server, "user or password refused", code, answer, advice=advice, expected=235)


def _name_sender(connection: SMTP, envelope: Envelope, server: Smtp) -> None:
    options = [f"SIZE={len(envelope.content)}"] if connection.has_extn("size") else []
    if envelope.international:
        if not connection.has_extn("smtputf8"):
            raise DeliveryError(f"{server}: the server takes only ASCII letters in addresses; use another address")
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    code, answer = connection.mail(envelope.sender, options)
    _check(server, f"no mail from {envelope.sender}", code, answer, advice="send from an address of this account")


def _name_recipients(connection: SMTP, envelope: Envelope, server: Smtp) -> tuple[tuple[str, ...], dict[str, str]]:
    """The recipients that the server accepts, at least one, and its answers for those it refuses."""
    codes: dict[str, int] = {}
    refused: dict[str, str] = {}
    for recipient in envelope.recipients:
        code, answer = connection.rcpt(recipient)
        codes[recipient] = code
        if code == 421:  # the server hangs up
            _check(server, "the server is busy", code, answer)
        if code // 100 != 2:
            refused[recipient] = _quoted(server, code, answer) + " (for now)" * _is_temporary(code)
    accepted = tuple(recipient for recipient in envelope.recipients if recipient not in refused)
    if not accepted:
        recipient, words = next(iter(refused.items()))
        others = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        temporary = any(map(_is_temporary, codes.values()))
        advice = "" if temporary else "; check the address"
        raise DeliveryError(
            f"{server}: no recipient was accepted; of {recipient}{others} the server says: {words}{advice}",
            temporary=temporary,
        )
    return accepted, refused


def _finish(connection: _Connection, server: Smtp) -> str:
    """End the mail and return the server's answer; from here on it may be accepted without an answer."""
    try:
        connection.timeout = PATIENCE * server.timeout
        if connection.sock:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else Nagle delays the dot
        connection.send(b".\r\n")
        code, answer = connection.getreply()
    except OSError as error:
        raise OutcomeUnknown(server, _breakdown(error, server, PATIENCE)) from None
    except KeyboardInterrupt as stop:
        raise StoppedAtTheEnd from stop
    if code // 100 not in (2, 4, 5):
        raise OutcomeUnknown(server, "the server's last answer cannot be read")
    _check(server, "the mail was refused", code, answer)
    return _quoted(server, code, answer)


def _leave(connection: _Connection) -> None:
    with suppress(OSError):
        if connection.sock:
            connection.timeout = GOODBYE
            connection.sock.settimeout(GOODBYE)
            connection.quit()  # closes the socket in any case


# Failures


def _check(server: Smtp, problem: str, code: int, answer: bytes, *, advice: str = "", expected: int = 250) -> None:
    """Raise a DeliveryError if the answer is not of the expected class (2xx, 3xx)."""
    if code // 100 == expected // 100:
        return
    if code == 552:
        advice = "if the mail is too large, lower list_size"
    advice = f"; {advice}" if advice and not _is_temporary(code) else ""
    raise DeliveryError(
        f"{server}: {problem}; the server says: {_quoted(server, code, answer)}{advice}", temporary=_is_temporary(code)
    )


def _is_temporary(code: int) -> bool:
    return code // 100 == 4


def _failure(error: OSError, server: Smtp) -> DeliveryError:
    """The error to show for a connection that failed before the mail was complete."""
    temporary = True
    match error:
        case ssl.SSLCertVerificationError():
            temporary = False
            reason = (
                f"the server's certificate is not trusted: {quote(error.verify_message)}; "
                "check the host's name, or name the file of your own authority in SSL_CERT_FILE"
            )
        case ssl.SSLError() if not isinstance(error, ssl.SSLEOFError):
            temporary = False
            reason = f"no TLS here ({error.reason or error}); check the port: smtps:// has 465, smtp:// has 587"
        case smtplib.SMTPResponseException() if error.smtp_code < 200:
            temporary = False
            reason = "no mail server answers here; check host and port"
        case smtplib.SMTPResponseException():
            temporary = _is_temporary(error.smtp_code)
            answer = error.smtp_error.encode() if isinstance(error.smtp_error, str) else error.smtp_error
            reason = f"the server says: {_quoted(server, error.smtp_code, answer)}"
        case socket.gaierror():
            temporary = error.errno == socket.EAI_AGAIN
            reason = "no such host, or no network; check the host's name"
        case OSError(errno=errno.ECONNREFUSED):
            reason = "nobody listens there; check host and port"
        case _:
            reason = _breakdown(error, server)
    return DeliveryError(f"{server}: {reason}", temporary=temporary)


def _breakdown(error: OSError, server: Smtp, patience: int = 1) -> str:
    """Why a connection ended, in words."""
    # smtplib hides these in the error that it makes of them
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return f"no answer within {patience * server.timeout:g} seconds"
    if isinstance(error.__context__, TooMuch):
        return str(error.__context__)
    if isinstance(error, smtplib.SMTPException | ssl.SSLError):
        return "the connection broke off"
    return quote(error.strerror or str(error)).lower()


def _quoted(server: Smtp, code: int, answer: bytes) -> str:
    """A server's answer, without the password, which it may repeat."""
    secrets = (server.password, _encoded(server.password), _plain_login(server)) if server.password else ()
    words = quote(answer, secrets)
    return f"{code} {words}".strip() if code > 0 else words  # -1: the answer has no code


def _plain_login(server: Smtp) -> str:
    """The login of the mechanism PLAIN (RFC 4616)."""
    return _encoded(f"\0{server.user}\0{server.password}")


def _encoded(text: str) -> str:
    return b64encode(text.encode("utf-8", "surrogateescape")).decode()

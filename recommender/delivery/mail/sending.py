"""Send a mail, at most once, by the transport that an address in the settings names.

smtp://ada%40example.org@mail.example.org   a mail server: STARTTLS on port 587, required
smtps://ada%40example.org@mail.example.org  a mail server: TLS from the first byte on, on port 465
smtp://localhost:25                         plain text, to this machine only and without a login
sendmail:/usr/sbin/sendmail                 a command that reads a mail from its standard input
maildir:/home/ada/Mail                      a folder
slack:#papers                               a delivery of another package, by its name (recommender/plugins.py)
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from email.message import EmailMessage
from ssl import SSLContext
from typing import TypeAlias

from recommender.delivery.mail import maildir, plugin, sendmail, smtp
from recommender.delivery.mail.maildir import Maildir
from recommender.delivery.mail.plugin import Plugin
from recommender.delivery.mail.receipt import OutcomeUnknown, Receipt, envelope
from recommender.delivery.mail.sendmail import Sendmail
from recommender.delivery.mail.smtp import Smtp
from recommender.errors import DeliveryError, ProfileError

Transport: TypeAlias = Smtp | Sendmail | Maildir | Plugin

WAITS = (5.0, 30.0)  # seconds before the second try and the third


def transport_from(address: str, password: str) -> Transport:
    """The transport that an address from the settings names, with the password of its user.

    Raises:
        ProfileError: the address is wrong, or its user has no password.
    """
    transport = _parse(address)
    if not isinstance(transport, Smtp) or not transport.user:
        return transport
    if not password:
        raise ProfileError(
            f"{transport}: no password for {transport.user}; set RECOMMEND_SMTP_PASSWORD, or make the password file"
        )
    return replace(transport, password=password)


def needs_password(address: str) -> bool:
    """Whether an address from the settings has a user who logs in.

    Raises:
        ProfileError: the address is wrong.
    """
    transport = _parse(address)
    return isinstance(transport, Smtp) and bool(transport.user)


def send(
    message: EmailMessage,
    recipients: Sequence[str],
    transport: Transport,
    *,
    context: SSLContext | None = None,
    sleep: Callable[[float], object] = time.sleep,
    tell: Callable[[str], object] = lambda text: None,
) -> Receipt:
    """Send a mail at most once: from the address in its From, to these recipients, without any Bcc.

    A mail server that fails or refuses temporarily is tried again after each of WAITS; a command or a folder is not.

    Args:
        context: which certificates are trusted; by default those of the system, or of SSL_CERT_FILE.
        tell: called with the reason for each wait.

    Raises:
        OutcomeUnknown: the mail may have been accepted.
        DeliveryError: no recipient will get it.
    """
    addressed = envelope(message, recipients)
    if isinstance(transport, Maildir):
        return maildir.deliver(addressed, transport)
    if isinstance(transport, Sendmail):
        return sendmail.deliver(addressed, transport)
    if isinstance(transport, Plugin):
        return plugin.deliver(addressed, message, transport)
    waits = iter(WAITS)
    while True:
        try:
            return smtp.deliver(addressed, transport, context)
        except DeliveryError as error:
            if isinstance(error, OutcomeUnknown) or not error.temporary:
                raise
            wait = next(waits, None)
            if wait is None:
                raise DeliveryError(f"{error}; tried {len(WAITS) + 1} times, try again later", temporary=True) from None
            tell(f"{error}; trying again in {wait:g} seconds")
        sleep(wait)


def _parse(address: str) -> Transport:
    """The transport, without a password."""
    stripped = address.strip()
    scheme, _, rest = stripped.partition(":")
    match scheme.lower() if stripped.isprintable() else "":
        case "smtp" | "smtps":
            return smtp.parse(stripped)
        case "sendmail":
            return sendmail.parse(rest)
        case "maildir":
            return maildir.parse(rest)
        case name if found := plugin.parse(name, rest):
            return found
        case _:  # the message does not quote the address: it may contain a password
            raise ProfileError(
                f"no such way to send mail; expected one like {smtp.EXAMPLES}, {sendmail.EXAMPLE} or {maildir.EXAMPLE}"
            )

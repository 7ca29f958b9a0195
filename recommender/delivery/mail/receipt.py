"""What every transport shares: the envelope it is given, the receipt it returns, and how it quotes what others say."""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from recommender.delivery.mail.excerpt import printable_line
from recommender.errors import DeliveryError
from recommender.text.short import shortened

MAX_QUOTE = 200  # characters of what a server or a command says

_MAILBOX = re.compile(r'[^\s@<>()\[\],;:\\"]+(?:@[^\s@<>(),;:\\"]+)?')  # "ada" alone: on this machine


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail with the addresses it is sent from and to."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes  # lines end in CR LF
    international: bool  # an address has letters beyond ASCII

    @property
    def local(self) -> bytes:
        """The content with the line ends of files."""
        return self.content.replace(b"\r\n", b"\n")


@dataclass(frozen=True, slots=True)
class Receipt:
    """Which recipients will get a mail, and which were refused."""

    accepted: tuple[str, ...]  # at least one
    refused: Mapping[str, str]  # recipient → the server's words; "451 … (for now)" may be accepted later
    reply: str  # the server's last answer: "250 2.0.0 Ok: queued as 4F3…"


class OutcomeUnknown(DeliveryError):
    """It is unknown whether a mail was accepted: it may be on its way, and would come twice if it were sent again.

    Args:
        refused: the transport said that it did not take the mail, which is not true of all that say so.
    """

    def __init__(self, transport: object, reason: str, *, refused: bool = False) -> None:
        self.refused = refused
        super().__init__(
            f"{transport}: {reason}, so it is unknown whether the mail was accepted; "
            "look whether it arrives before it is sent again",
            temporary=True,
        )


class StoppedAtTheEnd(KeyboardInterrupt):
    """Ctrl-C after a mail was handed over, and before its outcome was known."""


def envelope(message: EmailMessage, recipients: Sequence[str]) -> Envelope:
    """Address a mail: from the address in its From, to each recipient once, without any Bcc.

    Raises:
        DeliveryError: there is no recipient, or an address is not valid.
    """
    sender = message["From"].addresses[0].addr_spec
    receivers = tuple(dict.fromkeys(recipients))
    if not receivers:
        raise DeliveryError("nobody to send the mail to; name a recipient")
    for address in (sender, *receivers):
        if not _MAILBOX.fullmatch(address) or not address.isprintable():
            raise DeliveryError(f"{address!r} is no e-mail address; expected one like ada@example.org")
    international = not all(map(str.isascii, (sender, *receivers)))
    without_bcc = copy(message)
    del without_bcc["Bcc"]
    policy = SMTP.clone(cte_type="7bit", utf8=international)  # 7 bit, because not every server takes more
    content = without_bcc.as_bytes(policy=policy).removesuffix(b"\r\n") + b"\r\n"
    return Envelope(sender, receivers, content, international)


def quote(words: str | bytes, secrets: Sequence[str] = ()) -> str:
    """The words of a server or a command on one line, without the secrets, and not too long."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    text = _without(secrets, printable_line(_without(secrets, text)))  # control characters may have parted a secret
    return shortened(text, MAX_QUOTE)


def _without(secrets: Sequence[str], text: str) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text

"""The headers of a mail: checked addresses, links and ids, and a policy that writes them so that they arrive."""

import re
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UniqueAddressHeader, UniqueSingleAddressHeader
from email.headerregistry import UniqueUnstructuredHeader as UniqueTextHeader
from email.policy import SMTP, EmailPolicy
from typing import Any
from urllib.parse import quote

from recommender.delivery.mail.excerpt import printable_line
from recommender.errors import DeliveryError
from recommender.text.short import cut_at_word

MAX_NAME = 60  # characters of a name

_MAX_QUOTE = 250  # characters of a wrong address in a message
_LINK = re.compile(r"(?:mailto:|https?://)[!#-;=?-~]{1,900}", re.ASCII)  # visible ASCII but " < >; 998 end a line
_ID = re.compile(r"<[!-;=?A-~]{1,400}@[!-;=?A-~]{1,400}>")
_LIST_ID = re.compile(r"[\w.-]{1,250}", re.ASCII)
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_MAILBOX = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII | re.IGNORECASE)
_NAMED_MAILBOX = re.compile(r"(?P<name>[^<>]*)<(?P<mailbox>[^<>]*)>\s*")

# Values


def address(text: str, role: str) -> Address:
    """The address of a person, with or without a name.

    Args:
        role: "the sender" or "the recipient", for the message of an error.

    Raises:
        DeliveryError: it is not valid.
    """
    match = _NAMED_MAILBOX.fullmatch(text)
    name, mailbox = (match["name"], match["mailbox"]) if match else ("", text)
    mailbox = mailbox.strip()
    if not _MAILBOX.fullmatch(mailbox) or ".." in mailbox or len(mailbox) > 254:
        raise DeliveryError(
            f"{role} {cut_at_word(printable_line(text), _MAX_QUOTE)!r} is no e-mail address; "
            'write "ada@example.org" or "Ada Lovelace <ada@example.org>"'
        )
    name = re.sub(r"\\(.)", r"\1", printable_line(name).strip('"'))
    local, _, domain = mailbox.rpartition("@")
    return Address(cut_at_word(name, MAX_NAME), local, domain)


def link(url: str) -> str:
    """The same mailto:, http: or https: address.

    Raises:
        DeliveryError: it is another kind of address, or has signs that no link may have.
    """
    if not _LINK.fullmatch(url):
        raise DeliveryError(f"{cut_at_word(printable_line(url), _MAX_QUOTE)!r} is no address that a mail can link to")
    return url


def escaped(url: str) -> str:
    """The address of a page in visible ASCII."""
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~")


def message_id(text: str) -> str:
    """The same message id; raises ValueError if it is not valid."""
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is no message id")
    return text


def list_id(text: str) -> str:
    """The same list id; raises ValueError if it is not valid."""
    if not _LIST_ID.fullmatch(text):
        raise ValueError(f"{text!r} is no list id")
    return text


# Writing


def _encoded(text: str, name: str, linesep: str) -> str:
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, maxlinelen=76, header_name=name).encode(linesep=linesep)


class _TextHeader(UniqueTextHeader):
    """A text for people."""

    def fold(self: Any, *, policy: Any) -> str:
        return f"{self.name}: {_encoded(str(self), self.name, policy.linesep)}{policy.linesep}"


class _AtomsHeader(UniqueTextHeader):
    """Addresses and ids for programs, each unbroken on its own line."""

    def fold(self: Any, *, policy: Any) -> str:
        return f"{self.name}: {str(self).replace(' ', f'{policy.linesep} ')}{policy.linesep}"


class _PeopleHeader:
    """Mailboxes, each on its own line."""

    def fold(self: Any, *, policy: Any) -> str:
        break_line = f"{policy.linesep} "
        mailboxes = [
            str(person)
            if person.display_name.isascii()
            else f"{_encoded(person.display_name, self.name, policy.linesep)}{break_line}<{person.addr_spec}>"
            for person in self.addresses
        ]
        return f"{self.name}: {f',{break_line}'.join(mailboxes)}{policy.linesep}"


class _SenderHeader(_PeopleHeader, UniqueSingleAddressHeader):
    pass


class _RecipientsHeader(_PeopleHeader, UniqueAddressHeader):
    pass


def _policy() -> "EmailPolicy[Any]":
    """SMTP's policy, with ASCII bodies, and with headers that are folded here.

    Python folds a long address into encoded words, which no program reads as an address
    (https://github.com/odoo/odoo/pull/289182), and joins encoded words so that Yahoo rejects the mail
    (https://github.com/python/cpython/issues/144156).
    """
    registry: Any = HeaderRegistry()
    registry.map_to_type("subject", _TextHeader)
    registry.map_to_type("from", _SenderHeader)
    registry.map_to_type("to", _RecipientsHeader)
    for name in ("message-id", "in-reply-to", "references", "list-id", "list-unsubscribe"):
        registry.map_to_type(name, _AtomsHeader)
    return SMTP.clone(header_factory=registry, cte_type="7bit")


POLICY = _policy()

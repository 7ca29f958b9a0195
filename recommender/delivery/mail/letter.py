"""A shortlist as a mail: text for any mail program, HTML for most, nothing loaded from anywhere.

Text that others wrote (titles, names, abstracts) is put on one line and cut before it reaches a header or a template;
the HTML template escapes the rest.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Literal

from recommender.delivery.mail import body, headers
from recommender.delivery.mail.links import Links
from recommender.errors import DeliveryError
from recommender.paper import Paper, Shortlist
from recommender.text.periods import day_span
from recommender.text.short import cut_at_word

_MAX_TITLE = 70  # characters of a title in the subject


@dataclass(frozen=True, slots=True)
class Letter:
    """A shortlist and how it is mailed."""

    shortlist: Shortlist
    sender: str  # "ada@example.org", or with a name: "Ada Lovelace <ada@example.org>"
    recipients: tuple[str, ...]  # written like the sender; each is named in the mail
    list_id: str  # "ada.recommender.localhost"
    message_id: str  # with its angle brackets
    date: datetime  # aware
    links: Mapping[str, Links] = field(default_factory=dict)  # by paper id; a paper without links has no buttons
    unsubscribe_mail: str = ""  # a mailto: address
    unsubscribe_url: str = ""  # an https: address that takes One-Click's POST, RFC 8058
    in_reply_to: str = ""  # the message id of the mail it follows
    period: Literal["day", "week"] = "day"
    unopened: tuple[Paper, ...] = ()  # a few papers that were liked and never opened


def compose(letter: Letter) -> EmailMessage:
    """The mail, the same bytes for the same letter; lists the first `body.MAX_PAPERS` papers and counts the others.

    Send the message itself or its bytes: if Python parses and writes it again, its addresses are broken into pieces.

    Raises:
        DeliveryError: there is no recipient, or the address of a person or link is not valid.
        ValueError: a list or message id is not valid.
    """
    if not letter.recipients:
        raise DeliveryError("the mail has no recipient; name one")
    sender = headers.address(letter.sender, "the sender")
    recipients = [headers.address(recipient, "the recipient") for recipient in letter.recipients]
    unsubscribe = [headers.link(url) for url in (letter.unsubscribe_url, letter.unsubscribe_mail) if url]
    subject = _subject(letter)
    message = EmailMessage(policy=headers.POLICY)
    message["Date"] = letter.date
    message["Message-ID"] = headers.message_id(letter.message_id)
    if letter.in_reply_to:
        message["In-Reply-To"] = message["References"] = headers.message_id(letter.in_reply_to)
    message["From"] = sender
    message["To"] = recipients
    message["Subject"] = subject
    message["List-Id"] = f"<{headers.list_id(letter.list_id)}>"
    if unsubscribe:
        message["List-Unsubscribe"] = ", ".join(f"<{url}>" for url in unsubscribe)
    if letter.unsubscribe_url.startswith("https:"):  # One-Click is for https alone
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notices, please
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    text, html = body.render(letter.shortlist, letter.links, _heading(letter), subject, unsubscribe, letter.unopened)
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    # no part can contain its own hash, and no encoded text contains "=_"
    message.set_boundary(f"=_{hashlib.sha256((text + html).encode()).hexdigest()[:32]}")
    return message


def _heading(letter: Letter) -> str:
    return f"Papers of {_period(letter, weekdays=True)}"


def _period(letter: Letter, *, weekdays: bool = False) -> str:
    """ "13 May 2020", "12 to 13 May 2020", "the week to 13 May 2020", "the week of 7 to 13 May 2020"."""
    first, last = letter.shortlist.first_day, letter.shortlist.day
    week = f"the week {'of' if first else 'to'} " if letter.period == "week" else ""
    return week + day_span(first, last, weekdays=weekdays)


def _subject(letter: Letter) -> str:
    items = letter.shortlist.items
    content = "nothing to list"
    if items:
        content = cut_at_word(body.readable_paper(items[0].paper).title, _MAX_TITLE)
        content += f" (and {len(items) - 1} more)" if len(items) > 1 else ""
    return f"{_period(letter).removeprefix('the ').replace('week', 'Week', 1)}: {content}"

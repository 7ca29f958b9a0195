"""A shortlist as a mail: text for any program, HTML for most, nothing loaded from anywhere.

What others wrote (titles, names, abstracts) is put on one line each and cut before it reaches a header or a
template; the HTML template escapes the rest.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from recommender.delivery import wording
from recommender.errors import DeliveryError
from recommender.ids import abs_url, arxiv_id, pdf_url
from recommender.paper import Paper, Reason, ReasonKind, Recommendation, Score, Shortlist
from recommender.text.readable import readable

if TYPE_CHECKING:
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.policy import EmailPolicy

    from jinja2 import Environment

MOST = 50  # papers a mail
GMAIL_CLIPS = 102_000  # bytes of HTML; the rest, and with it how to stop the mail, would be behind a link

_EXCERPTS = (480, 240, 120, 0)  # characters of an abstract; the first that keeps the mail below _ROOM
_ROOM = GMAIL_CLIPS - 4_000  # some servers count what they add, too
_SENTENCES = 3
_TITLE, _SUBJECT_TITLE, _NAME, _WHY, _NOTE = 250, 70, 60, 140, 600  # characters
_READ = 1_000  # characters of a title or abstract that are looked at
_NAMES = 4  # authors that are all named; of more, one less
_MARKS = 20  # words marked an abstract
_COLUMNS = 72


@dataclass(frozen=True, slots=True)
class Links:
    """Where a reader's word on one paper goes: complete mailto: or http(s): addresses."""

    like: str
    dislike: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A shortlist and how it travels."""

    shortlist: Shortlist
    sender: str  # "ada@example.org", or with a name: "Ada Lovelace <ada@example.org>"
    recipients: tuple[str, ...]  # likewise; each is named in the mail
    list_id: str  # "ada.recommender.localhost"
    message_id: str  # with its angle brackets
    date: datetime  # aware
    links: Mapping[str, Links] = field(default_factory=dict)  # by paper id; a paper without has no buttons
    unsubscribe_mail: str = ""  # a mailto: address
    unsubscribe_url: str = ""  # an https: address that takes One-Click's POST, RFC 8058
    in_reply_to: str = ""  # the message id of the mail it follows
    prefix: str = ""  # of the subject
    period: Literal["day", "week"] = "day"


def compose(letter: Letter) -> "EmailMessage":
    """The mail, the same bytes for the same letter; lists the first `MOST` papers and says how many more there are.

    Send the message itself or its bytes: what Python parses and writes again has its addresses in pieces.

    Raises:
        DeliveryError: an address of a person or a link is none, and which, or nobody is written to.
        ValueError: a list or message id is none.
    """
    from email.message import EmailMessage

    if not letter.recipients:
        raise DeliveryError("the mail has no recipient; name one")
    sender = _address(letter.sender, "the sender")
    recipients = [_address(recipient, "the recipient") for recipient in letter.recipients]
    ways_out = [_link(way) for way in (letter.unsubscribe_url, letter.unsubscribe_mail) if way]
    message = EmailMessage(policy=_policy())
    message["Date"] = letter.date
    message["Message-ID"] = _message_id(letter.message_id)
    if letter.in_reply_to:
        message["In-Reply-To"] = message["References"] = _message_id(letter.in_reply_to)
    message["From"] = sender
    message["To"] = recipients
    message["Subject"] = _subject(letter)
    message["List-Id"] = f"<{_list_id(letter.list_id)}>"
    if ways_out:
        message["List-Unsubscribe"] = ", ".join(f"<{way}>" for way in ways_out)
    if letter.unsubscribe_url.startswith("https:"):  # One-Click is for https alone
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notices, please
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    text, html = _parts(letter)
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    # no part can hold its own hash, and "=_" stands in no encoded text
    message.set_boundary(f"=_{hashlib.sha256((text + html).encode()).hexdigest()[:32]}")
    return message


# What the templates are given


@dataclass(frozen=True, slots=True)
class _Entry:
    """One paper as both parts show it; every text is on one line, and short."""

    rank: int
    title: str
    page: str  # empty where none is known
    match: str  # "82 % match"; empty where it is not known
    facts: str  # id and categories
    authors: str
    why: str
    abstract: tuple[str, ...]  # every second piece is a word that mattered
    places: tuple[tuple[str, str], ...]  # where to read it: what and address
    links: Links | None


def _parts(letter: Letter) -> tuple[str, str]:
    """The text and the HTML."""
    shortlist, templates = letter.shortlist, _templates()
    shown = shortlist.items[:MOST]
    # a title and an abstract are read once, however often they must be cut shorter
    papers = [_readable(item.paper) for item in shown]
    about = {
        "heading": _heading(letter),
        "profile": _line(shortlist.profile),
        "count": _count(shortlist),
        "said": _said(shortlist),
        "more": len(shortlist.items) - len(shown),
        "wanted": min(len(shortlist.items), 10_000),
        "judged": bool(letter.links),
        "unsubscribe": [way for way in (letter.unsubscribe_url, letter.unsubscribe_mail) if way],
        "subject": _subject(letter),
    }

    def render(name: str, room: int) -> str:
        entries = [
            _entry(item, paper, letter.links.get(item.paper.id), room)
            for item, paper in zip(shown, papers, strict=True)
        ]
        return templates.get_template(name).render(about, entries=entries)

    html = ""
    for room in _EXCERPTS:
        html = render("letter.html", room)
        if len(html.encode()) <= _ROOM:
            break
    return render("letter.txt", _EXCERPTS[0]), html


def _heading(letter: Letter) -> str:
    day = letter.shortlist.day
    return f"Papers of {'the week to ' if letter.period == 'week' else ''}{day:%a} {wording.day(day)}"


def _count(shortlist: Shortlist) -> str:
    """ "10 of 46 papers"; empty where none was there."""
    return f"{len(shortlist.items)} of {wording.papers(shortlist.considered)}" if shortlist.considered else ""


def _said(shortlist: Shortlist) -> str:
    """What there is to say before the papers, or in their place."""
    note = _cut(_line(wording.notes(shortlist.notes)), _NOTE)
    if not shortlist.items:
        return note or "Nothing to list this time."
    if any(item.score.probability is not None for item in shortlist.items):
        return note
    return f"{note} How well they match is not known yet: it takes some likes and dislikes to tell.".lstrip()


def _subject(letter: Letter) -> str:
    shortlist = letter.shortlist
    day = f"{'Week to ' if letter.period == 'week' else ''}{wording.day(shortlist.day)}"
    if shortlist.items:
        says = _cut(_readable(shortlist.items[0].paper).title, _SUBJECT_TITLE)
        others = len(shortlist.items) - 1
        says += f" (and {others} more)" if others else ""
    else:
        says = "nothing to list"
    return " ".join(filter(None, (_cut(_line(letter.prefix), _NAME), f"{day}: {says}")))


def _readable(paper: Paper) -> Paper:
    """The paper with a title and an abstract for people."""
    title = _cut(_line(readable(paper.title[:_READ])), _TITLE) or "(no title)"
    return replace(paper, id=_line(paper.id), title=title, abstract=_line(readable(paper.abstract[:_READ])))


def _entry(item: Recommendation, paper: Paper, links: Links | None, room: int) -> _Entry:
    page, pdf = _escaped(abs_url(paper.id)), pdf_url(paper.id)
    places = [("abs" if pdf else "page", page), ("pdf", pdf), ("html", _html_url(paper.id))]
    shown_id = "" if paper.id.startswith(("http:", "https:", "title:")) else paper.id
    return _Entry(
        item.rank,
        paper.title,
        page,
        _match(item.score),
        " · ".join(filter(None, (_cut(shown_id, _TITLE), _cut(_line(" ".join(paper.categories[:3])), _NAME)))),
        _authors(paper.authors),
        _why(item),
        _marked(_beginning(paper.abstract, room), item.score.reasons),
        tuple((what, address) for what, address in places if address),
        Links(_link(links.like), _link(links.dislike)) if links else None,
    )


def _match(score: Score) -> str:
    return f"{wording.match(score)} match" if wording.match(score) else ""


def _authors(authors: Sequence[str]) -> str:
    named = len(authors) if len(authors) <= _NAMES else _NAMES - 1
    names = ", ".join(_cut(_line(readable(author[:_READ])), _NAME) for author in authors[:named])
    return f"{names} and {len(authors) - named} more" if len(authors) > named else names


def _why(item: Recommendation) -> str:
    reasons = tuple(reason._replace(subject=reason.subject[:_READ]) for reason in item.score.reasons)
    readable_item = item._replace(score=item.score._replace(reasons=reasons))
    return _cut(_line(wording.why_listed(readable_item, _WHY)), _WHY)


# arXiv makes HTML of what came since December 2023: https://info.arxiv.org/about/accessible_HTML.html
_HTML_SINCE = "2312"


def _html_url(paper_id: str) -> str:
    is_new = arxiv_id(paper_id) and "/" not in paper_id and paper_id[:4] >= _HTML_SINCE
    return f"https://arxiv.org/html/{paper_id}" if is_new else ""


# What others wrote, made short and harmless


def _line(text: str) -> str:
    """The text on one line, without anything unseen: control characters, marks of direction, halves of surrogates."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _cut(text: str, room: int) -> str:
    """The text, or its first words with an ellipsis, in `room` characters."""
    if len(text) <= room:
        return text
    head = text[: room - 1]
    words = head.rpartition(" ")[0] if text[room - 1] != " " else head
    return f"{(words if len(words) > room // 2 else head).rstrip(' ,;:')}…"


def _beginning(abstract: str, room: int) -> str:
    """The first sentences, as many as fit into `room` characters; a longer first one is cut at a word."""
    taken = ""
    for sentence in _sentences(abstract)[:_SENTENCES]:
        longer = f"{taken} {sentence}".lstrip()
        if len(longer) > room:
            return taken or (_cut(sentence, room) if room else "")
        taken = longer
    return taken


_UNFINISHED = re.compile(
    r"(?:[a-z]|e\.g|i\.e|w\.r\.t|al|etc|cf|vs|figs?|eqs?|secs?|refs?|no|resp|approx)\.", re.IGNORECASE
)


def _sentences(text: str) -> list[str]:
    found: list[list[str]] = [[]]
    words = text.split(" ")
    for word, following in zip(words, [*words[1:], ""], strict=True):
        found[-1].append(word)
        closed = word.rstrip("\"'”’)]")
        is_end = closed.endswith((".", "!", "?")) and not _UNFINISHED.fullmatch(closed.lstrip("\"'“‘(["))
        if is_end and not following[:1].islower():
            found.append([])
    return [" ".join(sentence) for sentence in found if sentence]


def _marked(text: str, reasons: Sequence[Reason]) -> tuple[str, ...]:
    """The text in pieces; every second one is a word that spoke for the paper."""
    words = [
        _line(reason.subject[:_TITLE]) for reason in reasons if reason.kind is ReasonKind.WORD and reason.weight > 0
    ]
    # a pair may stand there with a hyphen; the longest first, so that a pair is marked whole
    patterns = [r"[\s‐‑-]".join(map(re.escape, word.split(" "))) for word in words[:_MARKS] if word]
    if not patterns:
        return (text,)
    marked: set[str] = set()  # once is enough: a page of marks says nothing
    either = "|".join(sorted(patterns, key=len, reverse=True))
    pieces = [""]
    for number, piece in enumerate(re.split(rf"(?<!\w)({either})(?!\w)", text, flags=re.IGNORECASE)):
        if number % 2 and piece.lower() not in marked:
            marked.add(piece.lower())
            pieces += [piece, ""]
        else:
            pieces[-1] += piece
    return tuple(pieces)


# Addresses

_LINK = re.compile(r"(?:mailto:|https?://)[!#-;=?-~]{1,900}", re.ASCII)  # visible ASCII but " < >; 998 end a line
_ID = re.compile(r"<[!-;=?A-~]{1,400}@[!-;=?A-~]{1,400}>")
_LIST_ID = re.compile(r"[\w.-]{1,250}", re.ASCII)
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_MAILBOX = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII | re.IGNORECASE)
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<mailbox>[^<>]*)>\s*")


def _address(text: str, whose: str) -> "Address":
    from email.headerregistry import Address

    named = _NAMED.fullmatch(text)
    name, mailbox = (named["name"], named["mailbox"]) if named else ("", text)
    mailbox = mailbox.strip()
    if not _MAILBOX.fullmatch(mailbox) or ".." in mailbox or len(mailbox) > 254:
        raise DeliveryError(
            f"{whose} {_cut(_line(text), _TITLE)!r} is no e-mail address; "
            'write "ada@example.org" or "Ada Lovelace <ada@example.org>"'
        )
    name = re.sub(r"\\(.)", r"\1", _line(name).strip('"'))
    local, _, domain = mailbox.rpartition("@")
    return Address(_cut(name, _NAME), local, domain)


def _link(address: str) -> str:
    if not _LINK.fullmatch(address):
        raise DeliveryError(f"{_cut(_line(address), _TITLE)!r} is no address that a mail can link to")
    return address


def _message_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is no message id")
    return text


def _list_id(text: str) -> str:
    if not _LIST_ID.fullmatch(text):
        raise ValueError(f"{text!r} is no list id")
    return text


def _escaped(page: str) -> str:
    from urllib.parse import quote

    return quote(page, safe="!#$%&'()*+,/:;=?@[]~")


# How it is written


@cache
def _policy() -> "EmailPolicy[Any]":
    """SMTP's, with bodies in ASCII, and with headers that arrive as they are written whatever policy writes them.

    Python folds a long address into encoded words, which no program reads as an address
    (https://github.com/odoo/odoo/pull/289182), and joins encoded words so that Yahoo rejects the mail
    (https://github.com/python/cpython/issues/144156).
    """
    from email.header import Header
    from email.headerregistry import (
        HeaderRegistry,
        UniqueAddressHeader,
        UniqueSingleAddressHeader,
        UniqueUnstructuredHeader,
    )
    from email.policy import SMTP

    def encoded(text: str, name: str, linesep: str) -> str:
        charset = "us-ascii" if text.isascii() else "utf-8"
        return Header(text, charset, maxlinelen=76, header_name=name).encode(linesep=linesep)

    class Words(UniqueUnstructuredHeader):
        """A text for people."""

        def fold(self: Any, *, policy: Any) -> str:
            return f"{self.name}: {encoded(str(self), self.name, policy.linesep)}{policy.linesep}"

    class Whole(UniqueUnstructuredHeader):
        """Addresses for programs, each whole and on its own line."""

        def fold(self: Any, *, policy: Any) -> str:
            return f"{self.name}: {str(self).replace(' ', f'{policy.linesep} ')}{policy.linesep}"

    class People:
        """Mailboxes, each on its own line."""

        def fold(self: Any, *, policy: Any) -> str:
            apart = f"{policy.linesep} "
            written = [
                str(each)
                if each.display_name.isascii()
                else f"{encoded(each.display_name, self.name, policy.linesep)}{apart}<{each.addr_spec}>"
                for each in self.addresses
            ]
            return f"{self.name}: {f',{apart}'.join(written)}{policy.linesep}"

    class Sender(People, UniqueSingleAddressHeader):
        pass

    class Recipients(People, UniqueAddressHeader):
        pass

    registry: Any = HeaderRegistry()
    registry.map_to_type("subject", Words)
    registry.map_to_type("from", Sender)
    registry.map_to_type("to", Recipients)
    for name in ("message-id", "in-reply-to", "references", "list-id", "list-unsubscribe"):
        registry.map_to_type(name, Whole)
    return SMTP.clone(header_factory=registry, cte_type="7bit")


@cache
def _templates() -> "Environment":
    from textwrap import fill

    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def filled(text: str, indent: int) -> str:
        """The text in lines of `_COLUMNS` characters, the first without the indent that stands before it."""
        lines = fill(
            text,
            _COLUMNS,
            initial_indent=" " * indent,
            subsequent_indent=" " * indent,
            break_on_hyphens=False,
        )
        return lines[indent:]

    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=lambda name: not str(name).endswith(".txt"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["filled"] = filled
    return templates

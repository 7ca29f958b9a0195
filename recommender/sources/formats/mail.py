r"""Reads arXiv's daily e-mails: saved mails, an mbox of them, or their mere text.

    received from  Wed 15 Mar 23 18:00:00 GMT  to  Thu 16 Mar 23 18:00:00 GMT
    \\
    arXiv:2303.08867
    Date: Wed, 15 Mar 2023 18:34:08 GMT   (243kb,D)

    Title: A Bayesian derivation of the square root law of market impact
    Authors: Louis Saddier and Matteo Marsili
    Categories: q-fin.TR cond-mat.stat-mech
    \\
      We show that the main empirical findings ...
    \\ ( https://arxiv.org/abs/2303.08867 ,  243kb)

After the new papers come the cross-lists, then the replacements, each behind a line of per cent signs. Each
pattern here takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

from recommender.errors import SourceError
from recommender.ids import CATEGORY, arxiv_id, doi
from recommender.paper import Digest, Paper, Skipped
from recommender.sources.arxiv.calendar import announced_for, announcement_day
from recommender.text import names
from recommender.text.dates import read_day, read_moment
from recommender.text.encoding import decode
from recommender.text.lines import unix_lines
from recommender.text.markup import plain
from recommender.text.short import shortened

if TYPE_CHECKING:  # 30 ms that a reader of other formats need not wait
    from email.message import Message

MAIL_LIMIT = 16 * 2**20  # bytes of one mail; a busy day of all of cs has 2 MB

_HEAD = 64 * 1024  # bytes looked at to recognise a format


def recognises(data: bytes) -> bool:
    """Whether this is a mail, an mbox, or the text of a mailing, by its first 64 kB."""
    head = _start(data[:_HEAD])
    if _POSTMARK.match(head) or _is_mail(head):
        return True
    text = unix_lines(decode(head))
    return not text.startswith(("<", "{", "[", "@", "#", '"')) and bool(_MAILING.search(text) or _ENTRY.search(text))


def read_digests(data: bytes) -> list[Digest]:
    """The arXiv mailings in a mail, an mbox or a text, in the order of the data; other mails are passed over.

    A mailing without entries is a digest without papers. A paper that stands in a section twice is one, the
    first. An entry without id or title is in `Digest.skipped`; so is one that is cut off, and it is a paper all
    the same if only its abstract is. Lines count from the top of each mail's text.
    Raises SourceError if there is no mailing at all, or none that can be read.
    """
    digests: list[Digest] = []
    unreadable: list[Digest] = []
    for raw in _mails(_start(data)):
        for mail in _read_mail(raw):
            if mail.html_only:
                unreadable.append(_unreadable(mail))
            else:
                digests += [_read_mailing(mail, line, text) for line, text in _mailings(mail.text)]
    if not digests:
        reason = unreadable[0].skipped[0].reason if unreadable else "no arXiv mailing in it"
        raise SourceError(f"{reason}; save arXiv's daily mail as it came, or its whole text")
    return digests + unreadable


def messages(data: bytes) -> list[bytes]:
    """The mails of an mbox, or the one mail that the data is."""
    return list(_mails(_start(data)))


def subject(mail: bytes) -> str:
    """The subject of a mail in one line, decoded; empty where it has none, or no mail program wrote it."""
    head = mail[:_HEAD].partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header
    from email.parser import BytesHeaderParser

    try:
        return _subject_text(
            str(make_header(decode_header(str(BytesHeaderParser().parsebytes(head)["subject"] or ""))))
        )
    except (HeaderParseError, LookupError, ValueError):
        return ""


# From bytes to the texts of mails

# An mbox parts its mails by a line "From ada@example.org Fri Mar 17 00:31:14 2023" behind an empty one. Without a
# time and a year it is prose: not every program writes ">From" in a text as it should.
_POSTMARK = re.compile(rb"^From [^\n]{1,200}?[0-9]:[0-9]{2}[^\n]{0,20}? [12][0-9]{3}[^\n]*$", re.MULTILINE)
_ESCAPED = re.compile(rb"^>(>*+From )", re.MULTILINE)
_HEADERS = re.compile(rb"(?:[!-9;-~]++:[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|$))++")
_HEADER_NAME = re.compile(rb"^[!-9;-~]++(?=:)", re.MULTILINE)
_MAIL_HEADERS = {b"date", b"subject", b"from", b"to", b"received", b"message-id", b"mime-version", b"content-type"}
# email's parser takes quadratic time for parts in parts and for a header with many parameters: no mailing has those.
_NESTING = re.compile(rb"multipart/|message/", re.IGNORECASE)
_MOST_NESTING = 50
_LONG_HEADER = re.compile(
    rb"(?:^|\r)content-type:(?:[^\r\n]{2000}|(?:[^\r\n]*+(?:\r\n?|\n)[ \t]){50})", re.IGNORECASE | re.MULTILINE
)
# Python's codecs are more than character sets: some of those warn (unicode_escape) or are slow (idna).
_CHARSET = re.compile(
    r"(?:iso-?8859|windows|cp|koi8|mac|gb|big5|euc|shift_jis|iso-2022)[a-z0-9_-]{0,20}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Mail:
    """A text that holds mailings, with what the headers of its mail say."""

    text: str
    subject: str = ""
    sent: datetime | None = None  # aware
    html_only: bool = False  # a mailing by its subject, and the text is empty


def _start(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")


def _is_mail(head: bytes) -> bool:
    """Whether headers come first; two known ones, because "arXiv:2303.08867" looks like one."""
    headers = _HEADERS.match(head.replace(b"\r\n", b"\n"))
    names = {name.lower() for name in _HEADER_NAME.findall(headers[0])} if headers else set()
    return len(names & _MAIL_HEADERS) >= 2


def _mails(data: bytes) -> Iterator[bytes]:
    """The mails of an mbox, or the data as it is."""
    if not _POSTMARK.match(data):
        yield data
        return
    marks = [
        mark
        for mark in _POSTMARK.finditer(data)
        if data[max(0, mark.start() - 3) : mark.start()].endswith((b"\n\n", b"\n\r\n")) or mark.start() == 0
    ]
    ends = [mark.start() for mark in marks[1:]] + [len(data)]
    for mark, end in zip(marks, ends, strict=True):
        yield _ESCAPED.sub(rb"\1", data[mark.end() + 1 : end])


def _read_mail(raw: bytes) -> Iterator[_Mail]:
    """The texts of one mail that hold mailings: its own, or of the mails attached to it."""
    if not _is_mail(raw[:_HEAD]):
        text = _unquoted(unix_lines(decode(raw)))
        if _MAILING.search(text) or _ENTRY.search(text):
            yield _Mail(text)
        return
    if len(raw) > MAIL_LIMIT or len(_NESTING.findall(raw)) > _MOST_NESTING or _LONG_HEADER.search(raw):
        return  # whatever this is, arXiv did not write it

    from email import message_from_bytes

    message = message_from_bytes(raw)
    headers: Message = message  # of the part's own mail: an attached mail has its own
    html_only = True
    for part in message.walk():
        if "subject" in part:
            headers = part
        if part.get_content_type() == "text/plain":
            text = _unquoted(unix_lines(_text_of(part)))
            html_only = html_only and not text.strip()
            if _MAILING.search(text):
                yield _Mail(text, _subject(headers), read_moment(str(headers.get("date", ""))))
    if html_only and _SUBJECT.search(_subject(message)):
        yield _Mail("", _subject(message), read_moment(str(message.get("date", ""))), html_only=True)


def _text_of(part: Message) -> str:
    """The text of a part; UTF-8 is taken as such whatever charset is declared, and ASCII is UTF-8."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        charset = part.get_content_charset("")
    try:
        return data.decode(charset) if _CHARSET.fullmatch(charset) else decode(data)
    except (LookupError, UnicodeDecodeError):
        return decode(data)


def _subject(message: Message) -> str:
    return _subject_text(str(message.get("subject", "")))


def _subject_text(subject: str) -> str:
    return " ".join(subject.split())


# From the text of a mail to its mailings

_MAILING = re.compile(
    r"^[> ]*+(?:Send any comments regarding submissions|received from [^\n]{1,60}? to [^\n]{1,40}:[0-9]{2})",
    re.MULTILINE,
)
_ENTRY = re.compile(r"^[> ]*+\\\\[ ]*+\n[> ]*+(?:arXiv:|Paper\b)", re.MULTILINE)
_QUOTE = re.compile(r"^(?:> ?)++", re.MULTILINE)
_TOP = re.compile(r"^Send any comments regarding submissions", re.MULTILINE)
_WINDOW = re.compile(
    r"^ *+received from [^\n]{1,60}? to\s++(?:[a-z]{3},?\s++)?(?P<end>[0-9]{1,2} [^\n]{1,40})",
    re.IGNORECASE | re.MULTILINE,
)
_SUBJECT = re.compile(
    rf"(?<![\w.-])(?P<category>{CATEGORY})\ daily\ "
    r"(?:(?P<new>[0-9]{1,5})\ new\ \+\s{1,2}(?:(?P<crosses>[0-9]{1,5})\ )?crosses|Subj-class\ mailing)",
    re.VERBOSE,
)
_LIST = re.compile(rf"e-mail To: (?P<category>{CATEGORY})@arxiv\.org", re.IGNORECASE)


def _unquoted(text: str) -> str:
    """The text without the ">" before each line, if a mailing stands behind them."""
    found = _MAILING.search(text) or _ENTRY.search(text)
    return _QUOTE.sub("", text) if found and found[0].startswith(">") else text


def _mailings(text: str) -> Iterator[tuple[int, str]]:
    """Each mailing of a text into which several were copied, with the number of its first line."""
    starts = [0, *(top.start() for top in list(_TOP.finditer(text))[1:]), len(text)]
    line = 1
    for start, end in pairwise(starts):
        yield line, text[start:end]
        line += text.count("\n", start, end)


def _read_mailing(mail: _Mail, first_line: int, text: str) -> Digest:
    preamble, entries = _scan(text, first_line)
    papers: dict[str, Paper] = {}
    replaced: dict[str, Paper] = {}
    crossed: set[str] = set()
    skipped: list[Skipped] = []
    for entry in entries:
        paper = _read_entry(entry)
        if isinstance(paper, Skipped):
            skipped.append(paper)
            continue
        if not entry.closed:
            skipped.append(Skipped(entry.line, f"{paper.id} is cut off; its abstract is kept as far as it goes"))
        section = entry.section()
        read = replaced if section is _Section.REPLACED else papers
        if section is _Section.CROSSED and paper.id not in papers:
            crossed.add(paper.id)
        known = read.setdefault(paper.id, paper)
        if not known.abstract:
            read[paper.id] = replace(known, abstract=paper.abstract)
    said = _SUBJECT.search(f"{mail.subject}\n{preamble}")
    if said and said["new"]:
        skipped += _missing("new paper", int(said["new"]), len(papers) - len(crossed))
        skipped += _missing("cross-list", int(said["crosses"] or 0), len(crossed))
    return Digest(
        _day(preamble, mail.sent),
        _category(mail.subject, preamble),
        tuple(papers.values()),
        tuple(skipped),
        frozenset(crossed),
        tuple(replaced.values()),
    )


def _unreadable(mail: _Mail) -> Digest:
    reason = f"the mail “{mail.subject[:60]}” has only HTML, and arXiv writes plain text"
    return Digest(_day("", mail.sent), _category(mail.subject, ""), (), (Skipped(0, reason),))


def _missing(what: str, announced: int, read: int) -> list[Skipped]:
    several = "" if announced == 1 else "s"
    reason = f"the mail announces {announced} {what}{several}, {read} could be read"
    return [Skipped(0, reason)] if read < announced else []


def _category(subject: str, preamble: str) -> str:
    found = _SUBJECT.search(f"{subject}\n{preamble}") or _LIST.search(preamble)
    return found["category"] if found else ""


def _day(preamble: str, sent: datetime | None) -> date | None:
    """The announcement day: of what came in until the mailing's window ended, else as its mail was sent.

    The window ends at the deadline, which is the first moment of the next one's. The name of its day is not looked
    at, it may be wrong.
    """
    window = _WINDOW.search(preamble)
    if window and (end := read_moment(window["end"])):
        return announced_for(end - timedelta(seconds=1))
    return announcement_day(sent) if sent else None


# From the text of a mailing to its papers


class _Section(Enum):
    NEW = "new"
    CROSSED = "crossed"
    REPLACED = "replaced"


@dataclass(slots=True)
class _Entry:
    """What stands between two lines of a mailing."""

    line: int  # 1-based, of its first "\\"
    below: _Section  # by the line of per cent signs before it
    head: list[str] = field(default_factory=list)
    abstract: list[str] | None = None  # None until its own "\\" came
    closed: bool = False

    def section(self) -> _Section:
        """Where the paper belongs; an entry's own word counts, for mailings that were copied in parts."""
        if any(map(_REPLACED.match, self.head)):
            return _Section.REPLACED
        is_crossed = self.below is _Section.NEW and any("(*cross-listing*)" in line for line in self.head)
        return _Section.CROSSED if is_crossed else self.below

    def text(self) -> str:
        return plain(" ".join((*self.head, *(self.abstract or ()))))

    def is_blank(self) -> bool:
        return not any(map(str.strip, (*self.head, *(self.abstract or ()))))


_SECTIONS = {"%-%-%-%-": _Section.CROSSED, "%%--%%--": _Section.REPLACED, "%%%---%%": _Section.NEW}  # the last: the end
_RULE = re.compile(r"-{40,}")
_CLOSING = re.compile(r"\\\\\s*+\(\s*+https?:", re.IGNORECASE)
_ID = re.compile(r"(?:arXiv|Paper(?:\s*+\(\*cross-listing\*\))?):\s*+(?P<id>\S++)", re.IGNORECASE)
_REPLACED = re.compile(r"(?:replaced with |(?:figures|part) added)", re.IGNORECASE)
_FIELD = re.compile(
    r"(?P<name>Title|Author|Categories|Date|DOI|Comments|Report-no|Journal-ref|MSC-class|ACM-class|Proxy|From|License)s?"
    r"(?: \([^()]*\))?:(?P<value>.*)",
    re.IGNORECASE,
)
# "et al." of long lists, "ATLAS Collaboration: A. Lovelace" and "C. Babbage, for the ATLAS Collaboration"
_NO_NAME = re.compile(r"(?<!\S)et\.? al\b\.?|:|(?<!\S)(?:for|on behalf of) the ", re.IGNORECASE)


def _scan(text: str, first_line: int) -> tuple[str, list[_Entry]]:
    """What stands before the first entry, and all entries."""
    lines = text.split("\n")
    entries: list[_Entry] = []
    entry: _Entry | None = None  # the one a line belongs to
    section = _Section.NEW
    preamble = len(lines)
    for number, line in enumerate(lines):
        stripped = line.strip()
        if stripped == r"\\":
            if entry is None or (number + 1 < len(lines) and _ID.match(lines[number + 1].lstrip())):
                entry = _Entry(first_line + number, section)
                entries.append(entry)
                preamble = min(preamble, number)
            elif entry.abstract is None:
                entry.abstract = []
            else:
                entry.closed = True
        elif _CLOSING.match(stripped):
            if entry:
                entry.closed = True
            entry = None
        elif stripped[:8] in _SECTIONS:
            section = _SECTIONS[stripped[:8]]
            entry = None
        elif _RULE.fullmatch(stripped):
            entry = None
        elif entry:
            (entry.head if entry.abstract is None else entry.abstract).append(line)
    return "\n".join(lines[:preamble]), [each for each in entries if not each.is_blank()]


def _fields(head: list[str]) -> dict[str, str]:
    """The fields of an entry by their names in small letters, each on one line; the id's name is "id"."""
    fields: dict[str, list[str]] = {}
    current: list[str] = []
    for line in head:
        if (found := _ID.match(line)) and "title" not in fields:
            current = []  # what follows on its line, or below without a name, is no part of it
            fields.setdefault("id", [found["id"]])
        elif found := _FIELD.match(line):
            current = fields.setdefault(found["name"].lower(), [])
            current.append(found["value"])
        else:
            current.append(line)
    return {name: plain(" ".join(lines)) for name, lines in fields.items()}


def _read_entry(entry: _Entry) -> Paper | Skipped:
    fields = _fields(entry.head)
    title = fields.get("title", "")
    paper_id = arxiv_id(fields.get("id", ""))
    if not entry.closed and entry.abstract is None:
        return Skipped(entry.line, f"cut off in its first lines: “{shortened(title or entry.text())}”")
    if paper_id is None:
        return Skipped(entry.line, f"no arXiv id in “{shortened(title or entry.text())}”")
    if not title:
        return Skipped(entry.line, f"no title for {paper_id}")
    return Paper(
        paper_id,
        title,
        plain(" ".join(entry.abstract or ())),
        names.split(_NO_NAME.sub(",", fields.get("author", ""))),
        tuple(fields.get("categories", "").split()),
        read_day(fields.get("date", "")),
        next(filter(None, map(doi, fields.get("doi", "").split())), ""),
    )

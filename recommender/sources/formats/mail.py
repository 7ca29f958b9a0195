r"""Reads arXiv's daily e-mails: saved mails, an mbox of them, or their text alone.

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

The cross-lists follow the new papers, then the replacements, each after a line of per cent signs. Each pattern
here takes linear time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import pairwise

from recommender.errors import SourceError
from recommender.ids import CATEGORY, arxiv_id, doi
from recommender.paper import Digest, Paper, Skipped
from recommender.sources import messages
from recommender.sources.arxiv.calendar import announced_for, announcement_day
from recommender.text import names
from recommender.text.dates import read_day, read_moment
from recommender.text.encoding import decode
from recommender.text.lines import unix_lines
from recommender.text.markup import plain
from recommender.text.short import counted, shortened


def recognises(data: bytes) -> bool:
    """Whether this is a mail, an mbox, or the text of a mailing, by its first 64 kB."""
    head = messages.without_bom(data[: messages.HEAD])
    if messages.is_mbox(head) or messages.is_mail(head):
        return True
    text = unix_lines(decode(head)).replace("\xa0", " ")
    return not text.startswith(("<", "{", "[", "@", "#", '"')) and bool(_MAILING.search(text) or _ENTRY.search(text))


def is_mailing(mail: bytes) -> bool:
    """Whether a mail is arXiv's by its subject, whatever its text is."""
    return _SUBJECT.search(messages.subject(mail)) is not None


def read_digests(data: bytes) -> list[Digest]:
    """Parse the arXiv mailings in a mail, an mbox or a text, in the order of the data; other mails are left out.

    A mailing without entries is a digest without papers. The first of two entries for one paper in a section counts.
    An entry without id or title is in `Digest.skipped`; so is one that is cut off, but if only its abstract is cut
    off, it is a paper, too. Lines count from the top of each mail's text.

    Raises:
        SourceError: there is no mailing, or none that can be read.
    """
    digests: list[Digest] = []
    unreadable: list[Digest] = []
    for raw in messages.messages(data):
        for mail in _read_mail(raw):
            if mail.problem:
                unreadable.append(_unreadable(mail))
            else:
                digests += [_read_mailing(mail, line, text) for line, text in _mailings(mail.text)]
    if not digests:
        reason = unreadable[0].skipped[0].reason if unreadable else "no arXiv mailing in it"
        raise SourceError(f"{reason}; save arXiv's daily mail as it came, or its whole text")
    return digests + unreadable


# From bytes to the texts of mails


@dataclass(frozen=True, slots=True)
class _Mail:
    """A text that holds mailings, with the headers of its mail."""

    text: str
    subject: str = ""
    sent: datetime | None = None  # aware
    problem: str = ""  # of a mailing by its subject that cannot be read


def _read_mail(raw: bytes) -> Iterator[_Mail]:
    """The texts of one mail that hold mailings: its own, or those of the mails attached to it."""
    if not messages.is_mail(raw):
        text = _unquoted(unix_lines(decode(raw)))
        if _MAILING.search(text) or _ENTRY.search(text):
            yield _Mail(text)
        return
    mail = messages.read(raw)
    if mail is None:
        if is_mailing(raw):
            problem = "is too large, or has too many parts"
            yield _Mail("", messages.subject(raw), messages.sent(raw), problem)
        return
    for part in mail.texts:
        text = _unquoted(part.text)
        if _MAILING.search(text):
            yield _Mail(text, part.subject, part.sent)
    if not any(part.text.strip() for part in mail.texts) and _SUBJECT.search(mail.subject):
        yield _Mail("", mail.subject, mail.sent, "has only HTML, and arXiv writes plain text")


# From the text of a mail to its mailings

_MAILING = re.compile(
    r"^[> \t]*+(?:Send any comments regarding submissions|received from [^\n]{1,60}? to [^\n]{1,40}:[0-9]{2})",
    re.MULTILINE,
)
_ENTRY = re.compile(r"^[> \t]*+\\\\[ ]*+\n[> \t]*+(?:arXiv:|Paper\b)", re.MULTILINE)
_QUOTE = re.compile(r"^[ \t]*+(?:> ?)++", re.MULTILINE)
_INDENT = re.compile(r"[ \t]*+")
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
    """The text without the ">" before each line, if it quotes a mailing, and without the indent that all of it has.

    Copied out of a web page, it has spaces that do not break.
    """
    text = text.replace("\xa0", " ")
    match = _MAILING.search(text) or _ENTRY.search(text)
    if match and match[0].lstrip().startswith(">"):
        text = _QUOTE.sub("", text)
    entry = _ENTRY.search(text)
    indent = _INDENT.match(text, entry.start()) if entry else None
    if indent is None or not indent[0]:
        return text
    return re.sub(rf"^[ \t]{{1,{len(indent[0])}}}", "", text, flags=re.MULTILINE)


def _mailings(text: str) -> Iterator[tuple[int, str]]:
    """The mailings of a text, which may be a copy of several, each with the number of its first line."""
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
        section_papers = replaced if section is _Section.REPLACED else papers
        if section is _Section.CROSSED and paper.id not in papers:
            crossed.add(paper.id)
        first = section_papers.setdefault(paper.id, paper)
        if not first.abstract:
            section_papers[paper.id] = first._replace(abstract=paper.abstract)
    counts = _SUBJECT.search(f"{mail.subject}\n{preamble}")
    if counts and counts["new"]:
        skipped += _missing("new paper", int(counts["new"]), len(papers) - len(crossed))
        skipped += _missing("cross-list", int(counts["crosses"] or 0), len(crossed))
    return Digest(
        _day(preamble, mail.sent),
        _category(mail.subject, preamble),
        tuple(papers.values()),
        tuple(skipped),
        frozenset(crossed),
        tuple(replaced.values()),
    )


def _unreadable(mail: _Mail) -> Digest:
    reason = f"the mail “{mail.subject[:60]}” {mail.problem}"
    return Digest(_day("", mail.sent), _category(mail.subject, ""), (), (Skipped(0, reason),))


def _missing(what: str, announced: int, read: int) -> list[Skipped]:
    reason = f"the mail announces {counted(announced, what)}, {read:,} could be read"
    return [Skipped(0, reason)] if read < announced else []


def _category(subject: str, preamble: str) -> str:
    match = _SUBJECT.search(f"{subject}\n{preamble}") or _LIST.search(preamble)
    return match["category"] if match else ""


def _day(preamble: str, sent: datetime | None) -> date | None:
    """The announcement day, by the end of the mailing's submission window, else by the date of its mail.

    The window ends at the deadline, which belongs to the next window. The name of its weekday is ignored: it may be
    wrong.
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
    """The lines of one paper in a mailing."""

    line: int  # 1-based, of its first "\\"
    below: _Section  # by the line of per cent signs before it
    head: list[str] = field(default_factory=list)
    abstract: list[str] | None = None  # None before the second "\\"
    closed: bool = False

    def section(self) -> _Section:
        """The section of the paper; its own lines count more than its place, as parts of mailings may be copied."""
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
    """The text before the first entry, and all entries."""
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
        elif stripped[:8] in _SECTIONS or _RULE.fullmatch(stripped):
            if entry and entry.abstract is not None and not any(map(str.strip, entry.abstract)):
                entry.closed = True  # a replaced paper of the 1990s ends with its first lines
            section = _SECTIONS.get(stripped[:8], section)
            entry = None
        elif entry:
            (entry.head if entry.abstract is None else entry.abstract).append(line)
    return "\n".join(lines[:preamble]), [each for each in entries if not each.is_blank()]


def _fields(head: list[str]) -> dict[str, str]:
    """The fields of an entry by their names in small letters, each on one line; the id is "id"."""
    fields: dict[str, list[str]] = {}
    current: list[str] = []
    for line in head:
        if (match := _ID.match(line)) and "title" not in fields:
            current = []  # the rest of the line, and lines without a name below it, are no part of the id
            fields.setdefault("id", [match["id"]])
        elif match := _FIELD.match(line):
            current = fields.setdefault(match["name"].lower(), [])
            current.append(match["value"])
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

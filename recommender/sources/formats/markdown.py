"""Reads a digest in Markdown: a header, then for each paper a title line with a link and a quoted abstract.

    # ArXiv cs.CV --Wed, 13 May 2020
    ### 1.Title  [ :arrow_down: ](https://arxiv.org/pdf/2005.05896.pdf)
    >  Abstract

Where nothing stands before the link, its own text is the title: `### [Title](https://arxiv.org/abs/2005.05896)`.
Others write lines like "Authors: …" and "Abstract: …", a heading "Abstract", or the names in italics in the first line.
Files of other programs differ in every detail, so much is tolerated, but nothing is guessed: what looks like a paper
and has no readable id or title is reported as skipped. Each pattern here takes linear time, because its repeats are
possessive or exclude the character that starts the next try.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from recommender.errors import SourceError
from recommender.ids import arxiv_id
from recommender.paper import Digest, Paper, Skipped
from recommender.sources import FORMATS
from recommender.text import names
from recommender.text.dates import day_of
from recommender.text.encoding import decode
from recommender.text.lines import unix_lines
from recommender.text.markup import plain, refuse_web_page
from recommender.text.short import quoted
from recommender.text.taxonomy import CATEGORIES

_LAYOUT = """\
    ### 1.Title  [ :arrow_down: ](https://arxiv.org/pdf/2005.05896.pdf)
    >  Abstract"""

_HEADER = re.compile(
    r"ArXiv\s+(?P<category>[\w.-]+?)\s*(?:--?|–|—)\s*(?:[a-z]+,?\s+)?"
    r"(?P<day>[0-9]{1,2})\s+(?P<month>[a-z]{3})[a-z]*,?\s+(?P<year>[0-9]{4})\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"\[(?P<text>(?:[^\[\]]++|\[[^\[\]]*+\])*+)\]\(\s*+<?(?P<target>[^()\s<>]++)>?[^()]*+\)")
_ARXIV = re.compile(r"arxiv\.org|10\.48550/", re.IGNORECASE)

# Texts of links that are no titles: ":arrow_down:", "PDF", an address
_NO_TITLE = re.compile(
    r":\w++:|https?:\S++|\W*+(?:(?:abs|abstract|arxiv|code|download|full|here|html|link|page|paper|pdf|read|text|url|view)\b\W*+)*+",
    re.IGNORECASE,
)

_BRACKETED_NUMBER = re.compile(r"\s*+\[[0-9]{1,5}\]\s*+")
_LABEL = re.compile(
    r"(?:[-*+] )?(?:\*\*|__)?(?:Main )?(?P<name>abstract|author|categor)(?:s|y|ies)?(?:\*\*|__)?:"
    r"(?:\*\*|__)?(?P<text>.*)",
    re.IGNORECASE,
)
_ABSTRACT_HEADING = re.compile(r"\s*Abstract:?\s*", re.IGNORECASE)
_END_OF_ABSTRACT = re.compile(r"</?\w|-{3}|(?:[-*+] )?\*\*\w[^*]*\*\*|(?:Comments?|Links?|PDF|URL|Code|DOI|Published):")
_ITALICS = re.compile(r"\*([^*]+)\*|_([^_]+)_")
_NUMBER = re.compile(r"[0-9]++\.")
_PLAIN_NUMBER = re.compile(r"[0-9]++\.(?![0-9])")
_DECIMAL = re.compile(r"[0-9]++\.[0-9]++(?![\w.])")  # "3.5 million ways", "1.58-bit", but not "25.3DV"


def recognises(data: bytes) -> bool:
    """Whether the data has a header that names a day; many digests of other programs have none."""
    return bool(read_days(decode(data)))


def read_digests(data: bytes) -> list[Digest]:
    """Parse a digest, or several where files were joined: one for each day and category that a header names.

    The fallback for data that no format recognises.

    Raises:
        SourceError: no paper can be read; says what can be read instead.
    """
    text = decode(data)
    refuse_web_page(text, "a digest")
    if not text.strip():
        raise SourceError("it is empty; fetch it again")
    if text.lstrip().startswith("<?xml"):
        raise SourceError(f"XML of another kind; can be read: {FORMATS}")
    digests: list[Digest] = []
    failures: list[SourceError] = []
    for first_line, part in _parts(text):
        try:
            digests.append(read_digest(part, first_line))
        except SourceError as error:
            failures.append(error)
            reason = f"no paper can be read below {quoted(part.lstrip().splitlines()[0])}"
            digests.append(Digest(None, "", (), (Skipped(first_line, reason),)))
    if len(failures) == len(digests):
        hint = "`recommend import` likes what is in a library, also where that has ids alone"
        raise SourceError(f"{failures[0]}\ncan be read: {FORMATS}; {hint}") from failures[0]
    return digests


def _parts(text: str) -> list[tuple[int, str]]:
    """The text cut before each header of another day or category, with the number of the first line of each part."""
    lines = unix_lines(text).split("\n")
    starts, current = [0], None
    for at, line in enumerate(lines):
        header = _read_header(line.strip()) if line.lstrip().startswith("#") else None
        if header and current and header != current:
            starts.append(at)
        current = header or current
    return [
        (start + 1, "\n".join(lines[start:end])) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]


def read_digest(text: str, first_line: int = 1) -> Digest:
    """Parse the papers of one digest, in the order of the text.

    A paper without an abstract is kept. A paper that occurs twice is kept once, with the first title and the first
    abstract that is not blank. What looks like a paper and cannot be read is in `Digest.skipped`. A header alone is
    a day without papers.

    Raises:
        SourceError: no paper can be read at all.
    """
    header, entries = _scan(text, first_line)
    papers: dict[str, Paper] = {}
    skipped: list[Skipped] = []
    numbered = _is_numbered(entries)
    has_names = all(entry.italics for entry in entries if entry.link)
    for entry in entries:
        paper = _read_entry(entry, numbered, has_names)
        if isinstance(paper, Skipped):
            skipped.append(paper)
        elif paper.id not in papers:
            papers[paper.id] = paper
        elif not papers[paper.id].abstract:
            papers[paper.id] = papers[paper.id]._replace(abstract=paper.abstract)
    if not papers and (entries or header is None or any(arxiv_id(link["target"]) for link in _LINK.finditer(text))):
        raise SourceError(_nothing_read(skipped))
    header = header or _Header()
    return Digest(header.day, header.category, tuple(papers.values()), tuple(skipped))


def read_days(text: str) -> set[date]:
    """The days in its headers."""
    return {header.day for _, line in _lines(text) if (header := _read_header(line)) and header.day}


@dataclass(frozen=True, slots=True)
class _Header:
    day: date | None = None
    category: str = ""


@dataclass(slots=True)
class _Entry:
    """A heading that looks like a paper, with the quoted and the labelled lines below it."""

    line: int  # 1-based
    heading: str  # without its leading "###"
    quoted: list[str] = field(default_factory=list)
    labelled: dict[str, list[str]] = field(default_factory=dict)  # the lines of "abstract", "author" and "categor"
    abstract: list[str] | None = None  # the labelled one, while it goes on
    italics: str | None = None  # the first line, if all of it is in italics; None before the first line
    link: tuple[str, str] | None = None  # the heading up to the paper's link, or else its text; and its target

    def take(self, line: str) -> bool:
        """Take a line that has a label or goes on with a labelled abstract; return whether it does."""
        if self.italics is None:
            match = _ITALICS.fullmatch(line)
            self.italics = match[1] or match[2] if match else ""
        if label := _LABEL.match(line):
            lines = self.labelled.setdefault(label["name"].lower(), [])
            self.abstract = lines if label["name"].lower() == "abstract" else None
            lines.append(label["text"].strip())
        elif self.abstract is None or _END_OF_ABSTRACT.match(line):
            self.abstract = None
            return False
        else:
            self.abstract.append(line)
        return True


def _lines(text: str, first_line: int = 1) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; CRLF and a lone CR end a line, too."""
    for number, line in enumerate(io.StringIO(text, newline=None), start=first_line):
        yield number, line.strip().removeprefix("\ufeff")


def _scan(text: str, first_line: int) -> tuple[_Header | None, list[_Entry]]:
    """The first header, and all headings that look like papers."""
    header: _Header | None = None
    entries: list[_Entry] = []
    entry: _Entry | None = None  # of the next line
    for number, line in _lines(text, first_line):
        if not line:
            if entry and entry.abstract and any(entry.abstract):
                entry.abstract = None
        elif line.startswith(">"):
            # A quote below a section heading, or after prose that follows the abstract, belongs to no paper.
            if entry and (quote := line[1:].strip()):
                entry.quoted.append(quote)
        elif line.startswith("#"):
            heading = line.lstrip("#")
            if _looks_like_entry(heading.lstrip()):
                entry = _Entry(number, heading.strip(), link=_find_link(heading.strip()))
                entries.append(entry)
            elif entry and _ABSTRACT_HEADING.fullmatch(heading):
                entry.abstract = entry.labelled.setdefault("abstract", [])
            elif heading[:1].isspace():  # "#tag" is prose
                entry = None
                header = header or _read_header(line)
        elif entry and not entry.take(line) and entry.quoted:
            entry = None
    return header, entries


def _looks_like_entry(heading: str) -> bool:
    """Whether a heading has a running number or a link; section headings have neither."""
    has_link = "](" in heading.replace("](#", "")  # a link within the page leads to no paper
    return bool(_NUMBER.match(heading)) or has_link or bool(_ARXIV.search(heading))


def _read_header(line: str) -> _Header | None:
    match = _HEADER.match(line[:200].lstrip("#").lstrip()) if line.startswith("#") else None
    if match is None:
        return None
    return _Header(day_of(match["year"], match["month"], match["day"]), match["category"])


def _find_link(heading: str) -> tuple[str, str] | None:
    """The text before the paper's link, or the link's own where that is none; and its target.

    The last link to arXiv counts, because a title may link to another paper; the same target may occur more than
    once ("[pdf](..) [abs](..)"), and the title ends before the first.
    """
    links = [match for match in _LINK.finditer(heading) if _ARXIV.search(match["target"])]
    if not links:
        return None
    target = links[-1]["target"]
    first = next(link for link in links if link["target"] == target or _same_paper(link["target"], target))
    before, text = _BRACKETED_NUMBER.sub("", heading[: first.start()], count=1), first["text"].strip()
    number = match[0] if (match := _NUMBER.match(before)) else ""
    is_title = not (before.removeprefix(number).strip(" *_") or _NO_TITLE.fullmatch(text) or arxiv_id(text))
    return number + text if is_title else before, target


def _same_paper(link: str, other: str) -> bool:
    """Whether two links lead to one paper."""
    paper = arxiv_id(link)
    return paper is not None and paper == arxiv_id(other)


def _is_numbered(entries: list[_Entry]) -> bool:
    """Whether digits before a dot are running numbers ("25.3DV") or part of the title ("3.5 million ways").

    One heading alone is ambiguous, but a file numbers all papers or none. If every heading of a file is ambiguous,
    only what reads as a decimal number counts as part of the title.
    """
    headings = [entry.link[0] for entry in entries if entry.link]
    if any(_PLAIN_NUMBER.match(heading) for heading in headings):
        return True
    return all(_NUMBER.match(heading) and not _DECIMAL.match(heading) for heading in headings)


def _read_entry(entry: _Entry, numbered: bool, has_names: bool) -> Paper | Skipped:
    if entry.link is None:
        return Skipped(entry.line, f"no link to arXiv in {quoted(plain(entry.heading[:200]))}")
    heading, target = entry.link
    paper_id = arxiv_id(target)
    if paper_id is None:
        return Skipped(entry.line, f"no arXiv id in the link {quoted(plain(target[:200]))}")
    number = _NUMBER.match(heading) if numbered else None
    title = plain(heading[number.end() :] if number else heading)
    if not title:
        return Skipped(entry.line, f"no title before the link {quoted(plain(target[:200]))}")
    abstract, authors, categories = (
        " ".join(entry.labelled.get(name, ())) for name in ("abstract", "author", "categor")
    )
    return Paper(
        paper_id,
        title,
        plain(abstract or " ".join(entry.quoted)),
        names.split(authors or (entry.italics or "" if has_names else "")),
        tuple(each for each in re.split(r"[\s,;*]+", categories) if each in CATEGORIES),
    )


def _nothing_read(skipped: list[Skipped]) -> str:
    message = f"no paper found; each is expected as a title line with its link, and its abstract:\n{_LAYOUT}"
    if skipped:
        first = skipped[0]
        message += f"\nthe first of {len(skipped)} that could not be read, line {first.line}: {first.reason}"
    return message

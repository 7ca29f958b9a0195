"""What every format comes to: the fields of one entry, and how they make a reference."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from recommender.ids import ARXIV_ID, arxiv_id, doi, paper_id
from recommender.paper import LibraryEntries, LibraryEntry, Paper, Skipped, Verdict
from recommender.text.dates import leading_moment
from recommender.text.lines import one_line
from recommender.text.markup import plain
from recommender.text.short import quoted

# In prose only what says that it is arXiv's: "2003.07441" alone may be a page or a report's number.
_ARXIV = re.compile(
    rf"""(?: \barxiv (?:\s preprint)? \s?:?\s? (?:abs/)? | \bcorr \s abs/
           | arxiv\.org/(?:abs|pdf|html|format|ps)/ | 10\.48550/arxiv\. )
         ({ARXIV_ID}) (?![\w/])""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
# Publishers have the DOI in their addresses: science.org/doi/10.1126/…, link.springer.com/article/10.1007/…
_DOI = re.compile(
    r"""(?:\bdoi:\s? | \bdoi\.org/ | /doi/(?:[a-z]{3,5}/)? | \bspringer\.com/[a-z]{4,8}/ )
        (10\.[0-9]{4,9}/[^\s<>"?\#]+)""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
_HEADING = re.compile(r"<jats:title>[^<>]*+</jats:title>")  # "Abstract", in what Crossref hands out
_MARK = re.compile(r"\brecommend-([a-z]+):\s?([^\s<]+)")
_OWN_ID = ("doi:10.", "title:", "http://", "https://")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its file has it; LaTeX is resolved already, HTML is not."""

    line: int  # 1-based; 0 where the format has no lines
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()  # "Ada Lovelace"
    is_work: bool = True  # whether its type is a paper's, a book's, a thesis', …; not a web page's or a program's
    submitted: date | None = None
    doi: str = ""
    eprint: str = ""  # a field that may hold an arXiv id and nothing else
    places: tuple[str, ...] = ()  # where an arXiv id or a DOI may stand among other words: address, journal, note
    added_at: datetime | None = None
    categories: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)  # what our own export added, as `find_marks` gives it
    item: int = 0  # 1-based, where the format has no lines


def find_marks(text: str) -> dict[str, str]:
    """What our own export wrote into a note: "recommend-id: 2005.05859 recommend-verdict: like"."""
    return dict(_MARK.findall(text)) if "recommend-" in text else {}


def read_all(entries: Iterable[Entry | Skipped]) -> LibraryEntries:
    """The references that the entries are, and what could not be read."""
    read = [entry if isinstance(entry, Skipped) else read_entry(entry) for entry in entries]
    return LibraryEntries(
        tuple(each for each in read if isinstance(each, LibraryEntry)),
        tuple(each for each in read if isinstance(each, Skipped)),
    )


def read_entry(entry: Entry) -> LibraryEntry | Skipped:
    """The reference, with the id by the best that the entry tells; what is no work is skipped."""
    if "id" in entry.marks:
        return _read_own(entry)
    arxiv = _find_arxiv(entry)
    published = _find_doi(entry)
    title = plain(entry.title)
    if arxiv:
        title = re.sub(rf"^\[{re.escape(arxiv)}(?:v[0-9]+)?\] ", "", title)  # a saved page of arXiv is named so
    abstract = plain(_HEADING.sub(" ", entry.abstract))
    if not title:
        return _skip(entry, f"no title{f', only {arxiv or published}' if arxiv or published else ''}")
    if not (arxiv or published or abstract or entry.is_work):
        return _skip(entry, f"no paper, but a web page, program or note: {quoted(title)}")
    return LibraryEntry(
        Paper(
            paper_id(arxiv=arxiv, doi=published, title=title),
            title,
            abstract,
            tuple(name for name in map(one_line, entry.authors) if name),
            entry.categories,
            entry.submitted,
            published,
        ),
        entry.added_at,
    )


def known_id(text: str) -> str:
    """The id, if it is one that `paper_id` makes; else empty."""
    text = text.strip()
    return arxiv_id(text) or (text if text.startswith(_OWN_ID) and " " not in text else "")


def _read_own(entry: Entry) -> LibraryEntry | Skipped:
    """An entry that we wrote: what its marks say is exact, and its text holds no HTML."""
    from urllib.parse import unquote  # 5 ms that no other library needs

    marks = {name: unquote(value) for name, value in entry.marks.items() if name not in ("authors", "categories")}
    lists = {name: tuple(map(unquote, value.split(";"))) for name, value in entry.marks.items() if name not in marks}
    own_id = known_id(marks["id"])
    if not own_id:
        return _skip(entry, f"no id in recommend-id: {quoted(marks['id'])}")
    try:
        verdict = Verdict(marks["verdict"]) if marks.get("verdict") else None
    except ValueError:
        return _skip(entry, f"no verdict in recommend-verdict: {quoted(marks['verdict'])}")
    paper = Paper(
        own_id,
        one_line(marks.get("title", entry.title)),
        one_line(marks.get("abstract", entry.abstract)),
        tuple(name for name in map(one_line, lists.get("authors", entry.authors)) if name),
        lists.get("categories", entry.categories),
        entry.submitted,
        doi(entry.doi) or "",
    )
    return LibraryEntry(paper, leading_moment(marks.get("date", "")) or entry.added_at, verdict)


def _find_arxiv(entry: Entry) -> str:
    # The DOI last: it may be the published version's, and is looked at for 10.48550/arXiv.… only.
    found = arxiv_id(entry.eprint)
    for place in (*entry.places, f"doi:{entry.doi}"):
        if found:
            break
        match = _ARXIV.search(place)
        found = arxiv_id(match[1]) if match else None
    return found or ""


def _find_doi(entry: Entry) -> str:
    own = [doi(entry.doi)] if entry.doi else []
    stated = (match[1].rstrip(".,;)") for place in entry.places for match in _DOI.finditer(place))
    for each in (*own, *map(doi, stated)):
        if each and not each.startswith("10.48550/arxiv."):
            return each
    return ""


def _skip(entry: Entry, reason: str) -> Skipped:
    return Skipped(entry.line, reason if entry.line or not entry.item else f"item {entry.item}: {reason}")

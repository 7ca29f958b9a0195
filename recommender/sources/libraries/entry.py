"""The fields of one entry, the same for all formats, and how they become a paper."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import unquote

from recommender.ids import ARXIV_ID, ARXIV_SITE, DOI, DOI_SITE, arxiv_id, doi, doi_in_address, page, paper_id
from recommender.paper import Paper, Skipped, Verdict
from recommender.results.incoming import LibraryEntries, LibraryEntry
from recommender.sources.records import HEADING
from recommender.text.dates import leading_moment
from recommender.text.lines import one_line
from recommender.text.markup import plain
from recommender.text.names import initials_first
from recommender.text.notes import LONGEST, cleaned
from recommender.text.short import quoted
from recommender.text.works import title_id

# In prose an id counts only with arXiv's name: "2003.07441" alone may be a page or a report's number.
_ARXIV = re.compile(
    rf"""(?: \barxiv (?:\.org)? (?:\s e?-?(?:pre)?prints?)* \s?[:,]?\s? (?:abs/)? | \bcorr \s abs/ | {ARXIV_SITE}
           | 10\.48550/arxiv\. )
         ({ARXIV_ID}) (?![\w/])""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
_BIBCODE = re.compile(r"\b(?:19|20)[0-9]{2}arXiv([0-9]{4})\.?([0-9]{4,5})[A-Z]\b")  # ADS's name of a preprint
# Publishers have the DOI in their addresses: science.org/doi/10.1126/…, link.springer.com/article/10.1007/…
_DOI = re.compile(
    rf"""\bdoi:?\s?{DOI} | \b{DOI_SITE}(?:doi:)?{DOI}
       | https?://[^\s<>"]{{0,200}}?(?:/doi/|\bspringer\.com/|rxiv\.org/|[?&]id=)[^\s<>"]+""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)  # in whatever field: one that is nothing else is of the paper
_MARK = re.compile(r"\brecommend-([a-z]+):\s?([^\s<]+)")
_NUMBER = re.compile(r"(?<=[^\W\d]) [0-9]{4}$")  # by which DBLP tells people of one name apart: "Wei Wang 0001"
_LISTS = ("authors", "categories", "record")  # marks with several values
_OWN_ID = ("doi:10.", "title:")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a library; without LaTeX, but perhaps with HTML."""

    line: int  # 1-based; 0 where the format has no lines
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()  # "Ada Lovelace"
    is_work: bool = True  # False for a type such as a web page, a program or a note
    submitted: date | None = None
    doi: str = ""
    eprint: str = ""  # a field that may hold an arXiv id and nothing else
    places: tuple[str, ...] = ()  # fields that may hold an arXiv id or a DOI among other words: address, journal, note
    added_at: datetime | None = None
    categories: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)  # written by our own export, as from `find_marks`
    item: int = 0  # 1-based, where the format has no lines
    record: Mapping[str, str] = field(default_factory=dict)  # as in `LibraryEntry.record`
    note: str = ""  # where a field has only what readers write themselves: BibTeX's annote, Zotero's Notes
    verdict: Verdict | None = None  # as a table has it that was made by hand
    id_is_enough: bool = False  # where the whole table has no titles


def find_marks(text: str) -> dict[str, str]:
    """The marks of our own export in a note such as "recommend-id: 2005.05859 recommend-verdict: like"."""
    return dict(_MARK.findall(text)) if "recommend-" in text else {}


def verdict_named(text: str) -> Verdict | None:
    """The verdict that a person means by this word: "Dislike", "disliked"; None for any other text."""
    word = text.strip().lower()
    return next((verdict for verdict in Verdict if word in (verdict.value, verdict.past)), None)


def read_all(entries: Iterable[Entry | Skipped]) -> LibraryEntries:
    """Make papers of entries; entries that cannot be read are in `skipped`."""
    results = [entry if isinstance(entry, Skipped) else read_entry(entry) for entry in entries]
    return LibraryEntries(
        tuple(result for result in results if isinstance(result, LibraryEntry)),
        tuple(result for result in results if isinstance(result, Skipped)),
    )


def read_entry(entry: Entry) -> LibraryEntry | Skipped:
    """Make a paper of an entry, with the best id that it has; an entry that is no work is skipped."""
    if "id" in entry.marks:
        return _read_own(entry)
    arxiv = _find_arxiv(entry)
    published = _find_doi(entry)
    title = plain(entry.title)
    if arxiv and title.startswith("["):  # rare, and an expression of its own for each entry is slow
        title = re.sub(rf"^\[{re.escape(arxiv)}(?:v[0-9]+)?\] ", "", title)  # the title of a saved page of arXiv
    abstract = plain(HEADING.sub(" ", entry.abstract))
    if not title and not (entry.id_is_enough and (arxiv or published)):
        return _skip(entry, f"no title{f', only {arxiv or published}' if arxiv or published else ''}")
    if not (arxiv or published or abstract or entry.is_work):
        return _skip(entry, f"no paper, but a web page, program or note: {quoted(title)}")
    authors = initials_first([_NUMBER.sub("", name) for name in map(one_line, entry.authors) if name])
    found = LibraryEntry(
        Paper(
            paper_id(arxiv=arxiv, doi=published), title, abstract, authors, entry.categories, entry.submitted, published
        ),
        entry.added_at,
        entry.verdict,
        record=entry.record,
        note=_shortened(plain(entry.note)),
    )
    if arxiv or published:
        return found
    year = entry.submitted.year if entry.submitted else found.year
    return found._replace(paper=found.paper._replace(id=title_id(title, authors, year)))


def valid_id(text: str) -> str:
    """The text if it is an id as `paper_id` makes them; else empty."""
    text = text.strip()
    if found := arxiv_id(text) or page(text):
        return found
    return text if text.startswith(_OWN_ID) and " " not in text and text.isprintable() else ""


def _read_own(entry: Entry) -> LibraryEntry | Skipped:
    """Read an entry of our own export: its marks are exact, and its texts have no HTML."""
    marks = {name: unquote(value) for name, value in entry.marks.items() if name not in _LISTS}
    lists = {name: tuple(map(unquote, value.split(";"))) for name, value in entry.marks.items() if name not in marks}
    own_id = valid_id(marks["id"])
    if not own_id:
        return _skip(entry, f"no id in recommend-id: {quoted(marks['id'])}")
    try:
        verdict = Verdict(marks["verdict"]) if marks.get("verdict") else None
    except ValueError:
        return _skip(entry, f"no verdict in recommend-verdict: {quoted(marks['verdict'])}")
    record = {name: entry.record[name] for name in lists.get("record", ()) if name in entry.record}
    paper = Paper(
        own_id,
        one_line(marks.get("title", entry.title)),
        one_line(marks.get("abstract", entry.abstract)),
        tuple(name for name in map(one_line, lists.get("authors", entry.authors)) if name),
        lists.get("categories", entry.categories),
        entry.submitted,
        doi(entry.doi) or "",
    )
    note = cleaned(marks["note"])[:LONGEST].rstrip() if "note" in marks else _shortened(entry.note)
    return LibraryEntry(paper, leading_moment(marks.get("date", "")) or entry.added_at, verdict, record, note)


def _shortened(note: str) -> str:
    """A clean note that is not too long; one that has marks of our export is none."""
    return "" if "recommend-id:" in note else cleaned(note)[:LONGEST].rstrip()


def _find_arxiv(entry: Entry) -> str:
    if eprint := arxiv_id(entry.eprint):
        return eprint
    # The DOI last: it may be the published version's, and only 10.48550/arXiv.… counts.
    for place in map(_unquoted, (*entry.places, f"doi:{entry.doi}")):
        for match in _ARXIV.finditer(place):
            if found := arxiv_id(match[1]):
                return found
        if (bibcode := _BIBCODE.search(place)) and (found := arxiv_id(f"{bibcode[1]}.{bibcode[2]}")):
            return found
    return ""


def _find_doi(entry: Entry) -> str:
    in_places = (match[0] for place in entry.places for match in _DOI.finditer(_unquoted(place)))
    bare = (place for place in entry.places if place.startswith("10."))  # RefWorks writes it in M3 of RIS
    dois = (doi(text) or doi_in_address(text) for text in (entry.doi, *bare, *in_places))
    return next((each for each in dois if each and not each.startswith("10.48550/arxiv.")), "")


def _unquoted(text: str) -> str:
    """The text without percent-encoding, which some write in addresses: "doi.org/10.1000%2Fx"."""
    return unquote(text) if "%2" in text else text


def _skip(entry: Entry, reason: str) -> Skipped:
    return Skipped(entry.line, reason if entry.line or not entry.item else f"item {entry.item}: {reason}")

"""Our own exports: JSON Lines, the JSON of a history, and lists of ids; also arXiv ids in any text."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from recommender.errors import SourceError
from recommender.ids import ARXIV_ID, ARXIV_SITE, arxiv_id, doi, paper_id
from recommender.paper import Paper, Skipped, Verdict
from recommender.results.incoming import LibraryEntries, LibraryEntry
from recommender.sources.libraries.csl import text_of
from recommender.sources.libraries.entry import valid_id
from recommender.sources.records import Record
from recommender.text.dates import leading_moment
from recommender.text.lines import one_line
from recommender.text.notes import LONGEST, cleaned
from recommender.text.short import quoted
from recommender.text.works import title_id

# In prose an id counts only with arXiv's name: "2003.07441" alone may be a price, a page or a report's number.
_ID = re.compile(
    rf"""(?: \barxiv (?:\.org)? \s*[:/]?\s* | {ARXIV_SITE} | 10\.48550/arxiv\. ) ({ARXIV_ID}) (?![\w/])""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
_BULLET = re.compile(r"(?:[-*•–]|[0-9]{1,4}[.)])\s+")
_COMMENT = re.compile(r"\s*+(?:#.*)?")


def read_record(fields: Mapping[str, object], line: int) -> LibraryEntry | Skipped:
    """Read one record, ours or another program's: the paper, its verdict and the date."""
    record = Record(fields)
    own_id = record.arxiv or valid_id(text_of(fields.get("id")))
    if not (own_id or record.doi or record.title):
        return Skipped(line, f"neither id nor title in {quoted(str(dict(fields)))}")
    verdict_text = text_of(fields.get("verdict"))
    try:
        verdict = Verdict(verdict_text) if verdict_text else None
    except ValueError:
        return Skipped(line, f"no verdict: {quoted(verdict_text)}; there are like, dislike and read")
    if "verdict" in fields:  # our own: its texts are exact
        title, abstract = one_line(text_of(fields.get("title"))), one_line(text_of(fields.get("abstract")))
        authors, categories = _texts(fields.get("authors")), _texts(fields.get("categories"))
        kept = fields.get("record")
    else:
        title, abstract, authors, categories = record.title, record.abstract, record.authors, record.categories
        kept = record.record
    entry = LibraryEntry(
        Paper(own_id, title, abstract, authors, categories, record.submitted, record.doi),
        leading_moment(text_of(fields.get("date")) or text_of(fields.get("given_at"))) or _created(fields),
        verdict,
        {name: text_of(value) for name, value in kept.items()} if isinstance(kept, Mapping) else {},
        cleaned(text_of(fields.get("note")))[:LONGEST].rstrip() if "verdict" in fields else "",
    )
    if own_id or record.doi:
        return entry._replace(paper=entry.paper._replace(id=own_id or paper_id(doi=record.doi)))
    year = record.submitted.year if record.submitted else entry.year
    return entry._replace(paper=entry.paper._replace(id=title_id(title, authors, year)))


def _created(fields: Mapping[str, object]) -> datetime | None:
    """When Paperpile got the paper, which it writes in seconds since 1970."""
    seconds = fields.get("created")
    is_moment = isinstance(seconds, int | float) and 0 < seconds < 4e9
    return datetime.fromtimestamp(float(seconds), UTC) if is_moment else None  # type: ignore[arg-type]


def read_ids(text: str) -> LibraryEntries:
    """Read a list with one id a line, or else find all arXiv ids in a text; the papers have nothing but their ids.

    In a list each line begins with an id, perhaps behind a bullet; a title may follow.

    Raises:
        SourceError: there is no id.
    """
    lines = [line.strip() for line in text.split("\n") if not _COMMENT.fullmatch(line)]
    ids = [_leading_id(line) for line in lines]
    if not ids or not all(ids):
        ids = _find_ids(text)
    return LibraryEntries(tuple(LibraryEntry(Paper(each, "", "")) for each in dict.fromkeys(ids)))


def _leading_id(line: str) -> str:
    """The id that a line of a list is or begins with; empty if there is none."""
    bare = _BULLET.sub("", line, count=1)
    word = re.split(r"[\s,;|]", bare, maxsplit=1)[0].strip("<>()[]")
    return valid_id(line) or valid_id(bare) or valid_id(word) or valid_id(f"doi:{doi(bare) or doi(word)}")


def _find_ids(text: str) -> list[str]:
    """The arXiv ids in a text, without version, each once, in the text's order."""
    ids = list(dict.fromkeys(filter(None, (arxiv_id(match[1]) for match in _ID.finditer(text)))))
    if not ids:
        raise SourceError("no arXiv id in it; expected some like 2005.05859, hep-th/9901001 or an arXiv address")
    return ids


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(one_line, map(text_of, value)))) if isinstance(value, list) else ()

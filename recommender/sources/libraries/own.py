"""Our own exports: JSON Lines, the JSON of a history, and lists of ids."""

import re
from collections.abc import Mapping

from recommender.ids import doi, paper_id
from recommender.paper import LibraryEntries, LibraryEntry, Paper, Skipped, Verdict
from recommender.sources.identifiers import find_ids
from recommender.sources.libraries.csl import text_of
from recommender.sources.libraries.entry import known_id
from recommender.text.dates import leading_day, leading_moment
from recommender.text.lines import one_line
from recommender.text.short import quoted

_COMMENT = re.compile(r"\s*+(?:#.*)?")


def read_record(record: Mapping[str, object], line: int) -> LibraryEntry | Skipped:
    """The paper, verdict and date of one record."""
    title = one_line(text_of(record.get("title")))
    published = doi(text_of(record.get("doi"))) or ""
    own_id = known_id(text_of(record.get("id")))
    if not (own_id or published or title):
        return Skipped(line, f"neither id nor title in {quoted(str(dict(record)))}")
    said = text_of(record.get("verdict"))
    try:
        verdict = Verdict(said) if said else None
    except ValueError:
        return Skipped(line, f"no verdict: {quoted(said)}; there are like, dislike and read")
    paper = Paper(
        own_id or paper_id(doi=published, title=title),
        title,
        one_line(text_of(record.get("abstract"))),
        _texts(record.get("authors")),
        _texts(record.get("categories")),
        leading_day(text_of(record.get("submitted"))),
        published,
    )
    return LibraryEntry(paper, leading_moment(text_of(record.get("date")) or text_of(record.get("given_at"))), verdict)


def read_ids(text: str) -> LibraryEntries:
    """Papers of which nothing but the id is known: a list with one id a line, else all arXiv ids that a text names.

    Raises SourceError where there is none.
    """
    lines = [line.strip() for line in text.split("\n") if not _COMMENT.fullmatch(line)]
    ids = [known_id(line) or known_id(f"doi:{doi(line)}") for line in lines]
    if not ids or not all(ids):
        ids = find_ids(text)
    return LibraryEntries(tuple(LibraryEntry(Paper(each, "", "")) for each in dict.fromkeys(ids)))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(one_line, map(text_of, value)))) if isinstance(value, list) else ()

"""Our own exports: JSON Lines, the JSON of a history, and lists of ids; also arXiv ids in any text."""

import re
from collections.abc import Mapping

from recommender.errors import SourceError
from recommender.ids import ARXIV_ID, arxiv_id, doi, paper_id
from recommender.paper import Paper, Skipped, Verdict
from recommender.results.incoming import LibraryEntries, LibraryEntry
from recommender.sources.libraries.csl import text_of
from recommender.sources.libraries.entry import valid_id
from recommender.text.dates import leading_day, leading_moment
from recommender.text.lines import one_line
from recommender.text.short import quoted

_ID = re.compile(
    rf"""(?: arxiv\s*:\s* | arxiv\.org/(?:abs|pdf|html|format|ps)/ | 10\.48550/arxiv\. | (?<![\w./-]) )
         ({ARXIV_ID}) (?![\w/])""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
_COMMENT = re.compile(r"\s*+(?:#.*)?")


def read_record(record: Mapping[str, object], line: int) -> LibraryEntry | Skipped:
    """Read one record: the paper, its verdict and the date."""
    title = one_line(text_of(record.get("title")))
    published = doi(text_of(record.get("doi"))) or ""
    own_id = valid_id(text_of(record.get("id")))
    if not (own_id or published or title):
        return Skipped(line, f"neither id nor title in {quoted(str(dict(record)))}")
    verdict_text = text_of(record.get("verdict"))
    try:
        verdict = Verdict(verdict_text) if verdict_text else None
    except ValueError:
        return Skipped(line, f"no verdict: {quoted(verdict_text)}; there are like, dislike and read")
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
    """Read a list with one id a line, or else find all arXiv ids in a text; the papers have nothing but their ids.

    Raises:
        SourceError: there is no id.
    """
    lines = [line.strip() for line in text.split("\n") if not _COMMENT.fullmatch(line)]
    ids = [valid_id(line) or valid_id(f"doi:{doi(line)}") for line in lines]
    if not ids or not all(ids):
        ids = _find_ids(text)
    return LibraryEntries(tuple(LibraryEntry(Paper(each, "", "")) for each in dict.fromkeys(ids)))


def _find_ids(text: str) -> list[str]:
    """The arXiv ids in a text, without version, each once, in the text's order."""
    ids = list(dict.fromkeys(filter(None, (arxiv_id(match[1]) for match in _ID.finditer(text)))))
    if not ids:
        raise SourceError("no arXiv id in it; expected some like 2005.05859, hep-th/9901001 or an arXiv address")
    return ids


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(one_line, map(text_of, value)))) if isinstance(value, list) else ()

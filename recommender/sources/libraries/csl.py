"""CSL-JSON, as Zotero, Mendeley, pandoc, doi.org and, with lists of titles, Crossref write it."""

from collections.abc import Mapping
from datetime import date

from recommender.sources.json_objects import first_text, text_of
from recommender.sources.libraries.entry import Entry, find_marks
from recommender.text.dates import leading_day
from recommender.text.lines import one_line

_WORKS = ("article", "paper-conference", "chapter", "book", "thesis", "report", "manuscript", "entry-encyclopedia")
_PLACES = ("URL", "number", "archive", "archive_location", "container-title", "note", "publisher", "id", "page")
_RECORD = {
    "type": "type",
    "key": "id",
    "journal": "container-title",
    "volume": "volume",
    "number": "issue",
    "pages": "page",
    "publisher": "publisher",
    "address": "publisher-place",
    "edition": "edition",
    "series": "collection-title",
    "isbn": "ISBN",
    "issn": "ISSN",
    "language": "language",
}
_CROSSREF = {  # its types by those of CSL
    "journal-article": "article-journal",
    "proceedings-article": "paper-conference",
    "posted-content": "article",
    "book-chapter": "chapter",
    "monograph": "book",
    "dissertation": "thesis",
}
_NAME = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")


def csl_entry(item: Mapping[str, object], number: int) -> Entry:
    """Read one object of the list."""
    authors = item.get("author")
    record = {name: one_line(first_text(item.get(theirs))) for name, theirs in _RECORD.items()}
    record["type"] = _CROSSREF.get(record["type"], record["type"])
    record["year"] = _year(item.get("issued"))
    return Entry(
        0,
        first_text(item.get("title")),
        text_of(item.get("abstract")),
        tuple(_name(author) for author in authors if isinstance(author, dict)) if isinstance(authors, list) else (),
        record["type"].startswith(_WORKS),
        _issued(item.get("issued")),
        one_line(text_of(item.get("DOI"))),
        places=tuple(one_line(first_text(item.get(name))) for name in _PLACES),
        marks=find_marks(text_of(item.get("note"))),
        item=number,
        record={name: text for name, text in record.items() if text},
    )


def _name(author: Mapping[str, object]) -> str:
    return text_of(author.get("literal")) or " ".join(filter(None, (text_of(author.get(part)) for part in _NAME)))


def _year(issued: object) -> str:
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0] else [""]
    return text_of(first[0])[:4]


def _issued(issued: object) -> date | None:
    if not isinstance(issued, dict):
        return None
    parts = issued.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        return leading_day("-".join(map(text_of, parts[0])))
    return leading_day(text_of(issued.get("raw")) or text_of(issued.get("literal")))

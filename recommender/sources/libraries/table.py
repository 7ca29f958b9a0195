"""CSV: Zotero's export, our own, those of databases, and any table with a title or an arXiv id in each row."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from recommender.ids import arxiv_id, doi
from recommender.paper import Skipped
from recommender.sources.libraries.entry import ADDRESS, Entry, find_marks, verdict_named
from recommender.sources.libraries.zotero import WORKS
from recommender.text.cells import unguarded
from recommender.text.dates import leading_day, leading_moment
from recommender.text.lines import one_line
from recommender.text.names import given_first, listed
from recommender.text.short import quoted

# The names that a field's column may have, in small letters: first Zotero's, then those of IEEE Xplore, Scopus,
# Springer, Dimensions, PubMed and The Lens; last the tags of Web of Science.
_TITLE = ("title", "document title", "article title", "item title", "ti")
_AUTHOR = ("author", "author full names", "authors", "author/s", "af", "au")
_ABSTRACT = ("abstract note", "abstract", "summary", "ab")
_DOI = ("doi", "item doi", "di")
_ARXIV = ("arxiv id", "arxiv_id", "arxiv", "eprint", "id")
_DATE = ("date", "submitted", "published", "publication date")
_YEAR = ("publication year", "year", "pubyear", "py", *_DATE)
_ADDED = ("date added", "added")
_RECORD = {
    "type": ("item type",),
    "key": ("citation key", "key"),
    "journal": (
        "publication title",
        "journal",
        "source title",
        "journal/book",
        "venue",
        "so",
        "publication",
        "source",
        "proceedings title",
    ),
    "volume": ("volume", "journal volume", "vl"),
    "number": ("issue", "journal issue", "issue number", "is"),
    "pages": ("pages", "pagination"),
    "publisher": ("publisher", "pu"),
    "address": ("place",),
    "edition": ("edition",),
    "series": ("series",),
    "isbn": ("isbn",),
    "issn": ("issn", "sn"),
    "language": ("language",),
}
_PLACES = ("url", "link", "archive", "archive location", "call number", "number", "extra", *_RECORD["journal"])
_FIRST_PAGE = ("start page", "page start", "bp")
_LAST_PAGE = ("end page", "page end", "ep")
_RATING = ("verdict", "rating")
_ABOVE = re.compile(  # lines before the header: for Excel, and those of Dimensions
    r'^(?:"?sep=[^\n]"?|"?About the data: Exported on [^\n]*)$', re.IGNORECASE | re.MULTILINE
)
_PERSON = re.compile(r"\s\([0-9]{5,}\)")  # Scopus' number of an author
_NO_WORK = re.compile(r"web|blog|software|computer|data|film|video|audio|image|map|artwork|patent", re.IGNORECASE)
_MISSING = re.compile(
    r"\[No (?:abstract|author name|authors?|title)[\w ]* (?:available|found)\]", re.IGNORECASE
)  # Scopus


def find_delimiter(text: str) -> str:
    """The delimiter of a table that can be read; empty if the text is none."""
    head = _ABOVE.sub("", text[:100_000]).lstrip("\n").partition("\n")[0]
    for delimiter in ",;\t":
        columns = _columns(next(csv.reader([head], delimiter=delimiter), []))
        ids = _ARXIV[:3] if set(_RATING).isdisjoint(columns) else (*_ARXIV, *_DOI)
        if len(columns) > 1 and not {*_TITLE, *ids}.isdisjoint(columns):
            return delimiter
    return ""


def read_table(text: str, delimiter: str) -> Iterator[Entry | Skipped]:
    """The rows; a row with too few or too many cells is skipped, for its cells cannot be assigned.

    Where files were joined another header may come, which names the columns from there on.
    """
    rows_of_text = _ABOVE.sub("", text)
    text = rows_of_text.lstrip("\n")
    above = len(rows_of_text) - len(text)  # lines
    limit = csv.field_size_limit(max(len(text), 131_072))  # notes in Zotero may exceed the default limit
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        columns = _columns(next(rows))
        begun = above + rows.line_num + 1
        for row in rows:
            ended = above + rows.line_num
            if len(row) == len(columns) + 1 and not row[-1]:  # Web of Science ends rows with a delimiter
                row.pop()
            if _columns(row) == columns or _is_header(row):
                columns = _columns(row)
            elif any(cell.strip() for cell in row):
                yield _entry(begun, columns, row) if len(row) == len(columns) else _torn(begun, ended, columns, row)
            begun = ended + 1
    finally:
        csv.field_size_limit(limit)


def _columns(header: Sequence[str]) -> list[str]:
    return [name.strip().lower() for name in header]


def _is_header(row: Sequence[str]) -> bool:
    """Whether a row names columns: one for titles, and another."""
    columns = _columns(row)
    return not set(_TITLE).isdisjoint(columns) and not {*_AUTHOR, *_DOI, *_ARXIV, *_DATE}.isdisjoint(columns)


def _torn(begun: int, ended: int, columns: Sequence[str], row: Sequence[str]) -> Skipped:
    reason = f"{len(row)} of {len(columns)} columns in {quoted(' '.join(row))}"
    return Skipped(begun, reason if ended == begun else f"{reason}, up to line {ended}: is a quotation mark missing?")


def _entry(line: int, columns: Sequence[str], row: Sequence[str]) -> Entry | Skipped:
    if any(name.startswith("recommend-") for name in columns):  # our own export
        row = list(map(unguarded, row))
    cells = dict(zip(reversed(columns), reversed(row), strict=True))  # the first of two columns with one name counts

    def first(names: Sequence[str]) -> str:
        cell = next((cells[name] for name in names if cells.get(name, "").strip()), "")
        return "" if cell.startswith("[") and _MISSING.fullmatch(cell.strip()) else cell

    marks = {name.removeprefix("recommend-"): cells[name] for name in cells if name.startswith("recommend-")}
    marks = {name: mark for name, mark in marks.items() if mark}
    if not marks:  # our export may have come by way of Zotero
        marks = find_marks(f"{cells.get('extra', '')} {cells.get('notes', '')}")
    kind = cells.get("item type", "")
    is_zotero = kind[:1].islower()  # "journalArticle"; Paperpile writes "Journal Article"
    record = {name: one_line(first(theirs)) for name, theirs in _RECORD.items()}
    record["year"] = next(iter(re.findall(r"[12][0-9]{3}", first(_YEAR))), "")
    if not record["pages"]:
        record["pages"] = "-".join(filter(None, map(one_line, (first(_FIRST_PAGE), first(_LAST_PAGE)))))
    authors = _PERSON.sub("", first(_AUTHOR))
    rating = one_line(cells.get("verdict", ""))
    verdict = verdict_named(rating) or verdict_named(cells.get("rating", ""))  # of others it may be a number of stars
    if rating and not verdict:
        return Skipped(line, f"no verdict: {quoted(rating)}; there are like, dislike and read")
    return Entry(
        line,
        first(_TITLE),
        first(_ABSTRACT),
        tuple(map(given_first, authors.split(";"))) if is_zotero else listed(authors),
        kind in WORKS if is_zotero else not _NO_WORK.match(kind),
        leading_day(first(_DATE)),
        one_line(first(_DOI)) or doi(cells.get("id", "")) or "",
        next((cells[name] for name in _ARXIV if arxiv_id(cells.get(name, ""))), ""),
        (
            *(one_line(cells[name]) for name in _PLACES if name in cells),
            *(cell for each in cells.values() if ADDRESS.fullmatch(cell := each.strip())),  # "ArticleURL", "PDF"
        ),
        leading_moment(first(_ADDED)),
        marks=marks,
        note=cells.get("notes", ""),
        record={name: text for name, text in record.items() if text},
        verdict=verdict,
        id_is_enough=set(_TITLE).isdisjoint(columns),
    )

"""CSV: Zotero's export, our own, and any table with a title or an arXiv id in each row."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from recommender.ids import arxiv_id
from recommender.paper import Skipped
from recommender.sources.libraries.entry import Entry, find_marks
from recommender.sources.libraries.zotero import WORKS
from recommender.text.cells import unguarded
from recommender.text.dates import leading_day, leading_moment
from recommender.text.lines import one_line
from recommender.text.names import given_first, listed
from recommender.text.short import quoted

# The names that a field's column may have, in small letters; Zotero's name comes first.
_TITLE = ("title",)
_AUTHOR = ("author", "authors")
_ABSTRACT = ("abstract note", "abstract", "summary")
_DOI = ("doi",)
_ARXIV = ("arxiv id", "arxiv_id", "arxiv", "eprint", "id")
_DATE = ("date", "submitted", "published")
_ADDED = ("date added", "added")
_RECORD = {
    "type": ("item type",),
    "key": ("citation key", "key"),
    "journal": ("publication title", "journal", "source title", "venue"),
    "volume": ("volume",),
    "number": ("issue",),
    "pages": ("pages",),
    "publisher": ("publisher",),
    "address": ("place",),
    "edition": ("edition",),
    "series": ("series",),
    "isbn": ("isbn",),
    "issn": ("issn",),
    "language": ("language",),
}
_PLACES = ("url", "link", "archive", "archive location", "publication title", "call number", "number", "extra")
_FOR_EXCEL = re.compile(r'^"?sep=[^\n]"?$', re.IGNORECASE | re.MULTILINE)  # names the delimiter


def find_delimiter(text: str) -> str:
    """The delimiter of a table that can be read; empty if the text is none."""
    head = _FOR_EXCEL.sub("", text[:100_000]).lstrip("\n").partition("\n")[0]
    for delimiter in ",;\t":
        columns = _columns(next(csv.reader([head], delimiter=delimiter), []))
        if len(columns) > 1 and not {*_TITLE, *_ARXIV[:3]}.isdisjoint(columns):
            return delimiter
    return ""


def read_table(text: str, delimiter: str) -> Iterator[Entry | Skipped]:
    """The rows; a row with too few or too many cells is skipped, for its cells cannot be assigned.

    Where files were joined another header may come, which names the columns from there on.
    """
    rows_of_text = _FOR_EXCEL.sub("", text)
    text = rows_of_text.lstrip("\n")
    above = len(rows_of_text) - len(text)  # lines
    limit = csv.field_size_limit(max(len(text), 131_072))  # notes in Zotero may exceed the default limit
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        columns = _columns(next(rows))
        begun = above + rows.line_num + 1
        for row in rows:
            ended = above + rows.line_num
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


def _entry(line: int, columns: Sequence[str], row: Sequence[str]) -> Entry:
    if any(name.startswith("recommend-") for name in columns):  # our own export
        row = list(map(unguarded, row))
    cells = dict(zip(reversed(columns), reversed(row), strict=True))  # the first of two columns with one name counts

    def first(names: Sequence[str]) -> str:
        return next((cells[name] for name in names if cells.get(name, "").strip()), "")

    marks = {name.removeprefix("recommend-"): cells[name] for name in cells if name.startswith("recommend-")}
    marks = {name: mark for name, mark in marks.items() if mark}
    if not marks:  # our export may have come by way of Zotero
        marks = find_marks(f"{cells.get('extra', '')} {cells.get('notes', '')}")
    kind = cells.get("item type")
    record = {name: one_line(first(theirs)) for name, theirs in _RECORD.items()}
    record["year"] = next(iter(re.findall(r"[12][0-9]{3}", first(("publication year", "year", *_DATE)))), "")
    return Entry(
        line,
        first(_TITLE),
        first(_ABSTRACT),
        tuple(map(given_first, first(_AUTHOR).split(";"))) if kind is not None else listed(first(_AUTHOR)),
        kind is None or kind in WORKS,
        leading_day(first(_DATE)),
        one_line(first(_DOI)),
        next((cells[name] for name in _ARXIV if arxiv_id(cells.get(name, ""))), ""),
        tuple(one_line(cells[name]) for name in _PLACES if name in cells),
        leading_moment(first(_ADDED)),
        marks=marks,
        note=cells.get("notes", ""),
        record={name: text for name, text in record.items() if text},
    )

"""CSV with Zotero's names for the columns, then ours."""

import csv
import io

from recommender.delivery.bibliography.keys import year
from recommender.delivery.bibliography.kinds import kind_of, publisher_of
from recommender.delivery.bibliography.marks import encoded, encoded_authors, marks_of, utc
from recommender.ids import abs_url
from recommender.results.incoming import LibraryEntry
from recommender.text.cells import guarded
from recommender.text.names import family_first

_ZOTERO = ("Item Type", "Publication Year", "Author", "Title", "DOI", "Url", "Abstract Note", "Date", "Date Added")
_RECORD = {  # Zotero's columns of what an imported entry says besides
    "Citation Key": "key",
    "Publication Title": "journal",
    "Volume": "volume",
    "Issue": "number",
    "Pages": "pages",
    "Publisher": "publisher",
    "Place": "address",
    "Edition": "edition",
    "Series": "series",
    "ISBN": "isbn",
    "ISSN": "issn",
    "Language": "language",
}
_OURS = tuple(f"recommend-{name}" for name in ("id", "verdict", "date", "categories", "authors", "record", "note"))


def write(entries: list[LibraryEntry]) -> str:
    """A header and one row each."""
    file = io.StringIO(newline="")
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow([*_ZOTERO, *_RECORD, "Notes", *_OURS])
    rows.writerows(map(_row, entries))
    return file.getvalue()


def _row(entry: LibraryEntry) -> list[str]:
    paper = entry.paper
    record = {**entry.record, "journal": entry.record.get("journal") or entry.record.get("booktitle", "")}
    record["publisher"] = publisher_of(entry)
    marks = marks_of(entry, authors=encoded_authors(paper, ",;"), note=encoded(entry.note))
    cells = [
        kind_of(entry, 3),
        year(paper) or entry.record.get("year", ""),
        "; ".join(map(family_first, paper.authors)),
        paper.title,
        paper.doi,
        abs_url(paper.id),
        paper.abstract,
        paper.submitted.isoformat() if paper.submitted else year(paper),
        utc(entry.added_at).replace("T", " ").removesuffix("+00:00"),
        *(record.get(name, "") for name in _RECORD.values()),
        entry.note,
        *(marks.get(name, "") for name in _OURS),
    ]
    return list(map(guarded, cells))

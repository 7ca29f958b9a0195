"""Marks: what an entry holds beyond the fields of a format, so that it is read back without loss.

The names are recommend-id, recommend-verdict, recommend-date and recommend-categories; a title, an abstract, authors
and the reader's note are marked too where the format's own field cannot hold them exactly. Values are percent-encoded:
they have neither spaces nor braces, and survive what other programs do to a text. Marks are fields in BibTeX, columns
in CSV, and words of the note in RIS (N1) and in CSL-JSON (note, which Zotero keeps as "Extra").
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from recommender.paper import Paper
from recommender.results.incoming import LibraryEntry
from recommender.text.lines import one_line


def marks_of(entry: LibraryEntry, **exact: str) -> dict[str, str]:
    """The marks of an entry by name, without empty ones: {"recommend-id": "2005.05859", …}.

    Args:
        exact: encoded values of "title", "abstract", "authors" or "note", where the format's own field is not exact.
    """
    paper = entry.paper
    values = {
        "id": encoded(paper.id),
        "verdict": encoded(entry.verdict.value if entry.verdict else ""),
        "date": encoded(utc(entry.added_at)),
        "categories": encoded_list(paper.categories),
        "record": encoded_list(entry.record),
        **exact,
    }
    return {f"recommend-{name}": value for name, value in values.items() if value}


def as_note(marks: Mapping[str, str]) -> str:
    """Marks as one text: "recommend-id: 2005.05859 recommend-verdict: like"."""
    return " ".join(f"{name}: {value}" for name, value in marks.items())


def in_words(entry: LibraryEntry) -> str:
    """The reader's note on one line, for a field that has marks beside it; none that could be taken for them."""
    note = one_line(entry.note)
    return "" if "recommend-" in note else note


def encoded(text: str) -> str:
    """Percent-encode a value."""
    return quote(text, safe=":/,.()+-")


def encoded_authors(paper: Paper, separators: str) -> str:
    """The authors, if a name has a character that separates names in the format's own field; else empty."""
    is_exact = not any(sign in name for name in paper.authors for sign in separators)
    return "" if is_exact else encoded_list(paper.authors)


def utc(moment: datetime | None) -> str:
    """An aware moment as "2020-05-13T18:00:00+00:00"; empty for None."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""


def encoded_list(texts: Iterable[str]) -> str:
    """Percent-encode values, with semicolons between."""
    return ";".join(map(encoded, texts))

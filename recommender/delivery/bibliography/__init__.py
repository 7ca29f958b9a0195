"""Rated papers for other programs: BibTeX, RIS, CSL-JSON, CSV, JSON Lines and lists of ids.

One file a format, each with `write(entries)`; a new format is one new file and one new line in `write`. Each format
but the list of ids is read back by `sources.libraries` without loss; `marks.py` says how.
"""

from collections.abc import Callable, Iterable

from recommender.results.incoming import LibraryEntry
from recommender.text.lines import one_line
from recommender.text.notes import cleaned

FORMATS = ("bibtex", "ris", "csl-json", "jsonl", "csv", "ids")


def write(entries: Iterable[LibraryEntry], format: str) -> str:  # noqa: A002 - what `--format` calls it
    """Write the entries in one of FORMATS, in their order; `added_at` is the date of the verdict."""
    from recommender.delivery.bibliography import (  # noqa: PLC0415 - every command line shows FORMATS, few write one
        bibtex,
        csl,
        ids,
        jsonl,
        ris,
        table,
    )

    writers: dict[str, Callable[[list[LibraryEntry]], str]] = {
        "bibtex": bibtex.write,
        "ris": ris.write,
        "csl-json": csl.write,
        "jsonl": jsonl.write,
        "csv": table.write,
        "ids": ids.write,
    }
    return writers[format]([_on_one_line(entry) for entry in entries])


def _on_one_line(entry: LibraryEntry) -> LibraryEntry:
    """The entry without line breaks, which would begin fields, and without control and invisible characters.

    Only a note keeps its lines; a format that cannot hold them writes it on one.
    """
    paper = entry.paper
    clean = paper._replace(
        id=one_line(paper.id),
        title=one_line(paper.title),
        abstract=one_line(paper.abstract),
        authors=tuple(filter(None, map(one_line, paper.authors))),
        categories=tuple(map(one_line, paper.categories)),
        doi=one_line(paper.doi),
    )
    record = {name: one_line(text) for name, text in entry.record.items()}
    record = {name: text for name, text in record.items() if text}
    return LibraryEntry(clean, entry.added_at, entry.verdict, record, cleaned(entry.note))

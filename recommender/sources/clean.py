"""What comes in steers nothing: papers, entries and reasons without control and invisible characters.

The readers of formats clean titles, abstracts and names, and ids are checked where they are made; this is done to all
texts of all readers, whatever they forget.
"""

from recommender.ids import page
from recommender.paper import Digest, Paper, Skipped
from recommender.results.incoming import LibraryEntries, LibraryEntry
from recommender.text.lines import one_line
from recommender.text.notes import cleaned


def digest(read: Digest) -> Digest:
    """The digest with clean papers and reasons."""
    return read._replace(
        category=one_line(read.category),
        papers=tuple(map(paper, read.papers)),
        skipped=tuple(map(skipped, read.skipped)),
        crossed=frozenset(map(paper_id, read.crossed)),
        replaced=tuple(map(paper, read.replaced)),
    )


def library(read: LibraryEntries) -> LibraryEntries:
    """The library with clean entries and reasons."""
    return read._replace(entries=tuple(map(_entry, read.entries)), skipped=tuple(map(skipped, read.skipped)))


def paper(read: Paper) -> Paper:
    """The paper with clean texts, each on one line, and without empty names and categories."""
    return read._replace(
        id=paper_id(read.id),
        title=one_line(read.title),
        abstract=one_line(read.abstract),
        authors=tuple(filter(None, map(one_line, read.authors))),
        categories=tuple(filter(None, map(one_line, read.categories))),
        doi=one_line(read.doi),
    )


def paper_id(text: str) -> str:
    """The id without characters that no id has."""
    return page(text) or one_line(text)


def skipped(read: Skipped) -> Skipped:
    """The reason on one line."""
    return read._replace(reason=one_line(read.reason))


def _entry(read: LibraryEntry) -> LibraryEntry:
    record = {one_line(name): one_line(text) for name, text in read.record.items()}
    return read._replace(paper=paper(read.paper), record=record, note=cleaned(read.note))

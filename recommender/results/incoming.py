"""Papers that came in: from arXiv, and from a reader's own library."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from recommender.paper import Feedback, Note, Paper, Skipped, Verdict


class LibraryEntry(NamedTuple):
    """One entry of a reader's own library, such as a BibTeX file or Zotero."""

    paper: Paper
    added_at: datetime | None = None  # aware; when it was added to that library
    verdict: Verdict | None = None  # as our own exports have it
    record: Mapping[str, str] = {}  # what else the library says, by BibTeX's names: "type", "key", "journal", "year"
    note: str = ""  # the reader's own, of several lines

    @property
    def year(self) -> int | None:
        """The year of publication, as the library has it."""
        year = self.record.get("year", "")[:4]
        return int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None


class LibraryEntries(NamedTuple):
    """A reader's own library, as far as it could be read."""

    entries: tuple[LibraryEntry, ...]
    skipped: tuple[Skipped, ...] = ()
    encoding: str = ""  # of a text that is neither UTF-8 nor says its encoding: the one that was guessed
    only_ids: bool = False  # of a text in no known format, whose other papers nobody counts


class FetchReport(NamedTuple):
    """The result of fetching new papers without listing them."""

    day: date  # the newest announcement day
    candidates: int  # papers the next list of that day chooses from
    new: int  # papers the library did not have before
    notes: tuple[Note, ...]  # what did not come, and why


class DownloadReport(NamedTuple):
    """The result of downloading everything announced in one category over some days."""

    category: str
    records: int
    new: int  # papers the library did not have before
    skipped: int  # records that could not be read


class ImportReport(NamedTuple):
    """The result of importing a library, or of trying to."""

    entries: int  # read, before duplicates were merged
    joined: int  # duplicates of other entries
    known: int  # papers the program's library had already
    fetched: int  # papers whose text came from arXiv
    without_abstract: int  # papers that count by their title alone, or not at all yet
    rated: int  # papers that had a verdict already and keep it
    verdicts: tuple[Feedback, ...]  # new ones, oldest first
    skipped: tuple[Skipped, ...]  # entries that could not be read
    failure: str = ""  # why arXiv could not be asked

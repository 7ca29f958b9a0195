"""A reader's own library: imported as verdicts, and exported again."""

import re
import sys
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from recommender.errors import SourceError
from recommender.files import is_endless, located
from recommender.ids import arxiv_id
from recommender.paper import Feedback, Paper, Verdict, completed
from recommender.results.incoming import ImportReport, LibraryEntries, LibraryEntry
from recommender.services import lists, rankings, remote
from recommender.services.reader import Reader
from recommender.services.requests import STANDARD_INPUT
from recommender.sources import files, libraries, urls
from recommender.sources.hosts import is_loopback
from recommender.sources.requests import NobodyListens
from recommender.sources.zotero import closed, silent
from recommender.store.reading_list import ReadingList
from recommender.text.lines import one_line
from recommender.text.short import counted
from recommender.text.works import Works

_MANY = 500  # entries that take a while to compare
_BATCH = 100  # papers arXiv is asked for at once
_ZOTERO = re.compile(r"/(?:users|groups)/\d+/(?:.*/)?items\b")  # Zotero's own interface, here or on the web
_EXPORTED = {
    "likes": (Verdict.LIKE,),
    "dislikes": (Verdict.DISLIKE,),
    "read": (Verdict.READ,),
    "all": tuple(Verdict),
}


class Way(NamedTuple):
    """How a library is imported."""

    verdict: Verdict | None = None  # for all entries; None: each entry's own, or a like
    offline: bool = False  # ask no other machine
    dry_run: bool = False  # change nothing and ask nobody
    command: str = "import"  # the name that `undo` shows


def read(reader: Reader, source: str) -> LibraryEntries:
    """The entries of a library, whatever its format.

    Args:
        source: a file, an http(s) address, or "-" for standard input.

    Raises:
        SourceError: it cannot be read, or holds no entry that can.
    """
    library = _read(reader, source)
    if library.skipped and not library.entries:
        first = library.skipped[0]
        where = f", line {first.line}" if first.line else ""
        name = "standard input" if source == STANDARD_INPUT else one_line(source)
        raise SourceError(
            f"{name}: nothing of it can be read; export the library anew, as BibTeX, RIS, CSL-JSON or CSV. "
            f"The first of {counted(len(library.skipped), 'entry', 'entries')}{where}: {first.reason}"
        )
    return library


def _read(reader: Reader, source: str) -> LibraryEntries:
    if source == STANDARD_INPUT:
        return libraries.parse(files.load(sys.stdin.buffer), "standard input")
    if source.startswith(("http://", "https://")):
        return _ask(reader, source)
    place = located(source)
    try:
        if is_endless(place):  # a pipe is read once
            return libraries.parse(files.load(place, pipes=True), files.name_of(place))
        with place.open("rb") as file:
            sqlite = libraries.is_sqlite(file.read(100))
    except IsADirectoryError as error:
        raise SourceError(f"{files.name_of(place)}: a folder; name the file of your library in it") from error
    except (OSError, ValueError) as error:  # ValueError: no name of a file
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{files.name_of(place)}: {reason}; name a library's file that you can read") from error
    return libraries.read_sqlite(place) if sqlite else libraries.parse(files.load(place), files.name_of(place))


def import_library(
    reader: Reader,
    library: LibraryEntries,
    verdict: Verdict | None = None,
    *,
    offline: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Import the entries of a library as verdicts, each with its own date; papers rated before keep their verdict.

    Missing texts are fetched from arXiv; where that fails, papers count by what is known of them.

    Args:
        verdict: for all entries; None: each entry's own, or a like.
        offline: ask no other machine.
        dry_run: change nothing and ask nobody; only report what would be done.
    """
    return import_as(reader, library, Way(verdict, offline=offline, dry_run=dry_run))


def import_as(reader: Reader, library: LibraryEntries, way: Way) -> ImportReport:
    """As `import_library`."""
    entries = libraries.joined(library.entries)
    known, entries = identified(reader, entries)
    entries = libraries.joined(entries)  # two entries may have turned out to be one paper
    waiting = [entry.paper.id for entry in entries if not entry.paper.abstract and arxiv_id(entry.paper.id)]
    texts, failure = ({}, "") if way.offline or way.dry_run else _fetch(reader, waiting)
    papers = [texts.get(entry.paper.id, entry.paper) for entry in entries]
    rated = reader.store.verdicts()
    now = reader.now
    verdicts = [
        Feedback(paper, way.verdict or entry.verdict or Verdict.LIKE, min(entry.added_at or now, now))
        for entry, paper in zip(entries, papers, strict=True)
        if paper.id not in rated
    ]
    verdicts.sort(key=lambda feedback: (feedback.given_at, feedback.paper.id))
    if not way.dry_run:
        with reader.progress.busy(f"Saving {counted(len(papers), 'paper')}"):
            reader.library.add([paper for paper in papers if paper.title or paper.abstract])
            reader.store.import_verdicts(verdicts, command=way.command, at=now)
            reader.store.import_notes(
                [(paper, entry.note) for entry, paper in zip(entries, papers, strict=True) if entry.note], now
            )
            reader.store.keep_records({entry.paper.id: entry.record for entry in entries if entry.record})
        if verdicts:
            with reader.progress.busy("Ranking ahead"):
                rankings.ahead(reader)
    return ImportReport(
        entries=len(library.entries),
        joined=len(library.entries) - len(entries),
        known=known,
        fetched=len(texts),
        without_abstract=sum(not paper.abstract for paper in papers),
        rated=len(papers) - len(verdicts),
        verdicts=tuple(verdicts),
        skipped=library.skipped,
        failure=failure,
    )


def import_new(reader: Reader, library: LibraryEntries) -> ImportReport:
    """Import again what is imported again and again: papers that were rated at any time are passed over.

    So a rating that was taken back, or an import that was undone, does not come back by itself.
    """
    _, entries = identified(reader, library.entries)
    spoken_of = reader.store.spoken_of()
    new = tuple(entry for entry in entries if entry.paper.id not in spoken_of)
    return import_library(reader, library._replace(entries=new))


def identified(reader: Reader, entries: Sequence[LibraryEntry]) -> tuple[int, list[LibraryEntry]]:
    """How many entries the library has, and the entries with their papers as this program knows them."""
    in_library = Works(reader.library.alike(entry.paper for entry in entries))
    rated_works = Works(feedback.paper for feedback in reader.store.feedback())
    known = sum(in_library.same(entry.paper, entry.year) is not None for entry in entries)
    steps = reader.progress.steps(entries, "Comparing with your papers", _MANY)
    return known, [entry._replace(paper=_same(entry, rated_works, in_library)) for entry in steps]


def entries(reader: Reader, what: str, day: date | None = None) -> list[LibraryEntry]:
    """The papers to export, with everything known about them, newest verdict first.

    Args:
        what: "likes", "dislikes", "read", "all", "later" for the reading list (oldest first), or "list" for the list
            shown last.
        day: the day of the list.

    Raises:
        ValueError: `what` is none of these words.
    """
    if what == "later":
        return _entries_of(reader, list(ReadingList(reader.store).waiting()))
    if what == "list":
        shown = reader.store.last_list(*lists.DAILY, day=day)
        return _entries_of(reader, [item.paper_id for item in shown.items]) if shown else []
    if what not in _EXPORTED:
        raise ValueError(f"{what!r} cannot be exported; choose one of {', '.join(_EXPORTED)}, later, list")
    chosen = [entry for entry in reader.store.feedback() if entry.verdict in _EXPORTED[what]]
    papers = reader.library.papers(entry.paper.id for entry in chosen)
    records, notes = reader.store.records(), reader.store.notes()
    return [
        LibraryEntry(
            papers.get(entry.paper.id, entry.paper),
            entry.given_at,
            entry.verdict,
            records.get(entry.paper.id, {}),
            notes.get(entry.paper.id, ""),
        )
        for entry in chosen
    ]


def _entries_of(reader: Reader, ids: list[str]) -> list[LibraryEntry]:
    """These papers in their order, with the verdicts they have now."""
    papers = lists.papers_of(reader, ids)
    feedback = {entry.paper.id: entry for entry in reader.store.feedback()}
    records, notes = reader.store.records(), reader.store.notes()
    return [
        LibraryEntry(
            papers[paper_id],
            feedback[paper_id].given_at if paper_id in feedback else None,
            feedback[paper_id].verdict if paper_id in feedback else None,
            records.get(paper_id, {}),
            notes.get(paper_id, ""),
        )
        for paper_id in ids
        if paper_id in papers
    ]


def _ask(reader: Reader, address: str) -> LibraryEntries:
    """The entries behind an address: a file on the web, or Zotero's own interface, page by page."""
    client = reader.network().client

    def get(url: str) -> bytes:
        return client.get(url, fresh=True).body

    def get_from_zotero(url: str) -> bytes:
        here = is_loopback(urls.host_name(url))
        try:
            answer = client.get(url, fresh=True, accept={403} if here else ())
        except NobodyListens as error:
            raise SourceError(closed(urls.host(url))) from error
        if answer.status == 403:
            raise SourceError(silent())
        return answer.body

    if not _ZOTERO.search(address):
        return libraries.parse(get(address), address)
    pages = list(libraries.zotero_pages(address, get_from_zotero))
    return LibraryEntries(
        tuple(entry for page in pages for entry in page.entries),
        tuple(skip for page in pages for skip in page.skipped),
    )


def _fetch(reader: Reader, ids: list[str]) -> tuple[dict[str, Paper], str]:
    """The texts of these papers by id, as far as arXiv can be asked; and why it cannot."""
    batches = [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)]
    papers: dict[str, Paper] = {}
    try:
        for batch in reader.progress.steps(batches, "Fetching abstracts", 2):  # arXiv takes one every three seconds
            papers |= {paper.id: paper for paper in remote.texts(reader, batch)}
    except SourceError as error:
        return papers, str(error)
    return papers, ""


def _same(entry: LibraryEntry, *known: Works) -> Paper:
    """The paper as this program knows it: by the first of these that has its work."""
    same = next(filter(None, (works.same(entry.paper, entry.year) for works in known)), None)
    return completed(same, entry.paper) if same else entry.paper

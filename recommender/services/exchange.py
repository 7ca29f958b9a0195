"""The conductor of a reader's own library: brought in as verdicts, and given out again."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from recommender.errors import SourceError
from recommender.ids import arxiv_id
from recommender.paper import (
    Feedback,
    LibraryEntries,
    LibraryEntry,
    Paper,
    Recommendation,
    Shortlist,
    Skipped,
    Verdict,
    completed,
    names_of,
)
from recommender.services import fetch as fetching
from recommender.sources import files
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore, ShownList

_BATCH = 100  # papers asked for at once
_ZOTERO = re.compile(r"/(?:users|groups)/\d+/(?:.*/)?items\b")  # its own interface, here or on the web


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do."""

    entries: int  # read, before any were joined
    joined: int  # entries that were another one's double
    known: int  # papers the library had already
    fetched: int  # papers whose text came from arXiv
    without_abstract: int  # papers that count by their title alone, or not at all yet
    judged: int  # papers that had a verdict already and keep it
    taken: tuple[Feedback, ...]  # verdicts that are new, oldest first
    skipped: tuple[Skipped, ...]  # entries that could not be read
    failure: str = ""  # why arXiv could not be asked


def read(place: Path) -> LibraryEntries:
    """The entries of a library's file, whatever its format.

    Raises:
        SourceError: it cannot be read, or nothing in it is a paper.
    """
    from recommender.sources import libraries as references

    try:
        with place.open("rb") as file:
            sqlite = references.is_sqlite(file.read(100))
    except OSError as error:
        raise SourceError(f"{place}: {error.strerror or error}") from error
    return references.read_sqlite(place) if sqlite else parse(files.load(place), str(place))


def parse(data: bytes, name: str) -> LibraryEntries:
    """The entries of a text; `name` stands before each error message."""
    from recommender.sources import libraries as references

    return references.parse(data, name)


def ask(address: str, network: fetching.Network) -> LibraryEntries:
    """The entries behind an address: a file on the web, or Zotero's own interface, page by page."""
    from recommender.sources import libraries as references

    def get(url: str) -> bytes:
        return network.web.get(url, fresh=True).body

    if _ZOTERO.search(address):
        pages = list(references.zotero_pages(address, get))
        return LibraryEntries(
            tuple(entry for page in pages for entry in page.entries),
            tuple(skip for page in pages for skip in page.skipped),
        )
    return parse(get(address), address)


def bring(
    read: LibraryEntries,
    verdict: Verdict | None,
    library: Library,
    memory: ProfileStore,
    network: fetching.Network | None,
    now: datetime,
    *,
    dry_run: bool = False,
    watched: Callable[[Sequence[Sequence[str]]], Iterable[Sequence[str]]] = iter,
) -> ImportReport:
    """Take a library in as verdicts, each with its own date; what was judged here before keeps its verdict.

    Texts that are missing are fetched from arXiv; where that cannot be, papers count by what is known of them.

    Args:
        verdict: of all entries; None: each entry's own, or a like.
        network: None: nobody is asked.
        dry_run: change nothing, ask nobody, only say what would be done.
        watched: may show how far the fetching has come.
    """
    from recommender.sources import libraries as references

    entries = references.joined(read.entries)
    here = library.same([entry.paper for entry in entries])
    held = _by_every_name([feedback.paper for feedback in memory.feedback()])
    entries = [entry._replace(paper=_same(entry.paper, here, held)) for entry in entries]
    entries = references.joined(entries)  # two entries may have turned out to be one paper
    waiting = [entry.paper.id for entry in entries if not entry.paper.abstract and arxiv_id(entry.paper.id)]
    found: dict[str, Paper] = {}
    failure = ""
    if network and waiting and not dry_run:
        batches = [waiting[start : start + _BATCH] for start in range(0, len(waiting), _BATCH)]
        try:
            for batch in watched(batches):
                found |= {paper.id: paper for paper in fetching.texts(library, network, batch)}
        except SourceError as error:
            failure = str(error)
    papers = [found.get(entry.paper.id, entry.paper) for entry in entries]
    judged = memory.verdicts()
    taken = [
        Feedback(paper, verdict or entry.verdict or Verdict.LIKE, min(entry.added_at or now, now))
        for entry, paper in zip(entries, papers, strict=True)
        if paper.id not in judged
    ]
    taken.sort(key=lambda feedback: (feedback.given_at, feedback.paper.id))
    if not dry_run:
        library.add([paper for paper in papers if paper.title or paper.abstract])
        memory.import_verdicts(taken, command="import", at=now)
    return ImportReport(
        entries=len(read.entries),
        joined=len(read.entries) - len(entries),
        known=len(here),
        fetched=len(found),
        without_abstract=sum(not paper.abstract for paper in papers),
        judged=len(papers) - len(taken),
        taken=tuple(taken),
        skipped=read.skipped,
        failure=failure,
    )


def given_out(memory: ProfileStore, library: Library, verdicts: Sequence[Verdict]) -> list[LibraryEntry]:
    """Papers with one of these verdicts, newest first, with all that is known of them."""
    chosen = [entry for entry in memory.feedback() if entry.verdict in verdicts]
    known = library.papers(entry.paper.id for entry in chosen)
    return [LibraryEntry(known.get(entry.paper.id, entry.paper), entry.given_at, entry.verdict) for entry in chosen]


def listed(memory: ProfileStore, library: Library, day: date | None) -> list[LibraryEntry]:
    """Papers of the list last shown, of a day or of any, in its order; with their verdicts so far."""
    shown = memory.last_list("today", "mail", day=day)
    if shown is None:
        return []
    ids = [item.paper_id for item in shown.items]
    known = memory.papers(ids) | library.papers(ids)
    given = {entry.paper.id: entry for entry in memory.feedback()}
    return [
        LibraryEntry(
            known[paper],
            given[paper].given_at if paper in given else None,
            given[paper].verdict if paper in given else None,
        )
        for paper in ids
        if paper in known
    ]


def lists(profile: str, memory: ProfileStore, library: Library, most: int) -> list[tuple[datetime, Shortlist]]:
    """The newest lists, one a day, each with when it was made; papers whose text is gone are left out."""
    shown = memory.lists(most)
    ids = {item.paper_id for each in shown for item in each.items}
    known = memory.papers(ids) | library.papers(ids)
    return [(each.made_at, _shortlist(profile, each, known)) for each in shown]


def _shortlist(profile: str, shown: ShownList, known: dict[str, Paper]) -> Shortlist:
    items = tuple(
        Recommendation(item.rank, known[item.paper_id], item.score) for item in shown.items if item.paper_id in known
    )
    return Shortlist(profile, shown.day, items, shown.considered, shown.status, shown.notes)


def _same(paper: Paper, here: dict[str, Paper], held: dict[str, Paper]) -> Paper:
    """The paper as it is known here: by this reader's verdicts, or by the library."""
    known = next((held[name] for name in names_of(paper) if name in held), None) or here.get(paper.id)
    return completed(known, paper) if known else paper


def _by_every_name(papers: Iterable[Paper]) -> dict[str, Paper]:
    return {name: paper for paper in papers for name in names_of(paper)}

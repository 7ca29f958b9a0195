"""The conductor of coming in: read → save → what is new to this reader."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from recommender import sources
from recommender.ids import is_of
from recommender.paper import Digest, Note, Paper
from recommender.sources import files
from recommender.store.library import Harvest, Library


class ReadText(NamedTuple):
    """One text with its digests, as it came in."""

    name: str  # what a person calls it: its path, "standard input", its address
    fingerprint: str  # of its bytes: a text read before is known at once
    digests: tuple[Digest, ...]
    place: str = ""  # the folder it was found in, where a folder was asked for
    kept: bool = False  # read before: its papers are as the library knows them


class Candidates(NamedTuple):
    """What is there to choose from for the list of a day."""

    day: date
    papers: tuple[Paper, ...]  # each once, newest day first, within it as announced
    revised: tuple[Paper, ...] = ()  # of which a newer version came
    since: date | None = None  # the day of the list before: papers of the days in between are there too
    notes: tuple[Note, ...] = ()  # on what did not come
    failures: tuple[str, ...] = ()  # of sources that could not be asked or read
    late: bool = False  # today's batch is due, and not there yet


def find(place: Path, listed: Collection[date], wished: date | None) -> list[Path]:
    """The digest files of a place that may be new to a reader: of one day, or of the days since the lists before.

    Args:
        listed: the days of which the reader had a list.

    Raises:
        SourceError: the place is missing, cannot be read, or holds no digest.
    """
    # the newest of several may be the very day that is listed again; a single one is if nothing came since
    since = sorted(listed)[-2:][0] if listed else None
    return files.find(place, wished, since) or files.find(place, wished)


def read(text: Path | BinaryIO, library: Library, place: str = "") -> ReadText:
    """The digests of one text, from its file or from a stream; what was read before comes from the library.

    Args:
        place: the folder that was asked for.

    Raises:
        SourceError: it cannot be read, or holds no digest.
    """
    name = files.name_of(text)
    data = files.load(text)
    fingerprint = sources.fingerprint(data)
    known = library.digests(fingerprint) if library.has_read(fingerprint) else []
    return ReadText(name, fingerprint, tuple(known or sources.parse(data, name)), place or name, bool(known))


def from_files(
    library: Library,
    listed: Collection[date],
    announced: Sequence[ReadText],
    wished: date | None,
    now: datetime,
    categories: Collection[str] = (),
    watched: Callable[[Sequence[ReadText]], Iterable[ReadText]] = iter,
) -> Candidates:
    """Take texts in, and choose among their digests: each place's newest, and those of the days since the last list.

    With a wished day, digests that say they are of another one are left out. A digest that says no day is of the day
    it was first read.

    Args:
        listed: the days of which the reader had a list.
        categories: papers of others are left out; none: none is.
        watched: may show how far the taking in has come.
    """
    dated = [_dated(library, entry, wished or now.date()) for entry in announced]
    if wished:
        dated = [entry._replace(digests=tuple(d for d in entry.digests if d.date == wished)) for entry in dated]
    newest = _newest_by_place(dated)
    day = wished or max(newest.values(), default=now.date())
    take_in(library, watched(dated), day, now)
    since = last_before(listed, day)
    chosen = [
        digest
        for entry in dated
        for digest in entry.digests
        if digest.date == newest.get(entry.place) or (since and digest.date and digest.date > since)
    ]
    chosen.sort(key=lambda digest: digest.date or day, reverse=True)
    taken = {p.id for entry in dated if not entry.kept for d in entry.digests for p in (*d.papers, *d.replaced)}
    papers, revised = (
        _known(
            library, [paper for digest, some in parts for paper in some if belongs(paper, digest, categories)], taken
        )
        for parts in ([(d, d.papers) for d in chosen], [(d, d.replaced) for d in chosen])
    )
    return Candidates(day, papers, revised, since)


def take_in(
    library: Library, announced: Iterable[ReadText], day: date, now: datetime, harvest: Harvest | None = None
) -> None:
    """Save texts that are new to the library; a digest without a date counts as of `day`.

    Args:
        harvest: how far a harvest came with it.
    """
    for entry in announced:
        if harvest or not (entry.kept or library.has_read(entry.fingerprint)):
            library.save(
                [(digest.date or day, digest) for digest in entry.digests],
                name=entry.name,
                fingerprint=entry.fingerprint,
                read_at=now,
                harvest=harvest,
            )


def last_before(days: Iterable[date], day: date) -> date | None:
    """The newest of the days before `day`."""
    return max((each for each in days if each < day), default=None)


def belongs(paper: Paper, digest: Digest, categories: Collection[str]) -> bool:
    """Whether a paper of a digest is of one of the categories; "cs" means all of cs.*, none means any.

    A paper of which nobody says a category counts as of any.
    """
    told = {*paper.categories, digest.category} - {""}
    return not (categories and told) or any(is_of(name, category) for name in told for category in categories)


def _dated(library: Library, entry: ReadText, day: date) -> ReadText:
    if all(digest.date for digest in entry.digests):
        return entry
    own = library.day_read(entry.fingerprint) or day
    return entry._replace(digests=tuple(digest._replace(date=digest.date or own) for digest in entry.digests))


def _newest_by_place(announced: Iterable[ReadText]) -> dict[str, date]:
    newest: dict[str, date] = {}
    for entry in announced:
        for digest in entry.digests:
            if digest.date:
                newest[entry.place] = max(digest.date, newest.get(entry.place, date.min))
    return newest


def _known(library: Library, papers: Sequence[Paper], taken: Collection[str]) -> tuple[Paper, ...]:
    """Each paper once, with all that the library knows of it since the papers of these ids were taken in."""
    own = {paper.id: paper for paper in papers}
    return tuple((own | library.papers(own.keys() & taken)).values())

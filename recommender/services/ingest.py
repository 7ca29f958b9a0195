"""Incoming papers: read digest files, save them in the library, and collect a day's candidates."""

import sys
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO, NamedTuple

from recommender import sources
from recommender.delivery import reports
from recommender.errors import SourceError
from recommender.ids import is_of
from recommender.paper import Digest, Note, Paper
from recommender.services import history, identity
from recommender.services.reader import Reader
from recommender.services.requests import STANDARD_INPUT, Request
from recommender.sources import files
from recommender.store.library import Harvest, Library


class ReadText(NamedTuple):
    """One text with its digests, as it was read."""

    name: str  # what a person calls it: its path, "standard input", its address
    fingerprint: str  # of its bytes: a text that was read before is recognised by it
    digests: tuple[Digest, ...]
    place: str = ""  # the folder it was found in, where a folder was asked for
    kept: bool = False  # read before: its papers are as the library has them


class Candidates(NamedTuple):
    """The papers that the list of a day chooses from."""

    day: date
    papers: tuple[Paper, ...]  # each once, newest day first, within it as announced
    revised: tuple[Paper, ...] = ()  # papers announced earlier that have a newer version
    since: date | None = None  # the day of the list before; papers of the days in between are included
    notes: tuple[Note, ...] = ()  # what did not come, and why
    failures: tuple[str, ...] = ()  # sources that could not be asked or read
    late: bool = False  # today's batch is due, and not there yet


def from_files(reader: Reader, request: Request, listed: Collection[date]) -> Candidates:
    """Read the files that a request names, and collect the candidates in them.

    Args:
        listed: the days the reader has had a list of.

    Raises:
        SourceError: none of the files can be read.
    """
    texts = _read_named(reader, request, listed)
    candidates = collect(reader, request.day, listed, texts)
    for text in texts:
        warn_of_skipped(reader, text)
    return candidates


def find(place: Path, listed: Collection[date], day: date | None) -> list[Path]:
    """The digest files of a place that may be new to a reader: those of one day, or of the days since the last lists.

    Args:
        listed: the days the reader has had a list of.

    Raises:
        SourceError: the place is missing, cannot be read, or holds no digest.
    """
    # the newest of several days may be the very one that is listed again; a single day is, if nothing came since
    since = sorted(listed)[-2:][0] if listed else None
    return files.find(place, day, since) or files.find(place, day)


def read(reader: Reader, text: Path | BinaryIO, place: str = "") -> ReadText:
    """Read the digests of one file or stream; papers of a text that was read before come from the library.

    Args:
        place: the folder that was asked for.

    Raises:
        SourceError: it cannot be read, or holds no digest.
    """
    library = reader.library
    name = files.name_of(text)
    data = files.load(text)
    fingerprint = sources.fingerprint(data)
    kept = library.digests(fingerprint) if library.has_read(fingerprint) else []
    digests = kept or identity.with_known_ids(library, sources.parse(data, name))
    return ReadText(name, fingerprint, tuple(digests), place or name, bool(kept))


def collect(
    reader: Reader,
    day: date | None,
    listed: Collection[date],
    texts: Sequence[ReadText],
    categories: Collection[str] = (),
) -> Candidates:
    """Save texts, and collect the candidates in them: each place's newest digest, and those since the last list.

    With a day, digests that say they are of another one are left out. A digest that names no day counts for the day
    it was first read.

    Args:
        listed: the days the reader has had a list of.
        categories: papers of other categories are left out; none: all papers count.
    """
    library, today = reader.library, reader.now.date()
    dated = [_dated(library, text, day or today) for text in texts]
    if day:
        dated = [
            text._replace(digests=tuple(digest for digest in text.digests if digest.date == day)) for text in dated
        ]
    newest = _newest_by_place(dated)
    its_day = day or max(newest.values(), default=today)
    save(reader, reader.progress.steps(dated, "Saving"), its_day)
    complete_rated(reader)
    since = last_before(listed, its_day)
    digests = [
        digest
        for text in dated
        for digest in text.digests
        if digest.date == newest.get(text.place) or (since and digest.date and digest.date > since)
    ]
    digests.sort(key=lambda digest: digest.date or its_day, reverse=True)
    saved = {
        paper.id
        for text in dated
        if not text.kept
        for digest in text.digests
        for paper in (*digest.papers, *digest.replaced)
    }
    papers = [paper for digest in digests for paper in digest.papers if belongs(paper, digest, categories)]
    revised = [paper for digest in digests for paper in digest.replaced if belongs(paper, digest, categories)]
    return Candidates(its_day, _completed(library, papers, saved), _completed(library, revised, saved), since)


def save(reader: Reader, texts: Iterable[ReadText], day: date, harvest: Harvest | None = None) -> None:
    """Save texts that are new to the library.

    Args:
        day: the day that a digest without a date counts for.
        harvest: how far a download came with these texts.
    """
    library = reader.library
    for text in texts:
        if harvest or not (text.kept or library.has_read(text.fingerprint)):
            library.save(
                [(digest.date or day, digest) for digest in text.digests],
                name=text.name,
                fingerprint=text.fingerprint,
                read_at=reader.now,
                harvest=harvest,
            )


def complete_rated(reader: Reader) -> None:
    """Store texts, authors and categories of rated papers that were not known when the verdict was given."""
    if completions := history.completions(reader.store, reader.library):
        reader.store.complete(list(completions.values()))


def last_before(days: Iterable[date], day: date) -> date | None:
    """The newest of the days before `day`."""
    return max((each for each in days if each < day), default=None)


def belongs(paper: Paper, digest: Digest, categories: Collection[str]) -> bool:
    """Whether a paper of a digest is in one of the categories; "cs" means all of cs.*, no categories mean any.

    A paper without a category, in a digest without one, belongs to all.
    """
    stated = {*paper.categories, digest.category} - {""}
    return not (categories and stated) or any(is_of(name, category) for name in stated for category in categories)


def warn_of_skipped(reader: Reader, text: ReadText) -> None:
    """Name the entries of a text that could not be read."""
    skipped = [skip for digest in text.digests for skip in digest.skipped]
    for line in reports.skipped(text.name, skipped):
        reader.progress.warn(line)


def _read_named(reader: Reader, request: Request, listed: Collection[date]) -> list[ReadText]:
    """The texts a request names; one that cannot be read is an error only where no other can."""
    paths = [(path, place) for place in request.files for path in _paths(place, listed, request.day)]
    texts: list[ReadText] = []
    failures: list[SourceError] = []
    for path, place in reader.progress.steps(paths, "Reading"):
        try:
            texts.append(read(reader, sys.stdin.buffer if place == STANDARD_INPUT else path, place))
        except SourceError as error:
            failures.append(error)
    if failures and not texts:
        raise failures[0]
    for failure in failures:
        reader.progress.warn(f"Left out: {failure}")
    return texts


def _paths(place: str, listed: Collection[date], day: date | None) -> list[Path]:
    path = Path(place).expanduser()
    return [path] if place == STANDARD_INPUT else find(path, listed, day)


def _dated(library: Library, text: ReadText, day: date) -> ReadText:
    if all(digest.date for digest in text.digests):
        return text
    its_day = library.day_read(text.fingerprint) or day
    return text._replace(digests=tuple(digest._replace(date=digest.date or its_day) for digest in text.digests))


def _newest_by_place(texts: Iterable[ReadText]) -> dict[str, date]:
    newest: dict[str, date] = {}
    for text in texts:
        for digest in text.digests:
            if digest.date:
                newest[text.place] = max(digest.date, newest.get(text.place, date.min))
    return newest


def _completed(library: Library, papers: Sequence[Paper], saved: Collection[str]) -> tuple[Paper, ...]:
    """Each paper once; those just saved with everything the library knows about them."""
    by_id = {paper.id: paper for paper in papers}
    return tuple((by_id | library.papers(by_id.keys() & saved)).values())

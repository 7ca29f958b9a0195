"""Incoming papers: read digest files, save them in the library, and collect a day's candidates."""

import io
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path, PurePath
from typing import BinaryIO, NamedTuple

from recommender import sources
from recommender.delivery import reports
from recommender.errors import SourceError
from recommender.files import located
from recommender.ids import is_of
from recommender.paper import Digest, Note, NoteKind, Paper
from recommender.services import history, identity
from recommender.services.offered import Offered, last_before
from recommender.services.reader import Reader
from recommender.services.requests import STANDARD_INPUT, Request
from recommender.sources import files
from recommender.store.library import Harvest

_WEB = ("http://", "https://")


class ReadText(NamedTuple):
    """One text with its digests, as it was read."""

    name: str  # what a person calls it: its path, "standard input", its address
    fingerprint: str  # of its bytes: a text that was read before is recognised by it
    digests: tuple[Digest, ...]
    place: str = ""  # the folder it was found in, where a folder was asked for
    kept: bool = False  # read before: its papers are as the library has them


class Candidates(NamedTuple):
    """The papers that the list of a day chooses from."""

    day: date  # the newest
    papers: tuple[Paper, ...]  # each once, newest day first, within it as announced
    revised: tuple[Paper, ...] = ()  # papers announced earlier that have a newer version
    announced: Mapping[str, date] = {}  # the day of each paper's announcement, by id
    notes: tuple[Note, ...] = ()  # what did not come, and why
    failures: tuple[str, ...] = ()  # sources that could not be asked or read
    late: bool = False  # today's batch is due, and not there yet

    @property
    def first_day(self) -> date | None:
        """The first of several days of announcement; None: the papers are all of `day`."""
        first = min(self.announced.values(), default=self.day)
        return first if first < self.day else None


class Scope(NamedTuple):
    """What of the texts counts, and beside what."""

    categories: Collection[str] = ()  # papers of other categories are left out; none: all papers count
    remote_day: date | None = None  # the newest day of what does not come from texts


class Announced(NamedTuple):
    """A paper of a day."""

    day: date
    paper: Paper


def from_files(reader: Reader, request: Request, offered: Offered) -> Candidates:
    """Read the files that a request names, and collect the candidates in them.

    Raises:
        SourceError: none of the files can be read.
    """
    texts, failures = _read_named(reader, request, offered)
    candidates = collect(reader, request.day, offered, texts)
    candidates = candidates._replace(notes=parts_of_days(texts), failures=tuple(map(str, failures)))
    for text in texts:
        warn_of_skipped(reader, text)
    return candidates


def find(place: Path, offered: Offered, day: date | None) -> list[Path]:
    """The digest files of a place that may be new to a reader: those of one day, or of the days that may be open.

    Raises:
        SourceError: the place is missing, cannot be read, or holds no digest.
    """
    # the newest of several days may be the very one that is listed again; a single day is, if nothing came since
    since = sorted(offered.listed)[-2:][0] if offered.listed else None
    return files.find(place, day, since, offered.made_at) or files.find(place, day)


def read(reader: Reader, text: Path | BinaryIO, place: str = "", *, pipes: bool = False) -> ReadText:
    """Read the digests of one file or stream; papers of a text that was read before come from the library.

    Args:
        place: the folder that was asked for.
        pipes: whether the path may be that of a pipe or a device.

    Raises:
        SourceError: it cannot be read, or holds no digest.
    """
    library = reader.library
    name = place if place.startswith(_WEB) else files.name_of(text)
    data = files.load(text, pipes=pipes)
    fingerprint = sources.fingerprint(data)
    kept = library.digests(fingerprint) if library.has_read(fingerprint) else []
    digests = kept or identity.with_known_ids(library, sources.parse(data, name))
    return ReadText(name, fingerprint, tuple(digests), place or name, bool(kept))


def collect(
    reader: Reader,
    day: date | None,
    offered: Offered,
    texts: Sequence[ReadText],
    scope: Scope = Scope(),  # noqa: B008 - it never changes
) -> Candidates:
    """Save texts, and collect the candidates in them: each place's newest digest, and what no list had yet.

    With a day, only digests of that day count, or else those of files that have it in their names. A digest that
    names no day counts for the newest day of its text, else for the day it was first read: then for the newest day
    of its place, or for the reader's date where the place names none.

    """
    stated = _newest_by_place(texts)
    dated = [_dated(reader, text, day or stated.get(text.place) or reader.today) for text in texts]
    if day:
        dated = _of_day(dated, day)
    newest = _newest_by_place(dated)
    own_day = max(newest.values(), default=day or reader.today)
    save(reader, reader.progress.steps(dated, "Saving"))
    complete_rated(reader)
    list_day = max(own_day, scope.remote_day or own_day)
    start, before = offered.start(list_day), last_before(offered.listed, list_day)
    papers: list[Announced] = []
    revised: list[Announced] = []
    saved: set[str] = set()
    for text in dated:
        for digest in text.digests:
            its_day = digest.date or own_day
            is_newest = its_day == newest.get(text.place) and own_day == list_day
            # what is asked for by name is listed again, also if a list of another day had it
            is_asked_for = day is not None or (is_newest and (its_day == list_day or text.place == text.name))
            saved |= set() if text.kept else {paper.id for paper in (*digest.papers, *digest.replaced)}
            if is_asked_for or is_newest or its_day >= start:
                papers += [
                    Announced(its_day, paper)
                    for paper in digest.papers
                    if belongs(paper, digest, scope.categories)
                    and (is_asked_for or offered.is_open(paper.id, list_day))
                ]
            if is_asked_for or is_newest or (before and its_day > before):
                revised += [
                    Announced(its_day, paper) for paper in digest.replaced if belongs(paper, digest, scope.categories)
                ]
    known = reader.library.papers({paper.id for _, paper in (*papers, *revised)} & saved)
    return candidates_of(own_day, papers, revised, known)


def candidates_of(
    day: date, papers: Sequence[Announced], revised: Sequence[Announced], known: Mapping[str, Paper] | None = None
) -> Candidates:
    """Candidates, newest day first, each paper once.

    Args:
        known: everything the library knows about some of the papers, by id.
    """

    def newest_first(entries: Sequence[Announced]) -> dict[str, Announced]:
        by_id: dict[str, Announced] = {}
        for entry in sorted(entries, key=lambda entry: entry.day, reverse=True):
            by_id.setdefault(entry.paper.id, entry)
        return by_id

    announced = newest_first(papers)
    listed, newer = (
        tuple((known or {}).get(paper_id, entry.paper) for paper_id, entry in entries.items())
        for entries in (announced, newest_first(revised))
    )
    return Candidates(day, listed, newer, {paper_id: entry.day for paper_id, entry in announced.items()})


def save(reader: Reader, texts: Iterable[ReadText], day: date | None = None, harvest: Harvest | None = None) -> None:
    """Save texts that are new to the library.

    Args:
        day: the day that a digest without a date counts for; None: the reader's date.
        harvest: how far a download came with these texts.
    """
    library = reader.library
    for text in texts:
        if harvest or not (text.kept or library.has_read(text.fingerprint)):
            library.save(
                [(digest.date or day or reader.today, digest) for digest in text.digests],
                name=text.name,
                fingerprint=text.fingerprint,
                read_at=reader.now,
                harvest=harvest,
            )


def complete_rated(reader: Reader) -> None:
    """Store texts, authors and categories of rated papers that were not known when the verdict was given."""
    if completions := history.completions(reader.store, reader.library):
        reader.store.complete(list(completions.values()))


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


def parts_of_days(texts: Iterable[ReadText]) -> tuple[Note, ...]:
    """A note on each text that shows only a part of its day."""
    return tuple(
        Note(NoteKind.PART_OF_DAY, {"source": text.name, "papers": len(digest.papers), "total": digest.total})
        for text in texts
        for digest in text.digests
        if digest.total > len(digest.papers)
    )


def _read_named(reader: Reader, request: Request, offered: Offered) -> tuple[list[ReadText], list[SourceError]]:
    """The texts a request names, and why others cannot be read, which is an error only where none can."""
    paths: list[tuple[Path | str, str]] = []
    texts: list[ReadText] = []
    failures: list[SourceError] = []
    for place in request.files:
        try:
            paths += [(path, place) for path in _paths(place, offered, request.day)]
        except SourceError as error:
            failures.append(error)
    for path, place in reader.progress.steps(paths, "Reading"):
        try:
            is_named = path == located(place)  # and was not found in a folder
            texts.append(read(reader, _opened(reader, path, request), place, pipes=is_named))
        except SourceError as error:
            failures.append(error)
    if failures and not texts:
        raise failures[0]
    for failure in failures:
        reader.progress.warn(f"Left out: {failure}")
    return texts, failures


def _paths(place: str, offered: Offered, day: date | None) -> list[Path | str]:
    if place == STANDARD_INPUT or place.startswith(_WEB):
        return [place]
    return [*find(located(place), offered, day)]


def with_standard_input(request: Request) -> Request:
    """The request with the text of standard input, if it names it, so that several lists can be made from it."""
    if STANDARD_INPUT not in request.files or request.standard_input is not None:
        return request
    return request._replace(standard_input=sys.stdin.buffer.read(files.LIMIT + 1))


def _opened(reader: Reader, place: Path | str, request: Request) -> Path | BinaryIO:
    """A file by its path; standard input and the answer of an address as a stream."""
    if isinstance(place, Path):
        return place
    if place == STANDARD_INPUT:
        return sys.stdin.buffer if request.standard_input is None else io.BytesIO(request.standard_input)
    if request.offline:
        raise SourceError(f"{place}: not asked for, because of --offline")
    reader.progress.say(f"Asking {place} ...")
    return io.BytesIO(reader.network(patience=request.patience).client.get(place, fresh=True).body)


def _dated(reader: Reader, text: ReadText, day: date) -> ReadText:
    """The text with a day for each of its digests."""
    dated = [digest.date for digest in text.digests if digest.date]
    if len(dated) == len(text.digests):
        return text
    its_day = max(dated, default=None) or reader.library.day_read(text.fingerprint) or day
    return text._replace(digests=tuple(digest._replace(date=digest.date or its_day) for digest in text.digests))


def _of_day(texts: Sequence[ReadText], day: date) -> list[ReadText]:
    """The digests of a day, else those of the files that have the day in their names."""
    of_day = [text._replace(digests=tuple(digest for digest in text.digests if digest.date == day)) for text in texts]
    if any(text.digests for text in of_day):
        return of_day
    return [text for text in texts if sources.day_in_path(PurePath(text.name)) == day]


def _newest_by_place(texts: Iterable[ReadText]) -> dict[str, date]:
    newest: dict[str, date] = {}
    for text in texts:
        for digest in text.digests:
            if digest.date:
                newest[text.place] = max(digest.date, newest.get(text.place, date.min))
    return newest

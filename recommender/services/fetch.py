"""The candidates of a profile's own sources: files, folders, and what other machines announced."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from recommender import services
from recommender.errors import SourceError
from recommender.paper import Note, NoteKind
from recommender.profile import ARXIV, is_remote
from recommender.services.ingest import (
    Candidates,
    ReadText,
    collect,
    complete_rated,
    find,
    last_before,
    read,
    warn_of_skipped,
)
from recommender.services.reader import Reader
from recommender.services.requests import Request
from recommender.sources.arxiv.calendar import announced_at, announcement_day, weekday_from

if TYPE_CHECKING:
    from recommender.services.remote import RemoteSources

LONGEST_ABSENCE = timedelta(days=31)  # a longer one is not caught up with unasked
_LATE = timedelta(hours=12)  # a batch missing for longer is not late: there was no announcement
_DAY = timedelta(days=1)


def current_day(moment: datetime) -> date:
    """The day whose arXiv list is the current one at an aware moment."""
    return announcement_day(moment)


def from_profile(reader: Reader, request: Request, listed: Collection[date]) -> Candidates:
    """The candidates of the profile's own sources: what was announced since the last list.

    Other machines are asked only for what the library lacks. A failing source is reported in the notes; papers
    already stored are still offered.

    Args:
        listed: the days the reader has had a list of.

    Raises:
        SourceError: nothing is here, and a source could not be read.
    """
    profile = reader.profile
    current = reader.now.date() if profile.local else announcement_day(reader.now)
    since = last_before(listed, request.day or current)
    if since:
        since = max(since, (request.day or current) - LONGEST_ABSENCE)
    offline = request.offline or profile.local
    remote_sources = None if offline else _remote_sources(reader, request, since, request.day or current)
    failures: list[str] = []
    texts: list[ReadText] = []
    for source in profile.sources:
        if not is_remote(source):
            texts += _read(reader, Path(source), listed, request.day, failures)
        elif remote_sources:
            try:
                remote_sources.fetch(source)
            except SourceError as error:
                failures.append(str(error))
    remote = [source for source in profile.sources if is_remote(source)]
    parts = [collect(reader, request.day, listed, texts, profile.categories)] if texts else []
    if remote:
        complete_rated(reader)
        parts.append(_from_library(reader, remote, listed, request.day, current))
    candidates = _merged(parts) if parts else Candidates(request.day or current, ())
    for text in texts:
        warn_of_skipped(reader, text)
    if failures and not candidates.papers:
        raise SourceError(failures[0])
    notes = [Note(NoteKind.SOURCE_FAILED, {"message": failure}) for failure in failures]
    notes += remote_sources.notes if remote_sources else []
    late = False
    if ARXIV in remote and not request.day and not failures:
        newest, seen = candidates.day, candidates.day in listed
        notes += _calendar_notes(newest, current, reader.now, listed=seen, offline=offline)
        late = newest < current and reader.now - announced_at(current) < _LATE
    return candidates._replace(notes=tuple(notes), failures=tuple(failures), late=late)


def _remote_sources(reader: Reader, request: Request, since: date | None, day: date) -> "RemoteSources":
    network = reader.network(patience=request.patience)
    return services.remote.RemoteSources(reader, network, None if request.day else since, day, request.refresh)


def _read(
    reader: Reader, place: Path, listed: Collection[date], day: date | None, failures: list[str]
) -> list[ReadText]:
    """The digests of a file or folder that are new to the reader; what cannot be read is added to `failures`."""
    try:
        paths = find(place, listed, day)
    except SourceError as error:
        failures.append(str(error))
        return []
    texts: list[ReadText] = []
    for path in reader.progress.steps(paths, "Reading"):
        try:
            texts.append(read(reader, path, str(place)))
        except SourceError as error:
            failures.append(str(error))
    return texts


def _from_library(
    reader: Reader, remote: Sequence[str], listed: Collection[date], day: date | None, current: date
) -> Candidates:
    """The papers these sources announced on the newest day that the library has of them, and since the last list."""
    library, categories = reader.library, reader.profile.categories
    mailboxes = [] if categories else [source for source in remote if source.startswith("imap")]
    names = [*categories, *mailboxes, *(source for source in remote if source.startswith("http"))]
    newest = day or library.newest_day(names)
    if newest is None:
        return Candidates(current, ())
    since = None if day else last_before(listed, newest)
    if since:
        since = max(since, newest - LONGEST_ABSENCE)
    papers = library.announced_between(since, newest, names)
    return Candidates(newest, tuple(papers), tuple(library.revised_between(since, newest, names)), since)


def _merged(parts: Sequence[Candidates]) -> Candidates:
    """The candidates of all parts, for the newest of their days; parts older than the last list stay out."""
    newest = max(parts, key=lambda part: part.day)
    fresh = [part for part in parts if part.day == newest.day or (newest.since and part.day > newest.since)]
    papers = {paper.id: paper for part in fresh for paper in part.papers}
    revised = {paper.id: paper for part in fresh for paper in part.revised}
    return Candidates(newest.day, tuple(papers.values()), tuple(revised.values()), newest.since)


def _calendar_notes(newest: date, current: date, now: datetime, *, listed: bool, offline: bool) -> list[Note]:
    """Why the newest list is not today's, where it is not.

    Args:
        newest: the day of the newest papers here.
        current: the day whose list is due.
        listed: whether the reader had a list of `newest` already.
        offline: whether no other machine was asked.
    """
    days = {"day": current.isoformat(), "newest": newest.isoformat()}
    if newest < current:
        if offline:
            return [Note(NoteKind.OFFLINE, days)]
        if now - announced_at(current) < _LATE:
            return [Note(NoteKind.LATE, days)]
        return [Note(NoteKind.NO_ANNOUNCEMENT, {**days, "age_days": (now.date() - newest).days})]
    due = announced_at(weekday_from(current + _DAY))
    if listed and due - now > _DAY:  # a weekend
        return [Note(NoteKind.NEXT_DUE, {"newest": newest.isoformat(), "due": due.isoformat()})]
    return []

"""The candidates of a profile's own sources: files, folders, and what other machines announced."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from recommender import services
from recommender.errors import ProfileError, RecommenderError, SourceError
from recommender.paper import Note, NoteKind, Paper
from recommender.profile import ARXIV, is_mailbox, is_remote
from recommender.services import lists
from recommender.services.ingest import (
    Announced,
    Candidates,
    ReadText,
    Scope,
    belongs,
    candidates_of,
    collect,
    complete_rated,
    find,
    parts_of_days,
    read,
    warn_of_skipped,
)
from recommender.services.offered import LONGEST_ABSENCE, Offered, last_before
from recommender.services.reader import Reader
from recommender.services.requests import Request
from recommender.sources.arxiv.calendar import announced_at, announcement_day, is_late, weekday_from
from recommender.text.lines import one_line

if TYPE_CHECKING:
    from recommender.services.remote import RemoteSources

_DAY = timedelta(days=1)


def current_day(moment: datetime) -> date:
    """The day whose arXiv list is the current one at an aware moment."""
    return announcement_day(moment)


def from_profile(reader: Reader, request: Request, offered: Offered) -> Candidates:
    """The candidates of the profile's own sources: what was announced, and no list had yet.

    Other machines are asked only for what the library lacks. A failing source is reported in the notes; papers
    already stored are still offered.

    Raises:
        SourceError: nothing is here, and a source could not be read.
        ProfileError: nothing is here, and a mailbox has no password.
    """
    profile = reader.profile
    current = reader.today if profile.local else announcement_day(reader.now)
    day = request.day or current
    remote = [source for source in profile.sources if is_remote(source)]
    remote_sources = None if request.offline or not remote else _remote_sources(reader, request, offered, day)
    failures: list[RecommenderError] = []
    texts: list[ReadText] = []
    for source in profile.sources:
        if not is_remote(source):
            texts += _read(reader, Path(source), offered, request, failures)
        elif remote_sources:
            try:
                remote_sources.fetch(source)
            except (SourceError, ProfileError) as error:  # ProfileError: a mailbox without its password
                failures.append(error)
    names = _names(reader, remote)
    remote_day = reader.library.newest_day(names) if remote and not request.day else None
    parts = [collect(reader, request.day, offered, texts, Scope(profile.categories, remote_day))] if texts else []
    if remote or (request.day and not any(part.papers for part in parts)):
        complete_rated(reader)
        list_day = max((part.day for part in parts), default=remote_day or day)
        parts.append(_from_library(reader, names, offered, request.day, max(list_day, remote_day or list_day)))
    candidates = _merged(parts, current if remote else day)
    for text in texts:
        warn_of_skipped(reader, text)
    if failures and not candidates.papers:
        raise failures[0]
    notes = [Note(NoteKind.SOURCE_FAILED, {"message": one_line(str(failure))}) for failure in failures]
    notes += remote_sources.notes if remote_sources else []
    notes += parts_of_days(text for text in texts if any(digest.date == candidates.day for digest in text.digests))
    if not candidates.papers and (others := _of_other_categories(profile.categories, texts, candidates.day)):
        notes.append(Note(NoteKind.OTHER_CATEGORIES, {"papers": others, "day": candidates.day.isoformat()}))
    late = False
    if ARXIV in remote and not request.day and not failures:
        newest, seen = candidates.day, candidates.day in offered.listed
        notes += _calendar_notes(newest, current, reader.now, listed=seen, offline=request.offline)
        late = is_late(newest, current, reader.now)
    return candidates._replace(notes=tuple(notes), failures=tuple(map(str, failures)), late=late)


def _of_other_categories(categories: Sequence[str], texts: Sequence[ReadText], day: date) -> int:
    """The number of papers of a day in the texts, if they are all in other categories than these; else 0."""
    is_own = {
        paper.id: belongs(paper, digest, categories)
        for text in texts
        for digest in text.digests
        if digest.date in (day, None)
        for paper in digest.papers
    }
    return 0 if any(is_own.values()) else len(is_own)


def _remote_sources(reader: Reader, request: Request, offered: Offered, day: date) -> "RemoteSources":
    network = reader.network(patience=request.patience)
    since = None if request.day else last_before(offered.listed, day)
    start = day if request.day else offered.start(day)
    return services.remote.RemoteSources(reader, network, since, start, day, request.refresh)


def _read(
    reader: Reader, place: Path, offered: Offered, request: Request, failures: list[RecommenderError]
) -> list[ReadText]:
    """The digests of a file or folder that are new to the reader; what cannot be read is added to `failures`."""
    try:
        paths = find(place, offered, request.day)
    except SourceError as error:
        failures.append(error)
        return []
    texts: list[ReadText] = []
    for path in reader.progress.steps(paths, "Reading"):
        try:
            texts.append(read(reader, path, str(place)))
        except SourceError as error:
            failures.append(error)
    return texts


def _names(reader: Reader, remote: Sequence[str]) -> list[str]:
    """The names under which the library has the papers of the remote sources; for local ones, those of categories."""
    categories = reader.profile.categories
    mailboxes = [] if categories else list(filter(is_mailbox, remote))
    others = [source for source in remote if source != ARXIV and not is_mailbox(source)]  # feeds and plugins
    return [*categories, *mailboxes, *others]


def _from_library(
    reader: Reader, names: Sequence[str], offered: Offered, day: date | None, list_day: date
) -> Candidates:
    """The papers announced under these names on one day, or up to the list's day as far as no list had them yet."""
    library = reader.library
    if day:
        papers = library.announced_between(None, day, names) or _shown_on(reader, day)
        revised = library.revised_between(None, day, names)
        return candidates_of(day, [Announced(day, paper) for paper in papers], [Announced(day, p) for p in revised])
    older = {paper_id for paper_id, its_day in offered.days.items() if its_day != list_day}
    days = library.announced_days(offered.start(list_day), list_day, names)
    open_days = {id_: day for id_, day in days.items() if day == list_day or id_ not in older}
    stored = library.papers(open_days)
    before = last_before(offered.listed, list_day)
    since = max(before, list_day - LONGEST_ABSENCE) if before else None
    revised = library.revised_between(since, list_day, names)
    announced = [Announced(its_day, stored[paper_id]) for paper_id, its_day in open_days.items()]
    return candidates_of(list_day, announced, [Announced(list_day, paper) for paper in revised])


def _shown_on(reader: Reader, day: date) -> list[Paper]:
    """The papers of the last list of a day, as far as the library has them."""
    shown = reader.store.last_list("today", "mail", day=day)
    papers = lists.papers_of(reader, [item.paper_id for item in shown.items]) if shown else {}
    return list(papers.values())


def _merged(parts: Sequence[Candidates], day: date) -> Candidates:
    """The candidates of all parts for the newest of their days, or for `day` where there is no part."""
    papers = [Announced(part.announced[paper.id], paper) for part in parts for paper in part.papers]
    revised = [Announced(part.day, paper) for part in parts for paper in part.revised]
    days = [part.day for part in parts if part.papers or part.revised] or [part.day for part in parts]
    return candidates_of(max(days, default=day), papers, revised)


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
        if is_late(newest, current, now):
            return [Note(NoteKind.LATE, days)]
        return [Note(NoteKind.NO_ANNOUNCEMENT, {**days, "age_days": (now.date() - newest).days})]
    due = announced_at(weekday_from(current + _DAY))
    if listed and due - now > _DAY:  # a weekend
        return [Note(NoteKind.NEXT_DUE, {"newest": newest.isoformat(), "due": due.isoformat()})]
    return []

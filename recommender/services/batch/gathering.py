"""What is new for any reader of a home, fetched once from each source."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from recommender import services, sources
from recommender.delivery import remarks
from recommender.errors import ProfileError, RecommenderError, SourceError
from recommender.profile import ARXIV, Profile, is_mailbox, is_remote
from recommender.services import ingest
from recommender.services.offered import LONGEST_ABSENCE, Offered
from recommender.services.reader import NIGHTLY_PATIENCE, Progress, Reader
from recommender.sources import files
from recommender.sources.arxiv.calendar import announcement_day, is_late, whole_at
from recommender.store.home import Home
from recommender.store.profile_store import ProfileStore

_DAY = timedelta(days=1)


class Settings(NamedTuple):
    """The settings files to look into; for a worker."""

    home: Home
    names: tuple[str, ...]


class Wishes(NamedTuple):
    """What some readers read."""

    categories: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    contact: str = ""

    def join(self, other: "Wishes") -> "Wishes":
        """What both read."""
        return Wishes(self.categories | other.categories, self.sources | other.sources, self.contact or other.contact)


class Gathered(NamedTuple):
    """What the sources had."""

    missing: frozenset[str]  # categories and addresses of which the day is not here
    problems: tuple[str, ...]  # in words: what failed, or is late


class Everybody(Reader):
    """The readers of a home as one: with the sources and categories of all, and without ratings."""

    def __init__(self, home: Home, wishes: Wishes, clock: Callable[[], datetime], progress: Progress) -> None:
        super().__init__(home, "everybody", clock=clock, progress=progress)
        self.profile = Profile(
            "everybody",
            categories=tuple(sorted(wishes.categories)),
            digests=tuple(sorted(wishes.sources)),
            contact=wishes.contact,
        )

    @cached_property
    def store(self) -> ProfileStore:
        """Nobody's ratings, in memory."""
        return self._open.enter_context(ProfileStore(Path(":memory:")))


def wishes(settings: Settings, stopped: Callable[[], bool] = lambda: False) -> Wishes:
    """What these readers read, without mailboxes, which only their owners can. Wrong settings are left to the ranking.

    Args:
        stopped: whether to end before the next reader.
    """
    profiles: list[Profile] = []
    for name in settings.names:
        if stopped():
            break
        try:
            profiles.append(settings.home.profile(name))
        except RecommenderError:
            continue
    return Wishes(
        frozenset(category for profile in profiles for category in profile.categories),
        frozenset(source for profile in profiles for source in profile.sources if not is_mailbox(source)),
        next((profile.contact for profile in profiles if profile.contact), ""),
    )


def gather(reader: Everybody) -> Gathered:
    """Fetch what the library lacks of the last days from each source; one that fails does not stop the others."""
    profile, day = reader.profile, announcement_day(reader.now)
    remote = list(filter(is_remote, profile.sources))
    problems = _read(reader, [Path(source) for source in profile.sources if not is_remote(source)])
    if remote:
        problems += _ask(reader, remote)
    names, library = profile.remote_names, reader.library
    missing = frozenset(name for name in names if library.awaits(name, day, reader.now, whole_at(day)))
    if ARXIV in remote and not problems:
        newest = library.newest_day(profile.categories)
        if newest and is_late(newest, day, reader.now):
            problems.append(f"arXiv's list of {day} is late; the newest one is of {newest}")
    return Gathered(missing, tuple(problems))


def _read(reader: Everybody, places: Iterable[Path]) -> list[str]:
    """Save what files and folders have of the last days; what went wrong, in words."""
    problems: list[str] = []
    texts: list[ingest.ReadText] = []
    for place in places:
        try:
            newest = files.find(place, None)
            since = max(filter(None, map(sources.day_in_path, newest)), default=reader.today) - LONGEST_ABSENCE
            paths = files.find(place, None, since) or newest
        except SourceError as error:
            problems.append(str(error))
            continue
        for path in paths:
            try:
                texts.append(ingest.read(reader, path, str(place)))
            except SourceError as error:
                problems.append(str(error))
    if texts:
        ingest.collect(reader, None, Offered(), texts)
    return problems


def _ask(reader: Everybody, places: Iterable[str]) -> list[str]:
    """Ask other machines; what went wrong, in words."""
    day = announcement_day(reader.now)
    before = day - LONGEST_ABSENCE
    network = reader.network(patience=NIGHTLY_PATIENCE)
    remote = services.remote.RemoteSources(reader, network, before, before + _DAY, day, refresh=False)
    problems: list[str] = []
    for place in places:
        try:
            remote.fetch(place)
        except (SourceError, ProfileError) as error:
            problems.append(str(error))
    return [*problems, *map(remarks.note, remote.notes)]

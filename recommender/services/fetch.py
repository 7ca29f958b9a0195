"""The conductor of asking others: what the library lacks of a profile's own sources is fetched and saved."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from recommender import sources
from recommender.errors import SourceError
from recommender.paper import Digest, Note, NoteKind, Paper, Skipped
from recommender.profile import ARXIV, Profile, is_remote
from recommender.services.ingest import (
    Candidates,
    ReadText,
    belongs,
    find,
    from_files,
    last_before,
    read,
    take_in,
)
from recommender.store.library import Harvest, Library

if TYPE_CHECKING:
    from recommender.sources.client import Web

LONGEST_ABSENCE = timedelta(days=31)  # that is caught up with unasked
_REPEATED = 0.9  # share of a batch announced on earlier days from which it is the old batch again
_LATE = timedelta(hours=12)  # after which a missing batch is no delay any more
_FIRST_LOOK = timedelta(days=7)  # back, where the library has nothing of a category yet
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Network:
    """How others may be asked."""

    web: "Web"
    mirror: str  # stands in for arXiv's own addresses; empty: arXiv itself
    password: Callable[[], str]  # of a mailbox
    tell: Callable[[str], None]  # shows a line to whoever waits


def from_profile(
    profile: Profile,
    library: Library,
    listed: Collection[date],
    network: Network | None,
    wished: date | None,
    now: datetime,
    *,
    refresh: bool = False,
    watched: Callable[[Sequence[Path]], Iterable[Path]] = iter,
) -> tuple[Candidates, list[ReadText]]:
    """What the profile's own sources announced since the last list, and the files that were read for it.

    Others are asked only for what the library lacks. A source that fails is told in the notes; what is on disk is
    there all the same.

    Args:
        listed: the days of which the reader had a list.
        network: None: nobody is asked.
        refresh: ask again, whatever is here.
        watched: may show how far the reading has come.

    Raises:
        SourceError: nothing is here, and a source could not be read.
    """
    from recommender.sources.arxiv.calendar import announced_at, announcement_day

    current = now.date() if profile.local else announcement_day(now)
    since = last_before(listed, wished or current)
    if since:
        since = max(since, (wished or current) - LONGEST_ABSENCE)
    asking = _Round(profile, library, network, None if wished else since, wished or current, now, refresh)
    files: list[ReadText] = []
    for source in profile.sources:
        if is_remote(source):
            asking.ask(source)
        else:
            files += asking.read(Path(source), listed, wished, watched)
    remote = [source for source in profile.sources if is_remote(source)]
    arrived = [from_files(library, listed, files, wished, now, profile.categories)] if files else []
    if remote:
        arrived.append(_from_library(profile, remote, library, listed, wished, current))
    made = _together(arrived) if arrived else Candidates(wished or current, ())
    if asking.failures and not made.papers:
        raise SourceError(asking.failures[0])
    notes = [*(Note(NoteKind.SOURCE_FAILED, {"message": failure}) for failure in asking.failures), *asking.notes]
    late = False
    if ARXIV in remote and not wished and not asking.failures:
        notes += _word_on(made.day, current, now, listed=made.day in listed, offline=network is None)
        late = made.day < current and now - announced_at(current) < _LATE
    return made._replace(notes=tuple(notes), failures=tuple(asking.failures), late=late), files


def harvest(
    library: Library,
    network: Network,
    category: str,
    since: date,
    until: date,
    now: datetime,
    seen: Callable[[int, int | None], None],
) -> tuple[int, int]:
    """Bring all that was announced in a category from `since` to `until`, page by page.

    Returns how many records came, and how many of these could not be read.

    A harvest that was stopped goes on where it stood, also in another process.

    Args:
        seen: told after each page how many records have come, and of how many if the server says so.

    Raises:
        SourceError: the server cannot be asked; what came until then is saved.
    """
    from recommender.sources.arxiv import queries as arxiv

    before = library.harvest(category, since, until)
    done, token, start = (before.done, before.token, before.reached) if before else (0, "", since)
    skipped = 0
    if start > until:
        return done, skipped
    for page in arxiv.harvest(
        network.web, category=category, since=start, until=until, token=token, mirror=network.mirror
    ):
        done += len(page.records)
        skipped += len(page.skipped)
        start = max((record.datestamp for record in page.records), default=start)
        progress = Harvest(category, since, until, page.token, start if page.token else until + _DAY, done, now)
        entry = ReadText(
            f"arXiv's {category} since {since}",
            f"harvest {category} {since} {until} {done}",
            tuple(arxiv.announced(page.records, category, since)),
        )
        take_in(library, [entry], start, now, progress)
        seen(done, page.total)
    return done, skipped


def texts(library: Library, network: Network, ids: Sequence[str]) -> list[Paper]:
    """Fetch papers by id from arXiv and keep them; those arXiv does not know are absent.

    Raises:
        SourceError: arXiv cannot be asked.
    """
    from recommender.sources.arxiv import queries as arxiv

    found = arxiv.texts(network.web, ids, network.mirror)
    library.add(found)
    return found


@dataclass
class _Round:
    """One round of asking the sources of a profile."""

    profile: Profile
    library: Library
    network: Network | None
    since: date | None  # the day of the last list, or as far back as is caught up with
    day: date  # whose batch is wanted
    now: datetime
    refresh: bool
    failures: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def read(
        self,
        place: Path,
        listed: Collection[date],
        wished: date | None,
        watched: Callable[[Sequence[Path]], Iterable[Path]],
    ) -> list[ReadText]:
        """The digests of a file or folder that are new to the reader."""
        found: list[ReadText] = []
        try:
            paths = find(place, listed, wished)
        except SourceError as error:
            self.failures.append(str(error))
            paths = []
        for path in watched(paths):
            try:
                found.append(read(path, self.library, str(place)))
            except SourceError as error:
                self.failures.append(str(error))
        return found

    def ask(self, source: str) -> None:
        """Bring in what a source has and the library lacks; a failure is kept for the reader."""
        if self.network is None:
            return
        try:
            if source == ARXIV:
                self._arxiv(self.network)
            elif source.startswith(("http://", "https://")):
                self._feed(self.network, source)
            else:
                self._mailbox(self.network, source)
        except SourceError as error:
            self.failures.append(str(error))

    def _feed(self, network: Network, address: str) -> None:
        """A feed shows the same papers for days: they count for the day they first stood there."""
        if not self._lacks(address):
            return
        network.tell(f"Asking {address} ...")
        answer = network.web.get(address)
        digests = [digest._replace(category=address, date=None) for digest in sources.parse(answer.body, address)]
        known = self.library.days_of({paper.id for digest in digests for paper in digest.papers})
        fresh = [
            digest._replace(papers=tuple(paper for paper in digest.papers if paper.id not in known))
            for digest in digests
        ]
        self._save(address, answer.body, fresh)
        if not any(digest.skipped for digest in digests):
            network.web.keep(answer)
        before = self.library.fetched(address, self.day)
        papers = sum(len(digest.papers) for digest in fresh) + (before.papers if before else 0)
        self.library.note_fetch(address, self.day, papers, self.now)

    def _mailbox(self, network: Network, address: str) -> None:
        if not self._lacks(address):
            return
        from recommender.sources import imap

        network.tell(f"Reading {address} ...")
        since = (self.since or self.day - _FIRST_LOOK) - _DAY
        found: list[Digest] = []
        for message in imap.read_folder(address, network.password(), since):
            with suppress(SourceError):  # a folder holds other mail too
                digests = [digest._replace(category=address) for digest in sources.parse(message, address)]
                self._save(address, message, digests)
                found += digests
        self._note(address, [self.day], found)

    def _arxiv(self, network: Network) -> None:
        """The day's batch from the feed, or by OAI where the feed has it not; days missed in between by OAI."""
        from recommender.sources.arxiv.calendar import weekdays

        missed = weekdays(self.since + _DAY, self.day - _DAY) if self.since else []
        for category in self.profile.categories:
            if days := [day for day in missed if not self._settled(category, day)]:
                network.tell(f"Asking arXiv what {category} had since {days[0]} ...")
                self._note(category, missed, self._by_oai(network, category, days[0], self.day - _DAY))
        lacking = [category for category in self.profile.categories if self._lacks(category)]
        if not lacking:
            return
        network.tell(f"Asking arXiv for {', '.join(lacking)} of {self.day} ...")
        failure = self._by_feed(network, lacking)
        for category in lacking:
            if not failure and self.library.has_list(category, self.day):
                continue
            # the feed is empty at weekends and late at times; a first look takes the last days in
            since = self.day if self.library.newest_day([category]) else self.day - _FIRST_LOOK
            try:
                brought = self._by_oai(network, category, since, self.now.date())
            except SourceError as error:
                raise failure or error from None
            self._note(category, [self.day], brought)

    def _by_feed(self, network: Network, categories: Sequence[str]) -> SourceError | None:
        """Save the feed's batch if it is a new one. A failure is given back: OAI has the same papers."""
        from recommender.sources.arxiv import queries as arxiv

        failure = None
        try:
            fetched = arxiv.new(network.web, categories, network.mirror)
        except SourceError as error:
            return error
        for digest, answer in fetched:
            if not self._repeated(digest):
                for number, category in enumerate(categories):
                    own = _of_category(digest, category)
                    told = own if not number else own._replace(skipped=())  # nobody knows whose they were
                    self._save(f"arXiv's feed of {category}", answer.body + category.encode(), [told])
                    self._note(category, [digest.date or self.day], [own])
            if digest.skipped:
                failure = SourceError(f"arXiv's feed could not be read whole: {digest.skipped[0].reason}")
            else:  # a broken one is not kept: the next request brings it whole
                network.web.keep(answer)
        return failure

    def _by_oai(self, network: Network, category: str, since: date, until: date) -> list[Digest]:
        from recommender.sources.arxiv import queries as arxiv

        brought: list[Digest] = []
        for page in arxiv.harvest(network.web, category=category, since=since, until=until, mirror=network.mirror):
            digests = arxiv.announced(page.records, category, since)
            self._save(f"arXiv's {category} since {since}", repr((since, until, page)).encode(), digests, page.skipped)
            brought += digests
        return brought

    def _repeated(self, digest: Digest) -> bool:
        """Whether this is an old batch under whatever date: told by its ids, since a feed's date says little."""
        ids = {paper.id for paper in digest.papers}
        known = self.library.days_of(ids)
        earlier = [day for day in known.values() if day < (digest.date or self.day)]
        return bool(ids) and len(earlier) >= _REPEATED * len(ids)

    def _settled(self, category: str, day: date) -> bool:
        """Whether nothing more is to be had of a day that is over."""
        asked = self.library.fetched(category, day)
        return self.library.has_list(category, day) or (asked is not None and asked.at.date() > day)

    def _lacks(self, source: str) -> bool:
        return self.refresh or self.library.awaits(source, self.day, self.now)

    def _save(self, name: str, data: bytes, digests: Sequence[Digest], skipped: Sequence[Skipped] = ()) -> None:
        left_out = [*skipped, *(skip for digest in digests for skip in digest.skipped)]
        if left_out:
            reason = left_out[0].reason
            self.notes.append(
                Note(NoteKind.ENTRIES_SKIPPED, {"source": name, "entries": len(left_out), "reason": reason})
            )
        entry = ReadText(name, sources.fingerprint(data), tuple(digests))
        take_in(self.library, [entry], self.day, self.now)

    def _note(self, source: str, days: Sequence[date], digests: Sequence[Digest]) -> None:
        for day in days:
            papers = sum(len(digest.papers) for digest in digests if (digest.date or self.day) == day)
            self.library.note_fetch(source, day, papers, self.now)


def _from_library(
    profile: Profile,
    remote: Sequence[str],
    library: Library,
    listed: Collection[date],
    wished: date | None,
    current: date,
) -> Candidates:
    """What these sources announced on the newest day that the library has of them, and since the last list."""
    mailboxes = [] if profile.categories else [source for source in remote if source.startswith("imap")]
    names = [*profile.categories, *mailboxes, *(source for source in remote if source.startswith("http"))]
    day = wished or library.newest_day(names)
    if day is None:
        return Candidates(current, ())
    since = None if wished else last_before(listed, day)
    if since:
        since = max(since, day - LONGEST_ABSENCE)
    papers = library.announced_between(since, day, names)
    return Candidates(day, tuple(papers), tuple(library.revised_between(since, day, names)), since)


def _together(arrived: Sequence[Candidates]) -> Candidates:
    """One list of all, for the newest of their days; what is older than the last list stays out."""
    newest = max(arrived, key=lambda some: some.day)
    fresh = [some for some in arrived if some.day == newest.day or (newest.since and some.day > newest.since)]
    papers = {paper.id: paper for some in fresh for paper in some.papers}
    revised = {paper.id: paper for some in fresh for paper in some.revised}
    return Candidates(newest.day, tuple(papers.values()), tuple(revised.values()), newest.since)


def _of_category(digest: Digest, category: str) -> Digest:
    """What of a digest of several categories is of this one."""
    papers = tuple(paper for paper in digest.papers if belongs(paper, digest, [category]))
    replaced = tuple(paper for paper in digest.replaced if belongs(paper, digest, [category]))
    return digest._replace(category=category, papers=papers, replaced=replaced)


def _word_on(day: date, current: date, now: datetime, *, listed: bool, offline: bool) -> list[Note]:
    """Why the newest list is not of today, where it is not."""
    from recommender.sources.arxiv.calendar import announced_at, weekday_from

    if day < current:
        days = {"day": current.isoformat(), "newest": day.isoformat()}
        if offline:
            return [Note(NoteKind.OFFLINE, days)]
        if now - announced_at(current) < _LATE:
            return [Note(NoteKind.LATE, days)]
        return [Note(NoteKind.NO_ANNOUNCEMENT, {**days, "age_days": (now.date() - day).days})]
    coming = announced_at(weekday_from(current + _DAY))
    if listed and coming - now > _DAY:  # a weekend
        return [Note(NoteKind.NEXT_DUE, {"newest": day.isoformat(), "due": coming.isoformat()})]
    return []

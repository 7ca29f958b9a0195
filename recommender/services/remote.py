"""Remote sources: fetch papers from arXiv (feed, API, OAI-PMH), other feeds and mailboxes, and save them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import dropwhile

from recommender import services, sources
from recommender.errors import ProfileError, SourceError
from recommender.paper import Digest, Note, NoteKind, Paper, Skipped
from recommender.profile import ARXIV, is_mailbox
from recommender.results.incoming import DownloadReport
from recommender.services import identity, rankings
from recommender.services.ingest import ReadText, belongs, complete_rated, save
from recommender.services.reader import Network, Reader
from recommender.sources import imap, messages
from recommender.sources.arxiv import calendar, queries
from recommender.sources.formats import mail
from recommender.store.library import Harvest, Library
from recommender.text.short import quoted

_REPEATED = 0.9  # a batch with this share of papers announced on earlier days is an old batch shown again
_FIRST_DAYS = timedelta(days=7)  # how far back to ask where the library has nothing of a category yet
_LATEST = timedelta(days=31)  # records that changed later are not looked through for the papers of one day
_LONG_WAIT = timedelta(minutes=30)  # the longest pause that a download accepts from a server
_DAY = timedelta(days=1)


def download(reader: Reader, categories: Sequence[str], since: date, until: date) -> list[DownloadReport]:
    """Download all that was announced in categories over some days, and rank ahead of the next list.

    A download that was stopped is continued, also by another process.

    Args:
        categories: arXiv categories or archives; none: those of the profile.
        since, until: the first and the last day.

    Raises:
        ProfileError: there is no category.
        SourceError: the server cannot be asked; everything received until then is saved.
    """
    wanted = categories or reader.profile.categories
    if not wanted:
        settings = reader.home.settings_place(reader.name)
        raise ProfileError(
            "no category: name one, as in `recommend fetch --category cs.CV`, or add a line "
            f'categories = ["cs.CV"] to {settings}'
        )
    reports = [_download(reader, category, since, until) for category in wanted]
    with reader.progress.busy("Ranking ahead"):
        rankings.ahead(reader)
    return reports


def _download(reader: Reader, category: str, since: date, until: date) -> DownloadReport:
    library, network = reader.library, reader.network(patience=_LONG_WAIT)
    papers = library.count()
    before = library.harvest(category, since, until)
    records, token, start = (before.done, before.token, before.reached) if before else (0, "", since)
    skipped = 0
    with reader.progress.counter(f"Fetching {category}") as count:
        if start <= until:
            for page in queries.harvest(
                network.client, category=category, since=start, until=until, token=token, mirror=network.mirror
            ):
                records += len(page.records)
                skipped += len(page.skipped)
                start = max((record.datestamp for record in page.records), default=start)
                reached = start if page.token else until + _DAY
                harvest = Harvest(category, since, until, page.token, reached, records, reader.now)
                text = ReadText(
                    f"arXiv's {category} since {since}",
                    f"harvest {category} {since} {until} {records}",
                    tuple(queries.announced(page.records, category, since)),
                )
                save(reader, [text], start, harvest)
                count(records, page.total)
    complete_rated(reader)
    return DownloadReport(category, records, library.count() - papers, skipped)


def texts(reader: Reader, ids: Sequence[str]) -> list[Paper]:
    """Fetch papers by id from arXiv and save them; ids that arXiv does not know are absent.

    Raises:
        SourceError: arXiv cannot be asked.
    """
    network = reader.network()
    papers = queries.texts(network.client, ids, network.mirror)
    reader.library.add(papers)
    complete_rated(reader)
    return papers


@dataclass
class RemoteSources:
    """The remote sources of a profile, asked for one day and for what the library lacks of the days before it."""

    reader: Reader
    network: Network
    since: date | None  # the day of the list before; None: there is none, or one day is asked for
    start: date  # the first announcement day to fetch, where the library lacks it
    day: date  # the announcement day to fetch
    refresh: bool  # ask again, whatever the library has
    notes: list[Note] = field(default_factory=list)  # entries that could not be read

    @property
    def library(self) -> Library:
        return self.reader.library

    def fetch(self, source: str) -> None:
        """Save what a source has and the library lacks.

        Raises:
            SourceError: the source cannot be asked, or its answer cannot be read.
        """
        if source == ARXIV:
            self._fetch_arxiv()
        elif source.startswith(("http://", "https://")):
            self._fetch_feed(source)
        elif is_mailbox(source):
            self._fetch_mailbox(source)
        else:
            self._fetch_plugin(source)

    def _fetch_feed(self, address: str) -> None:
        """Save a feed. It shows the same papers for days: they count for the day they were first in it."""
        if not self._lacks(address):
            return
        self.network.say(f"Asking {address} ...")
        answer = self.network.client.get(address)
        digests = self._save_new(address, answer.body, sources.parse(answer.body, address))
        if not any(digest.skipped for digest in digests):
            self.network.client.keep(answer)

    def _fetch_plugin(self, address: str) -> None:
        """Save what a source of another package has; its papers count for the day they came first."""
        if not self._lacks(address):
            return
        self.network.say(f"Asking {address} ...")
        digest = services.plugins.digest(address, self.day)
        self._save_new(address, repr(digest).encode("utf-8", "replace"), [digest])

    def _save_new(self, address: str, data: bytes, read: Sequence[Digest]) -> list[Digest]:
        """Save the papers of these digests that came on no earlier day; gives all of them."""
        read = [digest._replace(category=address, date=None) for digest in read]
        digests = identity.with_known_ids(self.library, read)  # publishers change addresses and days
        known = self.library.days_of({paper.id for digest in digests for paper in digest.papers})
        new_only = [
            digest._replace(papers=tuple(paper for paper in digest.papers if paper.id not in known))
            for digest in digests
        ]
        self._save(address, data, new_only)
        before = self.library.fetched(address, self.day)
        papers = sum(len(digest.papers) for digest in new_only) + (before.papers if before else 0)
        self.library.note_fetch(address, self.day, papers, self.reader.now)
        return list(digests)

    def _fetch_mailbox(self, address: str) -> None:
        if not self._lacks(address):
            return
        imap.parse_address(address)  # what is wrong with it is said before a password is asked for
        self.network.say(f"Reading {address} ...")
        since = (self.since or self.day - _FIRST_DAYS) - _DAY
        received: list[Digest] = []
        unreadable: list[str] = []
        for message in imap.read_folder(address, self.network.password(), since, warn=self.reader.progress.warn):
            try:
                digests = [digest._replace(category=address) for digest in sources.parse(message, address)]
            except SourceError:
                if mail.is_mailing(message):  # a folder holds other mail too
                    unreadable.append(f"the mail {quoted(messages.subject(message))}")
                continue
            self._save(address, message, digests)
            received += digests
        self._note_skipped(address, unreadable)
        self._note_fetch(address, [self.day], received)

    def _fetch_arxiv(self) -> None:
        """Save the day's batch from the feed, or by OAI where the feed lacks it; days in between by OAI."""
        failure = self._fetch_missed()
        lacking = [category for category in self.reader.profile.categories if self._lacks(category)]
        if lacking:
            self._fetch_batch(lacking)
        if failure:  # what is missing is asked for again the next time
            raise failure

    def _fetch_missed(self) -> SourceError | None:
        """Save what earlier days had, also those whose batch may have been incomplete when it was asked for."""
        for category in self.reader.profile.categories:
            days = self._missed(category)
            if not days:
                continue
            self.network.say(f"Asking arXiv what {category} had since {days[0]} ...")
            try:
                self._note_fetch(category, days, self._by_oai(category, days[0], self.day - _DAY))
            except SourceError as error:
                return error
        return None

    def _missed(self, category: str) -> list[date]:
        """The earlier weekdays to ask for, from the first that is not settled; none for a category that is new here."""
        days = calendar.weekdays(self.start, self.day - _DAY)
        is_known = [self.library.has_list(category, day) or self.library.fetched(category, day) for day in days]
        if not any(is_known):
            return days if self.library.newest_day([category]) else []
        known = days[next(number for number, each in enumerate(is_known) if each) :]
        return list(dropwhile(lambda day: self._settled(category, day), known))

    def _fetch_batch(self, categories: Sequence[str]) -> None:
        self.network.say(f"Asking arXiv for {', '.join(categories)} of {self.day} ...")
        failure, brought = self._by_feed(categories)
        for category in categories:
            if category in brought and not failure and self.library.has_list(category, self.day):
                continue
            # the feed is empty at weekends and late at times; a category that is new here gets the last days
            since = self.day if self.library.newest_day([category]) else self.day - _FIRST_DAYS
            try:
                digests = self._by_oai(category, since, min(self.reader.now.date(), self.day + _LATEST))
            except SourceError as error:
                raise failure or error from None
            self._note_fetch(category, [self.day], digests)

    def _by_feed(self, categories: Sequence[str]) -> tuple[SourceError | None, set[str]]:
        """Save the feed's batch of each category for which it is a new one: the feed of one may be late alone.

        Returns:
            A failure, which is not raised, because OAI has the same papers; the categories whose batch is the day's.
        """
        failure = None
        brought: set[str] = set()
        try:
            feeds = queries.new(self.network.client, categories, self.network.mirror)
        except SourceError as error:
            return error, brought
        for digest, answer in feeds:
            day = digest.date or self.day
            for number, category in enumerate(categories):
                part = _of_category(digest, category)
                if number:  # entries that could not be read are reported once: their category is unknown
                    part = part._replace(skipped=())
                if self._repeated(digest) or self._repeated(part):
                    continue
                self._save(f"arXiv's feed of {category}", answer.body + category.encode(), [part])
                self._note_fetch(category, [day], [part])
                if day == self.day:
                    brought.add(category)
            if digest.skipped:
                failure = SourceError(f"arXiv's feed could not be read whole: {digest.skipped[0].reason}")
            else:  # a broken answer is not kept: the next request brings it whole
                self.network.client.keep(answer)
        return failure, brought

    def _by_oai(self, category: str, since: date, until: date) -> list[Digest]:
        digests: list[Digest] = []
        for page in queries.harvest(
            self.network.client, category=category, since=since, until=until, mirror=self.network.mirror
        ):
            announced = queries.announced(page.records, category, since)
            data = repr((since, until, page)).encode()
            self._save(f"arXiv's {category} since {since}", data, announced, page.skipped)
            digests += announced
        return digests

    def _repeated(self, digest: Digest) -> bool:
        """Whether this is an old batch shown again. Its ids decide: a feed's date is often wrong."""
        ids = {paper.id for paper in digest.papers}
        first_days = self.library.days_of(ids).values()
        earlier = [day for day in first_days if day < (digest.date or self.day)]
        return bool(ids) and len(earlier) >= _REPEATED * len(ids)

    def _settled(self, category: str, day: date) -> bool:
        """Whether a day that is over was asked for after its end, so that its list is whole, or came from a file."""
        fetched = self.library.fetched(category, day)
        if fetched is None:
            return self.library.has_list(category, day)
        return day < fetched.at.date() and fetched.at <= self.reader.now  # a later moment: the clock was set back

    def _lacks(self, source: str) -> bool:
        if self.day < calendar.announcement_day(self.reader.now) and self.library.fetched(source, self.day):
            return self.refresh or not self._settled(source, self.day)
        return self.refresh or self.library.awaits(source, self.day, self.reader.now, calendar.whole_at(self.day))

    def _save(self, name: str, data: bytes, digests: Sequence[Digest], skipped: Sequence[Skipped] = ()) -> None:
        left_out = [*skipped, *(skip for digest in digests for skip in digest.skipped)]
        self._note_skipped(name, [skip.reason for skip in left_out])
        known = identity.with_known_ids(self.library, digests)
        save(self.reader, [ReadText(name, sources.fingerprint(data), known)], self.day)

    def _note_skipped(self, source: str, reasons: Sequence[str]) -> None:
        if reasons:
            self.notes.append(
                Note(NoteKind.ENTRIES_SKIPPED, {"source": source, "entries": len(reasons), "reason": reasons[0]})
            )

    def _note_fetch(self, source: str, days: Sequence[date], digests: Sequence[Digest]) -> None:
        for day in days:
            papers = sum(len(digest.papers) for digest in digests if (digest.date or self.day) == day)
            self.library.note_fetch(source, day, papers, self.reader.now)


def _of_category(digest: Digest, category: str) -> Digest:
    """The part of a digest of several categories that belongs to one."""
    papers = tuple(paper for paper in digest.papers if belongs(paper, digest, [category]))
    replaced = tuple(paper for paper in digest.replaced if belongs(paper, digest, [category]))
    return digest._replace(category=category, papers=papers, replaced=replaced)

"""A night for the readers of a home: fetch once, count once, rank all, mail; each reader's part is done once."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import NamedTuple

from recommender import ranking
from recommender.errors import ProfileError, StoreError
from recommender.results.batch import BatchReport, FailedReader
from recommender.results.group import Account, AccountState
from recommender.services.batch import gathering, mailing, shared, work
from recommender.services.batch.engines import Engine, Lost, Work
from recommender.services.batch.gathering import Everybody, Wishes
from recommender.services.batch.shared import Place
from recommender.services.batch.work import Outcome, State
from recommender.services.reader import Progress
from recommender.services.requests import BatchOptions
from recommender.store.group_store import WAY_BACK, GroupStore
from recommender.store.home import Home
from recommender.store.library import Library
from recommender.store.nights import Night

_READERS = 100  # a job: little is lost with a worker, and a job's overhead is nothing beside its work
_MAILS = 10  # a job, where no rate is to be kept
_RANKED = {State.LISTED, State.MAIL_WAITS}  # now


class Host(NamedTuple):
    """Where a batch runs."""

    home: Home
    clock: Callable[[], datetime]  # gives the time now, aware
    progress: Progress


class Conductor:
    """Knows the order of a night."""

    def __init__(self, host: Host, engine: Engine, options: BatchOptions) -> None:
        self._home, self._clock, self._progress = host
        self._engine, self._options = engine, options

    def run(self) -> BatchReport:
        """Do all of a night.

        Raises:
            ProfileError: there is no such profile, or none at all.
            StoreError: the library cannot be read or written, or the corpus not be kept.
        """
        started = time.monotonic()
        names, absent = chosen(self._home, self._options.profiles)
        for each in absent:
            self._progress.warn(f"{each.name}: {each.message}")
        everybody = Everybody(self._home, self._wishes(names), self._clock, self._progress)
        try:
            with self._progress.busy("Fetching what is new"):
                gathered = gathering.gather(everybody)
            night = night_of(everybody.library, everybody.today)
            with shared.counted(everybody, night, gathered.missing) as place:
                outcomes = {outcome.name: outcome for outcome in self._rank(place, names)}
                lists = sum(outcome.state in _RANKED for outcome in outcomes.values())
                if self._options.mail:
                    outcomes |= {outcome.name: outcome for outcome in self._send(place, outcomes)}
        finally:
            everybody.close()
        # in the order of the readers, whichever worker was done first
        report = _report(night.day, [outcomes[name] for name in names if name in outcomes])
        return report._replace(
            lists=lists,
            missing=gathered.problems,
            failures=(*absent, *report.failures),
            seconds=time.monotonic() - started,
        )

    def _wishes(self, names: Sequence[str]) -> Wishes:
        jobs = [gathering.Settings(self._home, part) for part in _parts(names, 10 * _READERS)]
        if len(jobs) == 1:
            return gathering.wishes(jobs[0])
        joined = Wishes()
        for _, result in self._engine.map(gathering.wishes, jobs):
            if isinstance(result, Wishes):
                joined = joined.join(result)
        return joined

    def _rank(self, place: Place, names: Sequence[str]) -> Iterator[Outcome]:
        # small homes keep all workers busy, too
        size = max(1, min(_READERS, -(-len(names) // (4 * self._engine.size))))
        jobs = [work.Job(place, part) for part in _parts(names, size)]
        yield from self._served("Ranking", work.rank, jobs, len(names))

    def _send(self, place: Place, outcomes: Mapping[str, Outcome]) -> Iterator[Outcome]:
        """Mail to those whose mail waits, in the order in which it may go out."""
        waiting = [outcome for outcome in outcomes.values() if outcome.state in (State.MAIL_WAITS, State.WAITS)]
        now = self._clock()
        due: dict[datetime, list[str]] = {}
        for outcome in waiting:
            due.setdefault(outcome.due or now, []).append(outcome.name)
        for moment in sorted(due):
            if not self._wait(moment, len(due[moment])):
                continue
            yield from self._served("Mailing", mailing.send, self._mail_jobs(place, due[moment]), len(due[moment]))

    def _wait(self, moment: datetime, mails: int) -> bool:
        """Wait until mail may go out; False: it is left to a later batch."""
        seconds = (moment - self._clock()).total_seconds()
        if seconds > 0 and not self._options.wait:
            return False
        if seconds > 0:
            with self._progress.busy(f"Waiting until {moment.astimezone():%H:%M} to mail {mails}"):
                while (seconds := (moment - self._clock()).total_seconds()) > 0:
                    time.sleep(min(seconds, 60))
        return True

    def _mail_jobs(self, place: Place, names: Sequence[str]) -> Iterator[work.Job]:
        rate = self._options.mail_rate
        pause = 60 / rate if rate else 0.0
        due = time.monotonic()
        for part in _parts(names, 1 if rate else _MAILS):
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due, time.monotonic() - pause) + pause
            yield work.Job(place, part)

    def _served(
        self, label: str, do: Work[work.Job, list[Outcome]], jobs: Iterable[work.Job], total: int
    ) -> Iterator[Outcome]:
        done = 0
        with self._progress.counter(label) as count:
            for job, result in self._engine.map(do, jobs):
                if isinstance(result, Lost):
                    result = [Outcome(name, State.FAILED, message=str(result)) for name in job.names]
                for outcome in result:
                    if outcome.state is State.FAILED:
                        self._progress.warn(f"{outcome.name}: {outcome.message}")
                    yield outcome
                done += len(job.names)
                count(done, total)


class Chosen(NamedTuple):
    """The readers of a night."""

    names: list[str]
    absent: tuple[FailedReader, ...] = ()  # members whose profiles are not here


def chosen(home: Home, patterns: Sequence[str]) -> Chosen:
    """The profiles that match patterns such as "a*"; without one, all of the home but those of disabled members.

    Raises:
        ProfileError: none matches, or there is none.
        StoreError: the group's file, which says who is disabled, cannot be read, and nobody is named.
    """
    names = home.own_names()
    members = [] if patterns else _members(home)
    absent = _absent(members, names)
    if not names and not absent:
        raise ProfileError("no profile yet; `recommend init NAME` makes one")
    found: dict[str, None] = {}
    for pattern in patterns:
        matching = [pattern] if pattern in names else [name for name in names if fnmatchcase(name, pattern)]
        if not matching:
            raise ProfileError(f"no profile matches {pattern!r}; `recommend profile list` names them")
        found.update(dict.fromkeys(matching))
    disabled = {member.profile for member in members if member.state is AccountState.DISABLED}
    return Chosen(list(found) if patterns else [name for name in names if name not in disabled], absent)


def _members(home: Home) -> list[Account]:
    """The members of the home's group, if it has one."""
    if not home.group_file.exists() and not home.group_settings_file.exists():
        return []
    try:
        if not home.group_file.exists():
            raise StoreError(f"{home.group_file} is missing{WAY_BACK}", damaged=True)
        with GroupStore(home.group_file) as store:
            return store.accounts()
    except StoreError as error:
        raise StoreError(
            f"{error}. Nobody was served, because this file says who is disabled; "
            "`recommend batch --profiles NAME` serves readers by name until then",
            damaged=error.damaged,
        ) from error


def _absent(members: Iterable[Account], names: Collection[str]) -> tuple[FailedReader, ...]:
    """Members who are not disabled and have no profile here."""
    here = set(names)
    return tuple(
        FailedReader(
            member.profile,
            f"{member.address} has an account, but the profile is not here; `recommend restore -p {member.profile}` "
            f"lists its backups, `recommend group delete {member.address}` deletes the account",
        )
        for member in members
        if member.state is not AccountState.DISABLED and member.profile not in here
    )


def night_of(library: Library, today: date) -> Night:
    """The night of the newest day with papers; where there are none, of today."""
    day = library.newest_day() or today
    ids = sorted(library.announced_days(day, day))
    digest = hashlib.sha256("\0".join([str(ranking.ENGINE), day.isoformat(), *ids]).encode("utf-8", "surrogatepass"))
    return Night(day, digest.hexdigest())


def _parts(names: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(names[start : start + size]) for start in range(0, len(names), size)]


def _report(day: date, outcomes: Sequence[Outcome]) -> BatchReport:
    states = Counter(outcome.state for outcome in outcomes)
    return BatchReport(
        day,
        readers=len(outcomes),
        already=states[State.ALREADY],
        without_source=states[State.NO_SOURCE],
        mails=sum(outcome.mails for outcome in outcomes),
        waiting=states[State.MAIL_WAITS] + states[State.WAITS],
        failures=tuple(
            FailedReader(outcome.name, outcome.message) for outcome in outcomes if outcome.state is State.FAILED
        ),
    )

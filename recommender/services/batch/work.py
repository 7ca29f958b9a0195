"""What a worker does: rank some readers of a night; one that fails does not stop the others.

`mailing` mails to them. It is a module of its own, so that a worker that only ranks does not load the mail's templates.
"""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from recommender import files
from recommender.errors import RecommenderError
from recommender.services import offered, rankings, selection, today
from recommender.services.batch import hours
from recommender.services.batch.shared import Member, Place
from recommender.services.reader import Progress
from recommender.services.requests import ListOptions, Request
from recommender.store.nights import Night, Nights, Stage
from recommender.store.still_library import StandsStill


class State(Enum):
    """What became of a reader's part of a night."""

    LISTED = "listed"  # the list is made and recorded
    MAIL_WAITS = "mail waits"  # ranked now; mail is still to go out
    WAITS = "waits"  # ranked before; mail is still to go out
    MAILED = "mailed"  # all mail went out, or there was none to send
    ALREADY = "already"  # everything was done before
    NO_SOURCE = "no source"
    FAILED = "failed"


class Outcome(NamedTuple):
    """What became of one reader."""

    name: str
    state: State
    mails: int = 0
    message: str = ""  # FAILED only
    due: datetime | None = None  # the moment from which mail may go out; None: now


class Job(NamedTuple):
    """Some readers of a night, for one worker."""

    place: Place
    names: tuple[str, ...]


def rank(job: Job, stopped: Callable[[], bool] = lambda: False) -> list[Outcome]:
    """Rank readers whose night is not ranked, and record what `today` or `run` would record.

    Args:
        stopped: whether to end before the next reader.
    """
    return each(job, _rank, stopped)


def each(job: Job, do: Callable[[Member, Nights, Night], Outcome], stopped: Callable[[], bool]) -> list[Outcome]:
    """Do something for each reader of a job, in order; gives what became of each, also of those that failed."""
    outcomes = []
    for name in job.names:
        if stopped():
            break
        try:
            try:
                outcomes.append(_one(job.place, name, do))
            except StandsStill:  # a file that came meanwhile
                outcomes.append(_one(job.place, name, do, writes=True))
        except (RecommenderError, OSError) as error:
            outcomes.append(Outcome(name, State.FAILED, message=files.failure(error)))
        except Exception as error:  # a mistake of ours: one reader's data must not cost the others their lists
            outcomes.append(Outcome(name, State.FAILED, message=f"{type(error).__name__}: {error}"))
    return outcomes


def _one(place: Place, name: str, do: Callable[[Member, Nights, Night], Outcome], *, writes: bool = False) -> Outcome:
    member = Member(place, name, _Quiet(), writes=writes)
    try:
        return do(member, Nights(member.store), place.night)
    finally:
        member.close()


class _Quiet(Progress):
    """Shows nothing: what is worth knowing of a reader is in the outcome."""

    def warn(self, text: str) -> None:
        """Drop it."""


def _rank(member: Member, nights: Nights, night: Night) -> Outcome:
    profile = member.profile
    if not profile.sources:
        return Outcome(member.name, State.NO_SOURCE)
    with nights.claim(night) as stage:
        if stage is Stage.DONE:
            return Outcome(member.name, State.ALREADY)
        due = hours.due(profile.mail.at, night.day, member.now) if profile.mail else None
        if stage is Stage.RANKED:
            return Outcome(member.name, State.WAITS, due=due)
        if profile.mail is None:
            today.today(member, Request(), ListOptions())
        else:
            candidates = today.collect(member, Request(), offered.to_recipient(member, profile.mail.to[0]))
            rankings.score(member, selection.ranked_papers(candidates, ListOptions()), candidates.day)
        nights.settle(night, member.now, mail_waits=profile.mail is not None)
    if profile.mail is None:
        return Outcome(member.name, State.LISTED)
    return Outcome(member.name, State.MAIL_WAITS, due=due)

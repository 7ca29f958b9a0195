"""Lists that were shown: recorded, repeated while nothing changes, and looked up again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from recommender.paper import Note, Paper, Recommendation, Score, Shortlist, Status
from recommender.services.reader import Reader
from recommender.store.profile_store import ShownList

NOT_RECORDED = "This list could not be recorded: ranks mean those of the list before."
DAILY = ("today", "mail", "day")  # kinds of lists that show a day's papers; a look back ("day") makes none old


class Answer(NamedTuple):
    """The answer to a question about the library, before it is a list."""

    papers: Sequence[Paper]  # best first
    scores: Mapping[str, Score]  # by paper id
    considered: int  # how many papers there were to choose from
    notes: tuple[Note, ...] = ()


def repeated(reader: Reader, key: str) -> Shortlist | None:
    """The list shown last if it was recorded under this key, that is, if nothing has changed since; else None."""
    last = reader.store.last_list()
    if last is None or last.kind not in ("today", "day") or last.key != key:
        return None
    papers = reader.library.papers(item.paper_id for item in last.items)
    if len(papers) < len(last.items):  # the library was moved away
        return None
    return _shortlist(reader.name, last, papers)


def record(reader: Reader, kind: str, answer: Answer) -> Shortlist:
    """Make a list of an answer, and record it as shown, so that `like 3` means its third paper.

    An empty list is not recorded: ranks go on meaning what they meant before.
    """
    shortlist = unrecorded(reader, answer)
    if shortlist.items:
        with reader.storing(NOT_RECORDED):
            reader.store.record(shortlist, kind=kind, basis="", at=reader.now)
    return shortlist


def unrecorded(reader: Reader, answer: Answer) -> Shortlist:
    """Make a list of an answer; ranks go on meaning what they meant before."""
    items = tuple(
        Recommendation(rank, paper, answer.scores[paper.id]) for rank, paper in enumerate(answer.papers, start=1)
    )
    status = Status.RANKED if items else Status.NO_PAPERS
    return Shortlist(reader.name, reader.today, items, answer.considered, status, answer.notes)


def of_day(reader: Reader, day: date | None, places: slice) -> tuple[datetime, Shortlist, tuple[str, ...]] | None:
    """A part of the last list of a day that had papers, the moment it was made, and the ids of all its papers.

    Args:
        day: None: the newest day with a list.
        places: those of the part.
    """
    found = reader.store.part_of_day(DAILY, day or reader.store.newest_day(), places)
    if found is None:
        return None
    shown, listed = found
    papers = papers_of(reader, {item.paper_id for item in shown.items})
    return shown.made_at, _shortlist(reader.name, shown, papers), listed


def recent(reader: Reader, days: int) -> list[tuple[datetime, Shortlist]]:
    """The newest lists, one a day, each with the moment it was made; papers whose text was removed are left out."""
    lists = reader.store.lists(days)
    papers = papers_of(reader, {item.paper_id for shown in lists for item in shown.items})
    return [(shown.made_at, _shortlist(reader.name, shown, papers)) for shown in lists]


def papers_of(reader: Reader, ids: Collection[str]) -> dict[str, Paper]:
    """Papers by id, from the reader's ratings or the library."""
    return reader.store.papers(ids) | reader.library.papers(ids)


def _shortlist(profile: str, shown: ShownList, papers: Mapping[str, Paper]) -> Shortlist:
    items = tuple(
        Recommendation(item.rank, papers[item.paper_id], item.score, item.exploring)
        for item in shown.items
        if item.paper_id in papers
    )
    return Shortlist(profile, shown.day, items, shown.considered, shown.status, shown.notes, shown.first_day)

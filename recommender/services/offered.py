"""The papers that lists had to choose from: whatever no list had yet comes with the next one."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from recommender.services.reader import Reader
from recommender.services.requests import STANDARD_INPUT

LONGEST_ABSENCE = timedelta(days=31)  # a longer one is not caught up with unasked
_LATE_PARTS = timedelta(days=14)  # papers that come later after their day's list are for a search
_DAY = timedelta(days=1)
_AHEAD = timedelta(days=7)  # a list of a later day was made by a clock that was ahead


class Offered(NamedTuple):
    """What the lists for one audience had to choose from: a reader, or the recipient of mails."""

    listed: Collection[date] = ()  # the days with a list
    days: Mapping[str, date] = {}  # the day of the list that had a paper to choose from, by id
    first: date | None = None  # the lists account for each paper from this day of announcement on; None: for none
    made_at: datetime | None = None  # the moment of the last list

    def start(self, day: date) -> date:
        """The first day of announcement whose papers the list of a day chooses from."""
        if day - date.min < LONGEST_ABSENCE:  # older versions took any day of a file's name
            return day
        before = last_before(self.listed, day)
        after = before + _DAY if before else day  # the first list of all is of one day
        if self.first:
            after = max(self.first, min(after, day - _LATE_PARTS))
        return min(day, max(after, day - LONGEST_ABSENCE + _DAY))

    def is_open(self, paper_id: str, day: date) -> bool:
        """Whether no list had the paper, except one of the same day, which is made again."""
        return self.days.get(paper_id, day) == day


def to_reader(reader: Reader, *, files: bool = False) -> Offered:
    """What the reader's lists had to choose from.

    Args:
        files: the lists of named files, which are apart from those of the profile's own sources.
    """
    return _offered(reader, reader.store.listed_days(), STANDARD_INPUT if files else "", "today", "mail")


def to_recipient(reader: Reader, recipient: str) -> Offered:
    """What the mails to a recipient had to choose from; a first mail goes on where the reader's lists ended."""
    mailed_days = reader.outbox.mailed_days(recipient)
    return _offered(reader, mailed_days, recipient, "mail") if mailed_days else to_reader(reader)


def _offered(reader: Reader, listed: Collection[date], audience: str, *kinds: str) -> Offered:
    latest = reader.today + _AHEAD
    papers = reader.store.offered(audience)
    last = reader.store.last_list(*kinds)
    made_at = last.made_at if last else None
    if made_at and made_at > reader.now:  # the clock was set back
        made_at = reader.now - _LATE_PARTS
    return Offered(
        [day for day in listed if day <= latest],
        {paper_id: day for paper_id, (day, _) in papers.items() if day <= latest},
        min((announced for day, announced in set(papers.values()) if day <= latest), default=None),
        made_at,
    )


def last_before(days: Iterable[date], day: date) -> date | None:
    """The newest of the days before `day`."""
    return max((each for each in days if each < day), default=None)

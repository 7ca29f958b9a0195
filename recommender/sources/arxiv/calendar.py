"""When arXiv announces: https://info.arxiv.org/help/availability.html

Submissions until 14:00 in New York are announced at 20:00 of that day, from Sunday to Thursday, in a list with the
next day's date. Holidays without an announcement are not taken into account.
"""

from datetime import date, datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)
_SATURDAY = 5
_EVENING = time(20)
_WRITTEN_AFTER = timedelta(hours=6)  # with time for a late one
_LATE = timedelta(hours=12)  # a batch missing for longer is not late: there was no announcement
# Offsets that move a moment after the announcement, or after the deadline, to the next calendar day.
_AFTER_ANNOUNCEMENT = timedelta(hours=24 - 20)
_AFTER_DEADLINE = timedelta(hours=24 - 14)


def announcement_day(moment: datetime) -> date:
    """The day of the list that is current at an aware moment."""
    day = (_in_new_york(moment) + _AFTER_ANNOUNCEMENT).date()
    while day.weekday() >= _SATURDAY:
        day -= _DAY
    return day


def announced_for(submitted: datetime) -> date:
    """The day of the list in which a submission of an aware moment appears."""
    deadline = (_in_new_york(submitted) + _AFTER_DEADLINE).date()
    # submissions after Friday's deadline wait for Monday's
    return weekday_from(weekday_from(deadline) + _DAY)


def announced_at(day: date) -> datetime:
    """The moment when the list of a weekday is announced: the evening before."""
    evening = datetime.combine(day - _DAY, _EVENING)
    return evening.replace(tzinfo=_new_york())


def whole_at(day: date) -> datetime:
    """The moment from which a feed shows the whole list of a weekday.

    Feeds are written at midnight in New York, four hours after the announcement: https://info.arxiv.org/help/rss.html
    """
    return announced_at(day) + _WRITTEN_AFTER


def is_late(newest: date, current: date, now: datetime) -> bool:
    """Whether the current list is late, and not left out.

    Args:
        newest: the day of the newest list that was seen.
        current: the day whose list is due.
    """
    return newest < current and now - announced_at(current) < _LATE


def weekdays(first: date, last: date) -> list[date]:
    """The days with a list from first to last; none if last is earlier than first."""
    days = (first + _DAY * number for number in range((last - first).days + 1))
    return [day for day in days if day.weekday() < _SATURDAY]


def weekday_from(day: date) -> date:
    """The day itself, or the Monday after it if it is on a weekend."""
    while day.weekday() >= _SATURDAY:
        day += _DAY
    return day


def _in_new_york(moment: datetime) -> datetime:
    """The local time of arXiv without a zone, as its times do not depend on the length of a day."""
    return moment.astimezone(_new_york()).replace(tzinfo=None)


def _new_york() -> tzinfo:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - slow to import, and lists of files need no clock

    return ZoneInfo("America/New_York")

"""When arXiv announces: https://info.arxiv.org/help/availability.html

Submissions until 14:00 in New York are announced at 20:00 of that day, from Sunday to Thursday, in a list that
carries the next day's date. Holidays on which arXiv announces nothing are not known here.
"""

from datetime import date, datetime, time, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5
_EVENING = time(20)
# Moved so far, a moment after the daily announcement, or after the deadline for it, falls on the next day.
_AFTER_ANNOUNCEMENT = timedelta(hours=24 - 20)
_AFTER_DEADLINE = timedelta(hours=24 - 14)


def announcement_day(moment: datetime) -> date:
    """The day whose list is the current one at that aware moment."""
    day = (_in_new_york(moment) + _AFTER_ANNOUNCEMENT).date()
    while day.weekday() >= _SATURDAY:
        day -= _DAY
    return day


def announced_for(submitted: datetime) -> date:
    """The day in whose list a submission of that aware moment appears."""
    deadline = (_in_new_york(submitted) + _AFTER_DEADLINE).date()
    # what came after Friday's deadline waits for Monday's
    return weekday_from(weekday_from(deadline) + _DAY)


def announced_at(day: date) -> datetime:
    """When the list of that weekday comes out: the evening before."""
    from zoneinfo import ZoneInfo

    evening = datetime.combine(day - _DAY, _EVENING)
    return evening.replace(tzinfo=ZoneInfo("America/New_York"))


def weekdays(first: date, last: date) -> list[date]:
    """The days from first to last that have a list; none if last comes first."""
    days = (first + _DAY * number for number in range((last - first).days + 1))
    return [day for day in days if day.weekday() < _SATURDAY]


def weekday_from(day: date) -> date:
    """That day, or the Monday after it if it is on a weekend."""
    while day.weekday() >= _SATURDAY:
        day += _DAY
    return day


def _in_new_york(moment: datetime) -> datetime:
    """What clock and calendar show there, without a zone: a day's length has no part in arXiv's times."""
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None)

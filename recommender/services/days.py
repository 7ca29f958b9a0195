"""A calendar of the past year: on which days a list was read, missed, or could not be made."""

import re
from contextlib import suppress
from datetime import date, timedelta

from recommender.results.pictures import Calendar, CalendarDay, DayState
from recommender.services.reader import Reader
from recommender.sources.arxiv.calendar import weekdays
from recommender.store import housekeeping

DAYS = 371  # a year in whole weeks
_FAILURE = re.compile(r"^(\d{4}-\d{2}-\d{2}) \S+ ERROR (.*)$", re.MULTILINE)  # as `nightly` writes the log


def calendar(reader: Reader) -> Calendar:
    """Every day of the last 53 weeks, with what became of it."""
    today = reader.today
    first = today - timedelta(days=DAYS - 1)
    lists = reader.store.daily_counts(first)
    announced = {day for day in housekeeping.announced_days(reader.library) if first <= day <= today}
    failures = {day: message for day, message in _failures(reader).items() if first <= day <= today}
    start = min([*lists, *announced, *failures], default=today + timedelta(days=1))
    week = set(weekdays(first, today))
    days = []
    for number in range(DAYS):
        day = first + timedelta(days=number)
        papers, rated = lists.get(day, (0, 0))
        if day < start:
            state = DayState.AHEAD
        elif day == today and day not in lists and day not in failures:
            state = DayState.AHEAD  # it is not over: no list yet is no list missed
        elif day in lists:
            state = DayState.RATED if rated else DayState.LISTED
        elif day in failures:
            state = DayState.FAILED
        elif day in announced:
            state = DayState.UNREAD
        else:
            state = DayState.MISSING if day in week else DayState.QUIET
        message = failures.get(day, "") if state is DayState.FAILED else ""
        days.append(CalendarDay(day, state, papers, rated, message))
    return Calendar(tuple(days))


def _failures(reader: Reader) -> dict[date, str]:
    """The last error of scheduled runs on each day, by their logs."""
    log = reader.home.log_file(reader.name)
    failures: dict[date, str] = {}
    for path in (*(log.with_name(f"{log.name}.{number}") for number in (3, 2, 1)), log):
        with suppress(OSError, ValueError):
            text = path.read_text(encoding="utf-8", errors="replace")
            failures |= {date.fromisoformat(day): message for day, message in _FAILURE.findall(text)}
    return failures

"""Days and moments as feeds, mails, listings and libraries write them."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_YEARS = range(1900, 2200)  # of digests and mails; moments must stay movable, and no list is of the year 9999
_YEARS_OF_PAPERS = range(1000, 10_000)  # a library may hold works of Newton
_DAY = re.compile(r"\s*+([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])")
_SHORT_DAY = re.compile(r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])")
_TIME = re.compile(r"[T\s]\s*+([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]++)?)?\s*+(?:([+-])([0-9]{2}):?([0-9]{2}))?")


def read_moment(text: str) -> datetime | None:
    """The moment that the whole text names, in its own time zone, or else in UTC; None if it names none.

    Takes ISO 8601 ("2023-03-15T18:34:08Z", "2023-03-15"), days as "2023-3-15" and "2023/03/15", and the format of
    mails ("Wed, 15 Mar 2023 18:34:08 GMT").
    """
    text = _SHORT_DAY.sub(lambda day: f"{day[1]}-{day[2]:0>2}-{day[3]:0>2}", text.strip()[:99])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):  # hostile texts cause each of them
            return None
    if moment.year not in _YEARS:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_day(text: str) -> date | None:
    """The day that the whole text names, in its own time zone; takes what `read_moment` takes."""
    moment = read_moment(text)
    return moment.date() if moment else None


def leading_day(text: str) -> date | None:
    """The day that begins the text, as in "2020-07-15" and "2020/07/15/"; None for a year or a month alone.

    None too for the year 1, which programs write for a day that they do not know.
    """
    match = _DAY.match(text)
    try:
        day = date(int(match[1]), int(match[2]), int(match[3])) if match else None
        return day if day and day.year in _YEARS_OF_PAPERS else None
    except ValueError:  # "2021-07-00", as Zotero writes July 2021
        return None


def leading_moment(text: str) -> datetime | None:
    """The moment that begins the text, in UTC; a text without a time zone is in UTC, as Zotero's are. None before 1900.

    Takes "2020-07-15", "2020-07-15 18:34", "2020-07-15T18:34:08+02:00".
    """
    day = leading_day(text)
    if day is None or day.year not in _YEARS:
        return None
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    day_match = _DAY.match(text)
    time = _TIME.match(text, day_match.end()) if day_match else None
    if time is None:
        return moment
    try:
        moment = moment.replace(hour=int(time[1]), minute=int(time[2]), second=int(time[3] or 0))
        if time[4]:
            offset = timedelta(hours=int(time[5]), minutes=int(time[6]))
            moment = moment.replace(tzinfo=timezone(offset if time[4] == "+" else -offset)).astimezone(UTC)
    except (ValueError, OverflowError):  # 25:00, or a zone beyond the first or last year
        return None
    return moment


def month_number(name: str) -> int | None:
    """1 to 12 for an English month's name in any case, short or in full: 5 for "May", 9 for "sept"; else None."""
    return next((number for number, month in enumerate(MONTHS, start=1) if name[:3].lower() == month), None)


def day_of(year: str, month: str, day: str) -> date | None:
    """The date of a year, a month's English name and a day, all as text; None if there is no such day."""
    try:
        found = date(int(year), month_number(month) or 0, int(day))
    except ValueError:  # no such month, or 31 February
        return None
    return found if found.year in _YEARS_OF_PAPERS else None

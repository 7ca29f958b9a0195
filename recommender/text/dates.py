"""The days and moments that feeds and records write."""

from datetime import UTC, date, datetime

_YEARS = range(1900, 2200)  # so that a day may be moved, and no paper is from the year 9999


def read_moment(text: str) -> datetime | None:
    """The aware moment a text names, as ISO 8601 or as mails write it, in its own time zone; None if it names none."""
    text = text.strip()[:99]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        from email.utils import parsedate_to_datetime  # 15 ms that other formats need not wait

        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):  # for hostile texts it has each of them
            return None
    if moment.year not in _YEARS:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_day(text: str) -> date | None:
    """The day a text names, as its writer's calendar had it; None if it names none."""
    moment = read_moment(text)
    return moment.date() if moment else None

"""Days and moments in the words and the time of a reader."""

from datetime import date, datetime

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)  # of lists: days around them are days, too, in every zone


def day_span(first: date | None, last: date, *, weekdays: bool = False) -> str:
    """The days for people: "13 May 2020", "12 to 13 May 2020", "Fri 30 Apr to Mon 3 May 2021"; no first: one day."""
    end = f"{last:%a} " * weekdays + f"{last.day} {last:%b %Y}"
    if first is None or first >= last:
        return end
    start = f"{first:%a} " * weekdays + f"{first.day}"
    start += f" {first:%b}" * (first.month != last.month or first.year != last.year)
    return f"{start}{f' {first.year}' * (first.year != last.year)} to {end}"


def day_from(text: str) -> date:
    """The day of a list that an ISO text names: "2020-05-13".

    Raises:
        ValueError: it names none, or one that no list can be of.
    """
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"no list is of {day}")
    return day


def local(moment: datetime) -> datetime:
    """An aware moment by this machine's clock; as it is where its zone would put it before year 1 or after 9999."""
    try:
        return moment.astimezone()
    except (OverflowError, ValueError):
        return moment

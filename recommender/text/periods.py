"""Days and moments in the words and the time of a reader."""

from datetime import date, datetime


def day_span(first: date | None, last: date, *, weekdays: bool = False) -> str:
    """The days for people: "13 May 2020", "12 to 13 May 2020", "Fri 30 Apr to Mon 3 May 2021"; no first: one day."""
    end = f"{last:%a} " * weekdays + f"{last.day} {last:%b %Y}"
    if first is None or first >= last:
        return end
    start = f"{first:%a} " * weekdays + f"{first.day}"
    start += f" {first:%b}" * (first.month != last.month or first.year != last.year)
    return f"{start}{f' {first.year}' * (first.year != last.year)} to {end}"


def local(moment: datetime) -> datetime:
    """An aware moment by this machine's clock; as it is where its zone would put it before year 1 or after 9999."""
    try:
        return moment.astimezone()
    except (OverflowError, ValueError):
        return moment

"""When a reader's mail may go out."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recommender.errors import ProfileError
from recommender.sources.arxiv.calendar import announced_at


def due(at: str, day: date, now: datetime) -> datetime | None:
    """The moment from which the mail of a day may go out; None: at once.

    It is the first time, after the day's papers were announced, that the reader's clock shows this time.

    Args:
        at: "07:00", by this machine's clock, or "07:00 Europe/Berlin"; empty: at once.
        now: aware.

    Raises:
        ProfileError: there is no such time zone.
    """
    if not at:
        return None
    clock, _, zone = at.partition(" ")
    hour, minute = map(int, clock.split(":"))
    announced = announced_at(day).astimezone(UTC)
    try:
        tz = ZoneInfo(zone) if zone else None
        local = announced.astimezone(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ProfileError(f"at in [mail]: no time zone {zone!r} is known; names are like Europe/Berlin") from error
    # without an offset where no zone is named: the machine's clock may change between the announcement and the hour
    first = local.replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=tz, fold=0)
    wall = (first, first.replace(fold=1), first + timedelta(days=1))  # an hour that comes twice has two moments
    moment = next(each for each in (time.astimezone(UTC) for time in wall) if each >= announced)
    return moment if moment > now else None

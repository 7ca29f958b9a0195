"""A job for the machine's scheduler: what is run for one profile, on which days, at what time."""

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from recommender.errors import MachineError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # in the order of date.weekday()
_LOCALTIME = Path("/etc/localtime")  # the clock of systemd, cron and launchd, whatever TZ is in a shell
_DAY = timedelta(days=1)
_LATE = timedelta(minutes=15)  # arXiv announces at "approximately" its time
_RETRIES = 2  # hourly, for schedulers that do not notice failures; a run with nothing left to do ends at once
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # not allowed in a line of text, or in XML


@dataclass(frozen=True, slots=True)
class Timetable:
    """Days of the week and a time of day, by the machine's clock."""

    days: tuple[int, ...]  # 0 is Monday; ascending, at least one
    at: time  # whole minutes

    def __str__(self) -> str:
        return f"{', '.join(DAYS[day] for day in self.days)} at {self.at:%H:%M}"

    def next_after(self, now: datetime) -> datetime:
        """The first start after `now`; both without a zone, by the machine's clock."""
        starts = (datetime.combine(now.date() + _DAY * ahead, self.at) for ahead in range(8))
        return next(start for start in starts if start > now and start.weekday() in self.days)

    @property
    def attempts(self) -> tuple[time, ...]:
        """The time, then hourly retries, none past midnight."""
        hours = range(self.at.hour, min(self.at.hour + _RETRIES, 23) + 1)
        return tuple(self.at.replace(hour=hour) for hour in hours)


@dataclass(frozen=True, slots=True)
class Job:
    """A command to run for one profile, and when.

    Raises:
        MachineError: a path holds a character that no scheduler's file can hold, such as a line break.
    """

    profile: str
    command: tuple[str, ...]  # the program's absolute path, then its arguments
    home: str  # RECOMMEND_HOME
    when: Timetable

    def __post_init__(self) -> None:
        for text in (*self.command, self.home):
            if _UNWRITABLE.search(text):
                raise MachineError(f"{text!r}: no timer can name a path with a line break, or one that is no UTF-8")


def job_name(profile: str) -> str:
    """The name of a profile's job in systemd and launchd: "recommend-ada"."""
    return f"recommend-{profile}"


def this_program() -> tuple[str, ...]:
    """The command that starts this installation of the program from any folder, without arguments."""
    script = Path(sys.argv[0]).absolute()
    if script.name == "recommend" and script.is_file() and os.access(script, os.X_OK):
        return (str(script),)
    return (sys.executable, "-P", "-m", "recommender")  # -P: import nothing from the current folder


def machine_zone() -> tzinfo:
    """The time zone of the machine's clock; UTC where none is set, as in the C library."""
    if sys.platform == "win32":
        return SystemZone()
    try:
        with _LOCALTIME.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return UTC


class SystemZone(tzinfo):
    """The zone of the machine's clock as the system itself computes it, where no file says so."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """How far the clock is ahead of UTC."""
        return moment.replace(tzinfo=None).astimezone().utcoffset() if moment else None

    def dst(self, moment: datetime | None) -> timedelta | None:
        """Unknown: the offset has it already."""
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        """The zone's name, as the system has it."""
        return moment.replace(tzinfo=None).astimezone().tzname() if moment else None

    def fromutc(self, moment: datetime) -> datetime:
        """The clock at a moment whose numbers are those of UTC."""
        return moment.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)


def time_of_day(text: str) -> time:
    """The time that "7:00" or "18:30" names.

    Raises:
        ValueError: the text names no time; says how to write one.
    """
    match = re.fullmatch(r"(\d{1,2}):(\d\d)", text, re.ASCII)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f"{text!r} is no time of day; write it like 07:00 or 18:30")
    return time(int(match[1]), int(match[2]))


def days_of_week(text: str) -> tuple[int, ...]:
    """The days that "mon-fri" or "tue,sat-sun" names, ascending; 0 is Monday.

    Raises:
        ValueError: the text names no days; says how to write them.
    """
    days: set[int] = set()
    for part in text.split(","):
        ends = [end.strip().capitalize() for end in part.split("-")]
        if len(ends) > 2 or not set(ends) <= set(DAYS):
            raise ValueError(f"{text!r} names no days; write them like mon-fri or tue,sat")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        days |= {(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)}
    return tuple(sorted(days))


def announcement_days(at: time, zone: tzinfo, since: date, announced: Callable[[datetime], date]) -> tuple[int, ...]:
    """Weekdays (0 is Monday) on which, at this time, a list is out that was not out at the same time a day before.

    A weekday counts if this is so in any week of the year from `since`: clocks change on different dates around the
    world, and a run without a new list costs nothing.

    Args:
        at: local time in `zone`.
        announced: the day of the newest list at a moment.
    """

    def newest_list(day: date, late: timedelta) -> date:
        return announced(datetime.combine(day, at, zone) - late)

    days = [since + _DAY * number for number in range(366)]
    weekdays = {
        day.weekday()
        for day in days
        for late in (timedelta(), _LATE)
        if newest_list(day - _DAY, late) < newest_list(day, late)
    }
    return tuple(sorted(weekdays))


def next_start(timetable: Timetable | None, now: datetime) -> str:
    """A line for people that says when a job starts next; None is a timetable changed by hand."""
    if timetable is None:
        return "It was changed by hand; its next start is unknown."
    return f"Next: {timetable.next_after(now.replace(tzinfo=None)):%a %Y-%m-%d %H:%M}"

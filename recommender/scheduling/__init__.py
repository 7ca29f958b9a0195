"""What makes a machine run a command by itself, as text: systemd's units, cron's entry, launchd's plist."""

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from recommender.errors import StoreError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # in the order of date.weekday()
_DAY = timedelta(days=1)
_LATE = timedelta(minutes=15)  # arXiv announces at "approximately" its time
_RETRIES = 2  # an hour apart, where nothing knows of failures: a run that has nothing left to do ends at once
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # in no line of a text file, or in no XML
_ENTRY = re.compile(r"(\d{1,2}) (\d{1,2})(?:,\d{1,2})* \* \* ([1-7](?:,[1-7])*) ", re.ASCII)


@dataclass(frozen=True, slots=True)
class Timetable:
    """Days of the week and a time, by the machine's own clock."""

    days: tuple[int, ...]  # 0 is Monday; rising, not empty
    at: time  # whole minutes

    def __str__(self) -> str:
        return f"{', '.join(DAYS[day] for day in self.days)} at {self.at:%H:%M}"

    def next_after(self, now: datetime) -> datetime:
        """When it is time again; `now` without a zone, as the machine's clock shows it."""
        starts = (datetime.combine(now.date() + _DAY * ahead, self.at) for ahead in range(8))
        return next(start for start in starts if start > now and start.weekday() in self.days)

    @property
    def tries(self) -> tuple[time, ...]:
        """The time and, for what knows no second try, those of the next hours; none after midnight: another day."""
        return tuple(self.at.replace(hour=hour) for hour in range(self.at.hour, min(self.at.hour + _RETRIES, 23) + 1))


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run for one profile, and when.

    Raises:
        StoreError: a path holds what no such text can say, as a line break.
    """

    profile: str
    command: tuple[str, ...]  # the program by its absolute path, and its arguments
    home: str  # RECOMMEND_HOME
    when: Timetable

    def __post_init__(self) -> None:
        for text in (*self.command, self.home):
            if _UNSPEAKABLE.search(text):
                raise StoreError(f"{text!r}: no timer can name a path with a line break, or one that is no UTF-8")


def announcement_days(at: time, zone: tzinfo, since: date, announced: Callable[[datetime], date]) -> tuple[int, ...]:
    """The weekdays (0 is Monday) that bring a list which was not out at the same time of the day before.

    A day counts if it does so in any week of the year from `since`: clocks change on different days, and a run
    without anything new costs nothing.

    Args:
        at: local time in `zone`.
        announced: the day whose list is the current one at a moment.
    """

    def current(day: date, late: timedelta) -> date:
        return announced(datetime.combine(day, at, zone) - late)

    days = [since + _DAY * number for number in range(366)]
    new = {
        day.weekday() for day in days for late in (timedelta(), _LATE) if current(day - _DAY, late) < current(day, late)
    }
    return tuple(sorted(new))


def unit_name(profile: str) -> str:
    """What the timer of a profile is called, wherever it is kept."""
    return f"recommend-{profile}"


def service(job: Job) -> str:
    """The unit that systemd starts.

    Raises:
        StoreError: systemd starts no program of that path.
    """
    program = job.command[0]
    if re.search(r"""["'\\]""", program):
        raise StoreError(f"{program}: systemd starts no program with a quote or backslash in its path; try --with cron")
    # ":" says that no $NAME in the words stands for a variable
    command = " ".join([_unit_word(f":{program}"), *map(_unit_word, job.command[1:])])
    # at most eight tries, which take ten hours if each hangs until it is stopped: all within the twelve that count
    return f"""\
[Unit]
Description=The day's papers for {job.profile}
StartLimitIntervalSec=12h
StartLimitBurst=8

[Service]
Type=oneshot
Environment={_unit_word(f"RECOMMEND_HOME={job.home}")}
ExecStart={command}
Restart=on-failure
RestartSec=15min
TimeoutStartSec=1h
"""


def timer(job: Job) -> str:
    """The unit that tells systemd when; a time that was missed is made up for."""
    days = ",".join(DAYS[day] for day in job.when.days)
    return f"""\
[Unit]
Description=When the day's papers for {job.profile} are due

[Timer]
OnCalendar={days} *-*-* {job.when.at:%H:%M}:00
RandomizedDelaySec=2min
Persistent=true

[Install]
WantedBy=timers.target
"""


def crontab_entry(job: Job) -> str:
    """One line of a crontab, without its end; works in cron's empty environment."""
    hours = ",".join(str(start.hour) for start in job.when.tries)
    days = ",".join(str(day + 1) for day in job.when.days)  # cron's Monday is 1, and its 7 is Sunday, as its 0
    words = " ".join(map(_cron_word, job.command))
    return f"{job.when.at.minute} {hours} * * {days} RECOMMEND_HOME={_cron_word(job.home)} {words}"


def crontab_timetable(entry: str) -> Timetable | None:
    """When an entry is due for the first time of a day; None if it was written by another hand."""
    match = _ENTRY.match(entry)
    if match is None or int(match[1]) > 59 or int(match[2]) > 23:
        return None
    return Timetable(tuple(sorted(int(day) - 1 for day in match[3].split(","))), time(int(match[2]), int(match[1])))


def crontab_with(crontab: str, profile: str, entry: str) -> str:
    """The crontab with this entry in place of the profile's old one, else at its end; other lines as they were.

    Raises:
        StoreError: the old entry has a begin and no end.
    """
    begin, end = _markers(profile)
    lines = crontab.split("\n")
    place = _place(lines, profile)
    if place is None:
        # split leaves an empty last line after a final line end, and cron wants every line ended
        last = len(lines) - (lines[-1] == "")
        return "\n".join([*lines[:last], begin, entry, end, ""])
    return "\n".join([*lines[: place.start], begin, entry, end, *lines[place.stop :]])


def crontab_without(crontab: str, profile: str) -> str:
    """The crontab without the profile's entry; other lines as they were.

    Raises:
        StoreError: the entry has a begin and no end.
    """
    lines = crontab.split("\n")
    place = _place(lines, profile)
    return crontab if place is None else "\n".join(lines[: place.start] + lines[place.stop :])


def crontab_entry_of(crontab: str, profile: str) -> str:
    """What stands in the profile's entry; empty if there is none.

    Raises:
        StoreError: the entry has a begin and no end.
    """
    lines = crontab.split("\n")
    place = _place(lines, profile)
    return "" if place is None else "\n".join(lines[place.start + 1 : place.stop - 1])


def plist(job: Job) -> str:
    """The property list of a launchd agent; launchd itself makes up for what a sleeping Mac missed."""
    import plistlib  # brings an XML parser along

    starts = [
        {"Weekday": day + 1, "Hour": start.hour, "Minute": start.minute}  # launchd's Monday is 1, its 7 is Sunday
        for day in job.when.days
        for start in job.when.tries
    ]
    agent = {
        "Label": unit_name(job.profile),
        "ProgramArguments": list(job.command),
        "EnvironmentVariables": {"RECOMMEND_HOME": job.home},
        "StartCalendarInterval": starts,
        "ProcessType": "Background",
    }
    return plistlib.dumps(agent, sort_keys=False).decode()


def plist_timetable(text: str) -> Timetable | None:
    """When an agent is due for the first time of a day; None if it was written by another hand."""
    import plistlib
    from xml.parsers.expat import ExpatError

    try:
        starts = plistlib.loads(text.encode())["StartCalendarInterval"]
        days = tuple(sorted({(start["Weekday"] - 1) % 7 for start in starts}))
        return Timetable(days, min(time(start["Hour"], start["Minute"]) for start in starts))
    except (ExpatError, plistlib.InvalidFileException, KeyError, TypeError, ValueError):
        return None


def _unit_word(text: str) -> str:
    """A word in a systemd unit: quoted, and no % of it begins a specifier (systemd.syntax, systemd.unit)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _cron_word(text: str) -> str:
    """A word in a crontab's command; a bare % would end the command there.

    Some crons drop the backslash before a % and some leave it to the shell, so it stands outside of quotes.
    """
    return r"\%".join(shlex.quote(part) if part else "" for part in text.split("%"))


def _markers(profile: str) -> tuple[str, str]:
    return f"# recommender: {profile} begin", f"# recommender: {profile} end"


def _place(lines: Sequence[str], profile: str) -> slice | None:
    """Where the profile's entry stands, markers and all."""
    begin, end = _markers(profile)
    if begin not in lines:
        return None
    start = lines.index(begin)
    if end not in lines[start:]:
        raise StoreError(f"the crontab has a line {begin!r} and no {end!r} after it; mend it by `crontab -e`")
    return slice(start, lines.index(end, start) + 1)

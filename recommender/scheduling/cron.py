"""cron: one entry in the user's crontab, between two marker lines."""

import re
import shlex
import shutil
from collections.abc import Sequence
from datetime import datetime, time

from recommender.errors import MachineError
from recommender.scheduling import machine
from recommender.scheduling.job import Job, Timetable, next_start

_ENTRY = re.compile(r"(\d{1,2}) (\d{1,2})(?:,\d{1,2})* \* \* ([1-7](?:,[1-7])*) ", re.ASCII)


class Cron:
    """An entry in the user's crontab."""

    name = "cron"
    hint = "cron makes up for nothing it misses while the machine is off, and mails errors to you on this machine."

    def available(self) -> bool:
        """Whether there is a `crontab` command."""
        return shutil.which("crontab") is not None

    def preview(self, job: Job) -> str:
        """The lines that are added to the crontab."""
        return "# into your crontab\n" + with_entry("", job.profile, entry(job)).rstrip()

    def install(self, job: Job) -> None:
        """Add the entry to the crontab, or replace the profile's old one."""
        _replace(with_entry(_crontab(), job.profile, entry(job)))

    def remove(self, profile: str) -> None:
        """Take the profile's entry out of the crontab."""
        _replace(without_entry(_crontab(), profile))

    def installed(self, profile: str) -> str:
        """The profile's entry."""
        line = entry_of(_crontab(), profile) if self.available() else ""
        return f"# in your crontab\n{line}" if line else ""

    def runs_for(self, profile: str, home: str) -> bool:
        """Whether the entry sets this home."""
        return f" {_home(home)} " in entry_of(_crontab(), profile)

    def next_start(self, profile: str, now: datetime) -> str:
        """The next start, calculated from the entry."""
        return next_start(timetable(entry_of(_crontab(), profile)), now)


def entry(job: Job) -> str:
    """One line of a crontab, without a line end; it needs nothing from the environment."""
    hours = ",".join(str(start.hour) for start in job.when.attempts)
    days = ",".join(str(day + 1) for day in job.when.days)  # 1 is cron's Monday; 7 is its Sunday, and so is 0
    words = " ".join(map(_word, job.command))
    return f"{job.when.at.minute} {hours} * * {days} {_home(job.home)} {words}"


def timetable(entry: str) -> Timetable | None:
    """The days of an entry and its first start of a day; None if the entry was changed by hand."""
    match = _ENTRY.match(entry)
    if match is None or int(match[1]) > 59 or int(match[2]) > 23:
        return None
    return Timetable(tuple(sorted(int(day) - 1 for day in match[3].split(","))), time(int(match[2]), int(match[1])))


def with_entry(crontab: str, profile: str, entry: str) -> str:
    """The crontab with this entry in place of the profile's old one, or at the end; other lines are unchanged.

    Raises:
        MachineError: the old entry has no end marker.
    """
    begin, end = _markers(profile)
    lines = crontab.split("\n")
    place = _place(lines, profile)
    if place is None:
        # split leaves an empty last line after a final line end, and cron needs a line end after every line
        last = len(lines) - (lines[-1] == "")
        return "\n".join([*lines[:last], begin, entry, end, ""])
    return "\n".join([*lines[: place.start], begin, entry, end, *lines[place.stop :]])


def without_entry(crontab: str, profile: str) -> str:
    """The crontab without the profile's entry; other lines are unchanged.

    Raises:
        MachineError: the entry has no end marker.
    """
    lines = crontab.split("\n")
    place = _place(lines, profile)
    return crontab if place is None else "\n".join(lines[: place.start] + lines[place.stop :])


def entry_of(crontab: str, profile: str) -> str:
    """The profile's entry in a crontab; empty if there is none.

    Raises:
        MachineError: the entry has no end marker.
    """
    lines = crontab.split("\n")
    place = _place(lines, profile)
    return "" if place is None else "\n".join(line.rstrip() for line in lines[place.start + 1 : place.stop - 1])


def _home(home: str) -> str:
    return f"RECOMMEND_HOME={_word(home)}"


def _word(text: str) -> str:
    """Quote a word for a crontab's command, where a bare % ends the command.

    Some crons remove the backslash before a %, others leave it to the shell; so `\\%` stands outside the quotes.
    """
    return r"\%".join(shlex.quote(part) if part else "" for part in text.split("%"))


def _markers(profile: str) -> tuple[str, str]:
    return f"# recommender: {profile} begin", f"# recommender: {profile} end"


def _place(lines: Sequence[str], profile: str) -> slice | None:
    """The lines of the profile's entry, markers included, whatever an editor put at the ends of lines."""
    begin, end = _markers(profile)
    lines = [line.rstrip() for line in lines]
    if begin not in lines:
        return None
    start = lines.index(begin)
    if end not in lines[start:]:
        raise MachineError(f"the crontab has a line {begin!r} and no {end!r} after it; mend it by `crontab -e`")
    return slice(start, lines.index(end, start) + 1)


def _crontab() -> str:
    """The whole crontab; bytes that are not UTF-8 become surrogates, which `_replace` turns back."""
    process = machine.call("crontab", "-l")
    # what vixie-cron and cronie print for a user without a crontab, what busybox prints, and "you may not use cron"
    if process.returncode and re.search(rb"no crontab|No such file|not allowed", process.stderr):
        return ""
    return machine.output(("crontab", "-l"), process)


def _replace(crontab: str) -> None:
    machine.run("crontab", "-", stdin=crontab.encode("utf-8", "surrogateescape"))

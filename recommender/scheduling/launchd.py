"""launchd: an agent of a Mac's user, as a property list."""

import os
import shlex
import shutil
from datetime import datetime, time
from html import escape
from pathlib import Path

from recommender.scheduling import machine
from recommender.scheduling.job import Job, Timetable, job_name, next_start


class Launchd:
    """An agent of a Mac's user."""

    name = "launchd"
    hint = "A Mac that sleeps makes up for it when it wakes; one that is off does not."

    def available(self) -> bool:
        """Whether there is a `launchctl` command."""
        return shutil.which("launchctl") is not None

    def preview(self, job: Job) -> str:
        """The property list and the command that loads it."""
        path = _path(job.profile)
        return f"# {path}\n{plist(job)}\n$ {shlex.join(_load_command(path))}"

    def install(self, job: Job) -> None:
        """Write the property list and load it; an older one is unloaded first."""
        path = _path(job.profile)
        if path.exists():
            _unload(job.profile)
        machine.write(path, plist(job))
        machine.run(*_load_command(path))

    def remove(self, profile: str) -> None:
        """Unload the agent and delete its property list."""
        _unload(profile)
        machine.delete(_path(profile))

    def installed(self, profile: str) -> str:
        """The property list, under its path."""
        path = _path(profile)
        return f"# {path}\n{machine.read(path)}" if path.exists() else ""

    def runs_for(self, profile: str, home: str) -> bool:
        """Whether the property list has this home."""
        return f"<string>{escape(home, quote=False)}</string>" in self.installed(profile)

    def next_start(self, profile: str, now: datetime) -> str:
        """The next start, calculated from the property list."""
        return next_start(timetable(machine.read(_path(profile))), now)


def plist(job: Job) -> str:
    """The property list of an agent; launchd makes up for a start that a sleeping Mac missed."""
    import plistlib  # noqa: PLC0415 - slow to import (an XML parser), and `recommend --help` loads this module

    starts = [
        {"Weekday": day + 1, "Hour": start.hour, "Minute": start.minute}  # 1 is launchd's Monday, 7 its Sunday
        for day in job.when.days
        for start in job.when.attempts
    ]
    agent = {
        "Label": job_name(job.profile),
        "ProgramArguments": list(job.command),
        "EnvironmentVariables": {"RECOMMEND_HOME": job.home},
        "StartCalendarInterval": starts,
        "ProcessType": "Background",
    }
    return plistlib.dumps(agent, sort_keys=False).decode()


def timetable(text: str) -> Timetable | None:
    """The days of a property list and its first start of a day; None if the text was changed by hand."""
    import plistlib  # noqa: PLC0415 - slow to import (an XML parser), and `recommend --help` loads this module
    from xml.parsers.expat import ExpatError  # noqa: PLC0415 - as plistlib

    try:
        starts = plistlib.loads(text.encode())["StartCalendarInterval"]
        days = tuple(sorted({(start["Weekday"] - 1) % 7 for start in starts}))
        return Timetable(days, min(time(start["Hour"], start["Minute"]) for start in starts))
    except (ExpatError, plistlib.InvalidFileException, KeyError, TypeError, ValueError):
        return None


def _path(profile: str) -> Path:
    return Path.home() / "Library" / "LaunchAgents" / f"{job_name(profile)}.plist"


def _load_command(path: Path) -> tuple[str, ...]:
    return ("launchctl", "bootstrap", f"gui/{os.getuid()}", str(path))


def _unload(profile: str) -> None:
    """Stop the agent if it is loaded; `bootstrap` reports real errors."""
    machine.call("launchctl", "bootout", f"gui/{os.getuid()}/{job_name(profile)}")

"""launchd: an agent of a Mac's user, as a property list."""

import os
import shlex
import shutil
from datetime import datetime
from html import escape
from pathlib import Path

from recommender.scheduling import machine
from recommender.scheduling.job import Job, job_name, next_start


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
        return f"# {path}\n{_plist(job)}\n$ {shlex.join(_load_command(path))}"

    def install(self, job: Job) -> None:
        """Write the property list and load it; an older one is unloaded first."""
        path = _path(job.profile)
        if path.exists():
            _unload(job.profile)
        machine.write(path, _plist(job))
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
        from recommender.scheduling import plists  # noqa: PLC0415 - brings an XML parser; `--help` loads this module

        return next_start(plists.timetable(machine.read(_path(profile))), now)


def _plist(job: Job) -> str:
    from recommender.scheduling import plists  # noqa: PLC0415 - brings an XML parser; `--help` loads this module

    return plists.plist(job)


def _path(profile: str) -> Path:
    return Path.home() / "Library" / "LaunchAgents" / f"{job_name(profile)}.plist"


def _load_command(path: Path) -> tuple[str, ...]:
    return ("launchctl", "bootstrap", f"gui/{os.getuid()}", str(path))


def _unload(profile: str) -> None:
    """Stop the agent if it is loaded; `bootstrap` reports real errors."""
    machine.call("launchctl", "bootout", f"gui/{os.getuid()}/{job_name(profile)}")

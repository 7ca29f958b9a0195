"""systemd: a service and a timer among the user's own units."""

import os
import re
import shlex
import shutil
from datetime import datetime
from pathlib import Path

from recommender.errors import MachineError
from recommender.scheduling import machine
from recommender.scheduling.job import DAYS, Job, job_name

_OLDEST = 244  # first version that restarts a failed Type=oneshot: https://github.com/systemd/systemd/pull/13754


class Systemd:
    """Timers of the user's own systemd."""

    name = "systemd"
    hint = "It runs while you are logged in; `loginctl enable-linger` lets it run without."

    def available(self) -> bool:
        """Whether the user's systemd answers and is new enough to restart a failed run."""
        if shutil.which("systemctl") is None:
            return False
        process = machine.call("systemctl", "--user", "show", "--property=Version")
        version = re.search(r"\d+", process.stdout.decode("utf-8", "replace"))
        return process.returncode == 0 and version is not None and int(version[0]) >= _OLDEST

    def preview(self, job: Job) -> str:
        """Both units and the commands that start the timer."""
        service_path, timer_path = _paths(job.profile)
        commands = "\n".join(f"$ {shlex.join(command)}" for command in _start_commands(job.profile))
        return f"# {service_path}\n{service(job)}\n# {timer_path}\n{timer(job)}\n{commands}"

    def install(self, job: Job) -> None:
        """Write both units and start the timer."""
        service_path, timer_path = _paths(job.profile)
        machine.write(service_path, service(job))
        machine.write(timer_path, timer(job))
        for command in _start_commands(job.profile):
            machine.run(*command)

    def remove(self, profile: str) -> None:
        """Stop the timer and delete both units; they are deleted even if it cannot be stopped."""
        try:
            machine.run("systemctl", "--user", "disable", "--now", _timer_name(profile))
        finally:
            service_path, timer_path = _paths(profile)
            machine.delete(service_path, timer_path, timer_path.parent / "timers.target.wants" / timer_path.name)
        machine.run("systemctl", "--user", "daemon-reload")

    def installed(self, profile: str) -> str:
        """The units that exist, each under its path."""
        return "\n".join(f"# {path}\n{machine.read(path)}" for path in _paths(profile) if path.exists())

    def runs_for(self, profile: str, home: str) -> bool:
        """Whether the service sets this home."""
        return f"\n{_home(home)}\n" in self.installed(profile)

    def next_start(self, profile: str, now: datetime) -> str:
        """The timer's line in `systemctl list-timers`."""
        return machine.run("systemctl", "--user", "list-timers", "--all", "--no-pager", _timer_name(profile)).rstrip()


def service(job: Job) -> str:
    """The unit that runs the job.

    Raises:
        MachineError: systemd cannot start a program of this path.
    """
    program = job.command[0]
    if re.search(r"""["'\\]""", program):
        message = f"{program}: systemd starts no program with a quote or backslash in its path; try --with cron"
        raise MachineError(message)
    command = " ".join([_word(f":{program}"), *map(_word, job.command[1:])])  # ":" turns off $VARIABLES in the words
    # eight attempts that all hang until they are stopped take ten hours, which is within StartLimitIntervalSec
    return f"""\
[Unit]
Description=The day's papers for {job.profile}
StartLimitIntervalSec=12h
StartLimitBurst=8

[Service]
Type=oneshot
{_home(job.home)}
ExecStart={command}
Restart=on-failure
RestartSec=15min
TimeoutStartSec=1h
"""


def timer(job: Job) -> str:
    """The unit that starts the service on time; a start missed while the machine was off is made up for."""
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


def _home(home: str) -> str:
    return f"Environment={_word(f'RECOMMEND_HOME={home}')}"


def _word(text: str) -> str:
    """Quote a word for a unit, with % doubled so that it starts no specifier (systemd.syntax, systemd.unit)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _timer_name(profile: str) -> str:
    return f"{job_name(profile)}.timer"


def _paths(profile: str) -> tuple[Path, Path]:
    """The files of the service and the timer."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config", "systemd", "user")
    return folder / f"{job_name(profile)}.service", folder / _timer_name(profile)


def _start_commands(profile: str) -> tuple[tuple[str, ...], ...]:
    return ("systemctl", "--user", "daemon-reload"), ("systemctl", "--user", "enable", "--now", _timer_name(profile))

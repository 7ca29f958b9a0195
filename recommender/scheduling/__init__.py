"""Runs of `recommend run` that the machine starts by itself: by systemd, launchd, cron or Windows.

A new scheduler is one new module with a class like those four, and one new entry in SCHEDULERS.
"""

import shlex
from datetime import datetime
from typing import Protocol

from recommender.errors import MachineError
from recommender.scheduling.cron import Cron
from recommender.scheduling.job import (
    DAYS,
    Job,
    Timetable,
    announcement_days,
    days_of_week,
    machine_zone,
    this_program,
    time_of_day,
)
from recommender.scheduling.launchd import Launchd
from recommender.scheduling.schtasks import TaskScheduler
from recommender.scheduling.systemd import Systemd

__all__ = [
    "DAYS",
    "SCHEDULERS",
    "Job",
    "Scheduler",
    "Timetable",
    "announcement_days",
    "choose",
    "days_of_week",
    "install",
    "installed",
    "machine_zone",
    "this_program",
    "time_of_day",
]


class Scheduler(Protocol):
    """A program of the machine that starts jobs on time."""

    name: str  # what `--with` calls it
    hint: str  # one sentence about missed runs and errors, for people

    def available(self) -> bool:
        """Whether this machine has the scheduler, in working order."""

    def preview(self, job: Job) -> str:
        """Everything that `install` writes and runs, as text; changes nothing.

        Raises:
            MachineError: this scheduler cannot express the job.
        """

    def install(self, job: Job) -> None:
        """Install the job, in place of the profile's old one.

        Raises:
            MachineError: the job is not installed, or is not started.
        """

    def remove(self, profile: str) -> None:
        """Remove what `install` made for the profile, and nothing else.

        Raises:
            MachineError: a part of it is left.
        """

    def installed(self, profile: str) -> str:
        """The text of what is installed for the profile; empty if nothing is.

        Raises:
            MachineError: it cannot be read.
        """

    def runs_for(self, profile: str, home: str) -> bool:
        """Whether the profile's installed job has this RECOMMEND_HOME.

        Raises:
            MachineError: it cannot be read.
        """

    def next_start(self, profile: str, now: datetime) -> str:
        """A line for people on when the installed job starts next; `now` in the machine's zone.

        Raises:
            MachineError: nothing is installed, or it cannot be read.
        """


_CRON = Cron()
SCHEDULERS: tuple[Scheduler, ...] = (Systemd(), Launchd(), TaskScheduler(), _CRON)  # by preference


def choose(job: Job, name: str | None = None, *, only_print: bool = False) -> Scheduler:
    """The scheduler of this name; without a name, the first one available.

    Args:
        only_print: its text is wanted for another machine or another program: where none is available, cron's line.

    Raises:
        MachineError: no scheduler is available; says what to start by other means.
    """
    for scheduler in SCHEDULERS:
        if scheduler.name == name if name else scheduler.available():
            return scheduler
    if only_print:
        return _CRON
    raise MachineError(
        "neither systemd (a user's own), launchd, schtasks nor crontab works here; have something else start this, "
        f"{job.when}: RECOMMEND_HOME={shlex.quote(job.home)} {shlex.join(job.command)}"
    )


def install(job: Job, scheduler: Scheduler) -> None:
    """Install the job in one scheduler, and remove the profile's jobs from all others.

    Raises:
        MachineError: the job is not installed, or is not started.
    """
    for other in SCHEDULERS:
        if other is not scheduler and other.installed(job.profile):
            other.remove(job.profile)
    try:
        scheduler.install(job)
    except MachineError as error:
        remedy = f"`recommend schedule remove -p {job.profile}` takes back what was written until then"
        raise MachineError(f"{error}; {remedy}") from error


def installed(profile: str) -> list[Scheduler]:
    """All schedulers that have a job of the profile.

    Raises:
        MachineError: a scheduler cannot be asked.
    """
    return [scheduler for scheduler in SCHEDULERS if scheduler.installed(profile)]

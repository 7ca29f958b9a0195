"""The Task Scheduler of Windows: a task of the user, from an XML text.

https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema
"""

import re
import shlex
import shutil
import sys
import tempfile
from datetime import datetime, time
from html import escape, unescape
from pathlib import Path
from subprocess import list2cmdline

from recommender.errors import MachineError
from recommender.scheduling import machine
from recommender.scheduling.job import Job, Timetable, job_name, next_start

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# A task knows no environment. The flag, which only Windows has, opens no window.
_RUN = (
    "import os, subprocess, sys; os.environ['RECOMMEND_HOME'] = sys.argv[1]; "
    "sys.exit(subprocess.run(sys.argv[2:], creationflags=getattr(subprocess, 'CREATE_NO_WINDOW', 0)).returncode)"
)


class TaskScheduler:
    """A task of a user of Windows."""

    name = "schtasks"
    hint = "Windows makes up for a run that it missed, once you are logged in."

    def available(self) -> bool:
        """Whether there is a `schtasks` command."""
        return shutil.which("schtasks") is not None

    def preview(self, job: Job) -> str:
        """The task, and the command that makes it."""
        return f"# task {job_name(job.profile)}\n{task(job)}\n$ {shlex.join(_make(job.profile, 'FILE'))}"

    def install(self, job: Job) -> None:
        """Make the task, in the place of an older one."""
        with tempfile.TemporaryDirectory(prefix="recommend-") as folder:
            path = Path(folder, "task.xml")
            try:
                path.write_bytes(task(job).encode("utf-16"))  # with a byte order mark, which `schtasks` asks for
            except OSError as error:
                raise MachineError(f"{path}: {error.strerror or error}") from error
            machine.run(*_make(job.profile, str(path)))

    def remove(self, profile: str) -> None:
        """Delete the task."""
        if self.installed(profile):
            machine.run("schtasks", "/Delete", "/TN", job_name(profile), "/F")

    def installed(self, profile: str) -> str:
        """The task as Windows has it."""
        text = _text(profile) if self.available() else ""
        return f"# task {job_name(profile)}\n{text}" if text else ""

    def runs_for(self, profile: str, home: str) -> bool:
        """Whether the task's command has this home among its arguments."""
        return f" {list2cmdline([home])} " in unescape(self.installed(profile))

    def next_start(self, profile: str, now: datetime) -> str:
        """The next start, calculated from the task."""
        return next_start(timetable(_text(profile)), now)


def task(job: Job) -> str:
    """The XML of a task: one trigger for each try of a day. A task that was missed starts when it can."""
    days = "".join(f"<{_DAYS[day]} />" for day in job.when.days)
    triggers = "\n".join(
        f"    <CalendarTrigger><StartBoundary>2026-01-01T{start:%H:%M}:00</StartBoundary><ScheduleByWeek>"
        f"<DaysOfWeek>{days}</DaysOfWeek><WeeksInterval>1</WeeksInterval></ScheduleByWeek></CalendarTrigger>"
        for start in job.when.attempts
    )
    arguments = list2cmdline(["-P", "-c", _RUN, job.home, *job.command])
    return f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers>
{triggers}
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT2H</ExecutionTimeLimit>
  </Settings>
  <Actions>
    <Exec>
      <Command>{escape(_windowless_python())}</Command>
      <Arguments>{escape(arguments, quote=False)}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def timetable(text: str) -> Timetable | None:
    """The days of a task and its first start of a day; None if the task was changed by hand."""
    try:
        starts = [time.fromisoformat(start) for start in re.findall(r"<StartBoundary>[^<T]*T(\d\d:\d\d)", text)]
    except ValueError:
        starts = []
    days = tuple(number for number, day in enumerate(_DAYS) if re.search(rf"<{day}\s*/>", text))
    return Timetable(days, min(starts)) if days and starts else None


def _make(profile: str, path: str) -> tuple[str, ...]:
    return ("schtasks", "/Create", "/TN", job_name(profile), "/XML", path, "/F")


def _text(profile: str) -> str:
    """The XML of a task; empty if there is none."""
    asked = machine.call("schtasks", "/Query", "/TN", job_name(profile), "/XML", "ONE")
    return "" if asked.returncode else asked.stdout.decode("utf-8", "replace").replace("\r\n", "\n").strip()


def _windowless_python() -> str:
    """The interpreter that opens no window, where there is one beside this one."""
    windowless = Path(sys.executable).with_name("pythonw.exe")
    return str(windowless if windowless.exists() else sys.executable)

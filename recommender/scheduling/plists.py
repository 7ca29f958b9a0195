"""The property list of a launchd agent, and what was asked for, read back from one."""

import plistlib
from datetime import time
from xml.parsers.expat import ExpatError

from recommender.scheduling.job import Job, Timetable, job_name


def plist(job: Job) -> str:
    """The property list of an agent; launchd makes up for a start that a sleeping Mac missed."""
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
    try:
        starts = plistlib.loads(text.encode())["StartCalendarInterval"]
        days = tuple(sorted({(start["Weekday"] - 1) % 7 for start in starts}))
        return Timetable(days, min(time(start["Hour"], start["Minute"]) for start in starts))
    except (ExpatError, plistlib.InvalidFileException, KeyError, TypeError, ValueError):
        return None

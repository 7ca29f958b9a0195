"""`recommend schedule`: have this machine start `recommend run` by itself."""

import os
import re
import sys
from datetime import time, tzinfo

import click

from recommender import delivery, scheduling
from recommender.cli.session import Session, confirm, json_option, profile_option, show, show_document, tell
from recommender.profile import check_name
from recommender.scheduling import DAYS, SCHEDULERS, Job, Timetable


def _time(_context: click.Context, _parameter: click.Parameter, value: str) -> time:
    try:
        return scheduling.time_of_day(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _days(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, ...]:
    try:
        return scheduling.days_of_week(value) if value is not None else ()
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.group()
def schedule() -> None:
    """Have the list made and mailed every morning by itself.

    The machine's scheduler starts `recommend run`: systemd, launchd, cron, or that of Windows. Without [mail] in your
    settings, papers are fetched and ranked ahead, watched files imported, and Zotero synced.

    \b
    Examples:
      recommend schedule install --at 06:30
      recommend schedule show
      recommend schedule remove
    """


@schedule.command()
@click.option(
    "--at",
    default="07:00",
    show_default=True,
    metavar="HH:MM",
    callback=_time,
    help="Time of day, by this machine's clock.",
)
@click.option(
    "--days",
    metavar="DAYS",
    callback=_days,
    help="Like mon-fri or tue,sat.  [default: the days on which arXiv has a new list at that time]",
)
@click.option("--weekly", type=click.Choice(DAYS, case_sensitive=False), help="One list a week, on this day.")
@click.option(
    "--with",
    "scheduler_name",
    type=click.Choice([scheduler.name for scheduler in SCHEDULERS]),
    help="Scheduler to use.  [default: the first one that works here]",
)
@click.option("--print", "only_print", is_flag=True, help="Only print what would be written.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@profile_option
@click.pass_obj
def install(
    session: Session,
    at: time,
    days: tuple[int, ...],
    weekly: str | None,
    scheduler_name: str | None,
    only_print: bool,
    yes: bool,
) -> None:
    """Start `recommend run` every day, or change the time of day.

    Everything that is written is printed first, and what each run will do: what your settings have of sources, mail,
    watched files and Zotero.

    \b
    Examples:
      recommend schedule install
      recommend schedule install --at 18:30 --days mon-thu
      recommend schedule install --weekly sat --at 09:00 -p ada
      recommend schedule install --with cron --print
    """
    if days and weekly:
        raise click.UsageError("--weekly has its day already; leave --days out")
    profile = session.recommender.profile.name
    zone = scheduling.machine_zone()
    if weekly:
        days = (DAYS.index(weekly),)
    elif not days:
        days = scheduling.announcement_days(at, zone, session.now.date(), session.recommender.announcement_day)
    job = Job(
        profile=profile,
        command=(*scheduling.this_program(), "run", "-p", profile, *(("--weekly",) if weekly else ())),
        home=str(session.recommender.places().home),
        when=Timetable(days, at),
    )
    scheduler = scheduling.choose(job, scheduler_name, only_print=only_print)
    show_document(scheduler.preview(job))
    if only_print:
        if scheduler_name is None and not scheduler.available():
            tell(f"{scheduler.name} does not work here; nothing was written.")
        return
    _say_work(session, profile)
    if not yes and sys.stdin.isatty():
        confirm("Write this?", default=True)
    scheduling.install(job, scheduler)
    show(f"\nProfile {profile}: {job.when} ({session.now.astimezone(zone):%Z}), by {scheduler.name}.")
    tell(scheduler.hint)
    _warn_of_environment(session, zone)


@schedule.command("show")
@json_option
@profile_option
@click.pass_obj
def show_schedule(session: Session, as_json: bool) -> None:
    """Show what is installed for a profile, and when it runs next.

    \b
    Example:
      recommend schedule show -p ada
    """
    profile = _profile(session)
    now = session.now.astimezone(scheduling.machine_zone())
    installed = [
        (scheduler.name, scheduler.installed(profile).rstrip(), scheduler.next_start(profile, now))
        for scheduler in scheduling.installed(profile)
    ]
    if as_json:
        show_document(delivery.json_state.schedules_json(profile, installed))
        return
    if not installed:
        show(f"No schedule is installed for {profile}; `recommend schedule install -p {profile}` sets one up.")
    for _, text, next_start in installed:
        show_document(text)
        show("\n" + next_start)


@schedule.command()
@profile_option
@click.pass_obj
def remove(session: Session) -> None:
    """Remove what `recommend schedule install` made, and nothing else.

    \b
    Example:
      recommend schedule remove -p ada
    """
    profile = _profile(session)
    schedulers = scheduling.installed(profile)
    if not schedulers:
        show(f"No schedule was installed for {profile}.")
    for scheduler in schedulers:
        scheduler.remove(profile)
        show(f"Removed the schedule of {profile} from {scheduler.name}.")


def _profile(session: Session) -> str:
    """The chosen profile's name, even if the profile was deleted since."""
    return check_name(session.wanted_profile) if session.wanted_profile else session.recommender.name


def _say_work(session: Session, profile: str) -> None:
    """Say what each run will do, and what it will not."""
    place = session.recommender.places().to_edit
    if parts := session.recommender.scheduled_work():
        tell(f"Each run will {', '.join(parts)}.")
    else:
        tell(f"Note: nothing is set up that a run could do for {profile}: every run will end with an error.")
    if session.recommender.profile.mail is None:
        tell(f"Note: no list goes out by mail: for that, add a table [mail] with from, to and by to {place}.")


def _warn_of_environment(session: Session, zone: tzinfo) -> None:
    """Warn about environment variables the scheduled run will not see."""
    shell_time, machine_time = session.now.astimezone(), session.now.astimezone(zone)
    if os.environ.get("TZ") and shell_time.utcoffset() != machine_time.utcoffset():
        tell(f"Your TZ={os.environ['TZ']} is not this machine's clock, which shows {machine_time:%H:%M %Z} now.")
    private = " (chmod 600)" if os.name == "posix" else ""
    for name in sorted(os.environ):
        if match := re.fullmatch(r"RECOMMEND_(\w+)_PASSWORD", name):
            file = session.recommender.password_file(match[1].lower())
            tell(f"{name} is set in this shell only; for scheduled runs, write it into {file}{private}.")


COMMANDS = (schedule,)

"""`recommend schedule`: have this machine run `recommend run` by itself."""

import os
import re
import shlex
import shutil
import sys
from datetime import UTC, datetime, time, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from recommender import files
from recommender import scheduling as timers
from recommender.cli.session import Session, profile_option, show, tell
from recommender.errors import StoreError
from recommender.profile import check_name
from recommender.scheduling import DAYS, Job, Timetable
from recommender.sources.arxiv.calendar import announcement_day

if TYPE_CHECKING:
    from subprocess import CompletedProcess

_LOCALTIME = Path("/etc/localtime")  # the clock that systemd, cron and launchd go by, whatever TZ says in a shell
_OLDEST_SYSTEMD = 244  # the first to start a failed Type=oneshot again: https://github.com/systemd/systemd/pull/13754


class Scheduler(Protocol):
    """One way in which a machine starts programs."""

    name: str
    hint: str  # what somebody should know who relies on it

    def here(self) -> bool:
        """Whether this machine has it, in working order."""

    def preview(self, job: Job) -> str:
        """All that `install` would write and run."""

    def install(self, job: Job) -> None:
        """Put the job in, over the profile's old one.

        Raises:
            StoreError: it is not in, or does not run.
        """

    def remove(self, profile: str) -> None:
        """Take out what `install` put in, and nothing else.

        Raises:
            StoreError: something of it is left.
        """

    def installed(self, profile: str) -> str:
        """What is in for the profile; empty if nothing is."""

    def next_start(self, profile: str, now: datetime) -> str:
        """When it runs next, as far as can be known."""


class Systemd:
    """Timers of a user's own systemd."""

    name = "systemd"
    hint = "It runs while you are logged in; `loginctl enable-linger` lets it run without."

    def here(self) -> bool:
        if shutil.which("systemctl") is None:
            return False
        ran = _call("systemctl", "--user", "show", "--property=Version")
        version = re.search(r"\d+", ran.stdout.decode("utf-8", "replace"))
        return ran.returncode == 0 and version is not None and int(version[0]) >= _OLDEST_SYSTEMD

    def preview(self, job: Job) -> str:
        service, timer = self._units(job.profile)
        commands = "\n".join(f"$ {shlex.join(command)}" for command in self._starting(job.profile))
        return f"# {service}\n{timers.service(job)}\n# {timer}\n{timers.timer(job)}\n{commands}"

    def install(self, job: Job) -> None:
        service, timer = self._units(job.profile)
        _write(service, timers.service(job))
        _write(timer, timers.timer(job))
        for command in self._starting(job.profile):
            _run(*command)

    def remove(self, profile: str) -> None:
        try:
            _run("systemctl", "--user", "disable", "--now", f"{timers.unit_name(profile)}.timer")
        finally:
            service, timer = self._units(profile)
            _delete(service, timer, timer.parent / "timers.target.wants" / timer.name)
        _run("systemctl", "--user", "daemon-reload")

    def installed(self, profile: str) -> str:
        return "\n".join(f"# {unit}\n{_read(unit)}" for unit in self._units(profile) if unit.exists())

    def next_start(self, profile: str, now: datetime) -> str:
        name = f"{timers.unit_name(profile)}.timer"
        return _run("systemctl", "--user", "list-timers", "--all", "--no-pager", name).rstrip()

    def _units(self, profile: str) -> tuple[Path, Path]:
        folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config", "systemd", "user")
        name = timers.unit_name(profile)
        return folder / f"{name}.service", folder / f"{name}.timer"

    def _starting(self, profile: str) -> tuple[tuple[str, ...], ...]:
        timer = f"{timers.unit_name(profile)}.timer"
        return ("systemctl", "--user", "daemon-reload"), ("systemctl", "--user", "enable", "--now", timer)


class Cron:
    """An entry in a user's crontab."""

    name = "cron"
    hint = "cron makes up for nothing it misses while the machine is off, and mails errors to you on this machine."

    def here(self) -> bool:
        return shutil.which("crontab") is not None

    def preview(self, job: Job) -> str:
        return "# into your crontab\n" + timers.crontab_with("", job.profile, timers.crontab_entry(job)).rstrip()

    def install(self, job: Job) -> None:
        before = self._crontab()
        self._replace(timers.crontab_with(before, job.profile, timers.crontab_entry(job)))

    def remove(self, profile: str) -> None:
        self._replace(timers.crontab_without(self._crontab(), profile))

    def installed(self, profile: str) -> str:
        entry = timers.crontab_entry_of(self._crontab(), profile) if self.here() else ""
        return f"# in your crontab\n{entry}" if entry else ""

    def next_start(self, profile: str, now: datetime) -> str:
        return _next(timers.crontab_timetable(timers.crontab_entry_of(self._crontab(), profile)), now)

    def _crontab(self) -> str:
        """The whole crontab; bytes that are no UTF-8 go through unchanged."""
        ran = _call("crontab", "-l")
        # vixie's and cronie's words for a user without one, busybox's, and those for a user who may have none
        if ran.returncode and re.search(rb"no crontab|No such file|not allowed", ran.stderr):
            return ""
        return _answer(("crontab", "-l"), ran)

    def _replace(self, crontab: str) -> None:
        _run("crontab", "-", stdin=crontab.encode("utf-8", "surrogateescape"))


class Launchd:
    """An agent of a Mac's user."""

    name = "launchd"
    hint = "A Mac that sleeps makes up for it when it wakes; one that is off does not."

    def here(self) -> bool:
        return shutil.which("launchctl") is not None

    def preview(self, job: Job) -> str:
        path = self._path(job.profile)
        return f"# {path}\n{timers.plist(job)}\n$ {shlex.join(self._starting(path))}"

    def install(self, job: Job) -> None:
        path = self._path(job.profile)
        if path.exists():
            self._stop(job.profile)
        _write(path, timers.plist(job))
        _run(*self._starting(path))

    def remove(self, profile: str) -> None:
        self._stop(profile)
        _delete(self._path(profile))

    def installed(self, profile: str) -> str:
        path = self._path(profile)
        return f"# {path}\n{_read(path)}" if path.exists() else ""

    def next_start(self, profile: str, now: datetime) -> str:
        return _next(timers.plist_timetable(_read(self._path(profile))), now)

    def _path(self, profile: str) -> Path:
        return Path.home() / "Library" / "LaunchAgents" / f"{timers.unit_name(profile)}.plist"

    def _starting(self, path: Path) -> tuple[str, ...]:
        return ("launchctl", "bootstrap", f"gui/{os.getuid()}", str(path))

    def _stop(self, profile: str) -> None:
        """Stop the agent; it is well if none is there, and `bootstrap` says what else is wrong."""
        _call("launchctl", "bootout", f"gui/{os.getuid()}/{timers.unit_name(profile)}")


_SCHEDULERS: tuple[Scheduler, ...] = (Systemd(), Launchd(), Cron())  # the first that is here is taken


def _time(_context: click.Context, _parameter: click.Parameter, value: str) -> time:
    match = re.fullmatch(r"(\d{1,2}):(\d\d)", value, re.ASCII)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise click.BadParameter(f"{value!r} is no time of day; write it like 07:00 or 18:30")
    return time(int(match[1]), int(match[2]))


def _days(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, ...]:
    """The days that "mon-fri" or "tue,sat-sun" names; none where nothing was said."""
    days: set[int] = set()
    for part in value.split(",") if value is not None else ():
        ends = [end.strip().capitalize() for end in part.split("-")]
        if len(ends) > 2 or not set(ends) <= set(DAYS):
            raise click.BadParameter(f"{value!r} names no days; write them like mon-fri or tue,sat")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        days |= {(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)}
    return tuple(sorted(days))


@click.group()
def schedule() -> None:
    """Have the list made and mailed every morning by itself.

    The machine's own means start `recommend run`: systemd, launchd or cron.

    \b
    Examples:
      recommend schedule install --at 06:30
      recommend schedule show
      recommend schedule remove
    """


@schedule.command()
@click.option(
    "--at", default="07:00", show_default=True, metavar="HH:MM", callback=_time, help="By this machine's clock."
)
@click.option(
    "--days",
    metavar="DAYS",
    callback=_days,
    help="Like mon-fri or tue,sat.  [default: those on which, at that time, arXiv has a new list]",
)
@click.option(
    "--weekly", type=click.Choice(DAYS, case_sensitive=False), help="One list of the whole week, on that day."
)
@click.option(
    "--with",
    "wanted",
    type=click.Choice([each.name for each in _SCHEDULERS]),
    help="What is to start it.  [default: the first of them that works here]",
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
    wanted: str | None,
    only_print: bool,
    yes: bool,
) -> None:
    """Run `recommend run` by itself, at a time of yours; a second time, change that.

    All that is written is printed first.

    \b
    Examples:
      recommend schedule install
      recommend schedule install --at 18:30 --days mon-thu
      recommend schedule install --weekly sat --at 09:00 -p ada
      recommend schedule install --with cron --print
    """
    if days and weekly:
        raise click.UsageError("--weekly has its day already; leave --days out")
    zone = _zone()
    job = Job(
        profile=session.profile.name,
        command=(*_program(), "run", "-p", session.profile.name, *(("--weekly",) if weekly else ())),
        home=str(session.home.root),
        when=Timetable(
            (DAYS.index(weekly),)
            if weekly
            else days or timers.announcement_days(at, zone, session.now.date(), announcement_day),
            at,
        ),
    )
    scheduler = next((each for each in _SCHEDULERS if (each.name == wanted if wanted else each.here())), None)
    if scheduler is None:
        raise StoreError(
            "neither systemd (a user's own), launchd nor crontab works here; have something else start this, "
            f"{job.when}: RECOMMEND_HOME={shlex.quote(job.home)} {shlex.join(job.command)}"
        )
    show(scheduler.preview(job))
    if only_print:
        return
    if not yes and sys.stdin.isatty():
        click.confirm("Write this?", default=True, abort=True, err=True)
    for other in _SCHEDULERS:
        if other is not scheduler and other.installed(job.profile):
            other.remove(job.profile)
    try:
        scheduler.install(job)
    except StoreError as error:
        again = f"`recommend schedule remove -p {job.profile}` takes back what was written until then"
        raise StoreError(f"{error}; {again}") from error
    show(f"\nProfile {job.profile}: {job.when} ({session.now.astimezone(zone):%Z}), by {scheduler.name}.")
    tell(scheduler.hint)
    _warn(session, zone)


@schedule.command("show")
@profile_option
@click.pass_obj
def show_schedule(session: Session) -> None:
    """Show what is installed for a profile, and when it runs next.

    \b
    Example:
      recommend schedule show -p ada
    """
    profile = _profile(session)
    there = [each for each in _SCHEDULERS if each.installed(profile)]
    if not there:
        show(f"Nothing runs by itself for {profile}; `recommend schedule install -p {profile}` sets it up.")
    for scheduler in there:
        show(scheduler.installed(profile).rstrip())
        show("\n" + scheduler.next_start(profile, session.now.astimezone(_zone())))


@schedule.command()
@profile_option
@click.pass_obj
def remove(session: Session) -> None:
    """Take out what `recommend schedule install` put in, and nothing else.

    \b
    Example:
      recommend schedule remove -p ada
    """
    profile = _profile(session)
    there = [each for each in _SCHEDULERS if each.installed(profile)]
    if not there:
        show(f"Nothing ran by itself for {profile}.")
    for scheduler in there:
        scheduler.remove(profile)
        show(f"Nothing runs by itself for {profile} any more: it is out of {scheduler.name}.")


def _profile(session: Session) -> str:
    """The profile that is meant, even if it is gone by now."""
    return check_name(session.wanted_profile) if session.wanted_profile else session.profile_name


def _program() -> tuple[str, ...]:
    """How this very program is started, from any folder."""
    script = Path(sys.argv[0]).absolute()
    if script.name == "recommend" and script.is_file() and os.access(script, os.X_OK):
        return (str(script),)
    return (sys.executable, "-P", "-m", "recommender")  # -P: no module of the folder it is started in counts


def _zone() -> tzinfo:
    """Where the machine's clock stands."""
    from zoneinfo import ZoneInfo

    try:
        with _LOCALTIME.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return UTC  # as the C library has it


def _warn(session: Session, zone: tzinfo) -> None:
    """Say what of this shell's environment does not reach what is started by itself."""
    here, there = session.now.astimezone(), session.now.astimezone(zone)
    if os.environ.get("TZ") and here.utcoffset() != there.utcoffset():
        tell(f"Your TZ={os.environ['TZ']} is not this machine's clock, which shows {there:%H:%M %Z} now.")
    for name in sorted(os.environ):
        if match := re.fullmatch(r"RECOMMEND_(\w+)_PASSWORD", name):
            file = session.home.profiles_folder / f"{session.profile_name}.{match[1].lower()}-password"
            tell(f"{name} is set in this shell only; for a run by itself, write it into {file} (chmod 600).")


def _next(timetable: Timetable | None, now: datetime) -> str:
    if timetable is None:
        return "It was changed by hand; when it runs next is not known here."
    return f"Next: {timetable.next_after(now.replace(tzinfo=None)):%a %Y-%m-%d %H:%M}"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.parent}: {error.strerror or error}") from error
    files.write(path, text)


def _delete(*paths: Path) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror or error}; delete it by hand") from error


def _run(*command: str, stdin: bytes = b"") -> str:
    """What a command prints.

    Raises:
        StoreError: it is missing, or fails.
    """
    return _answer(command, _call(*command, stdin=stdin))


def _answer(command: tuple[str, ...], ran: "CompletedProcess[bytes]") -> str:
    if ran.returncode:
        said = ran.stderr.decode("utf-8", "replace").strip() or f"exit code {ran.returncode}"
        raise StoreError(f"`{shlex.join(command)}` failed: {said}")
    return ran.stdout.decode("utf-8", "surrogateescape")


def _call(*command: str, stdin: bytes = b"") -> "CompletedProcess[bytes]":
    import subprocess  # 5 ms that no other command needs

    plain = {**os.environ, "LC_ALL": "C"}  # messages that can be recognised
    try:
        return subprocess.run(command, input=stdin, capture_output=True, timeout=60, env=plain, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        said = error.strerror or error if isinstance(error, OSError) else "no answer within a minute"
        raise StoreError(f"`{command[0]}` cannot be run: {said}; --with chooses another way") from error


COMMANDS = (schedule,)

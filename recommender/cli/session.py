"""What every command needs: the reader's recommender, how to print, and the options that commands share."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from recommender.api import Recommender
from recommender.cli.progress import TerminalProgress, fitted, give_way, hide, tell, terminal_columns, terminal_lines
from recommender.cli.screen import Screen, coloured
from recommender.delivery import wording
from recommender.paper import Status
from recommender.text.periods import FIRST_DAY, LAST_DAY

if TYPE_CHECKING:
    from recommender.delivery.layout import Layout

# A list without papers ends with its own code, so that a script can tell why; every other list ends with 0.
EMPTY_LIST_CODES = {
    Status.NO_PAPERS: 10,
    Status.ALL_JUDGED: 11,
    Status.ALL_SEEN: 12,
    Status.OLDER_DIGEST: 13,
    Status.BELOW_THRESHOLD: 14,
}

_WIDEST = 100  # columns: longer lines are hard to read

F = TypeVar("F", bound=Callable[..., Any])


class Session:
    """One run of the command: its recommender opens at first use and closes with the run."""

    def __init__(self) -> None:
        self.wanted_profile: str | None = None
        self.is_live = False  # its clock goes on while it runs
        self.progress = TerminalProgress()

    @cached_property
    def recommender(self) -> Recommender:
        """The door to the program, for the profile that is meant."""
        return Recommender(self.wanted_profile, progress=self.progress, clock=self._clock)

    @cached_property
    def now(self) -> datetime:
        """The moment this command began, UTC."""
        return datetime.now(UTC)

    def _clock(self) -> datetime:
        return datetime.now(UTC) if self.is_live else self.now

    def close(self) -> None:
        """Close what was opened."""
        if "recommender" in self.__dict__:
            self.recommender.close()

    def layout(self, *, why: bool = True, plain: bool = False) -> "Layout":
        """How to lay out what is printed: a terminal's width and colours, or 80 plain columns for a pipe."""
        from recommender.delivery.layout import Layout  # noqa: PLC0415 - `like` and `undo` print single lines

        terminal = sys.stdout.isatty()
        width = min(terminal_columns(sys.stdout), _WIDEST) if terminal or "COLUMNS" in os.environ else 80
        colour = terminal and not plain and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return Layout(width=width, colour=colour, why=why)


def show(text: str, hanging: int = 0) -> None:
    """Print an answer on stdout, wrapped to the terminal; `Session.layout` decided whether it has colours.

    Args:
        hanging: columns before what a long line goes on with: the place of the last column in a table.
    """
    give_way()
    click.echo(text if "\x1b" in text else fitted(text, sys.stdout, hanging), color=True)


def show_paged(text: str) -> None:
    """Print an answer; on a terminal that is shorter than it, through a pager."""
    if not sys.stdout.isatty() or text.count("\n") + 1 < terminal_lines(sys.stdout):
        show(text)
        return
    os.environ.setdefault("LESS", "-FRX")  # as git does it: in colour, and the list stays on the screen for its ranks
    with hide():
        click.echo_via_pager(coloured(text))  # the pager writes itself


def show_document(text: str) -> None:
    """Print what other programs read on stdout, as it is: into a file or a pipe always in UTF-8."""
    give_way()
    if sys.stdout.isatty():
        click.echo(text)
    else:
        click.echo(text.encode("utf-8", "replace"))


def show_ratings(session: Session) -> None:
    """Print how many papers the reader liked and disliked, after a command that changed that."""
    counts = wording.ratings(*session.recommender.count())
    show(f"{session.recommender.name}: {counts}. Used in your next list.")


def browse(address: str, lent: Callable[[], AbstractContextManager[None]] = nullcontext) -> bool:
    """Open an address in the browser; whether one was found.

    Args:
        lent: gives the terminal to a browser that runs in it, as over SSH.
    """
    import webbrowser  # noqa: PLC0415 - slow to import, and rarely needed

    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    runs_here = isinstance(browser, webbrowser.GenericBrowser) and not isinstance(browser, webbrowser.BackgroundBrowser)
    with lent() if runs_here else nullcontext(), hide():
        return webbrowser.open(address)


def confirm(question: str, *, default: bool = False) -> None:
    """Ask before something that cannot be taken back, or not easily. Raises click.Abort where the answer is no."""
    with asking():
        click.confirm(question, default=default, abort=True, err=True)


@contextmanager
def asking() -> Iterator[None]:
    """Let a question stand alone on the terminal until it is answered."""
    with hide():
        yield
    Screen.is_at_start = True  # the reader's Enter ended its line


def check_days(since: date | None, until: date | None) -> None:
    """Refuse options whose last day is before their first; None: no bound."""
    if since and until and until < since:
        raise click.UsageError(f"--until {until} is before --since {since}")


def _set_profile(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Session).wanted_profile = value


def _complete_profile(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in Recommender().profile_names() if name.startswith(incomplete)]


def profile_option(command: F) -> F:
    """-p/--profile, before or after the command's name."""
    return click.option(
        "-p",
        "--profile",
        metavar="NAME",
        expose_value=False,
        callback=_set_profile,
        shell_complete=_complete_profile,
        help="Profile to use. Default: $RECOMMEND_PROFILE, else the only profile here.",
    )(command)


json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document for programs.")


class _Day(click.DateTime):
    """A day as 2020-05-13, or in a word, by the reader's own date; "friday" is the last one, today included."""

    _WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        word = value.strip().lower() if isinstance(value, str) else ""
        here = datetime.now(UTC).astimezone()
        today = datetime(here.year, here.month, here.day)
        if word in ("today", "yesterday"):
            return today - timedelta(days=word == "yesterday")
        for number, name in enumerate(self._WEEKDAYS):
            if len(word) >= 3 and name.startswith(word):
                return today - timedelta(days=(today.weekday() - number) % 7)
        try:
            day: datetime = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no day; write one like 2020-05-13, yesterday or friday.", param, ctx)
        if not FIRST_DAY <= day.date() <= LAST_DAY:
            self.fail(f"{value!r} is not between {FIRST_DAY} and {LAST_DAY}.", param, ctx)
        return day


day_type = _Day(["%Y-%m-%d"])


class _File(click.Path):
    """A file that is written or read by its name; "-" is refused, or it would be a file of that name."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "-":
            self.fail("standard input and output cannot be used here; name a file (./- is one with that name).")
        return super().convert(value, param, ctx)


file_type = _File(path_type=Path)


class _Text(click.types.StringParamType):
    """Words; those with bytes that are no letters in this terminal's encoding are refused, or they would be lost."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = super().convert(value, param, ctx)
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            written = text.encode("utf-8", "backslashreplace").decode()
            encoding = sys.getfilesystemencoding().upper()
            self.fail(f"{written} is not written in {encoding}; write it in that encoding, or change LC_ALL.")
        return text


def refuse_lost_letters(command: click.Command) -> None:
    """Have a command, and those below it, refuse words that cannot be decoded; names of files may have any bytes."""
    for parameter in command.params:
        if parameter.type is click.STRING:
            parameter.type = _Text()
    if isinstance(command, click.Group):
        for each in command.commands.values():
            refuse_lost_letters(each)


__all__ = [
    "EMPTY_LIST_CODES",
    "Session",
    "asking",
    "browse",
    "check_days",
    "confirm",
    "day_type",
    "file_type",
    "hide",
    "json_option",
    "profile_option",
    "refuse_lost_letters",
    "show",
    "show_document",
    "show_paged",
    "show_ratings",
    "tell",
]

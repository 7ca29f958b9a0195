"""What every command needs: the home, the profile that is meant, the clock, and how to print."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import click

from recommender.store.home import Home

if TYPE_CHECKING:
    from recommender.delivery.layout import Layout
    from recommender.paper import Paper
    from recommender.profile import Profile
    from recommender.services.fetch import Network
    from recommender.store.library import Library
    from recommender.store.outbox import Outbox
    from recommender.store.profile_store import ProfileStore

_MANY = 10  # steps that may take over a second
_WIDEST = 100  # columns: longer lines are hard to read

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


class Session:
    """One run of the command. Databases open at first use and close with the run."""

    def __init__(self) -> None:
        self.wanted_profile: str | None = None
        self._open = ExitStack()

    def close(self) -> None:
        self._open.close()

    @cached_property
    def home(self) -> Home:
        return Home.default()

    @cached_property
    def profile_name(self) -> str:
        return self.home.choose(self.wanted_profile or os.environ.get("RECOMMEND_PROFILE") or None)

    @cached_property
    def profile(self) -> "Profile":
        return self.home.profile(self.profile_name)

    @cached_property
    def library(self) -> "Library":
        from recommender.services.encoding import encoder

        return self._open.enter_context(self.home.library(encoder()))

    @cached_property
    def memory(self) -> "ProfileStore":
        return self._open.enter_context(self.home.profile_store(self.profile_name))

    @cached_property
    def outbox(self) -> "Outbox":
        from recommender.store.outbox import Outbox

        return Outbox(self.memory)

    @cached_property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def network(self, *, patience: timedelta = timedelta(seconds=30)) -> "Network":
        """How to ask others.

        Args:
            patience: how long somebody is willing to wait for a server that wants to rest.
        """
        from recommender.services.fetch import Network
        from recommender.sources.client import Web

        visits = self._open.enter_context(self.home.http_cache())
        web = Web(visits, self.profile.contact, lambda: datetime.now(UTC), time.sleep, tell, patience=patience)
        return Network(web, os.environ.get("RECOMMEND_ARXIV", "").rstrip("/"), lambda: self.password("imap"), _whisper)

    def texts(self, ids: list[str]) -> "list[Paper]":
        """Papers never seen here, from arXiv.

        Raises:
            SourceError: arXiv cannot be asked.
        """
        from recommender.services import fetch as fetching

        return fetching.texts(self.library, self.network(), ids)

    def password(self, use: str) -> str:
        """The reader's password for a mail server, from the environment or a file nobody else may read.

        Raises:
            ProfileError: there is none, or others may read the file.
        """
        return self.home.password(self.profile_name, use)

    def look(self, *, why: bool = True, plain: bool = False) -> "Layout":
        """How to lay out what is printed: a terminal's width and colours, or 80 plain columns for a pipe."""
        from recommender.delivery.layout import Layout

        terminal = sys.stdout.isatty()
        width = min(_columns(), _WIDEST) if terminal else 80
        colour = terminal and not plain and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return Layout(width=width, colour=colour, why=why)


def _columns() -> int:
    """The terminal's width; $COLUMNS wins, as everywhere (shutil knows this too, and takes 3 ms to import)."""
    try:
        return int(os.environ["COLUMNS"]) or 80
    except (KeyError, ValueError):
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80


def show(text: str) -> None:
    """Print an answer on stdout; whether it holds colours was decided by `Session.look`."""
    click.echo(text, color=True)


def tell(text: str) -> None:
    """Print a word beside the answer, on stderr."""
    click.echo(text, err=True)


def _whisper(text: str) -> None:
    """A word to somebody who sits and waits; a script need not know."""
    if sys.stderr.isatty():
        tell(text)


def progress(steps: Sequence[T], label: str, least: int = _MANY) -> Iterator[T]:
    """The steps one by one, with a bar on a terminal's stderr where there are at least so many; gone when done."""
    hidden = len(steps) < least or not sys.stderr.isatty()
    with click.progressbar(steps, label=label, file=sys.stderr, hidden=hidden) as bar:
        yield from bar
    if not hidden:
        remove_bar()


def remove_bar() -> None:
    """Take the line of a bar that has ended off the terminal."""
    if os.environ.get("TERM") != "dumb":
        click.echo("\x1b[A\x1b[2K", err=True, nl=False)


@contextmanager
def busy(doing: str) -> Iterator[None]:
    """A word on a terminal while something takes its time of which nobody knows how much is left; gone when done."""
    shown = f"{doing} ..." if sys.stderr.isatty() else ""
    click.echo(shown, err=True, nl=False)
    try:
        yield
    finally:
        click.echo(f"\r{' ' * len(shown)}\r" if shown else "", err=True, nl=False)


def _set_profile(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.ensure_object(Session).wanted_profile = value


def _complete_profile(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    home = Home.default()
    return [name for name in {*home.own_names(), *home.starter_names()} if name.startswith(incomplete)]


def profile_option(command: F) -> F:
    """-p/--profile, before or after the command's name."""
    return click.option(
        "-p",
        "--profile",
        metavar="NAME",
        expose_value=False,
        callback=_set_profile,
        shell_complete=_complete_profile,
        help="Whose list: the profile's name. Default: $RECOMMEND_PROFILE, else the only profile here.",
    )(command)

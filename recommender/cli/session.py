"""What every command needs: the home, the profile that is meant, the clock, and how to print."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from recommender.errors import ProfileError
from recommender.store.home import Home

if TYPE_CHECKING:
    from recommender.delivery.terminal import Layout
    from recommender.paper import Paper
    from recommender.profile import Profile
    from recommender.services.fetch import Network
    from recommender.store.blocks import Catalogue
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
        return Home(_home_folder(), _starters_folder())

    @cached_property
    def profile_name(self) -> str:
        return self.home.choose(self.wanted_profile or os.environ.get("RECOMMEND_PROFILE") or None)

    @cached_property
    def profile(self) -> "Profile":
        return self.home.profile(self.profile_name)

    @cached_property
    def library(self) -> "Library":
        return self._open.enter_context(self.home.library())

    @cached_property
    def catalogue(self) -> "Catalogue":
        return self._open.enter_context(self.home.catalogue())

    @cached_property
    def memory(self) -> "ProfileStore":
        return self._open.enter_context(self.home.memory(self.profile_name))

    @cached_property
    def outbox(self) -> "Outbox":
        return self._open.enter_context(self.home.outbox(self.profile_name))

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

        visits = self._open.enter_context(self.home.visits())
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
        variable = f"RECOMMEND_{use.upper()}_PASSWORD"
        password = os.environ.get(variable) or self.home.password(self.profile_name, use)
        password = password or _from_keyring(f"{self.profile_name}.{use}")
        if not password:
            file = self.home.profiles_folder / f"{self.profile_name}.{use}-password"
            raise ProfileError(
                f"no password: set {variable}, or write it into {file} (chmod 600), or with the extra "
                f"`keyring` installed: keyring set recommender {self.profile_name}.{use}"
            )
        return password

    def look(self, *, why: bool = True, plain: bool = False) -> "Layout":
        """How to lay out what is printed: a terminal's width and colours, or 80 plain columns for a pipe."""
        from recommender.delivery.terminal import Layout

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


def _from_keyring(name: str) -> str | None:
    """The password in the system's own store, where the extra is installed and a store is there at all."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        password: str | None = keyring.get_password("recommender", name)
    except KeyringError:  # none under cron or without a desktop
        return None
    return password


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
    home = Home(_home_folder(), _starters_folder())
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


def _home_folder() -> Path:
    if chosen := os.environ.get("RECOMMEND_HOME"):
        return Path(chosen).expanduser().absolute()
    if sys.platform == "linux":  # what platformdirs says too, and takes 6 ms for, of the 60 of `recommend like`
        data = os.environ.get("XDG_DATA_HOME", "")
        folder = Path(data if data.startswith("/") else "~/.local/share").expanduser() / "recommender"
    else:
        import platformdirs

        folder = platformdirs.user_data_path("recommender", appauthor=False)
    return folder


def _starters_folder() -> Path:
    """The profiles that ship: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "profiles"
    return installed if installed.is_dir() else package.parent / "profiles"

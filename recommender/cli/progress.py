"""Progress on a terminal's stderr: bars, and a line while work goes on. Scripts see only warnings."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, TextIO, TypeVar

import click

from recommender.api import Progress
from recommender.cli.screen import Screen, raw
from recommender.cli.waiting import Waiting
from recommender.text.lines import one_line
from recommender.text.secrets import without_secrets
from recommender.text.short import columns, cut
from recommender.text.wrap import wrapped

T = TypeVar("T")

_USUAL_BAR, _LEAST_BAR = 36, 5  # columns of a bar; fewer only where there is no room
_BESIDE_BAR = 22  # columns of brackets, percent and the time that is left: "  [] 100%  00:00:00"


class TerminalProgress(Progress):
    """Shows progress where a person sits at a terminal; every bar and line is erased when its work is done."""

    _remark: Callable[[str], None] | None = None  # takes all texts, while a screen must not be disturbed

    @contextmanager
    def diverted(self, remark: Callable[[str], None]) -> Iterator[None]:
        """Give each warning to `remark` instead of printing it, and show no progress."""
        self._remark = remark
        try:
            with _WAITING.hidden():
                yield
        finally:
            self._remark = None

    def steps(self, items: Sequence[T], label: str, least: int = 10) -> Iterator[T]:
        """Yield the items one by one, with a bar where there are at least `least` of them, else with a line."""
        if len(items) < least:
            with self.busy(label):
                yield from items
            return
        with self._bar(items, label) as bar:
            yield from bar

    @contextmanager
    def busy(self, label: str) -> Iterator[None]:
        """Show a line while work of unknown length goes on, if it takes long."""
        with _WAITING.at(label) if self._is_watched() else nullcontext():
            yield

    @contextmanager
    def counter(self, label: str) -> Iterator[Callable[[int, int | None], None]]:
        """Show a bar that learns on the way how long it is."""
        with self._bar(None, label) as bar:

            def reach(done: int, total: int | None) -> None:
                bar.length = max(total or done + 1, done)
                bar.update(done - bar.pos)

            yield reach

    @contextmanager
    def _bar(self, items: Sequence[Any] | None, label: str) -> Iterator[Any]:
        """A bar, erased when its work is done; without items its length is learned on the way."""
        hidden = not self._is_watched()
        name, width = _sized(label)
        length = 1 if items is None else None
        with nullcontext() if hidden else _WAITING.hidden():
            with click.progressbar(
                items, length=length, label=name, width=width, file=raw(sys.stderr), hidden=hidden
            ) as bar:
                yield bar
            if not hidden:
                _remove_bar()

    def say(self, text: str) -> None:
        """Print a line to a person who waits."""
        if self._is_watched():
            tell(text)

    def warn(self, text: str) -> None:
        """Print a line that scripts should see too."""
        (self._remark or tell)(text)

    def _is_watched(self) -> bool:
        return self._remark is None and sys.stderr.isatty()


def tell(text: str) -> None:
    """Print a line beside the answer, on stderr, wrapped to the terminal; without passwords, as logs may keep it."""
    with suppress(OSError):  # nobody sees it; the answer and what is stored are not touched
        click.echo(fitted(without_secrets(text), sys.stderr), err=True)


def fitted(text: str, stream: TextIO, hanging: int = 0) -> str:
    """The text with lines that fit the terminal, broken between words; a file or a pipe gets it as it is.

    Args:
        hanging: columns before the lines that a long line is broken into; at least as many as before that line.
    """
    if not (stream.isatty() or "COLUMNS" in os.environ):
        return text
    width = terminal_columns(stream)
    lines: list[str] = []
    for line in text.split("\n"):
        margin = line[: len(line) - len(line.lstrip())]
        later = margin if len(margin) >= hanging else " " * hanging
        lines += wrapped(line.strip(), width, margin, later, whole=True) if columns(line) > width else [line]
    return "\n".join(lines)


def terminal_columns(stream: TextIO) -> int:
    """The width of a terminal; $COLUMNS wins, as in shutil, which is slow to import."""
    return _terminal_size(stream, "COLUMNS", 0) or 80


def terminal_lines(stream: TextIO) -> int:
    """The height of a terminal; $LINES wins."""
    return _terminal_size(stream, "LINES", 1) or 24


def _terminal_size(stream: TextIO, name: str, part: int) -> int:
    try:
        if given := int(os.environ[name]):
            return given
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(stream.fileno())[part]
    except (OSError, ValueError):
        return 0


def hide() -> AbstractContextManager[None]:
    """Leave the terminal to another program, such as a pager, in this block."""
    return _WAITING.hidden()


def give_way() -> None:
    """Draw nothing more where the answer goes into a pipe: its reader, such as `less`, may have the terminal now."""
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):  # no file at all
        return
    if is_pipe:
        _WAITING.end()


def _sized(label: str) -> tuple[str, int]:
    """The label and the width of a bar whose line fits the terminal: what wraps cannot be removed."""
    room = terminal_columns(sys.stderr) - _BESIDE_BAR
    name = cut(one_line(label), max(room - _LEAST_BAR, _LEAST_BAR))
    return name, max(min(_USUAL_BAR, room - columns(name)), 1)


def _remove_bar() -> None:
    """Take the line of a finished bar off the terminal."""
    if _can_redraw():
        click.echo("\x1b[A\x1b[2K", file=raw(sys.stderr), nl=False)


def _can_redraw() -> bool:
    return os.environ.get("TERM") != "dumb"


def _draw(text: str) -> None:
    click.echo(text, file=raw(sys.stderr), nl=False)


_WAITING = Waiting(_draw, lambda: terminal_columns(sys.stderr), _can_redraw)
Screen.before = staticmethod(_WAITING.erase)

"""Standard output and standard error that no foreign text can steer, whatever command, library or traceback writes."""

import re
import sys
from collections.abc import Callable, Iterable
from threading import current_thread
from typing import ClassVar, TextIO, cast

from recommender.text.lines import harmless

# What this program writes itself: bold, faint, red, green, and their end (delivery/terminal.py).
_COLOURS = "(\x1b\\[(?:[012]|3[12])m)"


def coloured(text: str) -> str:
    """The text with this program's own colours, and nothing else that steers a terminal."""
    if "\x1b" not in text:
        return harmless(text)
    parts = re.split(_COLOURS, text)
    return "".join(part if at % 2 else harmless(part) for at, part in enumerate(parts))


class Screen:
    """A text stream without anything that steers a terminal; other attributes are those of the stream behind it.

    Bytes go to `buffer` unseen: documents for programs, which are clean where they are made.

    Args:
        stream: the stream that is written to.
    """

    # called before text is written to a terminal: what is drawn there by others gives way
    before: ClassVar[Callable[[], None]] = staticmethod(lambda: None)
    # whether the last text on a terminal, of whichever stream, ended its line; a question does not
    is_at_start: ClassVar[bool] = True

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write the text, on a terminal with this program's own colours; what a plugin prints goes to stderr."""
        if self is sys.stdout and current_thread().name == "plugin":
            return sys.stderr.write(text)
        if not self.stream.isatty():
            self.stream.write(harmless(text))
            return len(text)
        shown = coloured(text)
        Screen.before()
        self.stream.write(shown)
        Screen.is_at_start = text.endswith("\n") if text else Screen.is_at_start
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write the lines one by one."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)


def guard() -> None:
    """Put a Screen before both streams of this process."""
    if not isinstance(sys.stdout, Screen):
        sys.stdout = cast("TextIO", Screen(sys.stdout))
    if not isinstance(sys.stderr, Screen):
        sys.stderr = cast("TextIO", Screen(sys.stderr))


def raw(stream: TextIO) -> TextIO:
    """The stream behind a Screen, for the control sequences of progress bars and of keys; texts in them are cleaned."""
    return stream.stream if isinstance(stream, Screen) else stream

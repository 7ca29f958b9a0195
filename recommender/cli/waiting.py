"""A line that says what is being done, for a person who waits: drawn once it takes long, erased before other text."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from recommender.cli.screen import Screen
from recommender.text.lines import one_line
from recommender.text.short import columns, cut

_PATIENCE = 0.4  # seconds without a word; quicker work shows no line
_PAUSE = 0.1  # seconds between two looks at the clock
_LONG = 2  # seconds from which on they are shown


class Waiting:
    """What is being done now, the outermost first; a thread draws the innermost while there is something to draw.

    Nothing is drawn beside a bar or behind a question, which does not end its line.

    Args:
        write: writes to the terminal as it is; called by one thread at a time.
        width: gives the columns of the terminal.
        redraws: gives whether a line can be drawn over; else each is written once.
    """

    def __init__(self, write: Callable[[str], object], width: Callable[[], int], redraws: Callable[[], bool]) -> None:
        self._write = write
        self._width = width
        self._redraws = redraws
        self._lock = threading.RLock()
        self._labels: list[str] = []
        self._hidden = 0  # how many want the terminal for themselves
        self._drawn = ""
        self._since = 0.0  # when the innermost label came
        self._end: threading.Event | None = None  # of the thread

    @contextmanager
    def at(self, label: str) -> Iterator[None]:
        """Say what is being done in this block, once it takes long."""
        with self._lock:
            self._labels.append(one_line(label))
            self._since = time.monotonic()
            if self._end is None:
                self._end = threading.Event()
                threading.Thread(target=self._run, args=(self._end,), name="waiting", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._labels.pop()
                self._since = time.monotonic()
                self.erase()
                if not self._labels and self._end:
                    self._end.set()
                    self._end = None

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Draw nothing in this block: something else has the terminal."""
        with self._lock:
            self._hidden += 1
            self.erase()
        try:
            yield
        finally:
            with self._lock:
                self._hidden -= 1

    def end(self) -> None:
        """Draw nothing from now on."""
        with self._lock:
            self._hidden += 1
            self.erase()

    def erase(self) -> None:
        """Take the line off the terminal, for other text."""
        if self._drawn:
            with self._lock:
                if self._drawn and self._redraws():
                    self._write(f"\r{' ' * columns(self._drawn)}\r")
                self._drawn = ""

    def _run(self, end: threading.Event) -> None:
        while not end.wait(_PAUSE):
            with self._lock, suppress(OSError, ValueError):  # the terminal is gone: nobody waits
                if end.is_set():
                    return
                self._draw()

    def _draw(self) -> None:
        seconds = time.monotonic() - self._since
        if self._hidden or not self._labels or seconds < _PATIENCE or not Screen.is_at_start:
            return
        line = cut(f"{self._labels[-1]} ...", self._width() - 10)
        if not self._redraws():
            if line != self._drawn:
                self._write(f"{line}\n")
        else:
            line += f" {seconds:.0f} s" if seconds >= _LONG else ""
            if line != self._drawn:
                self._write(f"\r{line}{' ' * (columns(self._drawn) - columns(line))}")
        self._drawn = line

"""Keys from a terminal one by one, and whole screens onto it."""

import codecs
import os
import re
import select
import signal
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Self

import click

from recommender.cli.process import in_ascii
from recommender.cli.screen import coloured, raw
from recommender.delivery.cards import BETWEEN, Size, without_colour
from recommender.text.short import columns

if sys.platform == "win32":
    import msvcrt
else:
    import termios
    import tty

RESIZE = "resize"  # comes as a key when the terminal has another size, or the program was continued

_NAMES = {
    **dict.fromkeys(("\r", "\n"), "enter"),
    **dict.fromkeys(("\x7f", "\b"), "backspace"),
    **dict.fromkeys(("\x1b[A", "\x1bOA"), "up"),
    **dict.fromkeys(("\x1b[B", "\x1bOB"), "down"),
    **dict.fromkeys(("\x1b[C", "\x1bOC"), "right"),
    **dict.fromkeys(("\x1b[D", "\x1bOD"), "left"),
    **dict.fromkeys(("\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"), "home"),
    **dict.fromkeys(("\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"), "end"),
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    "\x1b": "escape",
    "\x04": "q",  # Ctrl-D
    "\x0c": RESIZE,  # Ctrl-L draws the screen again
    "\x15": "clear",  # Ctrl-U
}
# On Windows a special key is two characters, of which the first says so; the second may be any letter.
_SPECIAL = ("\x00", "\xe0")
_SPECIAL_NAMES = {
    "H": "up",
    "P": "down",
    "M": "right",
    "K": "left",
    "G": "home",
    "O": "end",
    "I": "page up",
    "Q": "page down",
}
_PASTED, _END_OF_PASTE = "\x1b[200~", "\x1b[201~"
# Unknown sequences, and Alt with a letter, are one key each: their letters must rate nothing.
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO[ -~]|\x1b[^\[O\x1b]|\x1b(?=\x1b)|[^\x1b]", re.DOTALL)
_LONE_ESCAPE = 0.05  # seconds until a lone escape is the key and not the beginning of a sequence
_SPLIT_SEQUENCE = 0.5  # seconds until a sequence is given up whose end does not come, as over a slow network
_ENTER_SCREEN = "\x1b[?1049h\x1b[?25l\x1b[?2004h"  # the other screen, no cursor, and pasted text in brackets
_LEAVE_SCREEN = "\x1b[?2004l\x1b[?25h\x1b[?1049l"


class Gone(Exception):
    """The terminal was closed, or the program is asked to end."""


def keys_in(text: str) -> tuple[list[str], str]:
    """The keys of what a terminal sent, and the beginning of a sequence whose end has not come.

    A letter is its own name; "paste:" begins a pasted text, which is one key.
    """
    keys = []
    while text:
        if text.startswith(_PASTED):
            pasted, end, after = text.removeprefix(_PASTED).partition(_END_OF_PASTE)
            if not end:
                break
            keys.append(f"paste:{pasted}")
            text = after
        elif found := _SEQUENCE.match(text):
            keys.append(_NAMES.get(found[0], found[0]))
            text = text[found.end() :]
        else:
            break
    return keys, text


def key_on_windows(characters: str) -> str:
    """The key that `click.getchar` gives on Windows; an unknown special key is one key, and rates nothing."""
    if len(characters) > 1 and characters.startswith(_SPECIAL):
        return _SPECIAL_NAMES.get(characters[1:], characters)
    return _NAMES.get(characters, characters)


class Terminal:
    """A terminal for one `with`: keys come at once and unseen, and it is left as it was found, whatever happens.

    Keys that come while a rating is stored are kept: `click.getchar` would drop them, because it changes the
    terminal's mode, and empties its queue, at each call.

    Args:
        plain: write line after line, for screen readers and for terminals that can do nothing else.
    """

    def __init__(self, *, plain: bool) -> None:
        self.plain = plain
        self._is_ascii = not _writes_unicode()
        self._keys: deque[str] = deque()

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def forget(self) -> None:
        """Drop the keys that were typed ahead."""
        self._keys.clear()
        self._drop()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Give the terminal, as it was found, to another program for one `with`."""
        self._leave()
        try:
            yield
        finally:
            self._take()

    def size(self) -> Size:
        """The size now; as $COLUMNS and $LINES say where the terminal does not know it."""
        try:
            found = os.get_terminal_size(sys.stdout.fileno())
        except (OSError, ValueError):
            found = os.terminal_size((0, 0))
        given = (os.environ.get(name, "") for name in ("COLUMNS", "LINES"))
        columns, lines = (int(text) if text.isdecimal() and len(text) < 6 else 0 for text in given)
        return Size(found.columns or columns or 80, found.lines or lines or 24)

    def draw(self, lines: Sequence[str]) -> None:
        """Replace the screen by these lines. Raises Gone."""
        width = self.size().columns
        if self._is_ascii:
            lines = [_ascii_line(line, width) for line in lines]
        # erase each line before it is written: after a full line, some terminals erase its last letter
        self.write("\x1b[H" + "\r\n".join(f"\x1b[2K{coloured(line)}" for line in lines) + "\x1b[J")

    def say(self, lines: Sequence[str]) -> None:
        """Write these lines below what is there. Raises Gone."""
        self.write("".join(f"{coloured(line)}\n" for line in lines))

    def write(self, text: str) -> None:
        """Write the program's own text, also what steers the terminal, as far as its encoding goes. Raises Gone."""
        try:
            stream = raw(sys.stdout)
            stream.write(in_ascii(text) if self._is_ascii else text)
            stream.flush()
        except OSError as error:
            raise Gone from error

    if sys.platform == "win32":

        def _begin(self) -> None:
            self.plain = True
            self._take()

        def _end(self) -> None:
            pass

        def _take(self) -> None:
            self._drop()

        def _leave(self) -> None:
            pass

        def _drop(self) -> None:
            while msvcrt.kbhit():
                msvcrt.getwch()

        def read(self) -> str:
            """The next key, by its name or as its letter. Raises KeyboardInterrupt at Ctrl-C."""
            try:
                return key_on_windows(click.getchar())
            except EOFError:  # Ctrl-Z, the end of input there
                return "q"

    else:

        def _begin(self) -> None:
            self._text = ""
            self._decode = codecs.getincrementaldecoder(sys.stdin.encoding or "utf-8")("replace").decode
            self._woken, self._wake = os.pipe()
            for end in (self._woken, self._wake):
                os.set_blocking(end, False)
            self._mode = termios.tcgetattr(sys.stdin.fileno())
            watched = (signal.SIGWINCH, signal.SIGHUP, signal.SIGTERM, signal.SIGTSTP)
            self._handlers = {number: signal.signal(number, _wait_until_read) for number in watched}
            self._wake_before = signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
            self._take()

        def _end(self) -> None:
            self._leave()
            signal.set_wakeup_fd(self._wake_before)
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            os.close(self._woken)
            os.close(self._wake)

        def _take(self) -> None:
            """Take the terminal over; keys typed before anything was shown are dropped, and rate nothing."""
            tty.setcbreak(sys.stdin.fileno(), termios.TCSAFLUSH)
            self.write("" if self.plain else _ENTER_SCREEN)

        def _leave(self) -> None:
            """Leave the terminal as it was found, as far as it is still there."""
            with suppress(Gone):
                self.write("" if self.plain else _LEAVE_SCREEN)
            with suppress(termios.error, OSError):
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._mode)

        def read(self) -> str:
            """The next key, by its name or as its letter. Raises Gone, and KeyboardInterrupt at Ctrl-C."""
            while not self._keys:
                wait = _LONE_ESCAPE if self._text == "\x1b" else _SPLIT_SEQUENCE
                is_split = self._text and not self._text.startswith(_PASTED)
                ready, _, _ = select.select([self._woken, sys.stdin.fileno()], [], [], wait if is_split else None)
                if self._woken in ready:
                    self._obey(os.read(self._woken, 64))
                elif ready:
                    self._receive()
                else:  # a sequence that does not go on is the key Escape, or none
                    self._keys.extend(["escape"] if self._text == "\x1b" else [])
                    self._text = ""
            return self._keys.popleft()

        def _drop(self) -> None:
            self._text = ""
            with suppress(termios.error):
                termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)

        def _receive(self) -> None:
            try:
                received = os.read(sys.stdin.fileno(), 4096)
            except OSError as error:
                raise Gone from error
            if not received:
                raise Gone
            keys, self._text = keys_in(self._text + self._decode(received))
            self._keys.extend(keys)

        def _obey(self, signals: bytes) -> None:
            if {signal.SIGHUP, signal.SIGTERM} & set(signals):
                raise Gone
            if signal.SIGTSTP in signals:  # Ctrl-Z: give the terminal back until the program is continued
                self._leave()
                os.kill(os.getpid(), signal.SIGSTOP)
                self._take()
            self._keys.append(RESIZE)


def _wait_until_read(_number: int, _frame: FrameType | None) -> None:
    """Leave a signal to `Terminal.read`: what is being stored is stored first."""


def _writes_unicode() -> bool:
    try:
        "·…“│█".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _ascii_line(line: str, width: int) -> str:
    """The line in ASCII, cut again where that made it longer; titles beside a card stay as wide as they are."""
    left, between, right = line.partition(BETWEEN)
    if not between:
        return _ascii_part(line, width)
    room = columns(without_colour(left))
    left = _ascii_part(left, room)
    left += " " * (room - len(without_colour(left)))
    return _ascii_part(f"{left}{in_ascii(between)}{right}", width)


def _ascii_part(text: str, width: int) -> str:
    text = in_ascii(text)
    plain = without_colour(text)
    return text if len(plain) <= width else f"{plain[: max(width - 3, 0)].rstrip('. ')}..."[:width]

"""The process of a command: its standard streams, the signals that end it, and errors of the system around it."""

import codecs
import os
import signal
import sys
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from errno import EINVAL
from types import FrameType
from typing import NoReturn

_SIGNS = str.maketrans(
    {"·": "-", "–": "-", "−": "-", "…": "...", "│": "|", "█": "#", "░": ".", "→": "->", "“": '"', "”": '"', "’": "'"}
)
_ON_WINDOWS = sys.platform == "win32"


class Ended(SystemExit):
    """A signal asks the process to end: what it opened is closed, and its temporary files go, as at Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)  # as a shell has it
        self.number = number


def prepare() -> None:
    """Make the process fit for a command, whatever started it."""
    _open_streams()
    codecs.register_error(_nearest.__name__, _nearest)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a terminal without “ ” or − must not stop the list
            stream.reconfigure(errors=_nearest.__name__)  # type: ignore[union-attr]
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)  # the last is of Windows alone, which lacks the one before
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # `nohup` ignores it
            with suppress(ValueError):  # not in the main thread
                signal.signal(number, _end)


def has_clock() -> bool:
    """Whether there is a local time: a TZ of more than a day, as UTC-25, has none that Python can name."""
    try:
        datetime.now(UTC).astimezone()
    except (ValueError, OverflowError):
        return False
    return True


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """For what an encoding lacks, write the nearest in ASCII."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return in_ascii(error.object[error.start : error.end]), error.end


def in_ascii(text: str) -> str:
    """The text in letters that every terminal has: accents go, and what has no such letter is a question mark."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    return "".join(
        part if part.isascii() else "?"
        for part in parts
        if not (unicodedata.combining(part) or unicodedata.category(part) in ("Cf", "Mn", "Me"))
    )


def end_at_once() -> None:
    """Let signals end the process whatever it does, for one that waits for input in a thread and stores at once."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            with suppress(ValueError):  # not in the main thread
                signal.signal(number, signal.SIG_DFL)


def end_by(number: int) -> NoReturn:
    """End as the signal ends any program, so that whoever sent it sees that."""
    signal.signal(number, signal.SIG_DFL)
    if os.name == "posix":  # on Windows its number would be the exit code, which may mean something else
        os.kill(os.getpid(), number)
    raise SystemExit(128 + number)  # there, and where the signal is blocked


def is_output_broken() -> bool:
    """Whether what is printed can no more be written; the rest of it is dropped then."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        drop_output()
        return True
    return False


def is_closed_pipe(error: OSError | MemoryError) -> bool:
    """Whether the reader of a pipe has gone; Windows has no error of its own for that."""
    named = getattr(error, "filename", None) is not None
    return isinstance(error, BrokenPipeError) or (
        _ON_WINDOWS and not named and getattr(error, "errno", None) == EINVAL and is_output_broken()
    )


def drop_output() -> None:
    """Write what is left of the output nowhere, or the flush at exit complains."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def worded(error: OSError | MemoryError) -> str:
    """What is wrong outside of the program: with a file, a folder, the output, or the memory."""
    output_is_broken = is_output_broken()
    if isinstance(error, MemoryError):
        return "there is not enough memory; nothing was stored that was not said before"
    reason = error.strerror or str(error) or type(error).__name__
    if error.filename is not None:
        return f"{error.filename}: {reason}; check its rights and the disk, then try again"
    if output_is_broken:
        return f"the output cannot be written: {reason}"
    if isinstance(error, FileNotFoundError):
        return f"{reason}; was the folder removed in which this was started?"
    return f"{reason}; check the output, the disk and the limits of this process, then try again"


def _open_streams() -> None:
    """Give each standard stream that is closed a file that is empty and takes everything.

    Else a database might get its number, and be printed into.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115 - for ever


def _end(number: int, _frame: FrameType | None) -> None:
    raise Ended(number)

"""The server's log: a fault that repeats takes one line a minute, whoever causes it and however often."""

import logging
import time
from collections.abc import Callable

from recommender.text.lines import one_line

_MINUTE = 60.0  # seconds
_MOST_MESSAGES = 100  # different ones that are remembered; more are left out until the minute is over
_MAX_CHARACTERS = 500  # of a message's line


def handler() -> logging.Handler:
    """A handler that writes to standard error."""
    stream = logging.StreamHandler()
    stream.setFormatter(_Lines("%(asctime)s %(levelname)s %(message)s"))
    stream.addFilter(OncePerMinute())
    return stream


class OncePerMinute(logging.Filter):
    """Lets a message through once a minute, and tells how often it came meanwhile.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._passed: dict[str, tuple[float, int]] = {}  # when a message came last, and how often it was left out since

    def filter(self, record: logging.LogRecord) -> bool:
        message, now = _first_line(record), self._clock()
        if message not in self._passed and len(self._passed) >= _MOST_MESSAGES:
            self._passed = {each: kept for each, kept in self._passed.items() if now - kept[0] < _MINUTE}
            if len(self._passed) >= _MOST_MESSAGES:
                return False
        passed_at, left_out = self._passed.get(message, (now - _MINUTE, 0))
        if now - passed_at < _MINUTE:
            self._passed[message] = (passed_at, left_out + 1)
            return False
        self._passed[message] = (now, 0)
        record.left_out = left_out
        return True


class _Lines(logging.Formatter):
    """One line a record; only a bug has its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        left_out: int = getattr(record, "left_out", 0)
        shown = logging.makeLogRecord(record.__dict__ | {"exc_text": None, "args": None})
        shown.msg = _first_line(record) + (f" ({left_out} more like it were left out)" if left_out else "")
        if isinstance(_error(record), OSError):  # a fault of the machine, not of the program
            shown.exc_info = None
        return "\n".join(_cleaned(line) for line in super().format(shown).splitlines())


def _cleaned(line: str) -> str:
    indent = len(line) - len(line.lstrip(" "))
    return " " * indent + one_line(line)


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _first_line(record: logging.LogRecord) -> str:
    line = record.getMessage().partition("\n")[0]
    if error := _error(record):
        line += f": {type(error).__name__}: {error}".partition("\n")[0]
    return line[:_MAX_CHARACTERS]

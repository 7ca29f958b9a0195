"""What became of a night for many readers."""

from datetime import date
from typing import NamedTuple


class FailedReader(NamedTuple):
    """A reader whose list or mail failed; the others were served."""

    name: str
    message: str


class BatchReport(NamedTuple):
    """The result of `recommend batch`."""

    day: date  # the newest day with papers
    readers: int  # profiles looked at
    lists: int = 0  # readers who were ranked now
    already: int = 0  # ... whose night was done before
    without_source: int = 0  # ... whose settings name no source, so that there is nothing to rank
    mails: int = 0  # mails that were sent now
    waiting: int = 0  # readers whose mail is still to go out
    failures: tuple[FailedReader, ...] = ()
    missing: tuple[str, ...] = ()  # why sources could not be asked or read, or that the day's batch is late
    seconds: float = 0.0

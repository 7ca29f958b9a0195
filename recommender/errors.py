"""All errors a person can meet, each with the exit code a script gets.

RecommenderError            1  base class, never raised itself
├── MissingExtra            2  an optional part of the program is not installed
├── CannotListen            2  an address or port cannot be served on
├── NoteTooLong             2  a note on a paper is longer than one may be
├── SourceError             4  papers cannot be read from a file, folder or server
├── ZoteroWaits             4  Zotero is not running, busy or out of reach
├── ProfileError            5  a profile does not exist, or its settings are wrong
│   └── UnknownProfile      5  no profile has this name
├── UnknownPaper            6  a rank, id or address names no paper
├── StoreError              7  a database or file cannot be read or written
├── MachineError            7  systemd, cron, launchd or schtasks cannot be used, or refuses
└── DeliveryError           8  a mail cannot be sent

Other exit codes: click uses 2 for wrong usage; 9 is `doctor` (cli/upkeep.py); 10 to 14 say why a list is empty
(cli/today.py); 15 is `batch` (cli/batch.py); 130 is Ctrl-C and 141 a closed pipe (cli/__init__.py).
docs/reference/json.md has the full table, and a test compares it with this module.
"""

from collections.abc import Mapping
from typing import ClassVar


class RecommenderError(Exception):
    """Base of all errors a person can meet; str(error) says what is wrong and what to do next."""

    exit_code: ClassVar[int] = 1


class MissingExtra(RecommenderError):
    """An optional part of the program is needed and not installed."""

    exit_code = 2

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f"{purpose} needs more parts: {self.command(extra)}")

    @staticmethod
    def command(extra: str) -> str:
        """The command that adds an extra, as this program was installed."""
        from recommender.installation import command_that_adds  # noqa: PLC0415 - slow, and only for a message

        return command_that_adds(extra)


class CannotListen(RecommenderError):
    """An address or port cannot be served on: in use, not permitted, or not on this machine."""

    exit_code = 2


class NoteTooLong(RecommenderError):
    """A note on a paper is longer than one may be."""

    exit_code = 2

    def __init__(self, characters: int, most: int) -> None:
        super().__init__(f"the note has {characters:,} characters, and at most {most:,} are kept; shorten it")


class SourceError(RecommenderError):
    """Papers cannot be read from a file, folder, stream or server."""

    exit_code = 4


class ZoteroWaits(RecommenderError):
    """Zotero is not running, busy or out of reach, or does not let us write: what is to be done there waits."""

    exit_code = 4


class ProfileError(RecommenderError):
    """A profile does not exist, cannot be made, or its settings are wrong."""

    exit_code = 5

    def __init__(self, message: str, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.settings = settings or {}  # what is wrong with new values, by setting


class UnknownProfile(ProfileError):
    """No profile has this name; the message names those that are there, so it is for the owner of the home alone."""


class UnknownPaper(RecommenderError):
    """A rank, id or address names no paper of this home."""

    exit_code = 6


class StoreError(RecommenderError):
    """A database is locked, read-only, full, damaged or of a newer version, or a file cannot be written."""

    exit_code = 7

    def __init__(self, message: str, *, damaged: bool = False, unwritable: bool = False) -> None:
        super().__init__(message)
        self.damaged = damaged  # a database is damaged, empty, cut off, or one of another program
        self.unwritable = unwritable  # the disk is full, read-only or broken: reading may work all the same


class MachineError(RecommenderError):
    """A scheduler (systemd, cron, launchd, schtasks, Dask) is missing, fails, or cannot express a job."""

    exit_code = 7


class DeliveryError(RecommenderError):
    """A mail was refused for all or some of its recipients."""

    exit_code = 8

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.temporary = temporary  # the same mail may be accepted later

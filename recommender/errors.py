"""Every error a person can meet, and the exit code a script gets.

RecommenderError            1  base: never raised itself
├── SourceError             4  a digest cannot be read
├── ProfileError            5  no such profile, or its settings are wrong
├── UnknownPaper            6  a reference points at no paper
├── StoreError              7  a database cannot be used
└── DeliveryError           8  a mail cannot be sent

2 is click's for wrong usage; 10 to 14 are no errors but empty lists (cli/today.py); 130 is Ctrl-C, 141 a
closed pipe. The README has the whole table, a test keeps the two equal.
"""

from typing import ClassVar


class RecommenderError(Exception):
    """Base of every error a person can meet; str(error) says what is wrong and what to do next."""

    exit_code: ClassVar[int] = 1


class SourceError(RecommenderError):
    """A file, folder or stream holds no digest that can be read."""

    exit_code = 4


class ProfileError(RecommenderError):
    """A profile is missing, cannot be made, or its settings are wrong."""

    exit_code = 5


class UnknownPaper(RecommenderError):
    """A rank, id or address points at no paper known here."""

    exit_code = 6


class StoreError(RecommenderError):
    """A database is locked, read-only, full, broken, or written by a newer version."""

    exit_code = 7


class DeliveryError(RecommenderError):
    """A mail was not accepted, by nobody or not by all."""

    exit_code = 8

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.temporary = temporary  # the same mail may be accepted later

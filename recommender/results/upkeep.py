"""Backups, what was restored from one, and what a check of the whole chain found."""

from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple


class Backup(NamedTuple):
    """One backup of a profile."""

    path: Path
    made_at: datetime  # aware
    liked: int
    disliked: int
    size: int  # bytes of the file


class Restored(NamedTuple):
    """A profile as a backup had it."""

    profile: str
    liked: int
    disliked: int
    settings: bool  # the settings were brought back as well
    kept: Path | None  # what was there before; None: nothing was


class Level(Enum):
    """How much a finding matters."""

    GOOD = "good"
    NOTE = "note"  # worth knowing; nothing is wrong
    WRONG = "wrong"


class Finding(NamedTuple):
    """What a check found at one link of the chain from source to inbox."""

    link: str  # "home", "settings", "ratings", "library", "files", "sources", "lists", "mail", "schedule", "clock", ...
    level: Level
    text: str
    remedy: str = ""  # the command that mends it, or what to do; empty: nothing is to be done
    mended: bool = False  # by this very check


class HealthReport(NamedTuple):
    """What a check of everything found, in the order of the chain."""

    profile: str  # empty: there is none, or it is not clear which one is meant
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> int:
        """How many things are wrong and were not mended."""
        return sum(finding.level is Level.WRONG and not finding.mended for finding in self.findings)

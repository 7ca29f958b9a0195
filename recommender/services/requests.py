"""What can be asked of the services: which papers a list is made from, and how it is made."""

import os
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from recommender.services.reader import PATIENCE

STANDARD_INPUT = "-"


class Request(NamedTuple):
    """Which papers a list is made from."""

    files: tuple[str, ...] = ()  # digests, folders or "-"; none: the profile's own sources
    day: date | None = None  # None: the newest day
    offline: bool = False  # ask no other machine
    refresh: bool = False  # ask again, whatever the library has
    anew: bool = False  # rank even if the last list answers the same question: a stored list has no intervals
    patience: timedelta = PATIENCE  # the longest wait for a server that asks for a pause
    standard_input: bytes | None = None  # what "-" stands for; None: it is not read yet


def paths(files: Iterable[str | os.PathLike[str]]) -> tuple[str, ...]:
    """The names of files, as a request has them."""
    return tuple(os.fspath(file) for file in files)


class ListOptions(NamedTuple):
    """How one list differs from what the profile says."""

    size: int | None = None  # papers; None: as the profile says, or all with `everything`
    everything: bool = False  # also papers rated, shown on another day, or muted
    replacements: bool = False  # also papers of which a newer version came
    min_match: int | None = None  # percent; None: as the profile says
    variety: int | None = None  # 0..10; None: as the profile says
    explore: int | None = None  # papers; None: as the profile says


class MailOptions(NamedTuple):
    """How one mail differs from what the profile says."""

    to: tuple[str, ...] = ()  # recipients; none: as the profile says
    size: int | None = None  # papers; None: as the profile says
    min_match: int | None = None  # percent; None: as the profile says
    weekly: bool = False  # say that it is a week's list


class NewProfile(NamedTuple):
    """What a new profile starts with; empty fields are those of the starter."""

    name: str
    interests: str | None = None  # in the reader's own words
    categories: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()  # places where digests come from
    starter: str | None = None  # a shipped profile to start from


class BatchOptions(NamedTuple):
    """What one night for many readers does."""

    profiles: tuple[str, ...] = ()  # names, or patterns such as "a*"; none: all of the home
    mail: bool = True  # send what the settings say; else it waits for the next batch
    mail_rate: int | None = None  # mails a minute, at most; None: as fast as the servers take them
    wait: bool = True  # wait for readers' hours; else their mail is left to a later batch

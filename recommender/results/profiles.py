"""What is stored, and where: profiles, the library, and what was done last."""

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from recommender.profile import MailSettings


class SettingField(NamedTuple):
    """A setting that can be changed by its name."""

    key: str  # as in the settings file
    text: str  # its value as a person writes it; of interests one topic a line
    meaning: str
    least: int  # of a number; both bounds are 0 where it is none
    most: int


class RuleChange(NamedTuple):
    """Follows, mutes or boosts before and after a command, each as a person writes it."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    wanted: tuple[str, ...] = ()  # of new mutes, those that hide papers on the stated interests


class ProfileSummary(NamedTuple):
    """One profile in a list of profiles."""

    name: str
    liked: int
    disliked: int
    shipped: bool = False  # a profile to start from, not one of this home
    description: str = ""
    problem: str = ""  # why its ratings cannot be read


class ImportedProfile(NamedTuple):
    """A profile that was imported, and what its export held for its mails."""

    name: str
    liked: int
    disliked: int
    sources: tuple[str, ...]  # where its papers come from
    contact: str  # the address that is sent to the servers it asks
    mail: MailSettings | None  # the table [mail] of the export
    mailboxes: tuple[str, ...]  # sources of the export that want a password
    mails: int
    answers: int
    has_key: bool  # that signs the links in the mails
    with_mail: bool  # whether the mail settings, mailboxes, mails, answers, key and ties were imported
    ties: tuple[str, ...] = ()  # settings that tie it to programs and files of its machine: "zotero", "watch"


class ShownSummary(NamedTuple):
    """The list shown last, in figures."""

    day: date
    items: int
    considered: int
    made_at: datetime
    note: str  # in words


class DigestSummary(NamedTuple):
    """The digest read last, in figures."""

    name: str  # its path or address
    day: date
    category: str
    papers: int
    read_at: datetime


class MailSummary(NamedTuple):
    """The mail sent last, in figures."""

    recipient: str
    day: date
    papers: int
    fate: str  # "sending", "accepted", "failed", "unknown"
    message: str  # the server's own words, or why it failed
    at: datetime


class ErrorSummary(NamedTuple):
    """An error that ended a command."""

    at: datetime
    command: str  # as it was typed
    message: str


class StatusReport(NamedTuple):
    """What is stored for one reader."""

    profile: str
    papers: int
    liked: int
    disliked: int
    digest: DigestSummary | None
    shown: ShownSummary | None
    mail: MailSummary | None
    error: ErrorSummary | None  # the last one
    suggestions: int = 0  # ratings by agents that wait to be confirmed


class Places(NamedTuple):
    """Where everything of one profile is stored."""

    home: Path
    library: Path
    settings: Path | None  # None: no profile is chosen
    ratings: Path | None
    to_edit: str = ""  # where a setting can be added or changed, in words: a shipped file cannot be

    @property
    def shipped(self) -> bool:
        """Whether the settings are a file of the program's own."""
        return str(self.settings or "") != self.to_edit


class Stats(NamedTuple):
    """How much a library holds."""

    papers: int
    span: tuple[date, date] | None  # the first and the last announcement day
    days: int  # days with an announcement
    digests: int  # lists of a day that were read
    size: int  # bytes of the file, with those still waiting in its write-ahead log
    parts: dict[str, int]  # bytes by part; empty where SQLite was built without `dbstat`


class PruneReport(NamedTuple):
    """The result of removing old papers from the library."""

    papers: int
    bytes: int  # given back to the disk

"""What the services give back, beside papers and lists: plain data for every face."""

from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from recommender.paper import Feedback, Paper, Score, Skipped, Verdict

# Ratings


class Change(NamedTuple):
    """The effect of one command on the verdict of one paper."""

    paper: Paper
    before: Verdict | None
    after: Verdict | None


class Undone(NamedTuple):
    """A command that was taken back."""

    command: str  # "like", "import", ...
    changes: tuple[Change, ...]


class Move(NamedTuple):
    """The place of one unrated paper in a day's ranking, before and after new verdicts."""

    paper: Paper
    before: int  # 1 is best
    after: int


class Explanation(NamedTuple):
    """One paper with its score and all reasons for it."""

    paper: Paper
    score: Score
    verdict: Verdict | None


# Papers coming in


class FetchReport(NamedTuple):
    """The result of fetching new papers without listing them."""

    day: date  # the newest announcement day
    candidates: int  # papers the next list of that day chooses from
    new: int  # papers the library did not have before


class DownloadReport(NamedTuple):
    """The result of downloading everything announced in one category over some days."""

    category: str
    records: int
    new: int  # papers the library did not have before
    skipped: int  # records that could not be read


class ImportReport(NamedTuple):
    """The result of importing a library, or of trying to."""

    entries: int  # read, before duplicates were merged
    joined: int  # duplicates of other entries
    known: int  # papers the program's library had already
    fetched: int  # papers whose text came from arXiv
    without_abstract: int  # papers that count by their title alone, or not at all yet
    rated: int  # papers that had a verdict already and keep it
    verdicts: tuple[Feedback, ...]  # new ones, oldest first
    skipped: tuple[Skipped, ...]  # entries that could not be read
    failure: str = ""  # why arXiv could not be asked


# Mail


class MailState(Enum):
    """What became of one attempt to mail a list."""

    SENT = "sent"
    ALREADY = "already"  # this very batch was mailed before
    NOTHING = "nothing"  # no paper to mail
    FAILED = "failed"
    UNSUBSCRIBED = "unsubscribed"


class MailResult(NamedTuple):
    """What became of the mail to one recipient."""

    recipient: str
    state: MailState
    message: str  # in a sentence
    papers: int = 0
    temporary: bool = False  # FAILED only: the same attempt may work later


class AnswersReport(NamedTuple):
    """The result of reading answers to mails."""

    verdicts: tuple[tuple[Verdict, Paper], ...]  # that counted now
    unsubscribed: tuple[str, ...]  # recipients who want no more mails
    repeated: int  # answers that were counted before
    refused: tuple[str, ...]  # why each of the others does not count


# Profiles


class RuleChange(NamedTuple):
    """Follows, mutes or boosts before and after a command, each as a person writes it."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class ProfileSummary(NamedTuple):
    """One profile in a list of profiles."""

    name: str
    liked: int
    disliked: int
    shipped: bool = False  # a profile to start from, not one of this home
    description: str = ""


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


class StatusReport(NamedTuple):
    """What is stored for one reader."""

    profile: str
    papers: int
    liked: int
    disliked: int
    digest: DigestSummary | None
    shown: ShownSummary | None
    mail: MailSummary | None
    error: str  # the last error in words; empty if none is recorded


class Places(NamedTuple):
    """Where everything of one profile is stored."""

    home: Path
    library: Path
    settings: Path | None  # None: no profile is chosen
    ratings: Path | None


class PruneReport(NamedTuple):
    """The result of removing old papers from the library."""

    papers: int
    bytes: int  # given back to the disk

"""What the services give back, beside papers and lists: plain data for every face."""

from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from recommender.errors import DeliveryError
from recommender.paper import Feedback, Note, Paper, Score, Skipped, Verdict

SEARCH_POOL = 200  # papers of a full-text search that are ranked: its best

# Ratings


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


# What was learned


class Topic(NamedTuple):
    """A cluster of similar liked papers."""

    words: tuple[str, ...]  # that distinguish them from the other liked papers
    likes: int
    papers: tuple[Paper, ...]  # the most typical ones


class Insights(NamedTuple):
    """What a history taught, for its reader to check."""

    positive_terms: tuple[str, ...]  # words and word pairs that raise a paper, strongest first
    negative_terms: tuple[str, ...]  # words and word pairs that lower a paper, strongest first
    topics: tuple[Topic, ...]  # largest first
    drift: tuple[tuple[str, tuple[str, ...]], ...]  # months ("2026-03") and their special words, oldest first


# Papers coming in


class LibraryEntry(NamedTuple):
    """One entry of a reader's own library, such as a BibTeX file or Zotero."""

    paper: Paper
    added_at: datetime | None = None  # aware; when it was added to that library
    verdict: Verdict | None = None  # as our own exports have it


class LibraryEntries(NamedTuple):
    """A reader's own library, as far as it could be read."""

    entries: tuple[LibraryEntry, ...]
    skipped: tuple[Skipped, ...] = ()


class FetchReport(NamedTuple):
    """The result of fetching new papers without listing them."""

    day: date  # the newest announcement day
    candidates: int  # papers the next list of that day chooses from
    new: int  # papers the library did not have before
    notes: tuple[Note, ...]  # what did not come, and why


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

    @property
    def error(self) -> DeliveryError:
        """FAILED only: the failure as an error."""
        return DeliveryError(f"not mailed to {self.recipient}: {self.message}", temporary=self.temporary)


class AnswersReport(NamedTuple):
    """The result of reading answers to mails."""

    verdicts: tuple[tuple[Verdict, Paper], ...]  # that counted now
    unsubscribed: tuple[str, ...]  # recipients who want no more mails
    repeated: int  # answers that were counted before
    refused: tuple[str, ...]  # why each of the others does not count


class AppliedAnswer(NamedTuple):
    """What a signed answer asks for, and whether it counts this time."""

    verdict: Verdict | None  # None: it asks for no more mails
    paper: Paper | None  # the paper the verdict is on
    recipient: str  # who wants no more mails; empty where there is a verdict
    new: bool  # False: it was applied before, and nothing was changed


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


class Places(NamedTuple):
    """Where everything of one profile is stored."""

    home: Path
    library: Path
    settings: Path | None  # None: no profile is chosen
    ratings: Path | None


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


# Evaluation

# The rankings that an evaluation compares.
OURS, LINEAR, BM25, NEWEST = "ours", "linear", "bm25", "newest"
COMPARED = (OURS, LINEAR, BM25, NEWEST)

TOP = 10  # a day's best papers: the 10 in nDCG@10
LEAST_LIKES, LEAST_DAYS = 5, 2  # below these, chance outweighs the ranking


class Measures(NamedTuple):
    """Quality of one ranking of one day, each measure between 0 and 1."""

    ndcg: float  # nDCG@10 with gain 1 for a liked paper
    precision: float  # P@10
    recall: float  # liked papers in the top 10, divided by the most that could be there
    auc: float  # area under the ROC curve


class Estimate(NamedTuple):
    """A mean with the ends of its 95 % confidence interval."""

    mean: float
    low: float
    high: float


class EvaluatedDay(NamedTuple):
    """Results of one past day."""

    day: date
    candidates: int
    verdicts: int  # given to the ranker
    measures: dict[str, Measures]  # by ranking; empty if no candidate is liked
    ranks: dict[str, tuple[int, ...]]  # by ranking: the rank of each liked paper, 1 is best
    matches: tuple[tuple[float, bool], ...]  # our ten best: predicted probability of a like, and whether it is liked


class CurvePoint(NamedTuple):
    """One point of the learning curve."""

    verdicts: int  # the newest ones given to the ranker; on a day with fewer, all
    ndcg: Estimate


class CalibrationBin(NamedTuple):
    """Papers with similar predicted probabilities."""

    papers: int
    predicted: float  # mean probability
    liked: float  # share of papers that are liked


class Calibration(NamedTuple):
    """Agreement of predicted probabilities with likes, over the ten best papers of each day."""

    papers: int
    error: float  # expected calibration error, 0..1
    over_half: int  # papers with a probability above 0.5 ...
    over_half_liked: int  # ... and the number of liked ones among them
    bins: tuple[CalibrationBin, ...]


class LastLikes(NamedTuple):
    """Ranks of the reader's newest likes."""

    likes: int
    top: int  # likes among the ten best of their day
    top_newest: int  # the same in the order of announcement


class EvaluationReport(NamedTuple):
    """Results of ranking past days again."""

    likes: int
    tested_likes: int  # likes whose day was ranked
    unannounced_likes: int  # likes of papers that no digest announced: never tested, but given to later days
    backdated_verdicts: int  # given to a day's ranker although the reader gave them later
    days_left_out: int  # days with likes, older than the requested ones
    days: tuple[EvaluatedDay, ...]  # oldest first
    rankings: dict[str, dict[str, Estimate]]  # by ranking and measure; empty if no day could be tested
    rival: str | None  # the other ranking with the best nDCG@10
    lead: Estimate | None  # our nDCG@10 minus the rival's, day by day
    last_likes: LastLikes
    calibration: Calibration | None  # None: no probability was predicted
    curve: tuple[CurvePoint, ...]
    curve_days: int  # days the curve is measured on

    @property
    def tested_days(self) -> tuple[date, ...]:
        """Days with likes, oldest first."""
        return tuple(day.day for day in self.days if day.measures)

    @property
    def enough(self) -> bool:
        """Whether there are enough likes on enough days for meaningful figures."""
        return self.tested_likes >= LEAST_LIKES and len(self.tested_days) >= LEAST_DAYS

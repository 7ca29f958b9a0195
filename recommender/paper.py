"""The nouns. Plain data: no I/O, no scoring, no third-party import.

Most are named tuples: their classes are made faster than those of frozen dataclasses, and every command makes them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from recommender.ids import paper_id


@dataclass(frozen=True, slots=True)
class Paper:
    """What was announced: public facts only, no score and no verdict inside."""

    id: str  # arXiv's without version ("2405.01234", "hep-th/9901001"), else as `paper_id` makes it
    title: str  # one line, no HTML; LaTeX as arXiv has it
    abstract: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # primary first
    submitted: date | None = None
    doi: str = ""  # of the published version, in small letters: "10.1103/physrevd.93.016005"


class Document(NamedTuple):
    """A background paper as the library keeps it for ranking: its terms instead of its text."""

    id: str
    authors: tuple[str, ...]
    terms: bytes  # as `ranking.encode` makes them


def completed(paper: Paper, other: Paper) -> Paper:
    """The paper, with what it lacks taken from another telling of it."""
    return replace(
        paper,
        title=paper.title or other.title,
        abstract=paper.abstract or other.abstract,
        authors=paper.authors or other.authors,
        categories=paper.categories or other.categories,
        submitted=paper.submitted or other.submitted,
        doi=paper.doi or other.doi,
    )


class Skipped(NamedTuple):
    """One entry of a digest or a library that could not be read."""

    line: int  # 1-based, in the text that was read; 0 where the format has no lines
    reason: str  # what is wrong and what stands there


class Digest(NamedTuple):
    """One announced list of papers."""

    date: date | None  # the announcement day; None where the text does not say
    category: str  # "cs.CV", or the archive "cs"; empty where the text does not say, or has several
    papers: tuple[Paper, ...]  # new to a reader of this list: first announced, or listed here too from now on
    skipped: tuple[Skipped, ...] = ()
    crossed: frozenset[str] = frozenset()  # ids among the papers that are cross-lists
    replaced: tuple[Paper, ...] = ()  # newer versions of papers announced before


class Verdict(Enum):
    """What a reader says of a paper."""

    LIKE = "like"
    DISLIKE = "dislike"
    READ = "read"  # known already: neither for nor against anything

    @property
    def past(self) -> str:
        """What was done with the paper: "liked"."""
        return "read" if self is Verdict.READ else f"{self.value}d"


class LibraryEntry(NamedTuple):
    """One entry of a reader's own library, wherever it was kept."""

    paper: Paper
    added_at: datetime | None = None  # aware; when it came into that library
    verdict: Verdict | None = None  # where the library says so, as our own export does


class LibraryEntries(NamedTuple):
    """A library as it was read."""

    entries: tuple[LibraryEntry, ...]
    skipped: tuple[Skipped, ...] = ()


class Feedback(NamedTuple):
    """One verdict with the paper itself, so that a history needs no library."""

    paper: Paper
    verdict: Verdict
    given_at: datetime  # aware, UTC


class Outcome(NamedTuple):
    """What became of a paper that was shown on an earlier day."""

    value: float  # its score's value when it was shown
    liked: bool


class NudgeKind(Enum):
    """What of a paper a nudge looks at."""

    AUTHOR = "author"
    WORD = "word"  # a word or several that follow each other, in title or abstract
    CATEGORY = "category"  # "cs.CV", or all of an archive: "cs"


class Nudge(NamedTuple):
    """A wish that a reader wrote down, beside what the verdicts teach."""

    kind: NudgeKind
    text: str  # "Ada Lovelace", "survey", "cs.CY"
    weight: float | None  # added to the score, in log-odds; None: such papers are muted


class History(NamedTuple):
    """All that a ranker may know of the past."""

    feedback: tuple[Feedback, ...] = ()
    unrated: tuple[Paper | Document, ...] = ()  # announced or shown, never rated
    interests: str = ""  # in the reader's own words
    outcomes: tuple[Outcome, ...] = ()
    nudges: tuple[Nudge, ...] = ()


class ReasonKind(Enum):
    """What a reason is about; the comment says what stands in its `subject`."""

    WORD = "word"  # a word or word pair of the paper
    LIKED = "liked"  # the title of a liked paper that it resembles
    DISLIKED = "disliked"  # the title of a disliked paper that it resembles
    INTEREST = "interest"  # words it shares with the reader's stated interests, joined by ", "
    AUTHOR = "author"  # the name of an author of papers that were liked
    FOLLOWED = "followed"  # the name of an author whom the reader follows
    BOOSTED = "boosted"  # a rule with a weight: "word:fusion", "author:J. Doe", "category:cs.CY"
    MUTED = "muted"  # a rule that hides papers, written like BOOSTED; its weight is 0
    OTHER = "other"  # empty: the sum of everything that has no reason of its own


class Reason(NamedTuple):
    """One part of a score, named so that a reader can check it."""

    kind: ReasonKind
    subject: str  # as the comment of its kind says
    weight: float  # its share of the score, in log-odds: above 0 raises the paper, below 0 lowers it
    paper_id: str | None = None  # of the paper it resembles
    papers: int = 0  # AUTHOR: how many liked papers this author has


class Score(NamedTuple):
    """How one paper fits one reader."""

    value: float  # orders papers, higher is better
    probability: float | None = None  # 0..1, calibrated: 0.82 is liked 82 times in 100; None: not known yet
    reasons: tuple[Reason, ...] = ()  # their weights add up to the value
    interval: tuple[float, float] | None = None  # where the probability lies four times in five
    familiarity: float = 0.0  # 0..1: how much it resembles the judged paper it resembles most
    alike: tuple[tuple[str, float], ...] = ()  # better papers of the same ranking it resembles, 0..1


class Topic(NamedTuple):
    """Liked papers that are about one thing."""

    words: tuple[str, ...]  # what tells them from the other liked ones
    likes: int
    papers: tuple[Paper, ...]  # the most typical ones


class Insights(NamedTuple):
    """What a history taught, for its reader to check."""

    favoured: tuple[str, ...]  # words and pairs that speak for a paper, strongest first
    unwanted: tuple[str, ...]  # ... and against it
    interests: tuple[Topic, ...]  # largest first
    drift: tuple[tuple[str, tuple[str, ...]], ...]  # "2026-03" and what was special in its likes; oldest first


class Recommendation(NamedTuple):
    """A paper at its place in a list."""

    rank: int  # 1 is best
    paper: Paper
    score: Score
    exploring: bool = False  # listed because the reader has judged nothing like it yet


class Status(Enum):
    """Why a list is as long as it is."""

    RANKED = "ranked"
    NO_PAPERS = "no-papers"  # nothing was announced, or no digest of that day is here
    ALL_JUDGED = "all-judged"  # each paper has a verdict already
    ALL_SEEN = "all-seen"  # each paper was judged, or shown on another day
    OLDER_DIGEST = "older-digest"  # nothing left, and the digest is older than the newest one listed
    BELOW_THRESHOLD = "below-threshold"  # papers are left, but none matches well enough


class NoteKind(Enum):
    """What a note says; the comment names its figures. Days and moments are ISO strings."""

    OLDER_DIGEST = "older-digest"  # day, newest: this digest's day is before the newest day listed
    ONLY_NEW_VERSIONS = "only-new-versions"  # day: it brought newer versions of papers, and no new paper
    NO_DIGEST = "no-digest"  # day: nothing was announced, or its digest was never read
    LEFT_OUT = "left-out"  # papers, rated, shown, muted, below (counts), threshold (percent): why the list is short
    MUTED = "muted"  # papers: how many the reader's rules hide
    NEW_VERSIONS = "new-versions"  # papers, ids: liked papers that have a newer version
    UNKNOWN_READER = "unknown-reader"  # no ratings, interests or rules yet, so the list has the digest's order
    SOURCE_FAILED = "source-failed"  # message
    ENTRIES_SKIPPED = "entries-skipped"  # source, entries, reason: entries that could not be read
    OFFLINE = "offline"  # day, newest: the network was not used, so the newest papers are of an earlier day
    LATE = "late"  # day, newest: arXiv's batch of the day is late
    NO_ANNOUNCEMENT = "no-announcement"  # day, newest, age_days: arXiv announced nothing on the day
    NEXT_DUE = "next-due"  # newest, due (a moment): nothing new before that
    NOTHING_FOUND = "nothing-found"  # words, papers: none of the papers has these words
    NOTHING_SIMILAR = "nothing-similar"  # no other paper shares a word with this one
    BEST_UNKNOWN_READER = "best-unknown-reader"  # `best` needs likes or interests
    NONE_IN_RANGE = "none-in-range"  # no paper was announced in the days asked for
    EMPTY_LIBRARY = "empty-library"  # no paper was read yet
    NONE_LEFT = "none-left"  # papers: every one was rated, shown or muted
    TEXT = "text"  # text: what a list stored by an older version said


class Note(NamedTuple):
    """A remark on a list: why it is empty, short, late or unusual."""

    kind: NoteKind
    figures: Mapping[str, "str | int | list[str]"] = {}  # as the comment of its kind says


class Shortlist(NamedTuple):
    """What one reader is shown for one day."""

    profile: str
    day: date
    items: tuple[Recommendation, ...]
    considered: int  # how many papers were ranked
    status: Status = Status.RANKED
    notes: tuple[Note, ...] = ()


def names_of(paper: Paper) -> list[str]:
    """Every id that the paper may stand under: its own, its DOI's, its title's."""
    names = [paper.id]
    if paper.doi:
        names.append(f"doi:{paper.doi}")
    if paper.title:
        names.append(paper_id(title=paper.title))
    return names

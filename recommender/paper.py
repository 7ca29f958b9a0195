"""The nouns. Plain data: no I/O, no scoring, no third-party import.

All are named tuples: their classes are made faster than those of frozen dataclasses, and every command makes them all.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from recommender.ids import paper_id


class Paper(NamedTuple):
    """A paper as it was announced: public facts only, without score or verdict."""

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
    """The paper, with its empty fields filled from another description of it."""
    return paper._replace(
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
    reason: str  # what is wrong, with the text in question


class Digest(NamedTuple):
    """One announced list of papers."""

    date: date | None  # the announcement day; None if the text names none
    category: str  # "cs.CV", or the archive "cs"; empty if the text names none or several
    papers: tuple[Paper, ...]  # new to a reader of this list: first announced, or listed here too from now on
    skipped: tuple[Skipped, ...] = ()
    crossed: frozenset[str] = frozenset()  # ids among the papers that are cross-lists
    replaced: tuple[Paper, ...] = ()  # newer versions of papers announced before
    total: int = 0  # papers of the whole list, where the text says that it shows only some of them


class Verdict(Enum):
    """A reader's rating of a paper."""

    LIKE = "like"
    DISLIKE = "dislike"
    READ = "read"  # known already; counts neither as liked nor as disliked

    @property
    def past(self) -> str:
        """The past participle: "liked"."""
        return "read" if self is Verdict.READ else f"{self.value}d"


class Giver(Enum):
    """By which way a rating came."""

    READER = "reader"  # a command, the keyboard screen, a script
    MAIL = "mail"  # an answer to a mail
    PAGE = "page"  # the page of `recommend serve`
    AGENT = "agent"  # a program that acts for the reader, by `recommend mcp`
    IMPORT = "import"  # a library of the reader's


class Feedback(NamedTuple):
    """One verdict with the paper itself, so that a history needs no library."""

    paper: Paper
    verdict: Verdict
    given_at: datetime  # aware, UTC
    by: Giver = Giver.READER


class Change(NamedTuple):
    """The effect of one command on the verdict of one paper."""

    paper: Paper
    before: Verdict | None
    after: Verdict | None


class Undone(NamedTuple):
    """A command that was taken back, and what that changed."""

    command: str  # "like", "import", ...
    changes: tuple[Change, ...]


class Outcome(NamedTuple):
    """Whether a paper that was shown on an earlier day was liked."""

    value: float  # its score's evidence when it was shown
    liked: bool


class NudgeKind(Enum):
    """The part of a paper that a rule looks at."""

    AUTHOR = "author"
    WORD = "word"  # a word or a phrase, in title or abstract
    CATEGORY = "category"  # "cs.CV", or a whole archive: "cs"


class Nudge(NamedTuple):
    """A rule that a reader wrote down, beside what the verdicts teach: follow, boost or mute."""

    kind: NudgeKind
    text: str  # "Ada Lovelace", "survey", "cs.CY"
    weight: float | None  # added to the value, in log-odds, up to `preferences.LIMIT` in all; None: papers are muted

    @property
    def rule(self) -> str:
        """The rule as a person writes it: "word:survey"."""
        return f"{self.kind.value}:{self.text}"


class TopicRule(NamedTuple):
    """What a reader decided about one of the topics that the likes form."""

    name: str  # "machine translation", or a stated interest
    papers: tuple[str, ...] = ()  # ids of liked papers that mark the topic; of a stated interest none are needed
    weight: float = 1.0  # of its share of a list, beside 1 of another topic; 0: dropped, its papers teach nothing

    @property
    def dropped(self) -> bool:
        """Whether the reader wants nothing of it."""
        return self.weight == 0


class History(NamedTuple):
    """All that a ranking may use of the past."""

    feedback: tuple[Feedback, ...] = ()
    unrated: tuple[Paper | Document, ...] = ()  # announced or shown, never rated
    interests: str = ""  # in the reader's own words; ";" or a new line begins another topic
    outcomes: tuple[Outcome, ...] = ()
    nudges: tuple[Nudge, ...] = ()
    topics: tuple[TopicRule, ...] = ()


class ReasonKind(Enum):
    """What a reason is about; the comment says what stands in its `subject`."""

    WORD = "word"  # a word or word pair of the paper
    LIKED = "liked"  # the title of a liked paper that it resembles
    DISLIKED = "disliked"  # the title of a disliked paper that it resembles
    SIMILAR = "similar"  # the title of the paper that similar ones were asked for
    INTEREST = "interest"  # words it shares with the reader's stated interests, joined by ", "
    TOPIC = "topic"  # the name of one of several topics; its weight is what a fair share of the list adds
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
    papers: int = 0  # AUTHOR, TOPIC: how many liked papers the author or the topic has
    shared: tuple[str, ...] = ()  # LIKED, DISLIKED: words of the paper that the other one has too, strongest first


LIKES_FOR_MATCH = 5  # from so many on a match is known; of a topic's likes, where a paper is raised for the topic


class Score(NamedTuple):
    """How one paper fits one reader."""

    value: float  # orders papers, higher is better; in log-odds, the reader's own rules included
    probability: float | None = None  # 0..1, calibrated: of papers with 0.82, 82 in 100 are liked; None: not known yet
    reasons: tuple[Reason, ...] = ()  # their weights add up to the value
    interval: tuple[float, float] | None = None  # contains the probability in four of five cases
    familiarity: float = 0.0  # 0..1: similarity to the most similar rated paper
    alike: tuple[tuple[str, float], ...] = ()  # ids of better papers of the same ranking, and their similarity, 0..1

    @property
    def nudged(self) -> float:
        """What followed authors and boosts add to the value, in log-odds."""
        return sum(reason.weight for reason in self.reasons if reason.kind in (ReasonKind.FOLLOWED, ReasonKind.BOOSTED))

    @property
    def topic_share(self) -> float:
        """What the share of its topic in the list adds to the value, in log-odds."""
        return sum(reason.weight for reason in self.reasons if reason.kind is ReasonKind.TOPIC)

    @property
    def match(self) -> float | None:
        """The probability as it is shown: None too for a paper raised for a topic with too few likes to know it."""
        raised = any(
            reason.kind is ReasonKind.TOPIC and reason.weight > 0 and reason.papers < LIKES_FOR_MATCH
            for reason in self.reasons
        )
        return None if raised else self.probability

    @property
    def evidence(self) -> float:
        """The value without followed authors, boosts and the topic's share: what the match rests on."""
        return self.value - self.nudged - self.topic_share


class Recommendation(NamedTuple):
    """A paper at its place in a list."""

    rank: int  # 1 is best
    paper: Paper
    score: Score
    exploring: bool = False  # listed because the reader has rated nothing similar yet


class Status(Enum):
    """Why a list is as long as it is."""

    RANKED = "ranked"
    NO_PAPERS = "no-papers"  # nothing was announced, or no digest of that day was read
    ALL_JUDGED = "all-judged"  # every paper is rated already
    ALL_SEEN = "all-seen"  # every paper was rated, muted, or shown on another day
    OLDER_DIGEST = "older-digest"  # no paper is left, and the digest is older than the newest one listed
    BELOW_THRESHOLD = "below-threshold"  # papers are left, but none matches well enough


class NoteKind(Enum):
    """What a note says; the comment names its figures. Days and moments are ISO strings."""

    OLDER_DIGEST = "older-digest"  # day, newest: this digest's day is before the newest day listed
    ONLY_NEW_VERSIONS = "only-new-versions"  # day: it brought newer versions of papers, and no new paper
    NO_DIGEST = "no-digest"  # day: nothing was announced, or its digest was never read
    OTHER_CATEGORIES = "other-categories"  # papers, day: how many there are of a day, none in the reader's categories
    LEFT_OUT = "left-out"  # papers, rated, shown, muted, below (counts), threshold (percent): why the list is short
    MUTED = "muted"  # papers: how many the reader's rules hide
    NEW_VERSIONS = "new-versions"  # papers, ids: liked papers that have a newer version
    UNKNOWN_READER = "unknown-reader"  # no ratings, interests or rules yet, so the list has the digest's order
    MATCH_NEEDS_LIKES = "match-needs-likes"  # likes, needed: how many there are, and from how many on it is known
    MATCH_NEEDS_PAPERS = "match-needs-papers"  # needed: from how many papers of other days on it is known
    UNKNOWN_WORDS = "unknown-words"  # words, nearest: no paper has a word of the interests; similar ones papers have
    SOURCE_FAILED = "source-failed"  # message
    ENTRIES_SKIPPED = "entries-skipped"  # source, entries, reason: entries that could not be read
    PART_OF_DAY = "part-of-day"  # source, papers, total: a text that shows only some of the day's papers
    OFFLINE = "offline"  # day, newest: the network was not used, so the newest papers are of an earlier day
    LATE = "late"  # day, newest: arXiv's batch of the day is late
    NO_ANNOUNCEMENT = "no-announcement"  # day, newest, age_days: arXiv announced nothing on the day
    NEXT_DUE = "next-due"  # newest, due (a moment): nothing new before that
    NOTHING_FOUND = "nothing-found"  # words, papers: none of the papers has these words
    SOME_WORDS = "some-words"  # complete: how many papers of the search have all words; the others have some
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


SEARCH_POOL = 200  # papers of a full-text search that are ranked: its best


class Shortlist(NamedTuple):
    """What one reader is shown for one day."""

    profile: str
    day: date
    items: tuple[Recommendation, ...]
    considered: int  # how many papers were ranked
    status: Status = Status.RANKED
    notes: tuple[Note, ...] = ()
    first_day: date | None = None  # the list has papers of this day up to `day`; None: of `day` alone


def names_of(paper: Paper) -> list[str]:
    """The ids that the paper may have: its own, and its DOI's."""
    return [paper.id, paper_id(doi=paper.doi)] if paper.doi else [paper.id]

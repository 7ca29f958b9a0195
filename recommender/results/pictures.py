"""What pictures show: figures for the charts, for pages and for programs."""

from datetime import date
from enum import Enum
from typing import NamedTuple

from recommender.paper import Paper, Verdict
from recommender.profile import MOST_STEPS, STEP
from recommender.results.evaluation import Calibration

LEAST_RATED = 10  # liked and disliked papers that a map needs
CLEAR_RATED = 50  # ... and from how many on its groups are clear
LEAST_MATCHES = 20  # papers shown with a match that a calibration needs


class Dot(NamedTuple):
    """A paper at its place on the map."""

    paper: Paper
    x: float  # 0..1, from left to right
    y: float  # 0..1, from top to bottom
    verdict: Verdict | None = None  # None: of the day's list, not rated yet
    topic: int = -1  # index in the map's topics; -1: none
    rank: int = 0  # in the day's list; 0: not of it
    match: float | None = None  # 0..1, as in the day's list
    similarity: float = 1.0  # 0..1, to the rated paper that it resembles most


class MapTopic(NamedTuple):
    """One of the reader's topics where its likes are."""

    name: str
    likes: int  # on the map
    x: float  # the median of its likes
    y: float


class PaperMap(NamedTuple):
    """Rated papers in the plane, similar ones near each other, and the papers of the day's list among them.

    The place of a rated paper stays the same from day to day until so many others are rated that the map is fitted
    again, in the background of `run`; it then looks much like before.
    """

    ratings: int  # liked and disliked papers, at most as many as a map shows
    day: date | None = None  # of the list
    topics: tuple[MapTopic, ...] = ()  # most likes first
    rated: tuple[Dot, ...] = ()  # newest rating first; empty: too few ratings, or not made yet
    today: tuple[Dot, ...] = ()  # best first; the papers of the list that are not rated yet

    @property
    def enough(self) -> bool:
        """Whether there are enough ratings for a map."""
        return self.ratings >= LEAST_RATED


class TopicMonths(NamedTuple):
    """The likes of one topic, by month."""

    name: str
    likes: int  # in all
    by_month: tuple[int, ...]  # one number for each month of the history
    stated: bool = False  # one of the stated interests
    dropped: bool = False  # the reader took it out


class InterestHistory(NamedTuple):
    """What the reader liked, by topic and month."""

    months: tuple[str, ...]  # "2026-03", oldest first, without gaps; empty: nothing liked yet
    topics: tuple[TopicMonths, ...]  # most likes first
    others: TopicMonths  # likes that belong to no topic


class LearnedWord(NamedTuple):
    """A word or pair of words that the ratings taught."""

    text: str
    effect: float  # in log-odds: what it adds to the value of a rated paper that has it, on average
    papers: int  # rated papers that have it

    @property
    def rule(self) -> str:
        """The rule that matches papers with it: "word:image fusion"."""
        return f"word:{self.text}"

    @property
    def counterweight(self) -> float:
        """The steps of a boost by this rule that take its effect out."""
        return _counterweight(self.effect)


class LearnedAuthor(NamedTuple):
    """An author of liked papers."""

    name: str
    effect: float  # in log-odds: what it adds to the value of another paper by this author
    likes: int

    @property
    def rule(self) -> str:
        """The rule that matches papers of the author: "author:Ada Lovelace"."""
        return f"author:{self.name}"

    @property
    def counterweight(self) -> float:
        """The steps of a boost by this rule that take its effect out."""
        return _counterweight(self.effect)


def _counterweight(effect: float) -> float:
    steps = min(max(round(abs(effect) / STEP, 2), 0.01), MOST_STEPS)
    return -steps if effect > 0 else steps


class LearnedWords(NamedTuple):
    """The words that raise papers, and those that lower them, strongest first."""

    positive: tuple[LearnedWord, ...]
    negative: tuple[LearnedWord, ...]
    liked: int  # papers they were learned from
    disliked: int


class MonthOfLists(NamedTuple):
    """The lists of one month."""

    month: str  # "2026-03"
    papers: int  # shown among the ten best of their list
    liked: int  # of these


class MatchHistory(NamedTuple):
    """What became of the papers that past lists showed; a paper without a rating counts as not liked."""

    papers: int  # shown with a match, on days before today
    calibration: Calibration | None  # of the matches as they were shown; None: too few
    months: tuple[MonthOfLists, ...]  # oldest first


class DayState(Enum):
    """What became of one day."""

    RATED = "rated"  # a list was shown, and papers of it are rated
    LISTED = "listed"  # a list was shown, and no paper of it is rated
    UNREAD = "unread"  # papers were announced, and no list was made
    FAILED = "failed"  # the scheduled run failed, and no list was made later
    MISSING = "missing"  # a weekday without an announcement here: a holiday, or nothing was fetched
    QUIET = "quiet"  # a weekend: arXiv announces nothing
    AHEAD = "ahead"  # nothing is known of it: before the first list or announcement here, or today


class CalendarDay(NamedTuple):
    """One day of the calendar."""

    day: date
    state: DayState
    papers: int = 0  # of its lists
    rated: int = 0  # of these
    message: str = ""  # FAILED: why


class Calendar(NamedTuple):
    """A year of days, oldest first, without gaps; ends with today."""

    days: tuple[CalendarDay, ...]

    @property
    def known(self) -> tuple[CalendarDay, ...]:
        """The days from the first one of which anything is known, without today while nothing is; empty: none yet."""
        return tuple(day for day in self.days if day.state is not DayState.AHEAD)

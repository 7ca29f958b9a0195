"""The conductor of a replay: rank past days of a reader with what was known before them, and measure.

The honest rule: a verdict counts as given on the day its paper came out, or when it was really given if that was
earlier, and a day is ranked with the verdicts that count before its first second in UTC. So no verdict on a paper of
that day or of a later one is ever known to it. The moment of the click alone would not do: who judges five days at
one sitting gave every verdict after the last of them, and four of the five would be ranked knowing nothing.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from math import log2

from recommender.paper import Feedback, History, Outcome, Paper, Score, Verdict
from recommender.profile import Profile
from recommender.store.library import Library
from recommender.store.memory import Memory

TOP = 10  # papers a day that are looked at
BACKGROUND = 2000  # papers without a verdict, as `recommend today` takes them
LEAST_LIKES, LEAST_DAYS = 5, 2  # with fewer, a figure says more about chance than about the ranking
LAST_LIKES = 40
CURVE_DAYS = 20  # days a point of the learning curve is ranked anew for, spread over all
CURVE_STEPS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)  # verdicts
DRAWS = 2000  # of the bootstrap
SEED = 20200513
BINS = 10  # of equal width, for the calibration

NEWEST, BM25, LINEAR, OURS = "newest", "bm25", "linear", "blend"
RANKERS = (OURS, LINEAR, BM25, NEWEST)


@dataclass(frozen=True, slots=True)
class Question:
    """One day: which of its papers does the reader like?"""

    day: date
    candidates: tuple[str, ...]  # ids of the papers first announced that day and not judged before, as announced
    liked: frozenset[str]  # those the reader likes; empty: a list was shown, and nothing on it was liked
    known: tuple[Feedback, ...]  # all verdicts that count before the day, newest first


@dataclass(frozen=True, slots=True)
class Measures:
    """How good one ranking of one day is."""

    ndcg: float  # nDCG@10 with gain 1 for a liked paper (Järvelin and Kekäläinen, 2002)
    precision: float  # P@10: liked papers of the first ten, divided by 10
    recall: float  # recall@10: liked papers of the first ten, divided by as many as could be there
    auc: float  # how often a liked paper stands before one that is not; a tie counts half


@dataclass(frozen=True, slots=True)
class Day:
    """What came of one day."""

    day: date
    candidates: int
    liked: int
    known: int  # verdicts
    measures: dict[str, Measures]  # by ranker; empty where nothing was liked
    places: dict[str, tuple[int, ...]]  # by ranker: where the liked papers stood, 1 is best; the same order for all
    listed: tuple[tuple[float, bool], ...]  # of our ten best: the probability told, and whether the paper is liked


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over days, and the interval that holds 95 % of the means of days drawn anew."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the learning curve."""

    known: int  # only so many verdicts, the newest, were known; on days that had fewer, all of them
    ndcg: Estimate


@dataclass(frozen=True, slots=True)
class Bin:
    """Papers that were told about the same probability."""

    papers: int
    told: float  # mean probability
    liked: float  # share


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a match of 82 % is liked 82 times in 100, over the ten best of each day."""

    papers: int
    error: float  # expected calibration error: mean |told - liked| over bins, weighed by papers (Naeini et al., 2015)
    over_half: int  # papers with a probability over one half ...
    over_half_liked: int  # ... and how many of these are liked
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class LastLikes:
    """Where the reader's newest likes stood."""

    likes: int
    top: int  # of these, among the ten best of their day
    top_newest: int  # the same, had each day kept the order it was announced in


@dataclass(frozen=True, slots=True)
class Report:
    """All that a replay tells."""

    enough: bool  # whether there are likes and days enough for the figures to mean something
    likes: int  # verdicts that hold
    tested: int  # likes that were ranked, each on its own day
    undated: int  # likes of papers that no digest here announced: known to later days, tested on none
    late: int  # verdicts that count as given earlier than they were
    left_out: int  # days with likes before those that were asked for
    days: tuple[Day, ...]  # oldest first; also days that were only shown
    rankers: dict[str, dict[str, Estimate]]  # by ranker and measure; empty without a day to test on
    rival: str | None  # the ranker besides ours with the best nDCG@10 ...
    lead: Estimate | None  # ... and what ours has more, day by day
    last_likes: LastLikes
    calibration: Calibration | None
    curve: tuple[Point, ...]
    curve_days: int


def replay(
    profile: Profile,
    library: Library,
    memory: Memory,
    newest: int | None = None,
    watched: Callable[[Sequence[Question]], Iterable[Question]] = iter,
) -> Report:
    """Rank the reader's past days as if each were today, and measure how good that was. Writes nothing.

    Days that were only shown, without a like, say whether probabilities hold; all else is measured on days with
    likes, on the `newest` of them if that is given. `watched` may show how far the ranking has come.

    Raises:
        StoreError: a database cannot be used.
    """
    announced = library.first_announced()
    own = announced | (library.first_announced(profile.categories) if profile.categories else {})
    feedback = _with_texts(memory.feedback(), library)
    shown = memory.listed_days()
    asked = questions(_by_day(library, profile), own, feedback, shown, bool(profile.interests))
    tested = [question for question in asked if question.liked]
    kept = tested if newest is None else tested[-newest:]
    asked = [question for question in asked if kept and question.day >= kept[0].day]
    curve = Curve.over(kept, bool(profile.interests))
    days: list[Day] = []
    for question in watched(asked):
        outcomes = tuple(chain.from_iterable(told for told in _outcomes(days)))
        days.append(_ranked(profile, library, question, own, feedback, outcomes, curve))
    return report(days, feedback, own, curve, left_out=len(tested) - len(kept))

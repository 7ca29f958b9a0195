"""How well past days would have been ranked for a reader."""

from datetime import date, datetime
from typing import NamedTuple

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


class LearningCurve(NamedTuple):
    """How good rankings were by the number of ratings used, as the last evaluation found it."""

    made_at: datetime  # aware
    days: int  # it is measured on
    points: tuple[CurvePoint, ...]  # fewest ratings first; empty: too few likes


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

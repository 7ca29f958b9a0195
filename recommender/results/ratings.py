"""What ratings changed, and why a paper has its score."""

from typing import NamedTuple

from recommender.paper import Paper, Score, Verdict


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

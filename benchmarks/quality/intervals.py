"""Means over readers with 95 % intervals: bootstrap, readers drawn with replacement."""

import numpy as np
from numpy.typing import ArrayLike

from recommender.ranking.metrics import estimate as mean
from recommender.ranking.metrics import percentiles, resamples
from recommender.results.evaluation import Estimate

__all__ = ["mean", "ratio", "signed", "text"]

LEAST = 0.001  # the smallest divisor: in a draw of few readers, the other recipe may find nothing at all


def ratio(values: ArrayLike, others: ArrayLike) -> Estimate:
    """The mean of `values` divided by the mean of `others`, both of the same readers."""
    above, below = np.asarray(values, dtype=np.float64), np.asarray(others, dtype=np.float64)
    draws = resamples(len(above))
    ratios = above[draws].mean(axis=1) / np.maximum(below[draws].mean(axis=1), LEAST)
    return Estimate(float(above.mean() / max(below.mean(), LEAST)), *percentiles(ratios))


def text(estimate: Estimate) -> str:
    """The mean and its interval, for a table."""
    return "{:.4f} [{:.4f}, {:.4f}]".format(*estimate)


def signed(estimate: Estimate) -> str:
    """The same with signs, for a difference."""
    return "{:+.4f} [{:+.4f}, {:+.4f}]".format(*estimate)

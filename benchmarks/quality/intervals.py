"""How sure a mean over readers is: bootstrap, readers drawn with replacement."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 2000
SEED = 20200513
_ENDS = (2.5, 97.5)  # percentiles: 95 of 100 draws lie between


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"

    @property
    def signed(self) -> str:
        """The same with its sign, for a difference."""
        return f"{self.value:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"


def mean(values: ArrayLike) -> Interval:
    """The mean of one figure a reader; of a difference a reader, the paired difference."""
    known = np.asarray(values, dtype=np.float64)
    return _interval(float(known.mean()), known[_draws(len(known))].mean(axis=1))


def ratio(values: ArrayLike, others: ArrayLike) -> Interval:
    """The mean of `values` over the mean of `others`, both of the same readers."""
    above, below = np.asarray(values, dtype=np.float64), np.asarray(others, dtype=np.float64)
    draws = _draws(len(above))
    floor = 0.001  # in a draw of few readers the other may find nothing at all
    ratios = above[draws].mean(axis=1) / np.maximum(below[draws].mean(axis=1), floor)
    return _interval(float(above.mean() / max(below.mean(), floor)), ratios)


def _interval(value: float, drawn: NDArray[Any]) -> Interval:
    low, high = np.percentile(drawn, _ENDS)
    return Interval(value, float(low), float(high))


@lru_cache(maxsize=16)
def _draws(readers: int) -> NDArray[np.int64]:
    return np.random.default_rng(SEED).integers(0, readers, (RESAMPLES, readers))

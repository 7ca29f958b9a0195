"""Values become probabilities: how often papers of such a value are liked."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Outcome

LEAST_LIKES = 5  # with fewer, nothing was measured that a probability could rest on

# Replayed readers: P(like) = 1 / (1 + exp(-(SLOPE · value + INTERCEPT))) for the best ten of each day. Fitted on
# either half of the readers it is off by 0.03 on the other half's best ten (expected calibration error).
SLOPE, INTERCEPT = 0.65, -5.65
# How far single readers lie from that. Theirs are lists that miss papers; who judges every day may like far more.
SLOPE_DEVIATION, INTERCEPT_DEVIATION = 0.2, 1.0
FOUR_IN_FIVE = 1.2816  # standard deviations either side of the mean of a normal distribution
_STEPS = 25


class Calibration(NamedTuple):
    """A logistic curve and how sure it is."""

    slope: float
    intercept: float
    covariance: NDArray[np.float64]  # 2 × 2, of slope and intercept

    def probabilities(self, values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Of each value the probability of a like, and the ends of the interval it lies in four times in five."""
        logits = self.slope * values + self.intercept
        features = np.stack([values, np.ones_like(values)])
        deviation = np.sqrt(np.einsum("iv,ij,jv->v", features, self.covariance, features))
        low, high = logits - FOUR_IN_FIVE * deviation, logits + FOUR_IN_FIVE * deviation
        return _logistic(logits), _logistic(low), _logistic(high)


def calibrate(outcomes: Sequence[Outcome]) -> Calibration:
    """The curve of this reader: what is usual, moved by what became of the papers shown so far.

    Platt scaling ("Probabilistic Outputs for Support Vector Machines", 1999) with a normal prior on both
    parameters, at its most probable point by Newton's method, with Laplace's approximation of the spread there.
    """
    values = np.array([outcome.value for outcome in outcomes])
    liked = np.array([outcome.liked for outcome in outcomes], dtype=np.float64)
    features = np.stack([values, np.ones_like(values)])
    usual = np.array([SLOPE, INTERCEPT])
    precision = np.diag([SLOPE_DEVIATION**-2, INTERCEPT_DEVIATION**-2])
    at = usual
    for _ in range(_STEPS):
        expected = _logistic(at @ features)
        gradient = features @ (expected - liked) + precision @ (at - usual)
        curvature = (features * (expected * (1 - expected))) @ features.T + precision
        step = np.linalg.solve(curvature, gradient)
        at = at - step / max(1.0, float(np.abs(step).max()))  # short steps: far off, the curve is flat
    return Calibration(max(float(at[0]), 0.0), float(at[1]), np.linalg.inv(curvature))


def _logistic(logits: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -500, 500))))

"""Calibration: the value of a score becomes the probability of a like."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.paper import LIKES_FOR_MATCH, Outcome

MIN_LIKES = LIKES_FOR_MATCH  # the prior was measured on readers with at least as many

# Prior of the curve P(like) = 1 / (1 + exp(-(SLOPE · value + INTERCEPT))), fitted to the ten best papers of each day of
# replayed readers. Fitted on one half of the readers, its expected calibration error on the other half is 0.03.
SLOPE, INTERCEPT = 0.65, -5.65
# Standard deviations of the prior: how far single readers are from the curve. The replayed likes come from lists that
# miss papers; a reader who rates every day may like far more.
SLOPE_DEVIATION, INTERCEPT_DEVIATION = 0.2, 1.0
Z_80 = 1.2816  # a normal variable is within so many standard deviations of its mean with probability 0.8
_STEPS = 25  # of Newton's method


class Calibration(NamedTuple):
    """A logistic curve with the uncertainty of its parameters."""

    slope: float
    intercept: float
    covariance: NDArray[np.float64]  # 2 × 2, of slope and intercept

    def probabilities(self, values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The probability of a like for each value, and the lower and upper end of its 80 % interval."""
        logits = self.slope * values + self.intercept
        features = np.stack([values, np.ones_like(values)])
        deviation = np.sqrt(np.einsum("iv,ij,jv->v", features, self.covariance, features))
        low, high = logits - Z_80 * deviation, logits + Z_80 * deviation
        return _logistic(logits), _logistic(low), _logistic(high)


def calibrate(outcomes: Sequence[Outcome]) -> Calibration:
    """Fit the curve to what became of the papers shown to this reader so far; without any, it is the prior.

    Platt scaling ("Probabilistic Outputs for Support Vector Machines", 1999) with a normal prior on both parameters:
    the posterior mode by Newton's method, its covariance by Laplace's approximation.
    """
    values = np.array([outcome.value for outcome in outcomes])
    liked = np.array([outcome.liked for outcome in outcomes], dtype=np.float64)
    features = np.stack([values, np.ones_like(values)])
    prior = np.array([SLOPE, INTERCEPT])
    precision = np.diag([SLOPE_DEVIATION**-2, INTERCEPT_DEVIATION**-2])
    parameters = prior
    for _ in range(_STEPS):
        expected = _logistic(parameters @ features)
        gradient = features @ (expected - liked) + precision @ (parameters - prior)
        hessian = (features * (expected * (1 - expected))) @ features.T + precision
        step = np.linalg.solve(hessian, gradient)
        # No step is longer than 1: far from the mode the curve is flat and Newton's method overshoots.
        parameters = parameters - step / max(1.0, float(np.abs(step).max()))
    return Calibration(max(float(parameters[0]), 0.0), float(parameters[1]), np.linalg.inv(hessian))


def _logistic(logits: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -500, 500))))

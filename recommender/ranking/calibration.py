"""Calibration: the evidence of a score becomes the probability of a like.

The curve is P(like) = share · logistic(slope · value + intercept), Platt scaling ("Probabilistic Outputs for Support
Vector Machines", 1999) with an upper bound. Three things make it the reader's own: how many likes there are, how high
the background papers reach, and what became of the papers that were shown or rated.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Outcome

# The usual curve, fitted to the ten best papers of each list of one half of replayed readers by
# `python -m benchmarks.quality FOLDER --curve`, which prints these numbers.
SLOPE, INTERCEPT = 1.226, -2.399
PER_LIKES = -0.411  # on the intercept, times ln(likes): values grow with the likes
PER_REACH = -2.095  # on the intercept, times the reach of the background: see `Reader`
# Logit of the share of good papers that are liked, at ln(likes) = 0 and per unit: long lists miss most good papers.
SHARE, SHARE_PER_LIKES = 3.754, -0.553

RATER_SHARE = 1.4  # that logit with dislikes: a reader who rates what is shown misses little of it

# Standard deviations of slope, intercept and share from reader to reader. A reader who dislikes papers may like any
# part of what is shown; one who only likes is nearer to the usual, but leaves out more or less of what is good.
DEVIATIONS, RATER_DEVIATIONS = (0.1, 0.5, 0.7), (0.1, 0.95, 0.5)
RATING_WEIGHT = 0.75  # of a rated paper beside the outcome of a shown one, whose value is known better
ENOUGH = 100  # outcomes beside which such ratings hardly count
MEANT = 0.2  # share of dislikes among the papers not liked from which on the unrated ones are not taken as disliked
REACH = 0.99  # quantile
Z_80 = 1.2816  # a normal variable is within so many standard deviations of its mean with probability 0.8
_STEPS = 25  # of Newton's method


class Reader(NamedTuple):
    """What the curve depends on before anything is known of shown papers."""

    likes: int
    dislikes: int = 0
    reach: float = 1.3  # the log-odds that the highest hundredth of the background papers reaches; the usual by default


class Calibration(NamedTuple):
    """A curve with the uncertainty of its parameters."""

    slope: float
    intercept: float
    share: float  # logit of the upper bound
    covariance: NDArray[np.float64]  # 3 × 3, of slope, intercept and share

    def probabilities(self, values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The probability of a like for each value, and the lower and upper end of its 80 % interval."""
        probability, gradient = _curve(np.array([self.slope, self.intercept, self.share]), values)
        # The delta method, on the logit of the probability: so the ends stay between 0 and 1.
        spread = probability * (1 - probability)
        deviation = np.sqrt(np.einsum("iv,ij,jv->v", gradient, self.covariance, gradient)) / spread
        logit = np.log(probability) - np.log1p(-probability)
        return probability, _logistic(logit - Z_80 * deviation), _logistic(logit + Z_80 * deviation)


def usual(reader: Reader) -> Calibration:
    """The curve of a reader of whom no outcome is known."""
    log_likes = float(np.log(max(reader.likes, 1)))
    intercept = INTERCEPT + PER_LIKES * log_likes + PER_REACH * reader.reach
    share = RATER_SHARE if reader.dislikes else SHARE + SHARE_PER_LIKES * log_likes
    deviations = RATER_DEVIATIONS if reader.dislikes else DEVIATIONS
    return Calibration(SLOPE, intercept, share, np.diag(np.square(deviations)))


def calibrate(reader: Reader, outcomes: Sequence[Outcome] = (), ratings: Sequence[Outcome] = ()) -> Calibration:
    """Fit the curve to what became of the papers shown to this reader so far; without any, it is the usual one.

    The usual curve is the mean of a normal prior on the three parameters: the posterior mode by Fisher scoring, its
    covariance by Laplace's approximation.

    Args:
        outcomes: of papers that were shown.
        ratings: of papers that were liked or disliked, each valued without its own rating. They stand for the ratings
            that no outcome accounts for, as those of the first list are.
    """
    curve = usual(reader)
    covered = _covered(outcomes, ratings)
    weights = np.append(
        _weights(covered * reader.dislikes, outcomes), np.full(len(ratings), RATING_WEIGHT * (1 - covered))
    )
    values = np.array([outcome.value for outcome in (*outcomes, *ratings)])
    liked = np.array([outcome.liked for outcome in (*outcomes, *ratings)], dtype=np.float64)
    prior = np.array([curve.slope, curve.intercept, curve.share])
    precision = np.linalg.inv(curve.covariance)
    parameters, information = prior, precision
    for _ in range(_STEPS if len(values) else 0):
        expected, gradient = _curve(parameters, values)
        pull = weights / (expected * (1 - expected))
        downhill = gradient @ (pull * (expected - liked)) + precision @ (parameters - prior)
        information = (gradient * pull) @ gradient.T + precision
        step = np.linalg.solve(information, downhill)
        # No step is longer than 1: far from the mode the curve is flat and Newton's method overshoots.
        parameters = parameters - step / max(1.0, float(np.abs(step).max()))
    slope, intercept, share = parameters.tolist()
    return Calibration(max(slope, 0.0), intercept, share, np.linalg.inv(information))


def _curve(parameters: NDArray[Any], values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The probability of each value, and its derivatives: 3 × values."""
    slope, intercept, share = parameters
    rising, bound = _logistic(slope * values + intercept), _logistic(share)
    probability = np.clip(bound * rising, 1e-9, 1 - 1e-9)
    by_logit = bound * rising * (1 - rising)
    return probability, np.stack([by_logit * values, by_logit, probability * (1 - bound)])


def _covered(outcomes: Sequence[Outcome], ratings: Sequence[Outcome]) -> float:
    """The share of the ratings that are outcomes as well, by the likes among both; one more of each for few likes."""
    shown, rated = (1 + sum(outcome.liked for outcome in given) for given in (outcomes, ratings))
    return min(1.0, shown / rated)


def _weights(dislikes: float, outcomes: Sequence[Outcome]) -> NDArray[np.float64]:
    """The weight of each outcome: 1, or less if it says "not liked" and may mean "not rated".

    A reader without dislikes leaves out what is not wanted. A reader who dislikes at least MEANT of what is not liked
    rates some papers and not others, so the dislikes alone say what is not liked: together, the papers without a like
    weigh as much as those. In between, the weight falls from the one to the other.

    Args:
        dislikes: how many of the outcomes are dislikes.
    """
    liked = np.array([outcome.liked for outcome in outcomes], dtype=np.bool_)
    share = min(1.0, dislikes / max(int((~liked).sum()), 1))
    return np.where(liked, 1.0, 1 - min(1.0, share / MEANT) * (1 - share))


def _logistic(logits: Any) -> NDArray[Any]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -500, 500))))

"""Quality of rankings and of predicted probabilities, for `recommend evaluate` and the benchmarks."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import ndcg_score, roc_auc_score

from recommender.results.evaluation import TOP, Calibration, CalibrationBin, Estimate, Measures

BINS = 10
RESAMPLES = 2000
SEED = 20200513


def ranks(values: ArrayLike) -> NDArray[np.int64]:
    """Rank of each item by falling value, 1 is best; equal values keep the given order."""
    order = np.argsort(-np.asarray(values, dtype=np.float64), kind="stable")
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(1, len(order) + 1)
    return places


def measure(values: ArrayLike, liked: ArrayLike) -> Measures:
    """nDCG@10, P@10, recall@10 and AUC of one ranking.

    nDCG: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002). recall@10 is divided by
    min(10, liked papers), so that 1 can always be reached. The AUC counts a tie half; it is 1 if all are liked.

    Args:
        values: one score per paper, higher is better; in the top 10, equal scores rank in the given order.
        liked: whether each paper is liked; at least one must be.
    """
    relevant, places = np.asarray(liked, dtype=bool), ranks(values)
    wanted, hits = int(relevant.sum()), int(relevant[places <= TOP].sum())
    ndcg = auc = 1.0
    if wanted < len(relevant):
        # scikit-learn averages over all orders of equal scores; a reader sees only one: ranks have no ties
        ndcg = float(ndcg_score([relevant], [-places], k=TOP, ignore_ties=True))
        auc = float(roc_auc_score(relevant, values))
    return Measures(ndcg, hits / TOP, hits / min(wanted, TOP), auc)


def estimate(values: ArrayLike) -> Estimate:
    """Mean with its 95 % interval, by percentile bootstrap (Efron, 1979); the same for the same values."""
    sample = np.asarray(values, dtype=np.float64)
    return Estimate(float(sample.mean()), *percentiles(sample[resamples(len(sample))].mean(axis=1)))


def percentiles(resampled: NDArray[np.float64]) -> tuple[float, float]:
    """The ends of the interval that holds 95 % of resampled figures."""
    low, high = np.percentile(resampled, [2.5, 97.5])
    return float(low), float(high)


@lru_cache(maxsize=16)
def resamples(size: int) -> NDArray[np.int64]:
    """RESAMPLES rows of `size` indices, drawn with replacement; always the same draws."""
    return np.random.default_rng(SEED).integers(0, size, (RESAMPLES, size))


def calibration(matches: Sequence[tuple[float, bool]]) -> Calibration | None:
    """Agreement of predicted probabilities with likes; None without predictions.

    Args:
        matches: the predicted probability of a like (0..1) of each paper, and whether it is liked.
    """
    if not matches:
        return None
    probabilities, liked = np.asarray(matches, dtype=np.float64).T
    bins = calibration_bins(probabilities, liked)
    over_half = liked[probabilities > 0.5]
    return Calibration(len(matches), calibration_error(bins), len(over_half), int(over_half.sum()), tuple(bins))


def calibration_bins(probabilities: ArrayLike, liked: ArrayLike, *, equal_papers: bool = False) -> list[CalibrationBin]:
    """Ten bins of equal width, or of equally many papers; empty bins are left out.

    scikit-learn's `calibration_curve` gives the same means, but not the number of papers, which the error needs.
    """
    predicted, outcome = np.asarray(probabilities, dtype=np.float64), np.asarray(liked, dtype=np.float64)
    if equal_papers:
        parts = np.array_split(np.argsort(predicted, kind="stable"), BINS)
    else:
        number = np.minimum((predicted * BINS).astype(int), BINS - 1)
        parts = [np.flatnonzero(number == each) for each in range(BINS)]
    return [
        CalibrationBin(len(rows), float(predicted[rows].mean()), float(outcome[rows].mean()))
        for rows in parts
        if len(rows)
    ]


def calibration_error(bins: Sequence[CalibrationBin]) -> float:
    """Expected calibration error: the mean distance of predicted and liked share, weighted by papers.

    Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning" (2015).
    """
    return sum(part.papers * abs(part.predicted - part.liked) for part in bins) / sum(part.papers for part in bins)

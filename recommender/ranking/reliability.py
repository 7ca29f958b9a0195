"""Agreement of predicted probabilities with likes, for evaluations and their pictures."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from recommender.results.evaluation import Calibration, CalibrationBin

BINS = 10


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

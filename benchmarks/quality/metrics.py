"""Measures of one ranking: those of `recommend evaluate`, with ties broken at random."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking import metrics

METRICS = ("AUC", "nDCG@10", "P@10", "recall@10")


def measure(values: NDArray[Any], liked: NDArray[np.bool_]) -> tuple[float, ...]:
    """AUC, nDCG@10, P@10 and recall@10 of one ranking, as in METRICS.

    Ties are broken by a fixed draw: a ranker that gives all papers the same value ranks at random. The AUC counts a
    tie half.
    """
    order = np.argsort(np.random.default_rng(0).permutation(len(values)))
    measures = metrics.measure(values[order], liked[order])
    return measures.auc, measures.ndcg, measures.precision, measures.recall

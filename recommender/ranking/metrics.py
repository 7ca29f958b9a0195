"""Quality of rankings, for `recommend evaluate` and the benchmarks."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import ndcg_score, roc_auc_score

from recommender.results.evaluation import TOP, Estimate, Measures

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

"""How good a ranking is, given which candidates are liked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

METRICS = ("AUC", "nDCG@10", "P@10", "recall@10")
_DISCOUNT = 1 / np.log2(np.arange(2, 12))


def measure(values: NDArray[Any], liked: NDArray[np.bool_]) -> tuple[float, ...]:
    """AUC, nDCG@10, P@10 and recall@10 (hits / min(10, liked)) of one ranking, as in METRICS.

    Ties are broken by a fixed draw, so that a ranker that says nothing ranks at random; AUC counts a tie half.
    """
    order = np.lexsort((np.random.default_rng(0).permutation(len(values)), -values))
    hits = liked[order][:10]
    wanted, places = int(liked.sum()), len(hits)
    ideal = _DISCOUNT[: min(wanted, places)].sum()
    ranks = rankdata(values)
    others = len(liked) - wanted
    auc = (ranks[liked].sum() - wanted * (wanted + 1) / 2) / (wanted * others) if others else 1.0
    return (
        float(auc),
        float((hits * _DISCOUNT[:places]).sum() / ideal),
        float(hits.sum() / 10),
        float(hits.sum() / min(10, wanted)),
    )

"""TF-IDF: what a paper is about, as a vector of length 1."""

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.counts import paper_frequency
from recommender.ranking.sparse import HStack, Sparse


def tfidf(*counts: Sparse) -> HStack:
    """(1 + ln tf) · (ln((1 + N) / (1 + df)) + 1), each row divided by its Euclidean length.

    As scikit-learn's TfidfVectorizer with sublinear_tf and smooth_idf
    (https://scikit-learn.org/stable/modules/feature_extraction.html#tfidf-term-weighting), which a test compares.

    Args:
        counts: papers × terms, side by side; a paper without terms stays all zeros.
    """
    weighed = [_weighed(part) for part in counts]
    length = np.sqrt(sum(part.with_data(part.data * part.data).row_sums() for part in weighed))
    length[length == 0] = 1
    return HStack(tuple(part.with_data(part.data / np.repeat(length, np.diff(part.indptr))) for part in weighed))


def _weighed(counts: Sparse) -> Sparse:
    return counts.with_data((1 + np.log(counts.data)) * idf_of(counts)[counts.indices])


def idf_of(counts: Sparse) -> NDArray[np.float32]:
    """ln((1 + N) / (1 + df)) + 1 of each term."""
    idf = np.log((1 + counts.shape[0]) / (1 + paper_frequency(counts))) + 1
    return idf.astype(np.float32)

"""TF-IDF vectors of papers."""

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.counts import document_frequency
from recommender.ranking.sparse import HStack, Sparse


def tfidf(*counts: Sparse) -> HStack:
    """TF-IDF: (1 + ln tf) · idf, each row divided by its Euclidean length.

    As scikit-learn's TfidfTransformer with sublinear_tf and smooth_idf
    (https://scikit-learn.org/stable/modules/feature_extraction.html#tfidf-term-weighting); a test compares them.

    Args:
        counts: term frequencies, papers × terms each; together they form one vector space.

    Returns:
        Papers × all terms, float32; the row of a paper without terms is all zeros.
    """
    weighted = [part.with_data((1 + np.log(part.data)) * smooth_idf(part)[part.indices]) for part in counts]
    length = np.sqrt(sum(part.with_data(part.data * part.data).row_sums() for part in weighted))
    length[length == 0] = 1
    return HStack(tuple(part.with_data(part.data / np.repeat(length, np.diff(part.indptr))) for part in weighted))


def smooth_idf(counts: Sparse) -> NDArray[np.float32]:
    """Inverse document frequency of each term: ln((1 + N) / (1 + df)) + 1, for N papers."""
    idf = np.log((1 + counts.shape[0]) / (1 + document_frequency(counts))) + 1
    return idf.astype(np.float32)


def normalised(counts: Sparse, idf: NDArray[np.float32]) -> Sparse:
    """As `tfidf`, with the idf of other papers.

    Args:
        idf: one per column, as `smooth_idf` gives it.
    """
    weighted = counts.with_data((1 + np.log(counts.data)) * idf[counts.indices])
    length = np.sqrt(weighted.with_data(weighted.data * weighted.data).row_sums())
    return weighted.with_data(weighted.data / np.repeat(np.where(length > 0, length, 1), np.diff(weighted.indptr)))

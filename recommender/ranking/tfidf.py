"""TF-IDF: what a paper is about, as a vector of length 1."""

import numpy as np
from scipy.sparse import csr_array, diags_array

from recommender.ranking.counts import paper_frequency


def tfidf(counts: csr_array) -> csr_array:
    """(1 + ln tf) · (ln((1 + N) / (1 + df)) + 1), each row divided by its Euclidean length.

    As scikit-learn's TfidfVectorizer with sublinear_tf and smooth_idf
    (https://scikit-learn.org/stable/modules/feature_extraction.html#tfidf-term-weighting), which a test compares.

    Args:
        counts: papers × terms; a paper without terms stays all zeros.
    """
    idf = np.log((1 + counts.shape[0]) / (1 + paper_frequency(counts))) + 1
    weights = ((1 + np.log(counts.data)) * idf[counts.indices]).astype(np.float32)
    rows = csr_array((weights, counts.indices, counts.indptr), shape=counts.shape)
    length = np.sqrt(rows.multiply(rows).sum(axis=1))
    length[length == 0] = 1
    return csr_array(diags_array((1 / length).astype(np.float32)) @ rows)

"""A map of rated papers in the plane: similar papers lie near each other. The only module that needs scikit-learn's
manifold learning, which is slow to import and to compute: a map is made in the background, and kept.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.manifold import TSNE

from recommender.ranking.counts import count
from recommender.ranking.embedding import Embedding, Vectors, fitted
from recommender.ranking.topics import COSINE

DIMENSIONS = 50  # of the truncated SVD
PERPLEXITY = 30.0  # about how many neighbours each paper has; less where there are few papers
SEED = 0
# Standard deviation of the places that t-SNE begins with, and by how much it exaggerates similarities at first: as
# scikit-learn has them; and for a map that is to look like the one before.
_AT_FIRST, _AGAIN = (1e-4, 12.0), (1.0, 1.0)


def fit(encoded: Mapping[str, bytes], before: Embedding | None = None) -> Embedding:
    """Fit a map: truncated SVD of the papers' vectors, then t-SNE (van der Maaten and Hinton, 2008). Takes seconds.

    Args:
        encoded: at least three papers, as `tokens.encode` gives them, by id.
        before: an older map of the reader; the new one begins with its places, so that it looks like it.
    """
    ids = tuple(sorted(encoded))
    texts = [encoded[paper_id] for paper_id in ids]
    terms, idf, vectors = fitted(count(texts))
    reduced = _reduced(vectors)
    start, (spread, exaggeration) = (
        (reduced[:, :2], _AT_FIRST) if before is None else (_places_before(before, ids, texts), _AGAIN)
    )
    embedding = TSNE(
        2,
        perplexity=min(PERPLEXITY, (len(ids) - 1) / 3),
        early_exaggeration=exaggeration,
        init=_spread(start, spread),
        random_state=SEED,
        n_jobs=1,
    ).fit_transform(reduced)
    return Embedding(ids, _scaled(embedding), terms, idf, vectors)


def _reduced(vectors: Vectors) -> NDArray[np.float32]:
    """Papers × at most DIMENSIONS and at least 2, each row of length 1 unless it is zero."""
    words = vectors.words
    matrix = scipy.sparse.csr_matrix((words.data, words.indices, words.indptr), shape=words.shape)
    features = scipy.sparse.hstack([sqrt(COSINE) * matrix, scipy.sparse.csr_matrix(vectors.points)]).tocsr()
    if features.nnz == 0:  # not one word of any paper is known
        return np.zeros((words.shape[0], 2), dtype=np.float32)
    reduction = TruncatedSVD(min(DIMENSIONS, min(features.shape) - 1), random_state=SEED)
    with np.errstate(divide="ignore", invalid="ignore"):  # it divides by the variance, and equal papers have none
        points = reduction.fit_transform(features).astype(np.float32)
    length = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points / np.where(length > 1e-9, length, 1))


def _places_before(before: Embedding, ids: tuple[str, ...], texts: list[bytes]) -> NDArray[Any]:
    row = {paper_id: number for number, paper_id in enumerate(before.ids)}
    spots, _ = before.place(texts)
    for number, paper_id in enumerate(ids):
        if paper_id in row:
            spots[number] = before.spots[row[paper_id]]
    return spots


def _spread(places: NDArray[Any], deviation: float) -> NDArray[np.float32]:
    """The places around 0 with this standard deviation, and no two at the same place."""
    centred = places - places.mean(axis=0)
    noise = np.random.default_rng(SEED).normal(0, 1e-2, places.shape)  # equal places would never part
    scale = max(float(centred[:, 0].std()), 1e-9)
    return np.asarray(deviation * (centred / scale + noise), dtype=np.float32)


def _scaled(embedding: NDArray[Any]) -> NDArray[np.float32]:
    """The places with each axis from 0 to 1."""
    low, high = embedding.min(axis=0), embedding.max(axis=0)
    return np.asarray((embedding - low) / np.maximum(high - low, 1e-9), dtype=np.float32)

"""How near each candidate is to the judged papers, by cosine and by BM25."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.paper import Paper
from recommender.ranking.bm25 import SparseOkapi
from recommender.ranking.material import Material

HALF_LIFE = 365.0  # days after which a liked paper is half as near
LEAST_NEARNESS = 0.1  # of a liked paper, however old


@dataclass(frozen=True, slots=True)
class Nearest:
    """Of each candidate: the judged paper it is nearest to."""

    similarity: NDArray[Any]  # 0 or more
    index: NDArray[np.int64]  # place of that paper among the judged ones


def by_cosine(material: Material, vectors: csr_array, judged: tuple[Paper, ...]) -> Nearest | None:
    """Highest cosine to a judged paper, an older like counting for less; None if none is judged.

    Args:
        vectors: TF-IDF of the material's rows.
        judged: `material.liked` or `material.disliked`.
    """
    if not judged:
        return None
    similarity = vectors[material.rows(material.candidates)] @ vectors[material.rows(judged)].T
    fading = np.ones(len(judged))
    if judged is material.liked:
        fading = np.maximum(0.5 ** (material.age / HALF_LIFE), LEAST_NEARNESS)
    return _nearest(material, judged, similarity.toarray() * fading)


def by_bm25(material: Material, model: SparseOkapi, judged: tuple[Paper, ...]) -> Nearest | None:
    """Highest BM25 score of a candidate for the words of a judged paper, per root of their number.

    Args:
        model: BM25 over the words of the material's rows.
        judged: `material.liked` or `material.disliked`.
    """
    if not judged:
        return None
    asked = model.counts[material.rows(judged)]
    queries = csr_array((np.ones_like(asked.data), asked.indices, asked.indptr), shape=asked.shape)
    similarity = (model.weights()[material.rows(material.candidates)] @ queries.T).toarray()
    length = np.sqrt(np.maximum(np.diff(asked.indptr), 1))
    return _nearest(material, judged, similarity / length)


def _nearest(material: Material, judged: tuple[Paper, ...], similarity: NDArray[Any]) -> Nearest:
    """The highest of each row; a candidate that was judged itself does not count as near to itself."""
    place = {paper.id: column for column, paper in enumerate(judged)}
    for row, paper in enumerate(material.candidates):
        if paper.id in place:
            similarity[row, place[paper.id]] = 0
    index = similarity.argmax(axis=1)
    return Nearest(similarity[np.arange(len(index)), index], index)

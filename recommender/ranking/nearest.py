"""How near each candidate is to the judged papers, by cosine and by BM25."""

from collections.abc import Callable
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

# How alike the candidates are to some judged papers: candidates × judged, 0 or more
Similarity = Callable[[tuple[Paper, ...]], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Nearest:
    """Of each candidate: the judged paper it is nearest to, and how near."""

    value: NDArray[Any]  # above 0 for a liked paper, below 0 for a disliked one that is nearer than any liked one
    liked: NDArray[np.int64]  # place of the nearest paper in `material.liked`; of no use where the value is below 0
    disliked: NDArray[np.int64]  # the same in `material.disliked`, where the value is below 0


def nearest(material: Material, similarity: Similarity) -> Nearest:
    """Nearness to the nearest liked paper, less what a disliked paper is nearer than that one.

    So a single dislike moves its own neighbours, and nobody else's: with its own scale it would weigh as much as
    all likes together.
    """
    likes = _highest(material, material.liked, similarity)
    dislikes = _highest(material, material.disliked, similarity)
    value = likes[0] - np.maximum(dislikes[0] - likes[0], 0)
    return Nearest(value, likes[1], dislikes[1])


def cosine(material: Material, vectors: csr_array) -> Similarity:
    """The cosine of TF-IDF vectors; an older like counts for less.

    Args:
        vectors: of the material's rows, of length 1.
    """

    def similarity(judged: tuple[Paper, ...]) -> NDArray[Any]:
        alike = (vectors[material.rows(material.candidates)] @ vectors[material.rows(judged)].T).toarray()
        if judged is material.liked:
            return np.asarray(alike * np.maximum(0.5 ** (material.age / HALF_LIFE), LEAST_NEARNESS))
        return np.asarray(alike)

    return similarity


def bm25(material: Material, model: SparseOkapi) -> Similarity:
    """The BM25 score of a candidate for the words of a judged paper, per root of their number.

    Args:
        model: over the words of the material's rows.
    """

    def similarity(judged: tuple[Paper, ...]) -> NDArray[Any]:
        asked = model.counts[material.rows(judged)]
        queries = csr_array((np.ones_like(asked.data), asked.indices, asked.indptr), shape=asked.shape)
        scores = (model.weights()[material.rows(material.candidates)] @ queries.T).toarray()
        return np.asarray(scores / np.sqrt(np.maximum(np.diff(asked.indptr), 1)))

    return similarity


def _highest(
    material: Material, judged: tuple[Paper, ...], similarity: Similarity
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Of each candidate the highest similarity and where; a paper does not count as near to itself."""
    rows = len(material.candidates)
    if not judged:
        return np.zeros(rows), np.zeros(rows, dtype=np.int64)
    values = similarity(judged)
    place = {paper.id: column for column, paper in enumerate(judged)}
    for row, paper in enumerate(material.candidates):
        if paper.id in place:
            values[row, place[paper.id]] = 0
    index = values.argmax(axis=1)
    return values[np.arange(rows), index], index

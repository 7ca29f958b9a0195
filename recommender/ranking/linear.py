"""Logistic regression on TF-IDF vectors: liked against disliked and unrated papers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from sklearn.linear_model import LogisticRegression

from recommender.ranking.material import Material

C = 10.0  # inverse strength of the L2 penalty
HALF_LIFE = 60.0  # days after which a like weighs half
LEAST_WEIGHT = 0.02  # of a like, however old
DISLIKE_WEIGHT = 5.0  # a dislike weighs as much as so many papers that were only not judged
FEW = 50  # unrated papers below which the day's own papers stand in for them


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted model, as far as scores and reasons need it."""

    vectors: csr_array  # candidates × terms
    coefficients: NDArray[Any]  # one a term

    def values(self) -> NDArray[Any]:
        """One a candidate: the log-odds, but for a constant."""
        return np.asarray(self.vectors @ self.coefficients)

    def contributions(self, row: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """The terms of a candidate, and what each adds to its value."""
        vector = self.vectors[[row]]
        return vector.indices, vector.data * self.coefficients[vector.indices]


def fit(material: Material, vectors: csr_array) -> Linear | None:
    """The model of this history, or None where nothing is liked, or no words tell it from anything else.

    Args:
        vectors: TF-IDF of the material's rows.
    """
    candidates = vectors[material.rows(material.candidates)]
    likes = vectors[material.rows(material.liked)]
    dislikes = vectors[material.rows(material.disliked)]
    others = vectors[material.rows(material.unrated)]
    if others.shape[0] < FEW:
        others = csr_array(vstack([others, candidates]))
    if not likes.shape[0] or not dislikes.shape[0] + others.shape[0] or not vectors.shape[1]:
        return None
    like_weight = np.maximum(0.5 ** (material.age / HALF_LIFE), LEAST_WEIGHT)
    other_weight = np.repeat([DISLIKE_WEIGHT, 1.0], [dislikes.shape[0], others.shape[0]])
    rows = len(like_weight) + len(other_weight)
    # both sides together weigh the same, however many papers each has
    weight = rows / 2 * np.concatenate([like_weight / like_weight.sum(), other_weight / other_weight.sum()])
    target = np.repeat([1, 0], [len(like_weight), len(other_weight)])
    model = LogisticRegression(C=C, max_iter=1000)
    model.fit(vstack([likes, dislikes, others], format="csr"), target, sample_weight=weight)
    return Linear(candidates, model.coef_[0])

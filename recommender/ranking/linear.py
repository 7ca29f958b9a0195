"""Logistic regression on TF-IDF of words and word pairs: liked against disliked and unrated."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from sklearn.linear_model import LogisticRegression

from recommender.ranking.material import Material

C = 10.0  # inverse strength of the L2 penalty
DISLIKE_WEIGHT = 5.0  # one dislike says as much as so many papers that were only not judged


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted model, as far as a score needs it."""

    features: csr_array  # candidates × terms
    coefficients: NDArray[Any]  # one a term

    @property
    def values(self) -> NDArray[Any]:
        """One a candidate."""
        return np.asarray(self.features @ self.coefficients)


def fit(material: Material) -> Linear | None:
    """The model, or None where there is nothing liked (or nothing else) to learn from."""
    tfidf = _tfidf(material.counts.matrix)
    candidates, likes = tfidf[material.rows("candidates")], tfidf[material.rows("liked")]
    dislikes, unrated = tfidf[material.rows("disliked")], tfidf[material.rows("unrated")]
    if unrated.shape[0] < 50:
        unrated = _stack([unrated, candidates])
    sizes = [likes.shape[0], dislikes.shape[0], unrated.shape[0]]
    if not likes.shape[0] or not sizes[1] + sizes[2]:
        return None
    target = np.repeat([1, 0, 0], sizes)
    weight = np.repeat([1.0, DISLIKE_WEIGHT, 1.0], sizes)
    weight[target == 1] *= weight[target == 0].sum() / sizes[0]
    weight *= len(weight) / weight.sum()
    model = LogisticRegression(C=C, max_iter=200)
    model.fit(_stack([likes, dislikes, unrated]), target, sample_weight=weight)
    return Linear(candidates, model.coef_[0])


def _tfidf(counts: csr_array) -> csr_array:
    """Rows of length 1: (1 + ln tf) × smoothed idf, as scikit-learn's TfidfVectorizer with sublinear_tf."""
    papers = counts.shape[0]
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((1 + papers) / (1 + frequency)) + 1
    tf = csr_array((1 + np.log(counts.data), counts.indices, counts.indptr), shape=counts.shape)
    weighted = tf @ diags_array(idf.astype(np.float32))
    length = np.sqrt(weighted.multiply(weighted).sum(axis=1))
    return diags_array(1 / np.maximum(length, 1e-12)) @ weighted


def _stack(parts: list[csr_array]) -> csr_array:
    from scipy.sparse import vstack

    return csr_array(vstack(parts, format="csr"))

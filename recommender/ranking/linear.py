"""Logistic regression on TF-IDF vectors: liked against disliked and unrated papers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack
from sklearn.linear_model import LogisticRegression

from recommender.ranking.material import Material
from recommender.ranking.tfidf import tfidf

C = 3.0  # inverse strength of the L2 penalty
TOLERANCE = 1e-3  # of the gradient; 1e-4 takes half as long again and ranks no better, 3e-3 ranks worse
HALF_LIFE = 60.0  # days after which a like weighs half
LEAST_WEIGHT = 0.02  # of a like, however old
DISLIKE_WEIGHT = 5.0  # a dislike weighs as much as so many papers that were only not judged
TITLES = 0.5  # length of the vector of title words beside the paper's own of length 1 ...
TITLES_FROM = 50  # ... from so many likes on, and less before: few titles say little that lasts


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted model, as far as scores and reasons need it."""

    vectors: csr_array  # candidates × features: the material's terms, then its words once more, of titles alone
    coefficients: NDArray[Any]  # one a feature
    terms: int  # how many features are the material's terms

    def values(self) -> NDArray[Any]:
        """One a candidate: the log-odds of a like, but for a constant."""
        return np.asarray(self.vectors @ self.coefficients)

    def weights(self) -> NDArray[Any]:
        """One a term: what it weighs in the text and in the title together."""
        weights = self.coefficients[: self.terms].copy()
        titles = self.coefficients[self.terms :]
        weights[: len(titles)] += titles
        return np.asarray(weights)

    def contributions(self, row: int, most: int) -> list[tuple[int, float]]:
        """The `most` terms that add or take most: each term's place in the material's terms, and what it adds."""
        start, end = self.vectors.indptr[row : row + 2]
        features, values = self.vectors.indices[start:end], self.vectors.data[start:end]
        terms, place = np.unique(np.where(features < self.terms, features, features - self.terms), return_inverse=True)
        added = np.bincount(place, values * self.coefficients[features], minlength=len(terms))
        strongest = np.argsort(-np.abs(added), kind="stable")[:most]
        return [(int(terms[index]), float(added[index])) for index in strongest]


def fit(material: Material) -> Linear | None:
    """The model of this history, or None where nothing is liked, or no words tell it from anything else."""
    titles = TITLES * min(1.0, len(material.liked) / TITLES_FROM)
    features = csr_array(hstack([material.vectors, titles * tfidf(material.counts.titles)], format="csr"))
    candidates = features[material.rows(material.candidates)]
    likes = features[material.rows(material.liked)]
    dislikes = features[material.rows(material.disliked)]
    others = features[material.rows(material.background)]
    if not likes.shape[0] or not dislikes.shape[0] + others.shape[0] or not features.shape[1]:
        return None
    like_weight = np.maximum(0.5 ** (material.age / HALF_LIFE), LEAST_WEIGHT)
    other_weight = np.repeat([DISLIKE_WEIGHT, 1.0], [dislikes.shape[0], others.shape[0]])
    rows = len(like_weight) + len(other_weight)
    # both sides together weigh the same, however many papers each has
    weight = rows / 2 * np.concatenate([like_weight / like_weight.sum(), other_weight / other_weight.sum()])
    target = np.repeat([1, 0], [len(like_weight), len(other_weight)])
    model = LogisticRegression(C=C, tol=TOLERANCE, max_iter=1000)
    model.fit(vstack([likes, dislikes, others], format="csr"), target, sample_weight=weight)
    return Linear(candidates, model.coef_[0], material.vectors.shape[1])

"""Logistic regression on TF-IDF vectors: liked against disliked and unrated papers."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.dataset import Dataset
from recommender.ranking.newton import logistic
from recommender.ranking.sparse import HStack
from recommender.ranking.tfidf import tfidf

C = 3.0  # inverse strength of the L2 penalty
HALF_LIFE = 60.0  # days after which a like weighs half
LEAST_WEIGHT = 0.02  # of a like, however old
DISLIKE_WEIGHT = 5.0  # a dislike weighs as much as so many papers that were only not judged
TITLES = 0.5  # length of the vector of title words beside the paper's own of length 1 ...
TITLES_FROM = 50  # ... from so many likes on, and less before: few titles say little that lasts


class Linear(NamedTuple):
    """A fitted model, as far as scores and reasons need it."""

    vectors: HStack  # candidates × features: the dataset's terms, then its words once more, of titles alone
    coefficients: NDArray[Any]  # one a feature
    terms: int  # how many features are the dataset's terms

    def values(self) -> NDArray[Any]:
        """One a candidate: the log-odds of a like, but for a constant."""
        return self.vectors.dot(self.coefficients)

    def weights(self) -> NDArray[Any]:
        """One a term: what it weighs in the text and in the title together."""
        weights, titles = self.coefficients[: self.terms].copy(), self.coefficients[self.terms :]
        weights[: len(titles)] += titles
        return weights

    def contributions(self, rows: NDArray[np.int64], most: int) -> list[list[tuple[int, float]]]:
        """Of each row the `most` terms that add or take most: its place in the dataset's terms, and what it adds."""
        row, feature, value = self.vectors.take(rows).coordinates()
        term = np.where(feature < self.terms, feature, feature - self.terms)
        found, of_found = np.unique(row.astype(np.int64) * self.terms + term, return_inverse=True)
        added = np.bincount(of_found, value * self.coefficients[feature], minlength=len(found))
        row, term = np.divmod(found, self.terms)
        order = np.lexsort((term, -np.abs(added), row))
        starts = np.searchsorted(row, np.arange(len(rows) + 1))
        return [
            list(zip(term[own].tolist(), added[own].tolist(), strict=True))
            for own in (order[start:end][:most] for start, end in pairwise(starts))
        ]


def fit(dataset: Dataset) -> Linear | None:
    """The model of this history, or None where nothing is liked, or no words tell it from anything else."""
    likes, dislikes, others = len(dataset.liked), len(dataset.disliked), _length(dataset.negative_rows)
    if not likes or not dislikes + others or not len(dataset.counts.terms):
        return None
    (titles,) = tfidf(dataset.counts.titles).blocks
    features = HStack((*dataset.vectors.blocks, titles.with_data(TITLES * min(1.0, likes / TITLES_FROM) * titles.data)))
    like_weight = np.maximum(0.5 ** (dataset.like_ages / HALF_LIFE), LEAST_WEIGHT)
    judged_others = DISLIKE_WEIGHT * dislikes + others
    # both sides together weigh the same, however many papers each has
    half = (likes + dislikes + others) / 2
    target, weight = np.zeros((2, dataset.vectors.shape[0]))
    target[dataset.liked_rows] = 1
    weight[dataset.liked_rows] = half * like_weight / like_weight.sum()
    weight[dataset.disliked_rows] = half * DISLIKE_WEIGHT / judged_others
    weight[dataset.negative_rows] = half / judged_others
    rated = slice(min(dataset.liked_rows.start, dataset.negative_rows.start), None)
    coefficients = logistic(features[rated], target[rated], weight[rated], C)
    return Linear(features[dataset.candidate_rows], coefficients, dataset.vectors.shape[1])


def _length(rows: slice) -> int:
    return int(rows.stop - rows.start)

"""Logistic regression on TF-IDF vectors: liked papers against disliked and unrated ones."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.dataset import Dataset
from recommender.ranking.newton import fit_logistic
from recommender.ranking.sparse import HStack
from recommender.ranking.tfidf import tfidf

C = 3.0  # inverse strength of the L2 penalty, as in scikit-learn
HALF_LIFE = 60.0  # days after which a like weighs half
MIN_LIKE_WEIGHT = 0.02  # lower bound of that time decay
DISLIKE_WEIGHT = 5.0  # sample weight of a dislike; an unrated paper weighs 1
TITLE_SHARE = 0.5  # length of the vector of title words, beside the paper's vector of length 1 ...
TITLE_LIKES = 50  # ... reached with this many likes: the few titles of a small history generalise badly


class Linear(NamedTuple):
    """A fitted model, with the features of the candidates."""

    features: HStack  # candidates × features: all terms, then once more the words, from the titles only
    coefficients: NDArray[Any]  # one per feature
    terms: int  # how many of the features are terms

    def values(self) -> NDArray[Any]:
        """The log-odds of each candidate, without the intercept."""
        return self.features.dot(self.coefficients)

    def weights(self) -> NDArray[Any]:
        """The weight of each term: its coefficient plus its coefficient in the title."""
        weights, titles = self.coefficients[: self.terms].copy(), self.coefficients[self.terms :]
        weights[: len(titles)] += titles
        return weights

    def contributions(self, rows: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], NDArray[Any], NDArray[Any]]]:
        """What the terms of each of these candidates add to its log-odds.

        Returns:
            For each candidate the columns of its terms, what each adds, and what it adds to the other candidates on
            average.
        """
        row, feature, value = self.features.take(rows).coordinates()
        column = np.where(feature < self.terms, feature, feature - self.terms)
        cells, cell = np.unique(row.astype(np.int64) * self.terms + column, return_inverse=True)
        added = np.bincount(cell, value * self.coefficients[feature], minlength=len(cells))
        row, column = np.divmod(cells, self.terms)
        total = self.features.rmatvec(np.ones(self.features.shape[0])) * self.coefficients
        total[: len(total) - self.terms] += total[self.terms :]
        usual = (total[column] - added) / max(self.features.shape[0] - 1, 1)
        ends = np.searchsorted(row, np.arange(len(rows) + 1))
        return [(column[start:end], added[start:end], usual[start:end]) for start, end in pairwise(ends)]


def fit(dataset: Dataset) -> Linear | None:
    """Fit the regression to a history; None without likes, without negatives, or without any term to learn from."""
    likes, dislikes = len(dataset.liked), len(dataset.disliked)
    unrated = dataset.negative_rows.stop - dataset.negative_rows.start
    if not likes or not dislikes + unrated or not len(dataset.counts.terms):
        return None
    (titles,) = tfidf(dataset.counts.titles).blocks
    titles = titles.with_data(TITLE_SHARE * min(1.0, likes / TITLE_LIKES) * titles.data)
    features = HStack((*dataset.vectors.blocks, titles))
    like_weights = np.maximum(0.5 ** (dataset.like_ages / HALF_LIFE), MIN_LIKE_WEIGHT)
    negative_weight = DISLIKE_WEIGHT * dislikes + unrated
    # Balanced: positives and negatives have the same total weight, however many papers each side has.
    half = (likes + dislikes + unrated) / 2
    target, weight = np.zeros((2, dataset.vectors.shape[0]))
    target[dataset.rows.liked] = 1
    weight[dataset.rows.liked] = half * like_weights / like_weights.sum()
    weight[dataset.rows.disliked] = half * DISLIKE_WEIGHT / negative_weight
    weight[dataset.negative_rows] = half / negative_weight
    # candidates only as negatives
    training = slice(min(dataset.rows.liked.start, dataset.negative_rows.start), dataset.rows.unrated.stop)
    coefficients = fit_logistic(features[training], target[training], weight[training], C)
    return Linear(features[dataset.rows.candidates], coefficients, dataset.vectors.shape[1])

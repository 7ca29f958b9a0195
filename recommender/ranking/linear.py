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
_STEPS = 12  # of Newton's method


class Linear(NamedTuple):
    """A fitted model, with the features of the candidates."""

    features: HStack  # candidates × features: all terms, then once more the words, from the titles only
    coefficients: NDArray[Any]  # one per feature
    terms: int  # how many of the features are terms
    background: NDArray[Any]  # log-odds of each unrated paper, as `values` gives those of the candidates
    held_out: NDArray[Any]  # of each liked and then each disliked paper, as if the fit had not known its rating

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
    if not _can_fit(dataset):
        return None
    (titles,) = tfidf(dataset.counts.titles).blocks
    title_share = TITLE_SHARE * min(1.0, len(dataset.liked) / TITLE_LIKES)
    titles = titles.with_data(title_share * titles.data)
    features = HStack((*dataset.vectors.blocks, titles))
    target, weight = examples(dataset)
    # candidates only as negatives
    rows = slice(min(dataset.rows.liked.start, dataset.negative_rows.start), dataset.rows.unrated.stop)
    coefficients = fit_logistic(features[rows], target[rows], weight[rows], C)
    values = np.zeros(dataset.vectors.shape[0])
    values[rows] = features[rows].dot(coefficients)
    own = np.zeros_like(values)
    own[rows] = C * (1 + title_share**2) * _residuals(values[rows], target[rows], weight[rows])
    rated = slice(dataset.rows.liked.start, dataset.rows.disliked.stop)
    return Linear(
        features[dataset.rows.candidates],
        coefficients,
        dataset.vectors.shape[1],
        values[dataset.rows.unrated],
        (values - own)[rated],
    )


def _can_fit(dataset: Dataset) -> bool:
    rows = dataset.negative_rows
    has_negatives = bool(dataset.disliked) or rows.stop > rows.start
    return bool(dataset.liked) and has_negatives and bool(len(dataset.counts.terms))


def examples(dataset: Dataset) -> tuple[NDArray[Any], NDArray[Any]]:
    """The target of each row (1: liked), and its sample weight; 0 for candidates that are no negatives."""
    likes, dislikes = len(dataset.liked), len(dataset.disliked)
    unrated = dataset.negative_rows.stop - dataset.negative_rows.start
    like_weights = np.maximum(0.5 ** (dataset.like_ages / HALF_LIFE), MIN_LIKE_WEIGHT)
    negative_weight = DISLIKE_WEIGHT * dislikes + unrated
    # Balanced: positives and negatives have the same total weight, however many papers each side has.
    half = (likes + dislikes + unrated) / 2
    target, weight = np.zeros((2, dataset.vectors.shape[0]))
    target[dataset.rows.liked] = 1
    weight[dataset.rows.liked] = half * like_weights / like_weights.sum()
    weight[dataset.rows.disliked] = half * DISLIKE_WEIGHT / negative_weight
    weight[dataset.negative_rows] = half / negative_weight
    return target, weight


def _residuals(values: NDArray[Any], target: NDArray[Any], weight: NDArray[Any]) -> NDArray[Any]:
    """Weight · (target − probability) of each row: its share in the coefficients, divided by C.

    The coefficients are C · Σ residual · row, so without its own share a row has a value that is lower by
    C · residual · ‖row‖². That is the leave-one-out estimate of Jaakkola and Haussler, "Probabilistic kernel regression
    models" (1999), section 4; a refit would be a little milder.
    """
    intercept = 0.0
    for _ in range(_STEPS):  # Newton's method, of one number: the fit leaves the intercept out of its answer
        probability = 0.5 + 0.5 * np.tanh((values + intercept) / 2)
        slope = float((weight * probability * (1 - probability)).sum())
        intercept -= float((weight * (probability - target)).sum()) / max(slope, 1e-9)
    return np.asarray(weight * (target - probability))

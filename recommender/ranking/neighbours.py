"""How near each candidate is to the judged papers: by cosine, by meaning, and by BM25."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Paper
from recommender.ranking import lsa
from recommender.ranking.bm25 import SparseOkapi
from recommender.ranking.dataset import Dataset

HALF_LIFE = 365.0  # days after which a liked paper is half as near
LEAST_NEARNESS = 0.1  # of a liked paper, however old
CROWD = 0.01  # share of the background that are neighbours, and tell how crowded the place of a paper is
CROWDED = 0.5  # how much of that is taken off while likes are few ...
FEW_LIKES, MANY_LIKES = 50, 100  # ... falling to nothing between these
SAMPLE = 500  # background papers that are looked at for that

# How alike the candidates are to papers of some rows of the dataset: candidates × papers
Compare = Callable[[slice], NDArray[Any]]


class Similarity(NamedTuple):
    """One way to tell how near papers are."""

    weight: float  # of its nearness in the score
    nearest: int  # liked papers whose mean is taken
    compare: Compare


class NeighbourScore(NamedTuple):
    """What one measure adds to each candidate's score."""

    value: NDArray[Any]  # log-odds
    liked: NDArray[np.int64]  # place of the nearest paper in `dataset.liked`; -1: a disliked one is nearer
    disliked: NDArray[np.int64]  # place of the nearest paper in `dataset.disliked`; -1: a liked one is nearer
    similarity: NDArray[Any]  # to that paper, before anything is taken off


def similarities(dataset: Dataset) -> list[Similarity]:
    """The three ways. The weights make a usual spread of each a fifth of the logistic regression's.

    Where no background tells the regression what is not liked, meaning counts three times as much: replayed with
    three likes and no background, nDCG@10 is 0.36 so, and 0.33 otherwise.
    """
    meaning = 2.0 if dataset.has_background else 6.0
    return [
        Similarity(5.0, 1, _cosine(dataset)),
        Similarity(meaning, 3, _meaning(dataset)),
        Similarity(0.2, 1, bm25(dataset)),
    ]


def neighbour_score(dataset: Dataset, measure: Similarity) -> NeighbourScore:
    """Nearness to the nearest liked papers, less what a disliked paper is nearer than those.

    So one dislike moves its own neighbours and nobody else's. While likes are few, some of the nearness to the
    background is taken off: what is near to everything is near to them by chance.
    """
    likes, liked = _highest(dataset, dataset.liked, dataset.liked_rows, measure)
    dislikes, disliked = _highest(dataset, dataset.disliked, dataset.disliked_rows, measure)
    value = likes - np.maximum(dislikes - likes, 0)
    few = np.interp(len(dataset.liked), [FEW_LIKES, MANY_LIKES], [1.0, 0.0])
    if few and dataset.liked and dataset.has_background:
        value = value - CROWDED * few * _crowd(dataset, measure)
    worse = dislikes > likes
    return NeighbourScore(
        measure.weight * value,
        np.where(worse, -1, liked),
        np.where(worse, disliked, -1),
        np.maximum(likes, dislikes),
    )


def bm25(dataset: Dataset) -> Compare:
    """The BM25 score of a candidate for the distinct words of a paper, per root of their number."""
    model = SparseOkapi(dataset.counts.words)
    candidates = model.weights(dataset.candidate_rows)

    def similarity(rows: slice) -> NDArray[Any]:
        asked = model.counts[rows]
        words = np.maximum(np.diff(asked.indptr), 1)
        return candidates.linear_kernel(asked.with_data(np.ones_like(asked.data))) / np.sqrt(words, dtype=np.float32)

    return similarity


def _cosine(dataset: Dataset) -> Compare:
    left = decay(dataset)
    candidates = dataset.vectors[dataset.candidate_rows]
    return lambda rows: candidates.linear_kernel(dataset.vectors[rows]) * left[rows]


def _meaning(dataset: Dataset) -> Compare:
    left = decay(dataset)
    known = lsa.shipped()
    candidates = known.place(dataset.counts, dataset.candidate_rows)
    return lambda rows: np.asarray(candidates @ known.place(dataset.counts, rows).T * left[rows])


def decay(dataset: Dataset) -> NDArray[Any]:
    """Of each row what is left of it: older likes are less near."""
    factors = np.ones(dataset.counts.words.shape[0], dtype=np.float32)
    factors[dataset.liked_rows] = np.maximum(0.5 ** (dataset.like_ages / HALF_LIFE), LEAST_NEARNESS)
    return factors


def _highest(
    dataset: Dataset, papers: Sequence[Paper], rows: slice, measure: Similarity
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Of each candidate the mean of its highest similarities to these papers, and where the highest is."""
    if not papers:
        return np.zeros(len(dataset.candidates)), np.full(len(dataset.candidates), -1)
    similarity = measure.compare(rows)
    place = {paper.id: column for column, paper in enumerate(papers)}
    for row, paper in enumerate(dataset.candidates):
        if paper.id in place:  # a paper does not count as near to itself
            similarity[row, place[paper.id]] = 0
    nearest = similarity.argmax(axis=1)
    return _mean_of_highest(similarity, measure.nearest), nearest


def _crowd(dataset: Dataset, measure: Similarity) -> NDArray[Any]:
    """Of each candidate the mean similarity to its neighbours in the background."""
    rows = dataset.unrated_rows
    step = -(-len(dataset.unrated) // SAMPLE)
    similarity = measure.compare(slice(rows.start, rows.stop, step))
    return _mean_of_highest(similarity, max(1, round(CROWD * similarity.shape[1])))


def _mean_of_highest(similarity: NDArray[Any], count: int) -> NDArray[Any]:
    """Of each row; takes the highest out one by one, which for a few is many times faster than np.partition."""
    count = min(count, similarity.shape[1])
    total, rows = np.zeros(len(similarity)), np.arange(len(similarity))
    for _ in range(count):
        highest = similarity.argmax(axis=1)
        total += similarity[rows, highest]
        similarity[rows, highest] = -np.inf
    return total / count

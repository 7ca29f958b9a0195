"""Nearest neighbours: similarity of each candidate to the rated papers, by three measures."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Paper
from recommender.ranking.dataset import Dataset

HALF_LIFE = 365.0  # days after which a like counts half
MIN_DECAY = 0.1  # lower bound of that time decay
CROWD_SHARE = 0.01  # share of the background papers that count as neighbours of a candidate
CROWD_FACTOR = 0.5  # of the mean similarity to them, which is subtracted while likes are few ...
FEW_LIKES, MANY_LIKES = 50, 100  # ... and falls to 0 between these numbers of likes
CROWD_SAMPLE = 250  # background papers among which those neighbours are searched for

# Similarity of the candidates to the papers of a slice of the dataset's rows: candidates × papers.
Compare = Callable[[slice], NDArray[Any]]


class Similarity(NamedTuple):
    """A measure of similarity, and how it enters the score."""

    weight: float  # log-odds per unit of similarity
    k: int  # how many nearest liked papers are averaged
    compare: Compare


class NeighbourScore(NamedTuple):
    """What one measure adds to the score of each candidate; arrays with one element per candidate."""

    value: NDArray[Any]  # log-odds
    liked: NDArray[np.int64]  # index of the nearest paper in `dataset.liked`; -1: a disliked paper is nearer
    disliked: NDArray[np.int64]  # index of the nearest paper in `dataset.disliked`; -1: a liked paper is nearer
    similarity: NDArray[Any]  # to the k nearest liked or disliked papers, before the background is subtracted


def similarities(dataset: Dataset) -> list[Similarity]:
    """The three measures: cosine of TF-IDF vectors, cosine in the LSA space, BM25.

    Weights chosen so that each measure's spread is about a fifth of the regression's. Without background the regression
    has no negatives to learn from, and LSA weighs twice as much.
    """
    lsa_weight = 2.0 if dataset.has_background else 4.0
    return [
        Similarity(5.0, 1, _cosine(dataset)),
        Similarity(lsa_weight, 3, _lsa_cosine(dataset)),
        Similarity(0.2, 1, bm25(dataset)),
    ]


def neighbour_score(dataset: Dataset, measure: Similarity) -> NeighbourScore:
    """Weight · (liked - max(0, disliked - liked) - crowd) for each candidate.

    `liked` and `disliked` are the mean similarities to the k nearest liked and disliked papers, so a dislike only
    affects papers that are closer to it than to any like. `crowd` corrects for hubs, papers that are near to
    everything: a share of the mean similarity to the nearest background papers, subtracted while likes are few.
    """
    like_similarity, liked = _nearest(dataset, dataset.liked, dataset.rows.liked, measure)
    dislike_similarity, disliked = _nearest(dataset, dataset.disliked, dataset.rows.disliked, measure)
    value = like_similarity - np.maximum(dislike_similarity - like_similarity, 0)
    crowd_share = np.interp(len(dataset.liked), [FEW_LIKES, MANY_LIKES], [1.0, 0.0])
    if crowd_share and dataset.liked and dataset.has_background:
        value = value - CROWD_FACTOR * crowd_share * _crowd(dataset, measure)
    dislike_nearer = dislike_similarity > like_similarity
    return NeighbourScore(
        measure.weight * value,
        np.where(dislike_nearer, -1, liked),
        np.where(dislike_nearer, disliked, -1),
        np.maximum(like_similarity, dislike_similarity),
    )


def bm25(dataset: Dataset) -> Compare:
    """BM25 of a candidate for the distinct words of a paper as query, divided by the root of their number."""
    model = dataset.okapi
    candidates = model.weights(dataset.rows.candidates)

    def compare(rows: slice) -> NDArray[Any]:
        papers = model.counts[rows]
        words = np.maximum(np.diff(papers.indptr), 1)
        queries = papers.with_data(np.ones_like(papers.data))
        return candidates.linear_kernel(queries) / np.sqrt(words, dtype=np.float32)

    return compare


def decay(dataset: Dataset) -> NDArray[np.float32]:
    """Time-decay factor of each row: max(MIN_DECAY, 0.5 ^ (age / HALF_LIFE)) for a liked paper, else 1."""
    factors = np.ones(dataset.counts.words.shape[0], dtype=np.float32)
    factors[dataset.rows.liked] = np.maximum(0.5 ** (dataset.like_ages / HALF_LIFE), MIN_DECAY)
    return factors


def _cosine(dataset: Dataset) -> Compare:
    factors = decay(dataset)
    candidates = dataset.vectors[dataset.rows.candidates]

    def compare(rows: slice) -> NDArray[Any]:
        liked = rows == dataset.rows.liked
        cosines = dataset.liked_cosines if liked else candidates.linear_kernel(dataset.vectors[rows])
        return cosines * factors[rows]

    return compare


def _lsa_cosine(dataset: Dataset) -> Compare:
    factors, candidates = decay(dataset), dataset.points[dataset.rows.candidates]
    return lambda rows: np.asarray(candidates @ dataset.points[rows].T * factors[rows])


def _nearest(
    dataset: Dataset, papers: Sequence[Paper], rows: slice, measure: Similarity
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """For each candidate the mean similarity to the k nearest of these papers, and the index of the nearest one.

    Args:
        rows: of the papers in the dataset.
    """
    if not papers:
        return np.zeros(len(dataset.candidates)), np.full(len(dataset.candidates), -1)
    similarity = measure.compare(rows)
    columns = {paper.id: column for column, paper in enumerate(papers)}
    for row, paper in enumerate(dataset.candidates):
        if paper.id in columns:  # a rated candidate is no neighbour of itself
            similarity[row, columns[paper.id]] = 0
    nearest = similarity.argmax(axis=1)
    return _mean_of_highest(similarity, measure.k), nearest


def _crowd(dataset: Dataset, measure: Similarity) -> NDArray[Any]:
    """For each candidate the mean similarity to its nearest background papers."""
    rows = dataset.rows.unrated
    step = -(-len(dataset.unrated) // CROWD_SAMPLE)
    similarity = measure.compare(slice(rows.start, rows.stop, step))
    return _mean_of_highest(similarity, max(1, round(CROWD_SHARE * similarity.shape[1])))


def _mean_of_highest(similarity: NDArray[Any], count: int) -> NDArray[Any]:
    """The mean of the `count` highest elements of each row; overwrites the array.

    Taking the maximum `count` times is many times faster than np.partition while `count` is small.
    """
    count = min(count, similarity.shape[1])
    total, rows = np.zeros(len(similarity)), np.arange(len(similarity))
    for _ in range(count):
        highest = similarity.argmax(axis=1)
        total += similarity[rows, highest]
        similarity[rows, highest] = -np.inf
    return total / count

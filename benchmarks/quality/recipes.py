"""The recipes that are compared: our ranker, its parts alone, and the recipes of other tools.

Features of other tools are fitted once a day on all papers of that day and earlier: more than our ranker gets. Their
texts are title and abstract. Author names as words, which some tools add, are left out, because they would be unfair:
only a ninth of the likes have authors here, but all other papers have, so that names mark what is not liked (they lower
arxiv-sanity-lite's nDCG@10 from 0.57 to 0.53).
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from benchmarks.quality.features import Features, Okapi, Tfidf, Vocabulary
from benchmarks.quality.readers import Data
from benchmarks.quality.replay import Question
from recommender.ranking.blend import SCORERS
from recommender.ranking.dataset import Dataset, build

Recipe = Callable[[Question, Dataset], NDArray[Any]]  # one value per candidate, in the question's order

OURS = "recommender"
NEWEST = "newest first"  # only where candidates are in the digest's order
PLAIN = "logistic regression, plain"
CENTROID = "TF-IDF centroid"
LITE = "arxiv-sanity-lite"
WORDS = r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b"  # arxiv-sanity-lite's
HYPHENATED = r"(?u)\b[a-zA-Z][a-zA-Z0-9_\-]*[a-zA-Z0-9]\b|\b[a-zA-Z]\b|\b[a-zA-Z]+\-[a-zA-Z]+\b"  # arxiv-sanity-x's


def recipes(data: Data) -> dict[str, Recipe]:
    """Every recipe by the name it has in the tables."""
    lite_words, x_words = Vocabulary(data, WORDS), Vocabulary(data, HYPHENATED)
    every_term = Tfidf(lite_words)
    # karpathy/arxiv-sanity-lite, compute.py and serve.py (svm_rank)
    lite = Tfidf(lite_words, max_features=20_000, min_df=5, max_df=0.1)
    # xihuai18/arxiv-sanity-x, compute.py: made for 440,000 papers, with terms in at least 10 papers. In proportion,
    # that is 2 of the 37,000 here; the limit of 100,000 terms then decides, as there.
    x = Tfidf(x_words, max_features=100_000, min_df=2, max_df=0.5)
    return {
        "random": _at_random,
        NEWEST: _in_digest_order,
        "rank-bm25, nearest like": _nearest_by_okapi(Okapi(lite_words)),
        "BM25 alone": ours("bm25"),
        CENTROID: on(every_term, _centroid),
        "zotero-arxiv-daily's formula": on(every_term, _zotero),
        LITE: on(lite, _svm(LinearSVC(class_weight="balanced", C=0.01, max_iter=10_000, tol=1e-6))),
        "arxiv-sanity-x": on(
            x, _svm(LinearSVC(class_weight="balanced", C=0.02, max_iter=10_000, tol=1e-3, dual=False))
        ),
        PLAIN: on(every_term, _logistic),
        "our logistic regression alone": ours("linear"),
        OURS: ours("blend"),
    }


def dataset_of(question: Question, data: Data) -> Dataset:
    """The input of our rankers, made once for all of them."""
    return build(question.history, question.candidates, data.encoded)


def ours(name: str) -> Recipe:
    """One of our rankers."""

    def values(question: Question, dataset: Dataset) -> NDArray[Any]:
        by_id = dict(zip((paper.id for paper in dataset.candidates), SCORERS[name](dataset), strict=True))
        return np.array([by_id[paper.id] for paper in question.candidates])

    return values


@dataclass(frozen=True, slots=True)
class Rows:
    """Features of one question: sparse matrices with one row per paper."""

    candidates: Any
    likes: Any  # newest first
    background: Any


def on(features: Features, score: Callable[[Rows], NDArray[Any]]) -> Recipe:
    """A recipe that only uses features of candidates, likes and background."""

    def values(question: Question, _: Dataset) -> NDArray[Any]:
        history = question.history
        likes = [entry.paper.id for entry in history.feedback]
        parts = ([paper.id for paper in question.candidates], likes, [paper.id for paper in history.unrated])
        return score(Rows(*(features.of(ids, question.day) for ids in parts)))

    return values


def _at_random(question: Question, _: Dataset) -> NDArray[Any]:
    draw = np.random.default_rng([question.day, zlib.crc32(question.reader.name.encode())])
    return draw.random(len(question.candidates))


def _in_digest_order(question: Question, _: Dataset) -> NDArray[Any]:
    return -np.arange(len(question.candidates), dtype=np.float64)


def _nearest_by_okapi(okapi: Okapi) -> Recipe:
    """The highest BM25Okapi score with the words of any liked paper as the query."""

    def values(question: Question, _: Dataset) -> NDArray[Any]:
        weights = okapi.of([paper.id for paper in question.candidates], question.day)
        queries = okapi.queries([entry.paper.id for entry in question.history.feedback])
        return np.asarray((weights @ queries.T).max(axis=1).toarray()).ravel()

    return values


def _centroid(rows: Rows) -> NDArray[Any]:
    return np.asarray(rows.candidates @ np.asarray(rows.likes.mean(axis=0)).ravel())


def _zotero(rows: Rows) -> NDArray[Any]:
    """TideDra/zotero-arxiv-daily, reranker/base.py, with TF-IDF instead of its neural encoder."""
    weight = 1 / (1 + np.log10(np.arange(rows.likes.shape[0]) + 1))
    cosine = np.asarray((rows.candidates @ rows.likes.T).toarray())
    return np.asarray(10 * cosine @ (weight / weight.sum()))


def _svm(model: LinearSVC) -> Callable[[Rows], NDArray[Any]]:
    """Liked papers against all others, today's included."""

    def score(rows: Rows) -> NDArray[Any]:
        _fit(model, rows.likes, rows.background, rows.candidates)
        return np.asarray(model.decision_function(rows.candidates))

    return score


def _logistic(rows: Rows) -> NDArray[Any]:
    """Liked papers against the background; columns of neither get no weight and are left out to save time."""
    if not rows.background.shape[0]:
        return np.zeros(rows.candidates.shape[0])
    used = np.unique(np.concatenate([rows.likes.indices, rows.background.indices]))
    model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000)
    _fit(model, rows.likes[:, used], rows.background[:, used])
    return np.asarray(model.decision_function(rows.candidates[:, used]))


def _fit(model: Any, likes: Any, *others: Any) -> None:
    target = np.repeat([1, 0], [likes.shape[0], sum(part.shape[0] for part in others)])
    model.fit(vstack([likes, *others], format="csr"), target)

"""What is compared: our ranker, its parts alone, and the recipes of other tools."""

import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from benchmarks.quality.readers import Data
from benchmarks.quality.replay import Question
from recommender.ranking.blend import RANKERS
from recommender.ranking.material import Material, gather

Recipe = Callable[[Question, Material], NDArray[Any]]  # one value a candidate, in the question's order


def recipes(data: Data) -> dict[str, Recipe]:
    """Every recipe by the name it has in the table."""
    return {
        "random": _at_random,
        "BM25 alone": _ours("bm25"),
        "logistic regression alone": _ours("linear"),
        "arxiv-sanity-lite": ArxivSanityLite(data),
        "recommender": _ours("blend"),
    }


def material_of(question: Question, data: Data) -> Material:
    """What our rankers work on; made once for all of them."""
    return gather(question.history, question.candidates, data.encoded)


def _at_random(question: Question, _: Material) -> NDArray[Any]:
    draw = np.random.default_rng([question.day, zlib.crc32(question.reader.name.encode())])
    return draw.random(len(question.candidates))


def _ours(name: str) -> Recipe:
    def values(question: Question, material: Material) -> NDArray[Any]:
        by_id = dict(zip((paper.id for paper in material.candidates), RANKERS[name](material), strict=True))
        return np.array([by_id[paper.id] for paper in question.candidates])

    return values


class ArxivSanityLite:
    """LinearSVC, C = 0.01 and balanced, on its TF-IDF settings, liked against every paper known, today's too.

    Settings as in karpathy/arxiv-sanity-lite, compute.py and serve.py (svm_rank), but for one: our papers have no
    author names in their text. Its features are made of all papers announced until the day and of all that any
    reader here liked.
    """

    def __init__(self, data: Data) -> None:
        self._data = data
        self._features = lru_cache(maxsize=1)(self._features_of_day)

    def __call__(self, question: Question, _: Material) -> NDArray[Any]:
        features, row = self._features(question.day)
        likes = [row[entry.paper.id] for entry in question.history.feedback]
        candidates = [row[paper.id] for paper in question.candidates]
        others = [row[paper.id] for paper in question.history.unrated]
        target = np.repeat([1, 0], [len(likes), len(others) + len(candidates)])
        model = LinearSVC(class_weight="balanced", C=0.01, max_iter=10_000, tol=1e-6)
        model.fit(features[[*likes, *others, *candidates]], target)
        return np.asarray(model.decision_function(features[candidates]))

    def _features_of_day(self, day: int) -> tuple[Any, dict[str, int]]:
        liked = {paper_id for reader in self._data.readers for paper_id in reader.likes}
        future = {paper_id for _, ids in self._data.days[day + 1 :] for paper_id in ids}
        ids = sorted(self._data.papers.keys() - (future - liked))
        vectorizer = TfidfVectorizer(
            lowercase=True,
            strip_accents="unicode",
            stop_words="english",
            token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",
            ngram_range=(1, 2),
            max_features=20_000,
            min_df=5,
            max_df=0.1,
            sublinear_tf=True,
        )
        papers = (self._data.papers[paper_id] for paper_id in ids)
        features = vectorizer.fit_transform(f"{paper.title} {paper.abstract}" for paper in papers)
        return features, {paper_id: place for place, paper_id in enumerate(ids)}

"""The ranker: logistic regression, and nearness to the judged papers by cosine and by BM25, added up."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import History, Paper, Score
from recommender.ranking.bm25 import SparseOkapi
from recommender.ranking.explain import Part, explain
from recommender.ranking.linear import Linear, fit
from recommender.ranking.material import Material, gather
from recommender.ranking.nearest import bm25, cosine, nearest
from recommender.ranking.scale import standardised
from recommender.ranking.tfidf import tfidf

NEARNESS = 0.3  # weight of each nearness beside the logistic regression's 1


def rank(history: History, papers: Sequence[Paper], encoded: Mapping[str, bytes]) -> list[Score]:
    """One score a paper, as `recommender.ranking.rank` promises."""
    if not papers:
        return []
    material = gather(history, papers, encoded)
    linear, parts = _learnt(material)
    values = _sum(material, linear, parts)
    reasons = explain(material, linear, parts, values)
    scores = {
        paper.id: Score(float(value), None, told)
        for paper, value, told in zip(material.candidates, values, reasons, strict=True)
    }
    return [scores[paper.id] for paper in papers]


def _learnt(material: Material) -> tuple[Linear | None, list[Part]]:
    vectors = tfidf(material.counts.matrix)
    similarities = (cosine(material, vectors), bm25(material, SparseOkapi(material.counts.words)))
    return fit(material, vectors), [Part(NEARNESS, nearest(material, similarity)) for similarity in similarities]


def _sum(material: Material, linear: Linear | None, parts: Sequence[Part]) -> NDArray[Any]:
    values = np.zeros(len(material.candidates))
    if linear:
        values += standardised(linear.values())
    for part in parts:
        values += part.share()
    return values


def _blend(material: Material) -> NDArray[Any]:
    return _sum(material, *_learnt(material))


def _bm25(material: Material) -> NDArray[Any]:
    return nearest(material, bm25(material, SparseOkapi(material.counts.words))).value


def _linear(material: Material) -> NDArray[Any]:
    linear = fit(material, tfidf(material.counts.matrix))
    return linear.values() if linear else np.zeros(len(material.candidates))


# The blend and its parts alone: one value a candidate. Benchmarks compare them, one contract test holds for each.
RANKERS: dict[str, Callable[[Material], NDArray[Any]]] = {"blend": _blend, "bm25": _bm25, "linear": _linear}

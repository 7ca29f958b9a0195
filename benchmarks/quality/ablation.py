"""What each part of our ranker is worth: it is taken out, and both protocols are asked again."""

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.coldstart import LIKES, cold_starts
from benchmarks.quality.figures import Figures
from benchmarks.quality.metrics import METRICS
from benchmarks.quality.readers import Data
from benchmarks.quality.recipes import OURS, Recipe, material_of, ours
from benchmarks.quality.replay import Question, replay
from benchmarks.quality.tables import pace, table
from recommender.paper import Reason
from recommender.ranking import blend, counts, linear, neighbours
from recommender.ranking.dataset import Dataset
from recommender.ranking.neighbours import Similarity, similarities

# A part, and what is put in its place while it is out. A name that is gone from the ranker is an error here.
Change = Callable[[], AbstractContextManager[Any]]


def _without_measure(place: int) -> Change:
    def fewer(material: Dataset) -> list[Similarity]:
        return [measure for number, measure in enumerate(similarities(material)) if number != place]

    return lambda: patch.object(blend, "similarities", fewer)


def of_nobody(material: Dataset) -> list[list[Reason]]:
    """As if no paper had authors."""
    return [[] for _ in material.candidates]


PARTS: Mapping[str, Change] = {
    "logistic regression": lambda: patch.object(blend, "fit", lambda material: None),
    "title columns": lambda: patch.object(linear, "TITLE_SHARE", 0.0),
    "recency of likes in the regression": lambda: patch.object(linear, "HALF_LIFE", math.inf),
    "nearness by cosine": _without_measure(0),
    "nearness by meaning": _without_measure(1),
    "nearness by BM25": _without_measure(2),
    "all nearness": lambda: patch.object(blend, "similarities", lambda material: []),
    "decay of old likes in nearness": lambda: patch.object(neighbours, "HALF_LIFE", math.inf),
    "crowd correction": lambda: patch.object(neighbours, "CROWD_FACTOR", 0.0),
    "known authors": lambda: patch.object(blend, "author_reasons", of_nobody),
    "title weight": lambda: patch.object(counts, "TITLE_WEIGHT", 1.0),
}
_IN_COUNTS = {"title weight"}  # texts must be counted again without it


def variants(data: Data) -> dict[str, Recipe]:
    """Ours whole, and ours without each part."""
    return {OURS: ours("blend")} | {f"without {part}": _without(part, data) for part in PARTS}


def ablation(data: Data, every: int) -> dict[str, Any]:
    """Print the table, and return the figures of every reader."""
    replayed, started = Figures(variants(data), data), Figures(variants(data), data)
    for question in replay(data, every):
        replayed.add(question.reader.name, question)
    for k, question in cold_starts(data):
        started.add(f"{question.reader.name} k={k}", question)
    found = {name: _figures(name, replayed, started) for name in replayed.chosen}
    print(f"\n## What each part is worth: replay of {pace(every)}, and cold starts\n")
    print("Cells below the first row: what is lost (−) or won (+) without the part.\n")
    whole = found[OURS]
    rows = [[OURS, *(f"{value:.4f}" for value in whole.values())]]
    for name, figures in found.items():
        if name != OURS:
            rows.append([name, *(f"{figures[key] - whole[key]:+.4f}" for key in whole)])
    table(["recipe", *whole], rows)
    return {"table": found, "replay": replayed.by_subject(), "start": started.by_subject()}


def _without(part: str, data: Data) -> Recipe:
    whole = ours("blend")

    def values(question: Question, material: Dataset) -> NDArray[Any]:
        with PARTS[part]():
            return whole(question, material_of(question, data) if part in _IN_COUNTS else material)

    return values


def _figures(name: str, replayed: Figures, started: Figures) -> dict[str, float]:
    auc, ndcg = METRICS.index("AUC"), METRICS.index("nDCG@10")

    def mean(figures: Figures, subjects: list[str], metric: int) -> float:
        return float(np.mean(figures.means(name, subjects)[:, metric]))

    found = {
        "AUC": mean(replayed, replayed.subjects(), auc),
        "nDCG@10": mean(replayed, replayed.subjects(), ndcg),
        "merged: nDCG@10": mean(replayed, replayed.subjects(merged=True), ndcg),
    }
    for k in LIKES:
        subjects = [subject for subject in started.subjects() if subject.endswith(f" k={k}")]
        found[f"k = {k}: AUC"] = mean(started, subjects, auc)
        found[f"k = {k}: nDCG@10"] = mean(started, subjects, ndcg)
    return found

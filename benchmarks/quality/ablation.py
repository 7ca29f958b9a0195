"""Ablation: replay and cold start of our ranker without each of its parts."""

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
from benchmarks.quality.recipes import OURS, Recipe, dataset_of, ours
from benchmarks.quality.replay import Question, replay
from benchmarks.quality.tables import pace, table
from recommender.paper import Reason
from recommender.ranking import blend, counts, linear, neighbours
from recommender.ranking.dataset import Dataset
from recommender.ranking.neighbours import Similarity, similarities

# Replaces a part of the ranker for the length of a `with` block; a part that is no longer there is an error.
Change = Callable[[], AbstractContextManager[Any]]


def _without_similarity(place: int) -> Change:
    def fewer(dataset: Dataset) -> list[Similarity]:
        return [measure for number, measure in enumerate(similarities(dataset)) if number != place]

    return lambda: patch.object(blend, "similarities", fewer)


def no_authors(dataset: Dataset) -> list[list[Reason]]:
    """No reasons, as if no paper had authors."""
    return [[] for _ in dataset.candidates]


PARTS: Mapping[str, Change] = {
    "logistic regression": lambda: patch.object(blend, "fit", lambda dataset: None),
    "title columns": lambda: patch.object(linear, "TITLE_SHARE", 0.0),
    "recency of likes in the regression": lambda: patch.object(linear, "HALF_LIFE", math.inf),
    "similarity by cosine": _without_similarity(0),
    "similarity by meaning": _without_similarity(1),
    "similarity by BM25": _without_similarity(2),
    "all similarities": lambda: patch.object(blend, "similarities", lambda dataset: []),
    "decay of old likes in similarities": lambda: patch.object(neighbours, "HALF_LIFE", math.inf),
    "crowd correction": lambda: patch.object(neighbours, "CROWD_FACTOR", 0.0),
    "authors of liked papers": lambda: patch.object(blend, "author_reasons", no_authors),
    "title weight": lambda: patch.object(counts, "TITLE_WEIGHT", 1.0),
}
_IN_COUNTS = {"title weight"}  # parts whose absence changes the counts: texts are counted again


def variants(data: Data) -> dict[str, Recipe]:
    """The complete ranker, and the ranker without each part."""
    return {OURS: ours("blend")} | {f"without {part}": _without(part, data) for part in PARTS}


def ablation(data: Data, every: int) -> dict[str, Any]:
    """Print the table, and return the figures of every reader."""
    replayed, started = Figures(variants(data), data), Figures(variants(data), data)
    for question in replay(data, every):
        replayed.add(question.reader.name, question)
    for k, question in cold_starts(data):
        started.add(f"{question.reader.name} k={k}", question)
    by_recipe = {name: _figures(name, replayed, started) for name in replayed.chosen}
    print(f"\n## The value of each part: replay of {pace(every)}, and cold starts\n")
    print("Cells below the first row: the change without the part.\n")
    whole = by_recipe[OURS]
    rows = [[OURS, *(f"{value:.4f}" for value in whole.values())]]
    for name, figures in by_recipe.items():
        if name != OURS:
            rows.append([name, *(f"{figures[key] - whole[key]:+.4f}" for key in whole)])
    table(["recipe", *whole], rows)
    return {"table": by_recipe, "replay": replayed.by_subject(), "start": started.by_subject()}


def _without(part: str, data: Data) -> Recipe:
    whole = ours("blend")

    def values(question: Question, dataset: Dataset) -> NDArray[Any]:
        with PARTS[part]():
            return whole(question, dataset_of(question, data) if part in _IN_COUNTS else dataset)

    return values


def _figures(name: str, replayed: Figures, started: Figures) -> dict[str, float]:
    auc, ndcg = METRICS.index("AUC"), METRICS.index("nDCG@10")

    columns = [
        ("AUC", replayed, replayed.subjects(), auc),
        ("nDCG@10", replayed, replayed.subjects(), ndcg),
        ("merged: nDCG@10", replayed, replayed.subjects(merged=True), ndcg),
    ]
    for k in LIKES:
        subjects = [subject for subject in started.subjects() if subject.endswith(f" k={k}")]
        columns += [(f"k = {k}: AUC", started, subjects, auc), (f"k = {k}: nDCG@10", started, subjects, ndcg)]
    return {
        column: float(np.mean(figures.means(name, subjects)[:, metric]))
        for column, figures, subjects, metric in columns
        if subjects
    }

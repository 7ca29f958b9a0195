"""Fit the usual curve of `recommender.ranking.calibration`, and print its numbers.

To be run when the values of scores change. Fitted are the ten best papers of each list, with no outcome known, of the
tuning half of the readers: replayed days (days without a like too), and authors of all fields where the folder has
`fields-dev/`.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.quality.fields import questions
from benchmarks.quality.figures import PARTS, part_of, show_progress
from benchmarks.quality.readers import Data
from benchmarks.quality.replay import Question, replay
from recommender.ranking import encode, rank
from recommender.ranking.blend import reader_of
from recommender.ranking.dataset import build
from recommender.ranking.linear import fit
from recommender.results.evaluation import TOP

NAMES = ("SLOPE", "INTERCEPT", "PER_LIKES", "PER_REACH", "SHARE", "SHARE_PER_LIKES")
PENALTY = 1e-5  # on the squares of the parameters, of standardised features


def curve(data: Data, every: int) -> dict[str, Any]:
    """Print the numbers of the curve and the mean log-loss on both halves of the readers."""
    rows: dict[str, list[tuple[float, ...]]] = {part: [] for part in PARTS}
    for question in chain(replay(data, every, dry=True), questions(data.folder)):
        rows[_part(question)] += _best(question)
        show_progress(f"curve: {question.reader.name}")
    tuning, checking = (np.array(rows[part]) for part in PARTS)
    parameters = fitted(tuning)
    print(f"\n## The usual curve, fitted to {len(tuning)} papers\n")
    for name, number in zip(NAMES, parameters.tolist(), strict=True):
        print(f"{name} = {number:.3f}")
    losses = [float(log_loss(parameters, part)) if len(part) else None for part in (tuning, checking)]
    print(f"\nlog-loss: {PARTS[0]} {losses[0]}, {PARTS[1]} {losses[1]}")
    return {"parameters": dict(zip(NAMES, parameters.tolist(), strict=True)), "log-loss": losses}


def _part(question: Question) -> str:
    """Few and all likes of one author belong to the same half."""
    return part_of(replace(question.reader, name=question.reader.name.partition(",")[0]))


def _best(question: Question) -> Iterator[tuple[float, float, float, float]]:
    """Value, ln(likes), reach and outcome of each of the ten best papers."""
    encoded = {paper.id: encode(paper) for paper in question.candidates}
    values = np.array([score.value for score in rank(question.history, question.candidates, encoded, explained=0)])
    dataset = build(question.history, question.candidates, encoded)
    linear = fit(dataset)
    if linear is None or not dataset.has_background:
        return
    reader = reader_of(dataset, linear)
    for place in np.argsort(-values, kind="stable")[:TOP].tolist():
        yield values[place], float(np.log(reader.likes)), reader.reach, float(question.liked[place])


def log_loss(parameters: NDArray[Any], rows: NDArray[Any]) -> float:
    """The mean of −ln P of what became of each paper.

    Args:
        parameters: six, as in NAMES.
        rows: papers × (value, ln(likes), reach, liked).
    """
    slope, intercept, per_likes, per_reach, share, share_per_likes = parameters
    values, likes, reach, liked = rows.T
    logits = slope * values + intercept + per_likes * likes + per_reach * reach
    bound = 1 / (1 + np.exp(-(share + share_per_likes * likes)))
    probability = np.clip(bound / (1 + np.exp(-logits)), 1e-9, 1 - 1e-9)
    return float(-np.mean(np.where(liked > 0, np.log(probability), np.log1p(-probability))))


def fitted(rows: NDArray[Any]) -> NDArray[Any]:
    """The parameters of the least log-loss, found from several starts: the bound makes it a function with hollows."""
    mean, deviation = rows[:, :3].mean(axis=0), np.maximum(rows[:, :3].std(axis=0), 1e-9)

    def plain(scaled: NDArray[Any]) -> NDArray[Any]:
        slope, intercept, per_likes, per_reach, share, share_per_likes = scaled
        weights = np.array([slope, per_likes, per_reach]) / deviation
        return np.array([weights[0], intercept - weights @ mean, weights[1], weights[2], share, share_per_likes])

    found = [
        minimize(lambda scaled: log_loss(plain(scaled), rows) + PENALTY * scaled @ scaled, [0, 0, 0, 0, share, 0])
        for share in (1.0, 3.0)
    ]
    return plain(min(found, key=lambda result: result.fun).x)

"""Explanations: parts of a score that add up to it and that a reader can check."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Reason, ReasonKind
from recommender.ranking import tokens
from recommender.ranking.counts import numbers_of
from recommender.ranking.dataset import Dataset
from recommender.ranking.linear import Linear
from recommender.ranking.neighbours import NeighbourScore

MAX_WORDS = 8  # words and pairs with a reason of their own per paper; all others are summed up in one reason


def explain(
    dataset: Dataset,
    linear: Linear | None,
    neighbour_scores: Sequence[NeighbourScore],
    reasons: Sequence[Sequence[Reason]],
    values: NDArray[Any],
    explained: int,
) -> list[tuple[Reason, ...]]:
    """The reasons of each candidate, largest absolute weight first; their weights add up to its value.

    Args:
        linear: the regression; None: it was not fitted.
        neighbour_scores: the k-nearest-neighbour parts of the values.
        reasons: for each candidate the parts of its value that are reasons already.
        values: one per candidate.
        explained: how many of the best candidates get reasons for single words; finding the names of words takes
            longer than ranking.
    """
    best = np.argsort(-values, kind="stable")[:explained]
    word_reasons = _word_reasons(dataset, linear, best) if linear else {}
    similarity_reasons = _similarity_reasons(dataset, neighbour_scores)
    result = []
    for row, value in enumerate(values.tolist()):
        parts = [*reasons[row], *similarity_reasons[row], *word_reasons.get(row, ())]
        rest = value - sum(part.weight for part in parts)
        if abs(rest) > 1e-9:
            parts.append(Reason(ReasonKind.OTHER, "", rest))
        result.append(tuple(sorted(parts, key=lambda part: (-abs(part.weight), part.subject))))
    return result


def _similarity_reasons(dataset: Dataset, neighbour_scores: Sequence[NeighbourScore]) -> list[list[Reason]]:
    """For each candidate the rated papers that are its nearest neighbours by some measure."""
    columns = [
        zip(part.value.tolist(), part.liked.tolist(), part.disliked.tolist(), strict=True) for part in neighbour_scores
    ]
    reasons: list[list[Reason]] = [[] for _ in dataset.candidates]
    for candidate_reasons, *scores in zip(reasons, *columns, strict=True):
        weights: dict[tuple[int, int], float] = {}  # by index of the liked and of the disliked paper; one is -1
        for value, liked, disliked in scores:
            weights[liked, disliked] = weights.get((liked, disliked), 0.0) + value
        for (liked, disliked), weight in weights.items():
            if weight < 0 and disliked >= 0:
                paper = dataset.disliked[disliked]
                candidate_reasons.append(Reason(ReasonKind.DISLIKED, paper.title, weight, paper.id))
            elif weight > 0 and liked >= 0:
                paper = dataset.liked[liked]
                candidate_reasons.append(Reason(ReasonKind.LIKED, paper.title, weight, paper.id))
    return reasons


def _word_reasons(dataset: Dataset, linear: Linear, rows: NDArray[np.int64]) -> dict[int, list[Reason]]:
    """For each of these candidates the words and pairs with the largest contributions, by row."""
    reasons = {}
    for row, contributions in zip(rows.tolist(), linear.contributions(rows, MAX_WORDS), strict=True):
        terms = [numbers_of(int(dataset.counts.terms[column])) for column, _ in contributions]
        names = tokens.names(dataset.candidates[row], {number for term in terms for number in term})
        reasons[row] = [
            Reason(ReasonKind.WORD, " ".join(names[number] for number in term), weight)
            for term, (_, weight) in zip(terms, contributions, strict=True)
        ]
    return reasons

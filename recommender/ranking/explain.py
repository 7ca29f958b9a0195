"""Why a paper has its score: parts of the score that add up to it, in words a reader can check."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Paper, Reason, ReasonKind
from recommender.ranking import tokens
from recommender.ranking.counts import numbers_of
from recommender.ranking.dataset import INTERESTS_ID, Dataset
from recommender.ranking.linear import Linear
from recommender.ranking.neighbours import NeighbourScore

WORDS = 8  # words and pairs that are named a paper; the others are told as one


def explain(
    dataset: Dataset,
    linear: Linear | None,
    near: Sequence[NeighbourScore],
    told: Sequence[Sequence[Reason]],
    values: NDArray[Any],
    explained: int,
) -> list[tuple[Reason, ...]]:
    """Of each candidate the reasons, strongest first; their weights add up to its value.

    The words are told of the `explained` best candidates alone: to name them takes longer than to rank.

    Args:
        told: what is known of each candidate as reasons already; a part of its value.
    """
    best = np.argsort(-values, kind="stable")[:explained]
    words = _words(dataset, linear, best) if linear else {}
    resembled = _resembled(dataset, near)
    rows = []
    for row, value in enumerate(values.tolist()):
        reasons = [*told[row], *resembled[row], *words.get(row, ())]
        rest = value - sum(reason.weight for reason in reasons)
        if abs(rest) > 1e-9:
            reasons.append(Reason(ReasonKind.OTHER, "", rest))
        rows.append(tuple(sorted(reasons, key=lambda reason: (-abs(reason.weight), reason.subject))))
    return rows


def _resembled(dataset: Dataset, near: Sequence[NeighbourScore]) -> list[list[Reason]]:
    """Of each candidate the judged papers, or the interests, that it is near to: each with all that it adds."""
    parts = [zip(part.value.tolist(), part.liked.tolist(), part.disliked.tolist(), strict=True) for part in near]
    told: list[list[Reason]] = [[] for _ in dataset.candidates]
    for candidate, reasons, *of_each in zip(dataset.candidates, told, *parts, strict=True):
        shares: dict[tuple[int, int], float] = {}  # by the places of a liked and a disliked paper; one of them is -1
        for value, liked, disliked in of_each:
            shares[liked, disliked] = shares.get((liked, disliked), 0.0) + value
        for (liked, disliked), share in shares.items():
            if share < 0 and disliked >= 0:
                judged = dataset.disliked[disliked]
                reasons.append(Reason(ReasonKind.DISLIKED, judged.title, share, judged.id))
            elif share > 0 and liked >= 0:
                judged = dataset.liked[liked]
                if judged.id == INTERESTS_ID:
                    reasons.append(Reason(ReasonKind.INTEREST, _shared(judged, candidate), share))
                else:
                    reasons.append(Reason(ReasonKind.LIKED, judged.title, share, judged.id))
    return told


def _shared(interests: Paper, paper: Paper) -> str:
    """The words of the reader's interests that a paper has."""
    own = tokens.names(paper).keys()
    return ", ".join(name for number, name in tokens.names(interests).items() if number in own) or interests.title


def _words(dataset: Dataset, linear: Linear, rows: NDArray[np.int64]) -> dict[int, list[Reason]]:
    """Of each of these candidates the words and pairs that add or take most."""
    told = {}
    for row, terms in zip(rows.tolist(), linear.contributions(rows, WORDS), strict=True):
        numbers = [numbers_of(int(dataset.counts.terms[place])) for place, _ in terms]
        names = tokens.names(dataset.candidates[row], {number for each in numbers for number in each})
        told[row] = [
            Reason(ReasonKind.WORD, " ".join(names[number] for number in each), weight)
            for each, (_, weight) in zip(numbers, terms, strict=True)
        ]
    return told

"""Why a paper has its score: parts of the score that add up to it, in words a reader can check."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Paper, Reason, ReasonKind
from recommender.ranking import text
from recommender.ranking.counts import numbers_of
from recommender.ranking.linear import Linear
from recommender.ranking.material import INTERESTS_ID, Material
from recommender.ranking.nearest import Nearness

WORDS = 8  # words and pairs that are named a paper; the others are told as one
_REST = "everything else"


def explain(
    material: Material,
    linear: Linear | None,
    near: Sequence[Nearness],
    told: Sequence[Sequence[Reason]],
    values: NDArray[Any],
    explained: int,
) -> list[tuple[Reason, ...]]:
    """Of each candidate the reasons, strongest first; their weights add up to its value.

    The words are told of the `explained` best candidates alone: to name them takes longer than to rank.

    Args:
        told: what is known of each candidate as reasons already; a part of its value.
    """
    best = set(np.argsort(-values, kind="stable")[:explained].tolist())
    rows = []
    for row, value in enumerate(values.tolist()):
        reasons = [*told[row], *_resembled(material, near, row)]
        if linear and row in best:
            reasons += _words(material, linear, row)
        rest = value - sum(reason.weight for reason in reasons)
        if abs(rest) > 1e-9:
            reasons.append(Reason(ReasonKind.OTHER, _REST, rest))
        rows.append(tuple(sorted(reasons, key=lambda reason: (-abs(reason.weight), reason.text))))
    return rows


def _resembled(material: Material, near: Sequence[Nearness], row: int) -> list[Reason]:
    """The judged papers, or the interests, that a candidate is near to: each with all that its nearness adds."""
    shares: dict[tuple[ReasonKind, str], tuple[Paper, float]] = {}
    for part in near:
        value = float(part.value[row])
        if part.disliked[row] >= 0:
            paper, kind = material.disliked[part.disliked[row]], ReasonKind.DISLIKED
        elif part.liked[row] >= 0:
            paper = material.liked[part.liked[row]]
            kind = ReasonKind.INTEREST if paper.id == INTERESTS_ID else ReasonKind.LIKED
        else:
            continue
        known = shares.get((kind, paper.id), (paper, 0.0))
        shares[kind, paper.id] = (paper, known[1] + value)
    return [
        _resemblance(kind, paper, material.candidates[row], share)
        for (kind, _), (paper, share) in shares.items()
        if (share < 0) == (kind is ReasonKind.DISLIKED) and share
    ]


def _resemblance(kind: ReasonKind, judged: Paper, paper: Paper, share: float) -> Reason:
    if kind is not ReasonKind.INTEREST:
        return Reason(kind, judged.title, share, judged.id)
    own = text.names(paper).keys()
    shared = [name for number, name in text.names(judged).items() if number in own]
    return Reason(kind, ", ".join(shared) or judged.title, share)


def _words(material: Material, linear: Linear, row: int) -> list[Reason]:
    """The words and pairs that add or take most."""
    names = text.names(material.candidates[row])
    told = []
    for place, weight in linear.contributions(row, WORDS):
        numbers = numbers_of(int(material.counts.terms[place]))
        told.append(Reason(ReasonKind.WORD, " ".join(names[number] for number in numbers), weight))
    return told

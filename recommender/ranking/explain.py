"""Why a paper has its score: parts of the score that add up to it, in words a reader can check."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Paper, Reason, ReasonKind
from recommender.ranking import text
from recommender.ranking.linear import Linear
from recommender.ranking.material import INTERESTS_ID, Material
from recommender.ranking.scale import spread, standardised

WORDS = 8  # words and pairs that are named a paper; the others are told as one


@dataclass(frozen=True, slots=True)
class Part:
    """One nearness in the blend."""

    weight: float
    similarity: NDArray[Any]  # one a candidate
    judged: tuple[Paper, ...]
    index: NDArray[np.int64]  # of each candidate: place of its nearest among the judged

    def share(self) -> NDArray[Any]:
        """What it adds to each candidate's value."""
        return self.weight * standardised(self.similarity)


def explain(
    material: Material, linear: Linear | None, parts: Sequence[Part], value: NDArray[Any]
) -> list[tuple[Reason, ...]]:
    """Of each candidate the reasons, strongest first; their weights add up to its value."""
    resembled = [_resembled(material, part) for part in parts]
    scale = spread(linear.values()) if linear else 1.0
    told = []
    for row, paper in enumerate(material.candidates):
        reasons = _merged(reasons[row] for reasons in resembled)
        if linear and np.isfinite(scale):
            reasons += _words(material, linear, row, paper, scale)
        rest = float(value[row]) - sum(reason.weight for reason in reasons)
        if abs(rest) > 1e-9:
            reasons.append(Reason(ReasonKind.OTHER, "everything else, beside the day's other papers", rest))
        told.append(tuple(sorted(reasons, key=lambda reason: (-abs(reason.weight), reason.text))))
    return told


def _resembled(material: Material, part: Part) -> list[list[Reason]]:
    """Of each candidate: that it is nearer to a judged paper, or to the interests, than others of the day are."""
    told: list[list[Reason]] = []
    interests = next((text.words(paper.title) for paper in part.judged if paper.id == INTERESTS_ID), [])
    for row, share in enumerate(part.share().tolist()):
        near = part.judged[part.index[row]]
        if share * part.weight <= 0 or part.similarity[row] <= 0:
            told.append([])
        elif near.id == INTERESTS_ID:
            paper = material.candidates[row]
            shared = set(text.words(f"{paper.title} {paper.abstract}"))
            words = ", ".join(dict.fromkeys(word for word in interests if word in shared))
            told.append([Reason(ReasonKind.INTEREST, words, share)])
        else:
            kind = ReasonKind.LIKED if part.weight > 0 else ReasonKind.DISLIKED
            told.append([Reason(kind, near.title, share, near.id)])
    return told


def _merged(reasons: Iterable[list[Reason]]) -> list[Reason]:
    """Reasons that say the same of the same paper become one."""
    by_subject: dict[tuple[ReasonKind, str | None], Reason] = {}
    for reason in (reason for some in reasons for reason in some):
        key = (reason.kind, reason.paper_id)
        known = by_subject.get(key)
        by_subject[key] = replace(known, weight=known.weight + reason.weight) if known else reason
    return list(by_subject.values())


def _words(material: Material, linear: Linear, row: int, paper: Paper, scale: float) -> list[Reason]:
    """The words and pairs that add or take most."""
    columns, added = linear.contributions(row)
    strongest = np.argsort(-np.abs(added), kind="stable")[:WORDS]
    names = text.names(paper)
    told = []
    for place in strongest:
        term = int(material.counts.terms[columns[place]])
        numbers = (term >> 32, term & 0xFFFFFFFF) if term >> 32 else (term,)
        weight = float(added[place]) / scale
        told.append(Reason(ReasonKind.WORD, " ".join(names[number] for number in numbers), weight))
    return told

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
from recommender.ranking.nearest import Nearest
from recommender.ranking.scale import spread, standardised

WORDS = 8  # words and pairs that are named a paper; the others are told as one


@dataclass(frozen=True, slots=True)
class Part:
    """One nearness in the blend."""

    weight: float
    nearest: Nearest

    def share(self) -> NDArray[Any]:
        """What it adds to each candidate's value."""
        return self.weight * standardised(self.nearest.value)


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
    """Of each candidate: the judged paper, or the interests, that it is nearer to than others of the day are."""
    told: list[list[Reason]] = []
    for row, share in enumerate(part.share().tolist()):
        value = part.nearest.value[row]
        if value > 0 and share > 0:
            near = material.liked[part.nearest.liked[row]]
            told.append([_on_interests(near, material.candidates[row], share) or _like(ReasonKind.LIKED, near, share)])
        elif value < 0 and share < 0:
            told.append([_like(ReasonKind.DISLIKED, material.disliked[part.nearest.disliked[row]], share)])
        else:
            told.append([])
    return told


def _like(kind: ReasonKind, near: Paper, share: float) -> Reason:
    return Reason(kind, near.title, share, near.id)


def _on_interests(near: Paper, paper: Paper, share: float) -> Reason | None:
    """The reason that the paper shares words with the reader's interests, if these are what is near."""
    if near.id != INTERESTS_ID:
        return None
    own = set(text.words(f"{paper.title} {paper.abstract}"))
    shared = dict.fromkeys(word for word in text.words(near.title) if word in own)
    return Reason(ReasonKind.INTEREST, ", ".join(shared), share)


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

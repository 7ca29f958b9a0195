"""Explanations: parts of a score that add up to it and that a reader can check."""

from collections.abc import Mapping, Sequence, Set
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Reason, ReasonKind
from recommender.ranking import lsa
from recommender.ranking.counts import STORED
from recommender.ranking.dataset import Dataset
from recommender.ranking.light import union
from recommender.ranking.linear import Linear
from recommender.ranking.neighbours import NeighbourScore
from recommender.ranking.phrases import Phrase, phrases
from recommender.ranking.spelling import spelling

NAMED = 200  # best candidates whose parts each have a reason; further down, rules and topics alone do
MAX_WORDS = 8  # words and phrases with a reason of their own per paper; more while the rest is large
MAX_TERMS = 32  # heaviest words and pairs of a paper, which its phrases are made of
MAX_REST = 0.3  # share of the value that may be left without a name
LEAST_WEIGHT = 0.02  # log-odds of a word, or of a rated paper, with a reason of its own
USUAL = 0.4  # share of a word's weight that other candidates may have on average; above, it tells nothing apart
MAX_SHARED = 3  # words that say how two papers are alike ...
MIN_SHARED = 0.1  # ... each with at least this share of the weight of the first

_KINDS_OF_ALL = (ReasonKind.TOPIC, ReasonKind.FOLLOWED, ReasonKind.BOOSTED, ReasonKind.MUTED)  # few: faster than a set
_NAMED_KINDS = tuple(kind for kind in ReasonKind if kind is not ReasonKind.OTHER)


def explain(
    dataset: Dataset,
    linear: Linear | None,
    neighbour_scores: Sequence[NeighbourScore],
    reasons: Sequence[Sequence[Reason]],
    values: NDArray[Any],
    explained: int | Set[str],
) -> list[tuple[Reason, ...]]:
    """The reasons of each candidate, largest absolute weight first; their weights add up to its value.

    Args:
        linear: the regression; None: it was not fitted.
        neighbour_scores: the k-nearest-neighbour parts of the values.
        reasons: for each candidate the parts of its value that are reasons already.
        values: one per candidate.
        explained: how many of the best candidates get reasons for single words, or the ids of those that do; finding
            the names of words takes longer than ranking.
    """
    order = np.argsort(-values, kind="stable")
    if isinstance(explained, int):
        best = order[:explained]
    else:
        best = np.array([row for row, paper in enumerate(dataset.candidates) if paper.id in explained], dtype=np.intp)
    named = union(order[:NAMED], best).tolist()
    word_phrases = _phrases(dataset, linear, best) if linear else {}
    similarity_reasons = _similarity_reasons(dataset, neighbour_scores, named, word_phrases)
    result = []
    for row, value in enumerate(values.tolist()):
        is_named = row in similarity_reasons
        parts = [part for part in reasons[row] if part.kind in (_NAMED_KINDS if is_named else _KINDS_OF_ALL)]
        parts += similarity_reasons.get(row, ())
        rest = value - sum([part.weight for part in parts])
        if row in word_phrases:
            words = _word_reasons(word_phrases[row], value, rest)
            parts += words
            rest -= sum([part.weight for part in words])
        if abs(rest) > 1e-9:
            parts.append(Reason(ReasonKind.OTHER, "", rest))
        if len(parts) > 1:
            parts.sort(key=lambda part: (-abs(part.weight), part.subject))
        result.append(tuple(parts))
    return result


def _similarity_reasons(
    dataset: Dataset,
    neighbour_scores: Sequence[NeighbourScore],
    rows: Sequence[int],
    found: Mapping[int, Sequence[Phrase]],
) -> dict[int, list[Reason]]:
    """For each of these candidates, by row, the rated papers that are its nearest neighbours by some measure.

    Args:
        found: for some candidates, by row, their phrases: the reasons name those that the neighbour has too.
    """
    columns = [
        zip(part.value[rows].tolist(), part.liked[rows].tolist(), part.disliked[rows].tolist(), strict=True)
        for part in neighbour_scores
    ]
    reasons: dict[int, list[Reason]] = {row: [] for row in rows}
    words: dict[int, frozenset[int]] = {}  # of the rated papers, by row
    for row, scores in zip(rows, zip(*columns, strict=True), strict=False):  # there may be no measure at all
        for (liked, disliked), weight in _net(scores).items():
            if weight <= -LEAST_WEIGHT and disliked >= 0:
                kind, paper, other = ReasonKind.DISLIKED, dataset.disliked[disliked], disliked
                other += dataset.rows.disliked.start
            elif weight >= LEAST_WEIGHT and liked >= 0:
                kind, paper, other = ReasonKind.LIKED, dataset.liked[liked], liked + dataset.rows.liked.start
            else:
                continue
            if row in found and other not in words:
                words[other] = frozenset(np.frombuffer(dataset.encoded[other], dtype=STORED).tolist())
            shared = _shared(found[row], words[other]) if row in found else ()
            reasons[row].append(Reason(kind, paper.title, weight, paper.id, shared=shared))
    return reasons


def _net(scores: Sequence[tuple[float, int, int]]) -> dict[tuple[int, int], float]:
    """The weight of each neighbour: (index of the liked paper, of the disliked one), where one of the two is -1.

    A candidate may be less similar to a liked paper than to its crowd. That lowers what the other measures say of liked
    papers, the heaviest first.
    """
    weights: dict[tuple[int, int], float] = {}
    for value, liked, disliked in scores:
        weights[liked, disliked] = weights.get((liked, disliked), 0.0) + value
    if min(weights.values(), default=0.0) >= 0:
        return weights
    liked_pairs = sorted((pair for pair in weights if pair[0] >= 0), key=lambda pair: (-weights[pair], pair))
    missing = sum(weights[pair] for pair in liked_pairs if weights[pair] < 0)
    for pair in liked_pairs:
        if weights[pair] > 0 > missing:
            taken = min(weights[pair], -missing)
            weights[pair] -= taken
            missing += taken
    return weights


def _shared(found: Sequence[Phrase], words: Set[int]) -> tuple[str, ...]:
    """The heaviest phrases of a candidate that another paper has too, or the part of a phrase that it has.

    Args:
        words: numbers of the words of the other paper.
    """
    names: list[str] = []
    least = 0.0
    for phrase in found:
        if len(names) == MAX_SHARED or abs(phrase.weight) < least:
            break
        parts = [list(part) for present, part in groupby(phrase.words, lambda word: word.number in words) if present]
        longest = max(parts, key=len, default=[])
        if not lsa.general_words().alone.issuperset([word.number for word in longest]):
            least = least or MIN_SHARED * abs(phrase.weight)
            names.append(spelling(longest))
    return tuple(dict.fromkeys(names))


def _phrases(dataset: Dataset, linear: Linear, rows: NDArray[np.int64]) -> dict[int, list[Phrase]]:
    """For each of these candidates, by row, the phrases that tell it apart from the other candidates."""
    result = {}
    for row, (columns, added, usual) in zip(rows.tolist(), linear.contributions(rows), strict=True):
        heavy = np.argsort(-np.abs(added), kind="stable")[:MAX_TERMS]
        terms = dataset.counts.terms[columns[heavy]].tolist()
        weights = dict(zip(terms, added[heavy].tolist(), strict=True))
        everywhere = dict(zip(terms, usual[heavy].tolist(), strict=True))
        result[row] = [
            phrase
            for phrase in phrases(dataset.candidates[row], weights, lsa.general_words())
            if phrase.weight and sum([everywhere[term] for term in phrase.terms]) / phrase.weight < USUAL
        ]
    return result


def _word_reasons(found: Sequence[Phrase], value: float, unnamed: float) -> list[Reason]:
    """Reasons for the heaviest phrases: MAX_WORDS, and more while too much of the value would be unnamed."""
    reasons: list[Reason] = []
    for phrase in found:
        if abs(phrase.weight) < LEAST_WEIGHT:
            break
        if len(reasons) < MAX_WORDS or (abs(unnamed) > MAX_REST * abs(value) and phrase.weight * unnamed > 0):
            reasons.append(Reason(ReasonKind.WORD, phrase.name, phrase.weight))
            unnamed -= phrase.weight
    return reasons

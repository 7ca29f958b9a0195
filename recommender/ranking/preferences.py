"""What the reader wrote down beside the verdicts: followed authors, words and categories with a weight, mutes."""

from collections.abc import Iterable

import numpy as np

from recommender.paper import Nudge, NudgeKind, Reason, ReasonKind
from recommender.ranking import tokens
from recommender.ranking.counts import STORED
from recommender.ranking.dataset import Dataset
from recommender.text.names import parse, same

_SIBILANTS = ("s", "x", "z", "ch", "sh")
_NO_PLURALS = frozenset({"means", "news"})  # who mutes news does not mean all that is new


def of_nudges(nudges: Iterable[Nudge], dataset: Dataset) -> list[list[Reason]]:
    """Of each candidate a reason for each nudge that it meets; one said twice counts once."""
    told: list[list[Reason]] = [[] for _ in dataset.candidates]
    # weights are added up in an order of their own, so that no other order shows in the sum
    for nudge in sorted(set(nudges), key=lambda nudge: (nudge.kind.value, nudge.text, nudge.weight or 0.0)):
        reason = _reason(nudge)
        for row in _meeting(nudge, dataset):
            told[row].append(reason)
    return told


def forms(word: str) -> set[str]:
    """The word, its plain plural, and what it is the plain plural of."""
    found = {word, word + ("es" if word.endswith(_SIBILANTS) else "s")}
    if word.endswith("y"):
        found.add(word[:-1] + "ies")
    if word.endswith("s") and not word.endswith("ss") and word not in _NO_PLURALS and len(word) > 3:
        found.add(word[:-1])
        if word.endswith("ies"):
            found.add(word[:-3] + "y")
        elif word[:-2].endswith(_SIBILANTS):
            found.add(word[:-2])
    return found


def _reason(nudge: Nudge) -> Reason:
    rule = f"{nudge.kind.value}:{nudge.text}"
    if nudge.weight is None:
        return Reason(ReasonKind.MUTED, rule, 0.0)
    if nudge.kind is NudgeKind.AUTHOR and nudge.weight > 0:
        return Reason(ReasonKind.FOLLOWED, nudge.text, nudge.weight)
    return Reason(ReasonKind.BOOSTED, rule, nudge.weight)


def _meeting(nudge: Nudge, dataset: Dataset) -> list[int]:
    """The rows of the candidates that meet a nudge."""
    match nudge.kind:
        case NudgeKind.AUTHOR:
            return _by_author(nudge.text, dataset)
        case NudgeKind.CATEGORY:
            return _in_category(nudge.text, dataset)
        case NudgeKind.WORD:
            return _with_words(nudge.text, dataset)


def _by_author(wish: str, dataset: Dataset) -> list[int]:
    wished = parse(wish)
    # to take every name of a day apart takes 30 ms; one that can be the same has the letters of the family
    near = [(row, name) for row, name, letters in dataset.candidate_authors if wished.family in letters]
    return list(dict.fromkeys(row for row, name in near if same(wished, parse(name))))


def _in_category(wish: str, dataset: Dataset) -> list[int]:
    category, archive = wish.lower(), f"{wish.lower()}."
    return [
        row
        for row, paper in enumerate(dataset.candidates)
        if any(own == category or own.startswith(archive) for own in map(str.lower, paper.categories))
    ]


def _with_words(wish: str, dataset: Dataset) -> list[int]:
    """Where the words of a wish follow each other, each as itself, its plural or its singular."""
    wanted = [np.array([tokens.number(form) for form in forms(word)], dtype=STORED) for word in tokens.words(wish)]
    numbers, owner = dataset.candidate_words
    start = np.arange(len(numbers)) if wanted else np.arange(0)
    for step, some in enumerate(wanted):
        start = start[start + step < len(numbers)]
        follows = np.isin(numbers[start + step], some) & (owner[start + step] == owner[start])
        start = start[follows]
    return list(np.unique(owner[start]).tolist())

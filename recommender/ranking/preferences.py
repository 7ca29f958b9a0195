"""The reader's own rules: followed authors, words and categories with a weight, muted ones."""

from collections.abc import Iterable

import numpy as np

from recommender.paper import Nudge, NudgeKind, Reason, ReasonKind
from recommender.ranking import tokens
from recommender.ranking.counts import STORED
from recommender.ranking.dataset import Dataset
from recommender.text.names import parse, same

_SIBILANTS = ("s", "x", "z", "ch", "sh")
_NO_PLURALS = frozenset({"means", "news"})  # a rule for "news" must not match "new"


def nudge_reasons(nudges: Iterable[Nudge], dataset: Dataset) -> list[list[Reason]]:
    """For each candidate one reason per nudge that it matches; repeated nudges count once."""
    reasons: list[list[Reason]] = [[] for _ in dataset.candidates]
    # Sorted, so that the order of the nudges cannot change the rounding of a sum.
    for nudge in sorted(set(nudges), key=lambda nudge: (nudge.kind.value, nudge.text, nudge.weight or 0.0)):
        reason = _reason(nudge)
        for row in _matches(nudge, dataset):
            reasons[row].append(reason)
    return reasons


def forms(word: str) -> set[str]:
    """The word, its regular plural, and the singulars that it may be the regular plural of."""
    variants = {word, word + ("es" if word.endswith(_SIBILANTS) else "s")}
    if word.endswith("y"):
        variants.add(word[:-1] + "ies")
    if word.endswith("s") and not word.endswith("ss") and word not in _NO_PLURALS and len(word) > 3:
        variants.add(word[:-1])
        if word.endswith("ies"):
            variants.add(word[:-3] + "y")
        elif word[:-2].endswith(_SIBILANTS):
            variants.add(word[:-2])
    return variants


def _reason(nudge: Nudge) -> Reason:
    rule = f"{nudge.kind.value}:{nudge.text}"
    if nudge.weight is None:
        return Reason(ReasonKind.MUTED, rule, 0.0)
    if nudge.kind is NudgeKind.AUTHOR and nudge.weight > 0:
        return Reason(ReasonKind.FOLLOWED, nudge.text, nudge.weight)
    return Reason(ReasonKind.BOOSTED, rule, nudge.weight)


def _matches(nudge: Nudge, dataset: Dataset) -> list[int]:
    """Rows of the candidates that match a nudge."""
    match nudge.kind:
        case NudgeKind.AUTHOR:
            return _by_author(nudge.text, dataset)
        case NudgeKind.CATEGORY:
            return _in_category(nudge.text, dataset)
        case NudgeKind.WORD:
            return _with_words(nudge.text, dataset)


def _by_author(author: str, dataset: Dataset) -> list[int]:
    wanted = parse(author)
    # Parsing every name is slow, so first the key of a name is searched for the letters of the family name.
    similar = [(row, name) for row, name, letters in dataset.candidate_authors if wanted.family in letters]
    return list(dict.fromkeys(row for row, name in similar if same(wanted, parse(name))))


def _in_category(category: str, dataset: Dataset) -> list[int]:
    """Rows of candidates in a category ("cs.CV") or in a category of an archive ("cs")."""
    wanted, archive = category.lower(), f"{category.lower()}."
    return [
        row
        for row, paper in enumerate(dataset.candidates)
        if any(name == wanted or name.startswith(archive) for name in map(str.lower, paper.categories))
    ]


def _with_words(phrase: str, dataset: Dataset) -> list[int]:
    """Rows of candidates that contain the words of a phrase in sequence, each in singular or plural."""
    allowed = [np.array([tokens.number(form) for form in forms(word)], dtype=STORED) for word in tokens.words(phrase)]
    numbers, rows = dataset.candidate_words
    starts = np.arange(len(numbers)) if allowed else np.arange(0)
    for offset, variants in enumerate(allowed):
        starts = starts[starts + offset < len(numbers)]
        continues = np.isin(numbers[starts + offset], variants) & (rows[starts + offset] == rows[starts])
        starts = starts[continues]
    return list(np.unique(rows[starts]).tolist())

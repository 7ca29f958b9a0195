"""The reader's own rules: followed authors, words and categories with a weight, muted ones."""

from collections.abc import Iterable

import numpy as np

from recommender.paper import Nudge, NudgeKind, Reason, ReasonKind
from recommender.ranking import tokens
from recommender.ranking.dataset import Dataset
from recommender.ranking.light import union
from recommender.text.persons import parse, same

# Log-odds that all rules together move a paper at most, up or down: six steps of a boost, or a followed author with
# two. Beyond the tenth of a usual day it takes about as much again to reach the first place, which is left to evidence.
LIMIT = 4.5


def nudge_reasons(nudges: Iterable[Nudge], dataset: Dataset) -> list[list[Reason]]:
    """For each candidate one reason per nudge that it matches; repeated nudges count once.

    If the weights of a candidate add up to more than LIMIT, each is lowered in proportion.
    """
    reasons: list[list[Reason]] = [[] for _ in dataset.candidates]
    # Sorted, so that the order of the nudges cannot change the rounding of a sum.
    for nudge in sorted(set(nudges), key=lambda nudge: (nudge.kind.value, nudge.text, nudge.weight or 0.0)):
        reason = _reason(nudge)
        for row in _matches(nudge, dataset):
            reasons[row].append(reason)
    return [_limited(row) if row else row for row in reasons]


def _limited(reasons: list[Reason]) -> list[Reason]:
    total = abs(sum(reason.weight for reason in reasons))
    return [reason._replace(weight=reason.weight * LIMIT / total) for reason in reasons] if total > LIMIT else reasons


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
    """Rows of candidates that contain the words of a phrase in sequence, each in singular or plural.

    Encoded papers lack single letters and digits. A phrase that has some ("C*-algebras", "f(R) gravity") is looked
    for in the text of the papers with its other words.
    """
    numbers, rows = dataset.candidate_words
    spelled_out = tokens.sequence(phrase)
    if any(len(word) == 1 and word.isascii() for word in spelled_out):
        longer = map(tokens.number, tokens.words(phrase.replace("-", " ")))
        with_each = [set(rows[numbers == number].tolist()) for number in longer]
        found = sorted(set.intersection(*with_each)) if with_each else []
        return [row for row in found if tokens.has_sequence(dataset.candidates[row], spelled_out)]
    wanted = [tokens.number(word) for word in tokens.words(phrase)]  # a number is that of the singular and the plural
    starts = np.arange(len(numbers)) if wanted else np.arange(0)
    for offset, number in enumerate(wanted):
        starts = starts[starts + offset < len(numbers)]
        starts = starts[(numbers[starts + offset] == number) & (rows[starts + offset] == rows[starts])]
    return list(union(rows[starts]).tolist())

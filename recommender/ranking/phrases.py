"""Phrases of a paper, as they are written in it, with the sum of what their words and pairs of words weigh."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from recommender.paper import Paper
from recommender.ranking.counts import numbers_of
from recommender.ranking.lsa import General
from recommender.ranking.spelling import Word, spelling, written

MAX_LENGTH = 4  # words of a phrase; a longer one is split at its lightest pair
MIN_SHARE = 1 / 3  # of the places of the rarer word of a pair, those at which it stands in the pair
MIN_NEW = 0.3  # share of a phrase's weight that no heavier phrase has

Numbers = tuple[int, ...]  # of the words of a phrase, in order


class Phrase(NamedTuple):
    """A word or several neighbouring words of a paper."""

    words: tuple[Word, ...]
    terms: tuple[int, ...]  # the words and pairs that its weight is made of; no other phrase has them
    weight: float

    @property
    def name(self) -> str:
        """The phrase as it is written in the paper: "tree-based phylogenetic networks"."""
        return spelling(self.words)


def phrases(paper: Paper, weights: Mapping[int, float], general: General) -> list[Phrase]:
    """The phrases of a paper, largest absolute weight first.

    Neighbouring words are one phrase if a hyphen joins them, or if they and their pair have weights of one sign. Any
    other pair counts for its words: "trees based" for "trees". Phrases of general words alone are left out.

    Args:
        weights: of words and pairs of the paper, by their number as in `Counts.terms`; all others weigh 0.
        general: words without a topic. A numeral alone has none either.
    """
    text = written(paper, {number for term in weights for number in numbers_of(term)})
    runs: dict[Numbers, Sequence[Word]] = {}
    for run in _runs(text, _links(text, weights, general.anywhere), weights):
        runs.setdefault(tuple([word.number for word in run]), run)
    owner, sums = _given_to_runs(runs, weights)
    for word in text:
        if word.number in weights and word.number not in owner:
            owner[word.number] = alone = (word.number,)
            runs[alone], sums[alone] = (word,), weights[word.number]
    for term in weights.keys() - owner.keys():
        words = [number for number in numbers_of(term) if number in owner]
        words = [number for number in words if number not in general.alone] or words
        words = [number for number in words if sums[owner[number]] * weights[term] > 0] or words
        for number in words:
            sums[owner[number]] += weights[term] / len(words)
    terms: dict[Numbers, list[int]] = {}
    for term, numbers in owner.items():
        terms.setdefault(numbers, []).append(term)
    return [
        Phrase(tuple(runs[numbers]), tuple(terms[numbers]), sums[numbers])
        for numbers in sorted(sums, key=lambda numbers: (-abs(sums[numbers]), numbers))
        if not general.alone.issuperset(numbers) and not (len(numbers) == 1 and runs[numbers][0].form.isdigit())
    ]


def _links(text: Sequence[Word], weights: Mapping[int, float], general: Set[int]) -> set[tuple[int, int]]:
    """The pairs of neighbouring words that belong together."""
    count = Counter([word.number for word in text])
    joints: dict[tuple[int, int], list[str]] = {}
    for word, following in pairwise(text):
        if following.joint:
            joints.setdefault((word.number, following.number), []).append(following.joint)
    links = set()
    for (left, right), found in joints.items():
        places = min([count[number] for number in (left, right) if number not in general], default=0)
        if left == right or not places or len(found) < MIN_SHARE * places:
            continue
        pair, first, second = (weights.get(term, 0.0) for term in (left << 32 | right, left, right))
        if left in general or right in general:  # "knowledge graph" is a phrase, "novel graph" and "graph of" are none
            is_phrase = right not in general and 2 * pair * (first + second) > second * second
        else:
            is_phrase = min(pair * first, pair * second) >= 0 < pair * (first + second)
        if is_phrase or "-" in found:
            links.add((left, right))
    return links


def _runs(text: Sequence[Word], links: Set[tuple[int, int]], weights: Mapping[int, float]) -> Iterator[Sequence[Word]]:
    """The runs of linked words in the text, of at most MAX_LENGTH words."""
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and text[end].joint and (text[end - 1].number, text[end].number) in links:
            continue
        if end - start > 1:
            yield from _split(text[start:end], weights)
        start = end


def _split(run: Sequence[Word], weights: Mapping[int, float]) -> Iterator[Sequence[Word]]:
    if len(run) <= MAX_LENGTH:
        yield run
        return
    carried = [abs(weights.get(left.number << 32 | right.number, 0.0)) for left, right in pairwise(run)]
    lightest = carried.index(min(carried)) + 1
    yield from _split(run[:lightest], weights)
    yield from _split(run[lightest:], weights)


def _given_to_runs(
    runs: Mapping[Numbers, Sequence[Word]], weights: Mapping[int, float]
) -> tuple[dict[int, Numbers], dict[Numbers, float]]:
    """The run that each term belongs to, the heaviest that has it; and the weight that each run has got."""
    terms = {
        run: {term for term in (*run, *(left << 32 | right for left, right in pairwise(run))) if term in weights}
        for run in runs
    }
    heaviness = {run: abs(sum([weights[term] for term in terms[run]])) for run in runs}
    owner: dict[int, Numbers] = {}
    sums: dict[Numbers, float] = {}
    for run in sorted(runs, key=lambda run: (-heaviness[run], -len(run), run)):
        new = [term for term in terms[run] if term not in owner]
        weight = sum([weights[term] for term in new])
        if new and abs(weight) >= MIN_NEW * heaviness[run]:
            owner.update(dict.fromkeys(new, run))
            sums[run] = weight
    return owner, sums

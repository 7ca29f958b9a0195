"""The reader's stated interests as a query: the only evidence at first, less with each liked paper."""

from collections.abc import Sequence, Set
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Reason, ReasonKind
from recommender.ranking import lsa, tokens
from recommender.ranking.counts import STORED
from recommender.ranking.dataset import Dataset, Stated
from recommender.ranking.light import union
from recommender.ranking.spelling import Word, spelling, written

# Log-odds per unit of similarity between a candidate and the interests: cosine of TF-IDF vectors, BM25, LSA ...
COSINE, BM25, LSA = 12.0, 0.2, 0.5
# ... and between a candidate and the feedback: cosine with its words, LSA with its papers.
FEEDBACK_COSINE, FEEDBACK_LSA = 5.0, 1.0
PHRASES = 2.0  # weight of the ranking by single phrases, beside 1 of the one by all words together
FEEDBACK_PAPERS = 20  # papers nearest to the interests that are taken for relevant ...
FEEDBACK_WORDS = 40  # ... and how many of their words are added to the query
LEAST_DEVIATION = 0.1  # log-odds; lower bound of that of the unrated papers, which may all lack the words


class Query(NamedTuple):
    """The interests, expanded by pseudo-relevance feedback."""

    shared: NDArray[Any]  # log-odds of each row of the dataset by the words it shares with the interests
    first: NDArray[Any]  # log-odds of each row of the dataset by the interests alone
    words: NDArray[Any]  # weight of each feedback word, one per word of the counts; length 1, or 0 without feedback
    topic: NDArray[Any]  # direction of the feedback papers in the latent space; length 1, or 0


def expand(dataset: Dataset, number: int = 0) -> Query:
    """Expand the stated interests, once, by words of the papers nearest to them, which are taken for relevant.

    Rocchio's formula without a negative part (Manning, Raghavan and Schütze, "Introduction to Information Retrieval",
    2008, sections 9.1.1 and 9.1.6): the new query is the mean of the nearest papers' vectors, each weighed by its
    score, cut to its FEEDBACK_WORDS largest weights.

    Args:
        number: which of `dataset.interests`; 0: all of them.
    """
    if number not in dataset.queries:
        dataset.queries[number] = _expanded(dataset, number)
    query: Query = dataset.queries[number]
    return query


def _expanded(dataset: Dataset, number: int) -> Query:
    rows, vectors, points = dataset.rows, dataset.vectors, dataset.points
    stated = slice(rows.interests.start + number, rows.interests.start + number + 1)
    query = dataset.okapi.counts[stated]
    present = query.with_data(np.full_like(query.data, 1 / np.sqrt(max(len(query.data), 1))))
    shared = (
        COSINE * vectors.linear_kernel(vectors[stated])[:, 0]
        + BM25 * dataset.okapi_weights.linear_kernel(present)[:, 0]
    )
    first = shared + LSA * (points @ points[stated][0])
    papers = np.r_[rows.candidates, rows.unrated]
    nearest = papers[np.argsort(-first[papers], kind="stable")[:FEEDBACK_PAPERS]]
    relevance = np.maximum(first[nearest], 0)
    (words,) = vectors.blocks[:1]
    weights = words.take(nearest).rmatvec(relevance)
    weights[np.argsort(-weights, kind="stable")[FEEDBACK_WORDS:]] = 0
    return Query(shared, first, _unit(weights), _unit(relevance @ points[nearest]))


def topic_values(dataset: Dataset, stated: Stated) -> NDArray[Any]:
    """How near each candidate is to a stated topic: the mean over its phrases, each of mean 0 and deviation 1."""
    return standardised(
        np.mean([standardised(_values(dataset, expand(dataset, number))) for number in stated.phrases], axis=0)
    )


def word_nearness(dataset: Dataset, stated: Stated, rows: slice) -> NDArray[Any]:
    """How near rows are to a stated topic by its words, in standard deviations above the mean of unrated papers."""
    near = np.zeros(rows.stop - rows.start)
    for number in stated.phrases:
        shared = expand(dataset, number).shared
        others = shared[dataset.negative_rows]
        mean, deviation = (float(others.mean()), float(others.std())) if len(others) else (0.0, 0.0)
        near += (shared[rows] - mean) / max(deviation, LEAST_DEVIATION)
    return near / len(stated.phrases)


def interest_values(dataset: Dataset) -> NDArray[Any]:
    """What the stated interests add to the value of each candidate; zeros without interests that still count.

    The sum of two rankings: by all words together, and by each phrase alone, so that no phrase drowns in the others.
    It has the mean and the deviation of the first.
    """
    if not dataset.interests or not dataset.candidates or not dataset.interest_weight:
        return np.zeros(len(dataset.candidates))
    together = _values(dataset, expand(dataset))
    values = together
    if len(dataset.interests) > 1:
        each = Stated("", range(1, len(dataset.interests)))
        both = standardised(together) + PHRASES * topic_values(dataset, each)
        values = together.mean() + together.std() * standardised(both)
    return np.asarray(values * dataset.interest_weight)


def standardised(values: NDArray[Any]) -> NDArray[Any]:
    """The values less their mean, divided by their standard deviation; zeros where they are all alike."""
    deviation = float(values.std())
    return np.asarray((values - values.mean()) / deviation if deviation > 1e-9 else np.zeros_like(values))


def _values(dataset: Dataset, query: Query) -> NDArray[Any]:
    """Log-odds of each candidate by an expanded query."""
    rows = dataset.rows.candidates
    feedback = FEEDBACK_COSINE * dataset.vectors.blocks[0][rows].dot(query.words)
    return np.asarray(query.first[rows] + feedback + FEEDBACK_LSA * (dataset.points[rows] @ query.topic))


def interest_reasons(dataset: Dataset, values: NDArray[Any]) -> list[list[Reason]]:
    """For each candidate that the stated interests raise, one reason with the words that it shares with them.

    A candidate without any of their words, which they raise by related words alone, has a reason of kind OTHER.

    Args:
        values: as `interest_values` gives them.
    """
    reasons: list[list[Reason]] = [[] for _ in dataset.candidates]
    if not dataset.interests:
        return reasons
    stated = written(dataset.interests[0], set(tokens.names(dataset.interests[0])), exactly=True)
    numbers, rows = dataset.candidate_words
    ends = np.searchsorted(rows, np.arange(len(reasons) + 1)).tolist()
    shared = np.isin(numbers, np.array([word.number for word in stated], dtype=STORED))
    for row in np.flatnonzero(values > 0).tolist():
        places = slice(ends[row], ends[row + 1])
        text = numbers[places][np.flatnonzero(shared[places])].tolist()
        names = _shared_names(stated, numbers[places].tolist(), set(text)) if text else []
        kind = ReasonKind.INTEREST if names else ReasonKind.OTHER
        reasons[row] = [Reason(kind, ", ".join(names), float(values[row]))]
    return reasons


def _shared_names(stated: Sequence[Word], text: Sequence[int], shared: Set[int]) -> list[str]:
    """The words of the interests that a text has, as the reader wrote them; together where they are neighbours in both.

    Args:
        text: the numbers of its words in order.
        shared: those of them that the interests have.
    """
    pairs = set(pairwise(text))
    groups: list[list[Word]] = []
    before = 0
    for word in stated:
        if word.number in shared:
            if groups and word.joint and (before, word.number) in pairs:
                groups[-1].append(word)
            else:
                groups.append([word])
        before = word.number
    general = lsa.general_words().anywhere
    topical = [_topical(group, general) for group in groups]
    topical = [group for group in topical if len(group) > 1 or len(group[0].form) > 1]  # "α" alone says nothing
    telling = [group for group in topical if not general.issuperset([word.number for word in group])]
    topical = telling or topical
    names = {tuple(word.number for word in group): spelling(group) for group in topical}
    return list(dict.fromkeys(names.values()))


def _topical(group: list[Word], general: Set[int]) -> list[Word]:
    """The group without the general words it begins with; a hyphen keeps the first part of "small-world networks"."""
    start = next((place for place, word in enumerate(group) if word.number not in general), 0)
    while start and group[start].joint == "-":
        start -= 1
    return group[start:]


def word_weights(dataset: Dataset) -> NDArray[Any]:
    """Weight of each single word in the interests and the feedback, as in `interest_values`."""
    row = dataset.vectors.blocks[0][dataset.rows.interests][:1]
    weights = COSINE * row.rmatvec(np.ones(1)) + FEEDBACK_COSINE * expand(dataset).words
    return np.asarray(weights * dataset.interest_weight)


def absent_words(dataset: Dataset) -> tuple[NDArray[np.uint32], float, float]:
    """The words of the interests that no other row has, the weight of each as in `word_weights`, and its idf.

    Such a word has no column in the counts, but a paper elsewhere in the library may have it.
    """
    numbers = union(np.frombuffer(b"".join(dataset.encoded[dataset.rows.interests]), dtype=STORED))
    numbers = numbers[numbers != 0]
    counted = dataset.counts.terms[: dataset.counts.words.shape[1]]
    idf = float(np.log((1 + len(dataset.encoded)) / 2)) + 1
    weight = COSINE / max(float(np.sqrt(len(numbers))), 1.0) * dataset.interest_weight
    return numbers[~np.isin(numbers, counted)], weight, idf


def _unit(vector: NDArray[Any]) -> NDArray[Any]:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-9 else vector

"""A fair share of the list for each topic, also for one with few likes beside one with many."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Reason, ReasonKind, TopicRule
from recommender.ranking import topics
from recommender.ranking.dataset import Dataset
from recommender.ranking.interests import standardised, topic_values, word_nearness
from recommender.ranking.linear import examples
from recommender.ranking.topics import Topic

SHARE = 0.3  # of the first places, however many, that a topic can be sure of ...
ALL_SHARES = 0.6  # ... and that all topics but the largest can be sure of together
HEARD = 40  # likes of a topic from which on its share falls: the regression over all likes hears it by itself
RAISED = 4  # papers of each topic that can be raised
NEAREST = 3  # liked papers of a topic whose similarity in the latent space is averaged
COSINE, LSA = 5.0, 2.0  # weights of the similarities to the topic's likes
BELONGS = 2.0  # standard deviations of that similarity above the mean of the day from which a paper is on a topic
GOOD = 4.0  # the same, with those of Rocchio's classifier, from which it is good enough to be raised


def topic_reasons(dataset: Dataset, values: NDArray[Any], rules: Sequence[TopicRule]) -> list[list[Reason]]:
    """For each candidate that belongs to one of several topics one reason, which weighs what its topic's share adds.

    The topic with the most likes has its share by itself. The best papers of each other topic are raised where its
    share of the first places would not be reached otherwise, if they are good enough.

    Args:
        values: log-odds of each candidate.
    """
    reasons: list[list[Reason]] = [[] for _ in dataset.candidates]
    if not dataset.candidates:
        return reasons
    found = [
        topic
        for topic in topics.find(dataset, rules)
        if (topic.stated >= 0 or len(topic.likes) >= topics.LEAST_LIKES) and (topic.rule is None or topic.rule.weight)
    ]
    if len(found) < 2:
        return reasons
    similarities = np.stack([_similarity(dataset, topic) for topic in found])
    nearest = similarities.argmax(axis=0)
    belongs = similarities.max(axis=0) >= BELONGS
    own = nearest.copy()
    largest = 1 if len(found[0].likes) else 0  # interests alone: none is the largest
    weights = [topic.rule.weight if topic.rule else 1.0 for topic in found]
    # the largest has the rest of the list: less weight for it is more for each of the others
    weights = [weight / weights[0] for weight in weights[1:]] if largest else weights
    shares = [
        min(1.0, SHARE * weight, ALL_SHARES * weight / sum(weights)) * min(1.0, HEARD / max(len(topic.likes), 1))
        for weight, topic in zip(weights, found[largest:], strict=True)
    ]
    names = [name for (name,) in topics.describe(dataset, found, 1)]
    fitted = _fits(dataset, found[largest:], similarities[largest:])
    best = []
    for number, (fits, good) in enumerate(fitted, start=largest):
        rows = np.lexsort((np.arange(len(values)), -values, -fits))[:RAISED]
        # a paper that is on another topic is not raised for this one
        best.append(rows[good[rows] & ((nearest[rows] == number) | ~belongs[rows])].tolist())
        own[best[-1]] = number
    for rows in best:
        belongs[rows] = True
    added = raised(values, best, shares) - values
    for row in np.flatnonzero(belongs).tolist():
        reasons[row].append(
            Reason(ReasonKind.TOPIC, names[own[row]], float(added[row]), papers=len(found[own[row]].likes))
        )
    return reasons


def raised(values: NDArray[Any], best: Sequence[Sequence[int]], shares: Sequence[float]) -> NDArray[np.float64]:
    """The values, with some papers raised so that each topic has its share of the first places.

    Among the first p papers of the new order are at least ⌊p · share⌋ of a topic's best papers, as long as it has so
    many, the shares add up to 1 at most, and no values are equal. Papers that are not raised keep their values.

    Args:
        values: one per paper.
        best: for each topic its papers, best first.
        shares: for each topic.
    """
    new = values.astype(np.float64, copy=True)
    waiting = np.lexsort((np.arange(len(values)), -values)).tolist()
    wanted = [list(rows) for rows in best]
    reached = [0] * len(best)
    run: list[int] = []  # papers raised since the last one that was not
    above = np.inf  # the value of that one
    for place in range(1, len(values) + 1):
        if not any(wanted):
            break
        due = _due(place, wanted, reached, shares)
        row = waiting[0] if due is None else wanted[due][0]
        if row == waiting[0]:
            _between(new, run, above, float(values[row]))
            run, above = [], float(values[row])
        else:
            run.append(row)
        waiting.remove(row)
        for topic, rows in enumerate(wanted):
            if row in rows:
                rows.remove(row)
                reached[topic] += 1
    _between(new, run, above, float(values[waiting[0]]) if waiting else -np.inf)
    return new


def _due(place: int, wanted: Sequence[Sequence[int]], reached: Sequence[int], shares: Sequence[float]) -> int | None:
    """The topic whose next paper must come at this place, as a later one would be too late for some topic; else None.

    Earliest deadline first (Liu and Layland, 1973): the k-th paper of a topic is due at place ⌈k / share⌉.
    """
    deadlines = sorted(
        (ceil((reached[topic] + number) / shares[topic]), topic)
        for topic, rows in enumerate(wanted)
        for number in range(1, len(rows) + 1)
    )
    late = any(deadline <= place + number for number, (deadline, _) in enumerate(deadlines))
    return deadlines[0][1] if late else None


def _between(values: NDArray[Any], rows: Sequence[int], above: float, below: float) -> None:
    """Give these papers falling values between two others, in place."""
    if np.isinf(above):
        above = below + 1
    if np.isinf(below):
        below = above - 1
    for number, row in enumerate(rows, start=1):
        values[row] = above + (below - above) * number / (len(rows) + 1)


def _similarity(dataset: Dataset, topic: Topic) -> NDArray[Any]:
    """Similarity of each candidate to the likes of a topic, or to its words without likes; mean 0, deviation 1."""
    if len(topic.likes) < topics.LEAST_LIKES:
        return topic_values(dataset, dataset.stated[topic.stated])
    candidates, likes = dataset.rows.candidates, dataset.rows.liked.start + topic.likes
    cosine = dataset.liked_cosines[:, topic.likes].max(axis=1)
    in_space = np.sort(dataset.points[candidates] @ dataset.points[likes].T, axis=1)[:, -NEAREST:].mean(axis=1)
    return standardised(COSINE * cosine + LSA * in_space)


def _fits(
    dataset: Dataset, found: Sequence[Topic], similarities: NDArray[Any]
) -> list[tuple[NDArray[Any], NDArray[np.bool_]]]:
    """For each topic how well each candidate fits it, and whether that is good enough to be raised.

    Beside the similarity counts the difference between the means of the topic's likes and of the negatives: Rocchio's
    classifier (Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, section 14.2).

    Args:
        similarities: of each candidate to each topic: topics × candidates.
    """
    rows, vectors = dataset.rows, dataset.vectors
    liked, (target, weight) = vectors[rows.liked], examples(dataset)
    like_weights, negative_weights = weight[rows.liked], weight * (1 - target)
    negatives = vectors.rmatvec(negative_weights / max(float(negative_weights.sum()), 1e-9))
    shares = np.zeros((len(found), len(like_weights)))  # of each like in the mean of its topic
    for share, topic in zip(shares, found, strict=True):
        share[topic.likes] = like_weights[topic.likes] / max(float(like_weights[topic.likes].sum()), 1e-9)
    directions = np.stack([liked.rmatvec(share) - negatives for share in shares], axis=1)
    result = []
    for topic, similarity, nearness in zip(found, similarities, vectors.matmat(directions).T, strict=True):
        if len(topic.likes) < topics.LEAST_LIKES:
            near = word_nearness(dataset, dataset.stated[topic.stated], rows.candidates)
            result.append((similarity, near >= topics.NEAR))
            continue
        background = nearness[dataset.negative_rows]
        fits = similarity + (nearness[rows.candidates] - background.mean()) / max(float(background.std()), 1e-9)
        result.append((fits, fits >= GOOD))
    return result

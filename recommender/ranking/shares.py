"""A fair share of the list for each topic, also for one with few likes beside one with many."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Reason, ReasonKind, TopicRule
from recommender.ranking import topics
from recommender.ranking.dataset import Dataset
from recommender.ranking.interests import standardised, topic_values
from recommender.ranking.linear import fit_to
from recommender.ranking.topics import Topic

SHARE = 0.3  # of the places of a list that a topic can be sure of ...
ALL_SHARES = 0.6  # ... and that all topics but the largest can be sure of together
RAISED = 3  # papers of each topic that can be raised
NEAREST = 3  # liked papers of a topic whose similarity in the latent space is averaged
COSINE, LSA = 5.0, 2.0  # weights of the similarities to the topic's likes
GOOD = 2.0  # standard deviations above the mean of the background from which a paper is good enough


def topic_reasons(dataset: Dataset, values: NDArray[Any], rules: Sequence[TopicRule]) -> list[list[Reason]]:
    """For each candidate that belongs to one of several topics one reason, which weighs what its topic's share adds.

    The topic with the most likes has its share by itself. The best papers of each other topic are raised to every
    ⌈1 / share⌉th place, if they are below it and good enough.

    Args:
        values: log-odds of each candidate.
    """
    reasons: list[list[Reason]] = [[] for _ in dataset.candidates]
    if not dataset.candidates:
        return reasons
    found = [topic for topic in topics.find(dataset, rules) if topic.rule is None or topic.rule.weight > 0]
    if len(found) < 2:
        return reasons
    largest = 1 if len(found[0].likes) else 0  # interests alone: none is the largest
    others = found[largest:]
    weights = [topic.rule.weight if topic.rule else 1.0 for topic in others]
    names = [terms[0] if terms else "" for terms in topics.describe(dataset, found)]
    similarities = np.stack([_similarity(dataset, topic) for topic in found])
    order = np.lexsort((np.arange(len(values)), -values))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    raised: dict[int, tuple[float, str]] = {}
    for topic, weight in enumerate(weights, start=largest):
        share = min(1.0, SHARE * weight, ALL_SHARES * weight / sum(weights))
        fits = similarities[topic] + _regression(dataset, found[topic])
        best = np.lexsort((place, -fits))[:RAISED]
        for number, row in enumerate(best[fits[best] >= GOOD].tolist(), start=1):
            target = ceil(number / share) - 1
            if target < place[row]:
                value = float(values[order[target - 1 : target + 1]].mean()) if target else float(values[order[0]])
                raised[row] = max(raised.get(row, (-np.inf, "")), (value, names[topic]))
    own = similarities.argmax(axis=0)
    for row in range(len(dataset.candidates)):
        if row in raised:
            value, name = raised[row]
            reasons[row].append(Reason(ReasonKind.TOPIC, name, value - float(values[row])))
        elif similarities[own[row], row] >= GOOD and names[own[row]]:
            reasons[row].append(Reason(ReasonKind.TOPIC, names[own[row]], 0.0))
    return reasons


def _similarity(dataset: Dataset, topic: Topic) -> NDArray[Any]:
    """Similarity of each candidate to the likes of a topic, or to its words without likes; mean 0, deviation 1."""
    if len(topic.likes) < topics.LEAST_LIKES:
        return topic_values(dataset, dataset.stated[topic.stated])
    candidates, likes = dataset.rows.candidates, dataset.rows.liked.start + topic.likes
    cosine = dataset.vectors[candidates].linear_kernel(dataset.vectors.take(likes)).max(axis=1)
    in_space = np.sort(dataset.points[candidates] @ dataset.points[likes].T, axis=1)[:, -NEAREST:].mean(axis=1)
    return standardised(COSINE * cosine + LSA * in_space)


def _regression(dataset: Dataset, topic: Topic) -> NDArray[Any]:
    """The log-odds of each candidate by a topic's likes, in standard deviations above the mean of the background."""
    if len(topic.likes) < topics.LEAST_LIKES:
        return np.zeros(len(dataset.candidates))
    fitted = dataset.vectors.dot(fit_to(dataset, topic.likes))
    background = fitted[dataset.negative_rows]
    return np.asarray((fitted[dataset.rows.candidates] - background.mean()) / max(float(background.std()), 1e-9))

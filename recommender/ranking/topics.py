"""Topics: what a reader follows, as stated in the interests and as the likes form it."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.paper import TopicRule
from recommender.ranking import lsa
from recommender.ranking.counts import STORED, document_frequency, numbers_of
from recommender.ranking.dataset import Dataset
from recommender.ranking.interests import word_nearness
from recommender.ranking.light import union
from recommender.ranking.terms import LOOKED_AT, spelled
from recommender.ranking.tokens import words

CLUSTERED = 300  # newest likes that are clustered; an older one joins the topic nearest to it
COSINE = 4.0  # weight of the cosine of TF-IDF vectors beside the cosine in the latent space, which weighs 1
ALIKE = 0.5  # least mean similarity, so weighed, of the likes of one topic
LEAST_LIKES, LEAST_SHARE = 2, 0.03  # of all likes, that form a topic
MOST = 8  # topics that likes form
STATED_SHARE = 0.15  # share of a cluster's likes that are near to a stated interest, if it is about that ...
NEAR = 3.0  # ... which means by its words so many standard deviations above the mean of unrated papers
PAIR_WEIGHT = 1.5  # in the choice of a topic's name, beside 1 of a single word
NAMED_LIKES = 0.2  # share of a topic's likes that its name occurs in, at least
WORDS = 4  # terms that describe a topic
NO_LIKES = np.array([], dtype=np.int64)


class Topic(NamedTuple):
    """One of the reader's topics."""

    likes: NDArray[np.int64]  # indices in `dataset.liked`, rising
    stated: int  # index in `dataset.stated`; -1: the likes alone form the topic
    rule: TopicRule | None = None  # what the reader decided about it


def find(dataset: Dataset, rules: Sequence[TopicRule] = ()) -> list[Topic]:
    """The topics of the reader, the one with the most likes first.

    Likes are clustered by average linkage (Sokal and Michener, 1958). A cluster that is near to a stated interest
    belongs to it; the reader's rules then join clusters and name them. Interests without likes are topics too. Likes
    that are like no others belong to no topic, unless a rule marks them.
    """
    likes = _clusters(dataset)
    likes += _marked_alone(dataset, likes, rules)
    marked = [_rule(dataset, cluster, rules) for cluster in likes]
    texts = {stated.text: number for number, stated in enumerate(dataset.stated)}
    nearest = [
        texts.get(rule.name, stated) if rule else stated
        for rule, stated in zip(marked, _nearest_stated(dataset, likes), strict=True)
    ]
    joined: dict[object, Topic] = {}
    for number, (cluster, stated, rule) in enumerate(zip(likes, nearest, marked, strict=True)):
        key: object = rule.name if rule else (stated if stated >= 0 else f"cluster {number}")
        before = joined.get(key, Topic(NO_LIKES, -1, rule))
        joined[key] = Topic(union(before.likes, cluster), max(before.stated, stated), rule)
    topics = list(joined.values())
    by_name = {rule.name: rule for rule in rules}
    without_likes = set(range(len(dataset.stated))) - {topic.stated for topic in topics}
    topics += [Topic(NO_LIKES, number, by_name.get(dataset.stated[number].text)) for number in without_likes]
    return sorted(topics, key=lambda topic: (-len(topic.likes), topic.stated, topic.likes[:1].tolist()))


def describe(dataset: Dataset, topics: Sequence[Topic], most: int = WORDS) -> list[tuple[str, ...]]:
    """The terms that describe each topic, its name first: the reader's own, the stated interest, or a phrase.

    The phrase is the word or pair with the highest share · ln(share / share elsewhere), where the shares are of the
    topic's likes and of all other papers that have it: a term of the Kullback-Leibler divergence.

    Args:
        most: terms of a topic; 1: its name alone.
    """
    used: set[int] = set()
    terms = [_terms(dataset, topic, used) for topic in topics]
    names = [_name(dataset, topic, own) for topic, own in zip(topics, terms, strict=True)]
    if most == 1:
        return [(name,) for name in names]
    described = []
    for name, own in zip(names, terms, strict=True):
        in_name = set(words(name))
        others = (term for term in own if not in_name.issuperset(words(term)))
        described.append((name, *islice(others, most - 1)))
    return described


def _name(dataset: Dataset, topic: Topic, terms: Iterator[str]) -> str:
    if topic.rule:
        return topic.rule.name
    if topic.stated >= 0:
        return dataset.stated[topic.stated].text
    return next(terms, "") or dataset.liked[int(topic.likes[0])].title or "untitled"


def _clusters(dataset: Dataset) -> list[NDArray[np.int64]]:
    """Likes of one topic, as indices of liked papers; the largest cluster first."""
    count = len(dataset.liked)
    if not count:
        return []
    newest = np.sort(np.argsort(dataset.like_ages, kind="stable")[:CLUSTERED])
    similarity = _similarity(dataset, newest, newest)
    labels = average_linkage(similarity, ALIKE)
    sizes = np.bincount(labels)
    least = max(LEAST_LIKES, LEAST_SHARE * len(newest))
    kept = [label for label in np.argsort(-sizes, kind="stable").tolist() if sizes[label] >= least][:MOST]
    if not kept:
        return []
    clusters = [newest[labels == label] for label in kept]
    others = np.delete(np.arange(count), newest)
    if len(others):
        nearest = np.stack([_similarity(dataset, others, cluster).mean(axis=1) for cluster in clusters]).argmax(axis=0)
        clusters = [union(cluster, others[nearest == place]) for place, cluster in enumerate(clusters)]
    return clusters


def average_linkage(similarity: NDArray[Any], least: float) -> NDArray[np.int64]:
    """Label of the cluster of each item, from 0: the two most similar clusters are joined down to a `least` similarity.

    By chains of nearest neighbours (Murtagh, "A survey of recent advances in hierarchical clustering algorithms",
    1983): two clusters that are nearest to one another will be joined, whatever is joined before.
    scipy.cluster.hierarchy gives the same clusters, but is slow to import.

    Args:
        similarity: items × items, symmetric. The similarity of two clusters is the mean over their pairs of items.
    """
    similarity = (similarity.astype(np.float64) + similarity.T) / 2  # a product may be symmetric but for its last bits
    np.fill_diagonal(similarity, -np.inf)
    members = [[item] for item in range(len(similarity))]  # of each cluster; none of one that was joined to another
    for start in range(len(similarity)):
        chain = [start] if members[start] else []  # each is the nearest to the one before
        while chain:
            last = chain[-1]
            nearest = int(similarity[last].argmax())
            if similarity[last, nearest] < least:  # an average over this cluster and others will be no higher
                break
            if len(chain) == 1 or similarity[last, nearest] > similarity[last, chain[-2]]:
                chain.append(nearest)
                continue
            one, other = sorted(chain[-2:])
            del chain[-2:]
            sizes = len(members[one]), len(members[other])
            joined = (sizes[0] * similarity[one] + sizes[1] * similarity[other]) / sum(sizes)
            joined[one] = -np.inf
            similarity[one], similarity[:, one] = joined, joined
            similarity[other], similarity[:, other] = -np.inf, -np.inf
            members[one] += members[other]
            members[other] = []
            chain = chain or [one]
    labels = np.empty(len(similarity), dtype=np.int64)
    for label, items in enumerate(filter(None, members)):
        labels[items] = label
    return labels


def _similarity(dataset: Dataset, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[Any]:
    start = dataset.rows.liked.start
    vectors, points = dataset.vectors, dataset.points
    cosine = vectors.take(start + first).linear_kernel(vectors.take(start + second))
    return np.asarray(points[start + first] @ points[start + second].T + COSINE * cosine)


def _nearest_stated(dataset: Dataset, clusters: Sequence[NDArray[np.int64]]) -> list[int]:
    """For each cluster the stated topic it is about; -1: none."""
    if not dataset.stated or not clusters:
        return [-1] * len(clusters)
    near = np.stack([word_nearness(dataset, stated, dataset.rows.liked) >= NEAR for stated in dataset.stated])
    shares = np.stack([near[:, cluster].mean(axis=1) for cluster in clusters])
    best = shares.argmax(axis=1)
    return [int(place) if shares[row, place] >= STATED_SHARE else -1 for row, place in enumerate(best)]


def _marked_alone(
    dataset: Dataset, clusters: Sequence[NDArray[np.int64]], rules: Sequence[TopicRule]
) -> list[NDArray[np.int64]]:
    """For each rule the likes that it marks and that are in no cluster, if they are enough for a topic."""
    place = {paper.id: number for number, paper in enumerate(dataset.liked)}
    free = set(range(len(dataset.liked))).difference(*(cluster.tolist() for cluster in clusters))
    marked = []
    for rule in rules:
        likes = sorted(free.intersection(place[paper] for paper in rule.papers if paper in place))
        if len(likes) >= LEAST_LIKES:
            marked.append(np.array(likes, dtype=np.int64))
            free.difference_update(likes)
    return marked


def _rule(dataset: Dataset, cluster: NDArray[np.int64], rules: Sequence[TopicRule]) -> TopicRule | None:
    """The rule that marks most of a cluster's likes."""
    ids = {dataset.liked[like].id for like in cluster.tolist()}
    marked = [(len(ids.intersection(rule.papers)), rule) for rule in rules]
    most, rule = max(marked, key=lambda pair: pair[0], default=(0, None))
    return rule if most else None


def _terms(dataset: Dataset, topic: Topic, used: set[int]) -> Iterator[str]:
    """The words and pairs that tell a topic's likes from all other papers, best first; adds their words to `used`."""
    if not len(topic.likes):
        return
    likes = len(topic.likes)
    others = dataset.rows.unrated.stop - dataset.rows.liked.start - likes
    columns, scores = [], []
    for weight, present, total, first in zip(
        (1.0, PAIR_WEIGHT),
        dataset.presence(dataset.rows.liked),
        dataset.total_presence,
        (0, dataset.counts.words.shape[1]),
        strict=True,
    ):
        own = present.take(topic.likes)
        frequent = np.flatnonzero(document_frequency(own) >= max(LEAST_LIKES, NAMED_LIKES * likes))
        found = np.bincount(own.indices, own.data, own.shape[1])[frequent]
        share, elsewhere = found / likes, (total[frequent] - found + 0.5) / (others + 1)
        columns.append(first + frequent)
        scores.append(weight * share * np.log(np.maximum(share, 1e-9) / elsewhere))
    column_of, score = np.concatenate(columns), np.concatenate(scores)
    papers = [
        (dataset.liked[like], set(np.frombuffer(dataset.encoded[dataset.rows.liked.start + like], STORED).tolist()))
        for like in topic.likes[:LOOKED_AT].tolist()
    ]
    general = lsa.general_words().alone
    for place in np.argsort(-score, kind="stable")[: 20 * WORDS].tolist():
        column = column_of[place]
        numbers = numbers_of(int(dataset.counts.terms[column]))
        if score[place] <= 0 or used.intersection(numbers) or general.issuperset(numbers):
            continue
        if name := spelled(numbers, [paper for paper, its_words in papers if its_words.issuperset(numbers)]):
            used.update(numbers)
            yield name

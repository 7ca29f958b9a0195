"""Topics of a reader: found in the likes and the stated interests, named, and given a fair share of the list."""

import random
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import liked, make_paper

from recommender.paper import History, Paper, ReasonKind, Score, TopicRule
from recommender.ranking import rank, tokens, topics
from recommender.ranking.dataset import build
from recommender.ranking.shares import raised

TRANSLATION = [
    Paper(
        f"t{number}", f"Neural machine translation of {word} sentences", f"Machine translation with a {word} decoder."
    )
    for number, word in enumerate(("rare", "long", "spoken", "noisy", "literary", "legal"))
]
GALAXIES = [
    Paper(
        f"g{number:02}", f"Dwarf galaxies in the {word} halo", f"Stellar streams around dwarf galaxies, {word} survey."
    )
    for number, word in enumerate(
        ("inner", "outer", "cold", "hot", "faint", "bright", "local", "distant", "young", "old", "thick", "thin")
    )
]
COMMON = [f"common{number}" for number in range(200)]


def filler(number: int) -> Paper:
    """A paper of words without a topic."""
    return make_paper(number, f"Title {number}", " ".join(random.Random(number).choices(COMMON, k=30)))


OTHERS = tuple(filler(number) for number in range(100, 260))
CANDIDATES = [TRANSLATION[-1], *GALAXIES[8:], *(filler(number) for number in range(300, 330))]
MIXED = History(liked(*GALAXIES[:8], *TRANSLATION[:3]), OTHERS)


@given(st.data())
def test_each_topic_has_its_share_of_the_first_places_and_no_paper_is_lowered(data):
    count = data.draw(st.integers(1, 40))
    values = np.array(data.draw(st.lists(st.integers(-999, 999), min_size=count, max_size=count, unique=True)), float)
    number = data.draw(st.integers(1, 4))
    best = [data.draw(st.lists(st.integers(0, count - 1), max_size=4, unique=True)) for _ in range(number)]
    weights = [data.draw(st.integers(1, 9)) for _ in range(number)]
    shares = [data.draw(st.sampled_from([0.2, 0.6, 1.0])) * weight / sum(weights) for weight in weights]
    new = raised(values, best, shares)
    assert (new >= values).all()
    order = np.lexsort((np.arange(count), -new)).tolist()
    for places in range(1, count + 1):
        for rows, share in zip(best, shares, strict=True):
            assert len(set(rows) & set(order[:places])) >= min(floor(places * share - 1e-9), len(rows))
    untouched = [row for row in np.lexsort((np.arange(count), -values)).tolist() if new[row] == values[row]]
    assert [row for row in order if row in untouched] == untouched


@given(st.integers(1, 12), st.integers(0, 2**32))
def test_clusters_are_those_of_scipy(size, seed):
    from scipy.cluster import hierarchy
    from scipy.spatial.distance import squareform

    similarity = np.random.default_rng(seed).random((size, size)).round(3) * 2
    similarity = (similarity + similarity.T) / 2
    labels = topics.average_linkage(similarity, 0.9)
    expected = np.zeros(size)
    if size > 1:
        distance = 3 - similarity
        np.fill_diagonal(distance, 0)
        expected = hierarchy.fcluster(hierarchy.linkage(squareform(distance), "average"), 2.1, "distance")
    assert {tuple(labels == label) for label in labels} == {tuple(expected == label) for label in expected}


def test_likes_of_two_kinds_are_two_topics_with_names_a_person_would_use():
    dataset = build(MIXED, (), {})
    found = topics.find(dataset)
    assert [len(topic.likes) for topic in found] == [8, 3]
    names = [terms[0] for terms in topics.describe(dataset, found)]
    assert names == ["dwarf galaxies", "machine translation"]


def test_a_topic_with_few_likes_is_heard_beside_one_with_many():
    scores = dict(zip((paper.id for paper in CANDIDATES), rank(MIXED, CANDIDATES), strict=True))
    assert place(scores, "t5") <= 4
    (reason,) = (reason for reason in scores["t5"].reasons if reason.kind is ReasonKind.TOPIC)
    assert reason.subject == "machine translation"
    assert sum(reason.weight for reason in scores["t5"].reasons) == pytest.approx(scores["t5"].value)


def test_a_topic_only_stated_is_heard_beside_likes_of_another():
    history = History(liked(*GALAXIES[:8]), OTHERS, "machine translation")
    scores = dict(zip((paper.id for paper in CANDIDATES), rank(history, CANDIDATES), strict=True))
    assert place(scores, "t5") <= 4
    assert [reason.subject for reason in scores["t5"].reasons if reason.kind is ReasonKind.TOPIC] == [
        "machine translation"
    ]


def test_likes_find_the_stated_topic_they_are_about():
    dataset = build(MIXED._replace(interests="machine translation; dwarf galaxies\nknot theory"), (), {})
    found = topics.find(dataset)
    stated = [(dataset.stated[topic.stated].text, len(topic.likes)) for topic in found]
    assert stated == [("dwarf galaxies", 8), ("machine translation", 3), ("knot theory", 0)]


def test_rules_join_name_and_drop_topics():
    ids = tuple(paper.id for paper in (*GALAXIES[:8], *TRANSLATION[:3]))
    dataset = build(MIXED, (), {})
    (joined,) = topics.find(dataset, [TopicRule("all of it", ids)])
    assert len(joined.likes) == 11
    assert topics.describe(dataset, [joined])[0][0] == "all of it"
    renamed = topics.find(dataset, [TopicRule("NMT", ids[8:])])
    assert [terms[0] for terms in topics.describe(dataset, renamed)] == ["dwarf galaxies", "NMT"]
    dropped = MIXED._replace(topics=(TopicRule("NMT", ids[8:], weight=0),))
    assert not any(reason.kind is ReasonKind.TOPIC for score in rank(dropped, CANDIDATES) for reason in score.reasons)


def test_one_topic_alone_changes_nothing():
    history = History(liked(*GALAXIES[:8]), OTHERS)
    assert not any(reason.kind is ReasonKind.TOPIC for score in rank(history, CANDIDATES) for reason in score.reasons)


def test_topics_and_phrases_of_interests():
    text = (
        "I study lattice rules, elliptic PDEs; machine translation\n\n the ; machine translation; Machine Translation"
    )
    assert tokens.topics(text) == {
        "lattice rules, elliptic PDEs": ["lattice rules", "elliptic PDEs"],
        "machine translation": ["machine translation"],
    }


def place(scores: dict[str, Score], paper_id: str) -> int:
    return 1 + sum(score.value > scores[paper_id].value for score in scores.values())

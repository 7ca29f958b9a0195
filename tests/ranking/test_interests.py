"""The first words: stated interests rank before anything is liked, in singular or plural, and fade as likes come."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import liked, make_paper

from recommender.paper import History, Paper, ReasonKind, Score
from recommender.ranking import candidates, encode, interest_words, pack, rank
from recommender.ranking.dataset import FADED, build

PLANETS = make_paper(1, "Atmospheres of exoplanets", "Spectra of hot giants that transit their star.")
GRAPHS = make_paper(2, "Colouring sparse graphs", "Lower bounds for the chromatic number of planar graphs.")
COMMON = [f"common{number}" for number in range(200)]


def filler(number: int, *words: str) -> Paper:
    """A paper of words without a topic, and of these."""
    return make_paper(number, f"Title {number}", " ".join([*random.Random(number).choices(COMMON, k=30), *words]))


def values(scores: list[Score]) -> list[float]:
    return [score.value for score in scores]


@pytest.mark.parametrize("word", ["exoplanet", "exoplanets", "Exoplanet", "EXOPLANETS"])
def test_a_word_finds_its_singular_and_plural(word):
    others = [filler(number) for number in range(10, 60)]
    scores = values(rank(History(unrated=tuple(others[20:]), interests=word), [*others[:20], PLANETS]))
    assert np.argmax(scores) == 20
    singular = make_paper(3, "An exoplanet", PLANETS.abstract)
    assert np.argmax(values(rank(History(interests=word), [*others[:20], singular]))) == 20


def test_a_paper_without_the_word_is_found_by_the_words_of_papers_that_have_it():
    near = [filler(number, "gravastar", "quasinormal", "ringdown", "horizonless") for number in range(10, 20)]
    unrated = (*near, *(filler(number) for number in range(20, 80)))
    wanted = filler(3, "quasinormal", "ringdown", "horizonless")
    others = [filler(number, "graph") for number in range(100, 130)]
    scores = values(rank(History(unrated=unrated, interests="gravastars"), [*others, wanted]))
    assert np.argmax(scores) == len(others)


@pytest.mark.parametrize(
    "sentence",
    [
        "I study transiting exoplanets",
        "I work on transiting exoplanets.",
        "We're interested in transiting exoplanets",
        "I am mainly interested in transiting exoplanets",
        "My research is about transiting exoplanets",
        "my work is on transiting exoplanets",
        "Our main research interests are transiting exoplanets",
        "I would like to follow papers on transiting exoplanets",
        "I’d like to read papers about transiting exoplanets",
    ],
)
def test_an_opening_phrase_is_no_interest(sentence):
    assert interest_words(sentence) == ["transiting", "exoplanets"]
    papers = [PLANETS, GRAPHS, filler(9, "research"), filler(10, "work", "study", "interested")]
    assert values(rank(History(interests=sentence.rstrip(".")), papers)) == pytest.approx(
        values(rank(History(interests="transiting exoplanets"), papers))
    )


@pytest.mark.parametrize(
    "interests", ["research software", "work function", "user interests", "field theory, study design"]
)
def test_a_topic_with_such_words_stays(interests):
    assert interest_words(interests) == interests.replace(",", "").split()


@given(st.text(max_size=60))
def test_any_interests_have_words_that_are_in_them(interests):
    assert set(interest_words(interests)) <= set(interest_words(interests.lower() + " ")) | set(
        interest_words(interests)
    )
    scores = rank(History(interests=interests), [PLANETS, GRAPHS])
    assert np.isfinite(values(scores)).all()


def test_interests_count_less_with_each_like_and_at_last_nothing():
    others = [filler(number) for number in range(10, 70)]
    likes = [filler(number, "graph", "colouring") for number in range(200, 200 + FADED)]
    gained = []
    for count in (0, 1, 3, 10, FADED - 1, FADED):
        history = History(liked(*likes[:count]), tuple(others))
        with_interests = rank(history._replace(interests="exoplanet"), [PLANETS, GRAPHS])
        gained.append(sum(reason.weight for reason in with_interests[0].reasons if reason.kind is ReasonKind.INTEREST))
    assert gained[:4] == sorted(gained[:4], reverse=True)
    assert gained[3] > 0
    assert abs(gained[-2]) < 0.03 * gained[0]
    assert gained[-1] == 0
    weights = [build(History(liked(*likes[:count])), [], {}).interest_weight for count in (0, 1, 3, 10, FADED)]
    assert weights == pytest.approx([1, 0.483, 0.225, 0.061, 0], abs=0.001)


def test_a_reason_names_the_shared_words_as_the_reader_wrote_them():
    scores = rank(History(interests="hot exoplanet, transit, galaxies"), [PLANETS, GRAPHS])
    (reason,) = (reason for reason in scores[0].reasons if reason.kind is ReasonKind.INTEREST)
    assert reason.subject == "hot, exoplanet, transit"
    assert reason.weight > 0
    assert not [reason for reason in scores[1].reasons if reason.kind is ReasonKind.INTEREST and reason.weight < 0]


def shared_words(interests, title):
    others = [filler(number) for number in range(10, 60)]
    reasons = rank(History(unrated=tuple(others), interests=interests), [*others[:20], make_paper(1, title, "-")])[
        -1
    ].reasons
    return [reason.subject for reason in reasons if reason.kind is ReasonKind.INTEREST]


@pytest.mark.parametrize(
    ("interests", "title", "named"),
    [
        ("small-world networks; Kuramoto", "Small-world networks: Kuramoto", ["small-world networks, Kuramoto"]),
        ("networks, Kuramoto oscillators", "Networks Kuramoto", ["networks, Kuramoto"]),
        ("high-Tc superconductors", "A high-$T_c$ superconductor", ["high-Tc superconductors"]),
        ("high-Tc superconductors", "Superconductors with a high price", ["superconductors"]),
        ("α-synuclein, proteins", r"The $\alpha$ of proteins", ["proteins"]),
        ("α-synuclein, proteins", r"On $\alpha$-synuclein", ["α-synuclein"]),
        (r"$\beta$ decay", "Double beta decay", ["β decay"]),
        ("Kähler manifolds", r"K\"ahler", ["Kähler"]),
        ("C*-algebras", "A C$^*$-algebra", ["C*-algebras"]),
    ],
)
def test_a_reason_joins_no_two_interests_and_keeps_their_capitals_and_hyphens(interests, title, named):
    assert shared_words(interests, title) == named


@given(
    st.lists(st.sampled_from(["Kähler", "small-world", "graph", "high-Tc", "C*-algebras", "β decay"]), min_size=1),
    st.sampled_from([", ", "; ", "\n", " "]),
    st.permutations(["small", "world", "Kahler", "graph", "high", "tc", "calgebra", "beta", "decay"]),
)
def test_each_shared_word_stands_in_the_interests_as_it_is_named(parts, between, title):
    interests = between.join(parts)
    for subject in shared_words(interests, " ".join(title)):
        assert all(name in interests for name in subject.split(", "))


def test_stop_words_alone_are_no_interests():
    assert values(rank(History(interests="I work on the"), [PLANETS, GRAPHS])) == [0, 0]


def test_in_a_whole_library_the_papers_of_the_interests_are_candidates():
    others = [filler(number) for number in range(10, 90)]
    papers = [*others, PLANETS]
    block = pack([encode(paper) for paper in papers])
    history = History(unrated=tuple(others[:60]), interests="exoplanets that transit")
    assert candidates(history, {}, [(0, block)], 1) == [80]
    with_a_like = history._replace(feedback=liked(filler(300, "graph")))
    assert candidates(with_a_like, {}, [(0, block)], 1) == [80]

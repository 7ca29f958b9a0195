"""Reasons name phrases as the paper writes them, no general words, and leave little to "everything else"."""

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import liked

from recommender.paper import History, Paper, ReasonKind
from recommender.ranking import lsa, rank, tokens
from recommender.ranking.counts import STORED
from recommender.ranking.phrases import phrases
from recommender.ranking.spelling import written
from recommender.ranking.terms import spelled
from recommender.text.folding import folded
from recommender.text.readable import readable

SUBJECTS = ("neural operator", "galaxy cluster", "tree-based network", "Carleson measure", "market volatility")
GENERAL = ("we propose a novel approach", "able to", "closely related", "in particular", "results show that")


def paper(number: int, *subjects: str) -> Paper:
    """A paper whose abstract mixes its subjects with general words."""
    draw = random.Random(number)
    sentences = [f"{draw.choice(GENERAL)} {draw.choice(subjects)}s of type {draw.choice('abcdef')}x." for _ in range(9)]
    return Paper(f"2001.{number:05}", f"On {draw.choice(subjects)}s", " ".join(sentences))


LIKED = [paper(number, SUBJECTS[number % 2]) for number in range(6)]
OTHERS = tuple(paper(number, *SUBJECTS[2:]) for number in range(100, 170))
DAY = [paper(number, *draw) for number, draw in enumerate([SUBJECTS[:1], SUBJECTS[:3], *[SUBJECTS[2:]] * 18], 200)]
SCORES = dict(zip(DAY, rank(History(liked(*LIKED), OTHERS), DAY), strict=True))
BEST = sorted(DAY, key=lambda paper: -SCORES[paper].value)[:2]


def number(word: str) -> int:
    return tokens.number(word.lower())


def pair(words: str) -> int:
    first, second = map(number, words.split())
    return first << 32 | second


def named(text: str, weights: dict[str, float], title: str = "") -> dict[str, float]:
    """The phrases of a text with these weights of words and pairs, and what each weighs."""
    terms = {pair(term) if " " in term else number(term): weight for term, weight in weights.items()}
    found = phrases(Paper("2001.00001", title, text), terms, lsa.general_words())
    return {phrase.name: pytest.approx(phrase.weight) for phrase in found}


# Phrases


def test_a_phrase_stands_for_its_parts():
    weights = {"neural": 0.5, "operator": 0.7, "neural operator": 0.3, "flow": 0.1}
    assert named("Neural operators learn; flows follow.", weights) == {"neural operators": 1.5, "flow" + "s": 0.1}


def test_overlapping_pairs_are_one_phrase():
    weights = {"human": 0.1, "robot": 0.2, "collaboration": 0.3, "human robot": 0.1, "robot collaboration": 0.2}
    assert named("A human-robot collaboration.", weights) == {"human-robot collaboration": 0.9}


def test_words_that_something_stands_between_are_no_phrase():
    weights = {"graph": 0.5, "tree": 0.4, "graph tree": 0.2}
    for text in ("graphs, trees", "graphs of trees", "graphs. Trees"):
        assert named(text, weights) == {"graphs": 0.6, "trees": 0.5}


def test_a_phrase_hides_no_word_that_says_the_opposite():
    assert named("embedding theorem", {"embedding": 0.4, "theorem": -0.1, "embedding theorem": -0.1}) == {
        "embedding": 0.4,
        "theorem": -0.2,
    }


def test_a_phrase_may_end_with_a_word_that_says_nothing_alone():
    weights = {"mixture": 0.4, "model": 0.1, "mixture model": 0.2}
    assert named("a mixture model", weights) == {"mixture model": 0.7}
    assert named("models of mixtures", weights) == {"mixtures": 0.6}


@pytest.mark.parametrize("text", ["a novel tree", "trees based on", "the proposed tree"])
def test_general_words_are_not_named(text):
    words = [word for word in tokens.words(text) if "tree" not in word]
    weights = {"tree": 0.5, **dict.fromkeys(words, 0.2)}
    assert [name.removesuffix("s") for name in named(text, weights)] == ["tree"]


def test_a_compound_is_named_whole():
    assert named("context-aware search", {"aware": 0.3, "context": 0.1}) == {"context-aware": 0.4}


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        ("the L\\'epingle inequality", "lepingle", "Lépingle"),
        ("the Poincar\\'e map", "poincare", "Poincaré"),
        ('a Schr\\"odinger operator', "schrodinger", "Schrödinger"),
        ("Trees and MRI", "mri", "MRI"),
        ("Trees grow", "tree", "trees"),
        ("the Carleson measure", "carleson", "Carleson"),
        ("the Poincaré map", "poincare", "Poincaré"),
        ("a Łojasiewicz inequality", "lojasiewicz", "Łojasiewicz"),
        ("deep Q-learning", "qlearning", "Q-learning"),
        ("Q-Learning is deep", "qlearning", "Q-Learning"),
        ("by $k$-means", "kmeans", "k-means"),
        ("CO$_2$ in air", "co2", "CO2"),
        ("ＭＲＩ of brains", "mri", "ＭＲＩ"),
        ("关于鸟类", "鸟类", "鸟类"),
        ("メガネの研究", "メカ", "メガ"),
    ],
)
def test_a_word_is_named_as_it_is_written(text, word, name):
    assert list(named(text, {word: 0.5})) == [name]


WORDS = st.sampled_from(
    [
        *("graph", "graphs", "tree", "robot", "novel", "based", "of", "MRI", "x", "Carleson", "L\\'evy", "3D"),
        *("Q-learning", "k-means", "$k$-means", "learning", 'Schr\\"odinger', "Łojasiewicz", "β-decay", "CO$_2$"),
        *("ＭＲＩ", "鸟类步态", "关于CNN模型", "メガネ", "R-CNN", "X-Schrödinger", "Le\u0301vy", "https://a.b/c-de"),
    ]
)
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from([" ", "-", ", ", ". ", "\n"]))).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


@given(TEXTS, TEXTS, st.randoms(use_true_random=False))
def test_every_phrase_stands_in_the_paper_and_no_term_counts_twice(title, abstract, draw):
    text = Paper("2001.00001", title, abstract)
    numbers = [tokens.number(word) for part in (abstract, title) for word in tokens.words(part)]
    terms = {*numbers, *(first << 32 | second for first, second in pairwise(numbers))}
    weights = {term: draw.uniform(-1, 1) for term in sorted(terms)}
    found = phrases(text, weights, lsa.General(frozenset(), frozenset()))
    owned = [term for phrase in found for term in phrase.terms]
    assert len(owned) == len(set(owned))
    for phrase in found:
        assert stands_in(phrase.name, text)


def stands_in(name: str, paper: Paper) -> bool:
    """Whether the paper has the words one after another, in any of the ways to write them."""
    return any(
        " ".join(plain(name).lower().split()) in " ".join(plain(f"{paper.abstract} | {paper.title}").lower().split())
        for plain in (readable, folded)
    )


@given(TEXTS | st.text(max_size=60), TEXTS | st.text(max_size=60))
def test_written_words_are_those_of_the_encoded_paper_in_its_own_form(title, abstract):
    text = Paper("2001.00001", title, abstract)
    encoded = np.frombuffer(tokens.encode(text), STORED).tolist()
    end = encoded.index(0)
    every = written(text, set(encoded) - {0})
    assert [word.number for word in every] == encoded[end + 1 :] + encoded[:end]
    for word in every:
        assert tokens.number(tokens.words(word.form)[0]) == word.number
        assert stands_in(word.form, text)
    assert tokens.names(text).keys() == {word.number for word in every}


@given(TEXTS, TEXTS)
def test_a_pair_of_neighbours_is_a_term_as_the_paper_writes_it(title, abstract):
    text = Paper("2001.00001", title, abstract)
    for first, second in pairwise(written(text, set(map(tokens.number, tokens.words(f"{abstract} {title}"))))):
        if second.joint:
            name = spelled((first.number, second.number), [text])
            assert name
            assert stands_in(name, text)


# Reasons


def test_the_best_papers_are_named_by_their_subject():
    words = [reason.subject for reason in SCORES[BEST[0]].reasons if reason.kind is ReasonKind.WORD]
    assert words[0] in ("neural operators", "neural operator")
    assert not {"neural", "operator", "operators", "propose", "novel", "able", "related", "results"} & set(words)


@pytest.mark.parametrize("paper", BEST, ids=["first", "second"])
def test_less_than_a_third_of_a_listed_papers_score_is_everything_else(paper):
    rest = sum(abs(reason.weight) for reason in SCORES[paper].reasons if reason.kind is ReasonKind.OTHER)
    assert rest < SCORES[paper].value / 3


def test_similar_papers_say_what_both_are_on():
    shared = [reason.shared for reason in SCORES[BEST[0]].reasons if reason.kind is ReasonKind.LIKED]
    assert shared
    assert all(any("neural operator" in words or "neural operators" in words for words in both) for both in [shared])


def test_what_all_candidates_have_tells_none_apart():
    papers = [paper(number, "neural operator", SUBJECTS[2 + number % 3]) for number in range(300, 330)]
    for score in rank(History(liked(*LIKED), OTHERS), papers):
        assert not [reason for reason in score.reasons if reason.kind is ReasonKind.WORD and "neural" in reason.subject]


def test_a_paper_without_a_word_of_the_interests_is_not_said_to_match_them():
    fire = Paper("2601.00003", "Cooking with fire", "Pots and pans.")
    other = Paper("2601.00004", "Cooking with graphs", "Pots and pans and random graphs.")
    fire_score, other_score = rank(History(interests="random graphs, waves"), [fire, other])
    assert ReasonKind.INTEREST not in {reason.kind for reason in fire_score.reasons}
    assert sum(reason.weight for reason in fire_score.reasons) == pytest.approx(fire_score.value)
    (reason,) = (reason for reason in other_score.reasons if reason.kind is ReasonKind.INTEREST)
    assert reason.subject == "random graphs"

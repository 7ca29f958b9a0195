"""Interests whose words no paper has: the list says so, and names the words that come near."""

import json
from collections import Counter

import pytest
from support import NOW, make_paper, reader_of, recommend

from benchmarks.data import markdown
from recommender.delivery import remarks
from recommender.paper import Digest, Note, NoteKind, Verdict
from recommender.profile import Profile
from recommender.services.vocabulary import nearest, unknown_words

PAPERS = [
    make_paper(1, "Atmospheres of exoplanets", "Spectroscopy of an exoplanet, and random matrices."),
    make_paper(2, "Colouring sparse graphs", "Lower bounds for planar graphs."),
]


@pytest.fixture
def notes(home):
    """The notes on a list of PAPERS for a reader with these interests."""

    def made(interests, liked=()):
        day = NOW.date()
        reader = reader_of(home, Profile("ada", interests=interests))
        reader.library.save([(day, Digest(day, "cs.CV", tuple(PAPERS)))], name="d", fingerprint="d", read_at=NOW)
        if liked:
            reader.store.judge(liked, Verdict.LIKE, command="like", at=NOW)
        return unknown_words(reader, PAPERS)

    return made


@pytest.mark.parametrize("interests", ["", "exoplanet", "Graph, exoplanett", "matrix", "I study colouring"])
def test_interests_with_a_word_that_a_paper_has_need_no_note(notes, interests):
    assert notes(interests) == ()


@pytest.mark.parametrize("interests", ["the", "R", "C, 3", "f(x)"])
def test_interests_without_any_word_that_counts_are_not_passed_over_in_silence(notes, interests):
    (note,) = notes(interests)
    assert remarks.note(note).startswith("Your interests have no word to look for")


def test_words_that_differ_in_few_letters_are_named(notes):
    (note,) = notes("I study exoplanetts")
    assert note == Note(NoteKind.UNKNOWN_WORDS, {"words": ["exoplanetts"], "nearest": ["exoplanets"]})


def test_words_that_begin_alike_are_named(notes):
    (note,) = notes("spectro")
    assert note.figures["nearest"] == ["spectroscopy"]


def test_the_words_are_named_as_the_reader_and_the_papers_write_them(home):
    papers = [make_paper(1, "Gröbner bases of $C^*$-algebras", "-")]
    reader = reader_of(home, Profile("ada", interests="KK-teory, K-teory, C*-algebbras, Gröbnner, 3-mannifolds"))
    (note,) = unknown_words(reader, papers)
    assert {"K-teory", "C*-algebbras", "gröbnner", "3-mannifolds"} <= set(note.figures["words"])
    assert {"C*-algebras", "gröbner"} <= set(note.figures["nearest"])
    assert not {"kteory", "calgebras", "grobner"} & {*note.figures["words"], *note.figures["nearest"]}


def test_without_similar_words_the_note_names_none(notes):
    (note,) = notes("qqqq, zzzz")
    assert note.figures == {"words": ["qqqq", "zzzz"], "nearest": []}


def test_after_a_like_there_is_no_note(notes):
    assert notes("exoplanetts", liked=PAPERS[:1]) == ()


def test_the_nearest_word_is_first_and_singular_and_plural_are_named_once():
    vocabulary = Counter({"graphs": 9, "graph": 2, "grape": 50, "digraph": 1, "table": 99})
    assert nearest(["graphh"], vocabulary) == ["graph", "digraph"]


@pytest.mark.slow
def test_the_list_carries_the_note(home, tmp_path):
    (tmp_path / "day.md").write_text(markdown(NOW.date(), PAPERS), encoding="utf-8")
    assert recommend("init", "ada", "--interests", "exoplanetts", home=home, stdin=b"\n\n\n").returncode == 0
    ran = recommend("today", tmp_path / "day.md", "--json", home=home)
    answer = json.loads(ran.stdout)
    assert answer["notes"][-1]["kind"] == "unknown-words"
    assert "No paper here has a word of your interests (“exoplanetts”)." in answer["note"]
    assert "Similar words in today's papers: “exoplanets”." in answer["note"]

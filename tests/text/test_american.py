"""A British spelling and its American one are one word, for ranking, rules and search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ranking import tokens
from recommender.text.american import american
from recommender.text.folding import searchable

PAIRS = """
behaviour:behavior behaviours:behaviors
Groebner:Grobner Schroedinger:Schrodinger Kaehler:Kahler Moebius:Mobius Hoelder:Holder Goedel:Godel
Behavioural:Behavioral neighbourhood:neighborhood colouring:coloring tumour:tumor
modelling:modeling modelled:modeled labelled:labeled signalling:signaling travelling:traveling cancelled:canceled
optimisation:optimization optimise:optimize optimised:optimized regularised:regularized randomised:randomized
synchronised:synchronized discretise:discretize quantised:quantized factorise:factorize organising:organizing
analyse:analyze analysed:analyzed catalysing:catalyzing centre:center centres:centers centred:centered fibre:fiber
kilometre:kilometer theatre:theater programme:program programmes:programs grey:gray aluminium:aluminum
haemoglobin:hemoglobin leukaemia:leukemia sulphur:sulfur ischaemic:ischemic ageing:aging analogue:analog
"""
SAME = """
noise precise exercise promise promising compromise arise arises raised otherwise expertise supervised advise devised
analyses analysis crisis basis thesis theses hour four contour Seymour more there retire literature spectre model models
level travels Lagrange greyscale programming hematite sulfate
""".split()


@pytest.mark.parametrize("pair", PAIRS.split())
def test_both_spellings_are_one_word(pair):
    british, other = pair.split(":")
    assert american(british).lower() == other.lower()
    assert american(other) == other
    assert tokens.number(british.lower()) == tokens.number(other.lower())
    assert searchable(f"The {british} of it").lower() == f"the {other} of it".lower()


@pytest.mark.parametrize("word", SAME)
def test_what_only_looks_british_stays(word):
    assert american(word) == word


@given(st.text(max_size=60))
def test_any_text_can_be_read_and_reading_twice_changes_nothing(text):
    once = american(text)
    assert american(once) == once


@pytest.mark.parametrize(
    ("typed", "title"), [("behaviour", "Modeling behavior"), ("fiber optic", "Fibre optics"), ("Gröbner", "Groebner")]
)
def test_interests_rules_and_search_take_either_spelling(run, tmp_path, typed, title):
    (tmp_path / "d.jsonl").write_text(
        f'{{"id": "2601.00001", "title": "{title}"}}\n{{"id": "2601.00002", "title": "T"}}'
    )
    run("init", "ada", "--interests", typed, "--no-input")
    assert f"matches your interests: {typed}" in run("today", tmp_path / "d.jsonl").out
    assert title in run("search", typed).out
    run("mute", f"word:{typed}")
    assert "muted: word" in run("today", tmp_path / "d.jsonl", "--all").out

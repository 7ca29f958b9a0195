"""No line is wider than the terminal, whatever the letters; no word is lost or broken without need."""

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from recommender.text.short import columns, cut
from recommender.text.wrap import wrapped

LETTERS = st.sampled_from("ab-é鸟類。「」（한글ＡＢ́\u200d🐦 ")
TEXTS = st.text(LETTERS, max_size=120)


@given(TEXTS, st.integers(10, 60), st.sampled_from(["", "  ", "label  "]))
def test_no_line_is_wider_than_asked_for_and_nothing_is_lost(text, width, margin):
    lines = wrapped(text, width, margin, margin)
    room = max(width, 10 + columns(margin))
    assert all(columns(line) <= room for line in lines)
    assert "".join(line.removeprefix(margin) for line in lines).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.text("abcé鸟", min_size=1, max_size=8), min_size=1, max_size=20), st.integers(20, 60))
def test_a_word_of_narrow_letters_that_fits_is_never_broken(words, width):
    lines = [line.split() for line in wrapped(" ".join(words), width)]
    for word in words:
        assert "鸟" in word or any(word in line for line in lines)


@given(st.text("abc  -", max_size=200), st.integers(10, 60))
def test_ascii_is_wrapped_as_the_standard_library_does(text, width):
    assert wrapped(text, width) == textwrap.wrap(text, width, break_on_hyphens=False)


@given(TEXTS, st.integers(0, 40))
def test_a_text_that_is_cut_fits(text, width):
    assert columns(cut(text, width)) <= width


@given(st.text("abe\u0301\u0335क्ि", max_size=200), st.integers(2, 60))
def test_marks_stay_on_their_letters_and_take_no_room(text, width):
    text = "a" + text
    shown = cut(text, width)
    assert columns(shown) == min(columns(text), width)
    rest = text[len(shown) - 1 :] if shown.endswith("…") else ""
    assert columns(rest[:1]) or not rest, "the first sign that is left out is a letter"
    assert all(columns(line[0]) for line in wrapped(text, max(width, 10)))

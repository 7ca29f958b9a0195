"""Texts cut, counted and quoted."""

from hypothesis import given
from hypothesis import strategies as st

from recommender.text.short import columns, counted, cut, cut_at_word, quoted, shortened


def test_a_count_has_its_noun():
    assert counted(1, "paper") == "1 paper"
    assert counted(0, "paper") == "0 papers"
    assert counted(1234, "paper") == "1,234 papers"
    assert counted(2, "entry", "entries") == "2 entries"


def test_a_long_text_ends_with_an_ellipsis():
    assert shortened("x" * 60) == "x" * 60
    assert shortened("x" * 61) == "x" * 59 + "…"
    assert quoted("a\n b") == '"a b"'
    assert quoted("x" * 61) == f'"{"x" * 59}…"'


def test_words_stay_whole_where_they_fill_half_of_the_room():
    assert cut_at_word("image fusion of infrared", 16) == "image fusion of…"
    assert cut_at_word("image fusion, infrared", 15) == "image fusion…"
    assert cut_at_word("a verylongwordindeed", 12) == "a verylongw…"


def test_wide_letters_take_two_columns_and_marks_none():
    assert columns("abc") == 3
    assert columns("图像") == 4
    assert columns("e\u0301") == 1
    assert cut("图像融合", 5) == "图像…"


@given(st.text(max_size=40), st.integers(1, 30))
def test_nothing_is_longer_than_its_room(text, room):
    assert len(shortened(text, room)) <= room
    assert len(cut_at_word(text, room)) <= room
    assert columns(cut(text, room)) <= room

"""Cells of a table: no text of others is a formula, and each comes back as it was."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.text.cells import guarded, unguarded

SIGNS = ("=", "+", "-", "@", "\t", "\r")
TEXTS = st.lists(st.sampled_from([*SIGNS, "'", ";", " ", ",", '"', "＝", "a", "1"]) | st.text(max_size=2)).map("".join)


@given(TEXTS)
@example("'=1")
@example("''")
def test_each_text_comes_back(text):
    assert unguarded(guarded(text)) == text


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_no_cell_is_a_formula(texts):
    file = io.StringIO(newline="")
    csv.writer(file).writerow(map(guarded, texts))
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert not [cell for cell in row if cell.startswith(SIGNS)]


def test_no_cell_is_a_formula_where_the_semicolon_separates_cells():
    assert guarded("a;=1+1; -2;b") == "a;'=1+1; '-2;b"


@pytest.mark.parametrize("text", ["Image fusion", "a = b", "3-5", "x; y", "O'Neil", "", "'quoted'"])
def test_other_texts_stay_as_they_are(text):
    assert guarded(text) == unguarded(text) == text

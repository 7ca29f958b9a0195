"""A note keeps its lines, and nothing that steers a terminal or hides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.text.lines import one_line
from recommender.text.notes import cleaned


@given(st.text() | st.text("a \t\r\n\x1b[\x9b31m\u202e\u200b", max_size=40))
def test_a_note_has_lines_and_is_printable_and_clean_at_once(text):
    note = cleaned(text)
    assert note.replace("\n", "").isprintable() or one_line(note) == " ".join(note.split())
    assert not set(note) & set("\r\t\x1b\x9b\u202e\u200b")
    assert cleaned(note) == note


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("  one\r\ntwo  \r\n\r\n\r\n\r\nthree\n", "one\ntwo\n\nthree"),
        ("\x1b[31mred\x1b[0m", "red"),
        (" \n \t ", ""),
        ("Gödel 日本 – 5 % of $x$", "Gödel 日本 – 5 % of $x$"),
    ],
)
def test_a_note_as_it_is_kept(text, note):
    assert cleaned(text) == note

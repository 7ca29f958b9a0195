"""Foreign text made harmless: on one line, in several, and in JSON."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.text.lines import escaped, harmless, one_line

# What steers a terminal, turns the reading direction, hides, or begins a line of its own.
STEERING = (
    *("\x1b", "\x1b[31m", "\x1b]0;title\x07", "\x1b]52;c;cm0=\x1b\\", "\x1bP+q\x1b\\", "\x9b2J", "\x9d0;x\x9c", "\x90"),
    *("\x07", "\x08", "\r", "\x7f", "\x85", "\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069", "\u206f"),
    *("\u200b", "\u2060", "\ufeff", "\xad", "\ufff9", "\U000e0041", "\ud800"),
)
TEXTS = st.lists(st.text() | st.sampled_from([*STEERING, "a", " ", "\n", "\t", "["])).map("".join)
LEGITIMATE = (
    "שלום עולם",
    "\u200fשלום\u200e abc",  # marks of one place's direction
    "مرحبا بالعالم",
    "می\u200cخواهم",  # Persian with a zero-width non-joiner
    "हिन्दी क्\u200dष",
    "e\u0301 a\u0308 Z\u0351\u036b",
    "👩\u200d🔬 🏳\ufe0f\u200d🌈",
    "图像融合 ｶﾞ",
)


def steers(text: str) -> bool:
    """Whether a terminal, a log or a reader may be misled by it; line feeds and tabs are the writer's own."""
    return any(
        unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(sign) in DIRECTIONS
        for sign in text.replace("\n", "").replace("\t", "")
    )


DIRECTIONS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@given(TEXTS)
def test_nothing_that_steers_is_left(text):
    assert not steers(one_line(text))
    assert not steers(harmless(text))
    assert not {"\n", "\t"} & set(one_line(text))
    assert harmless(text).count("\n") <= text.count("\n")


@given(TEXTS)
def test_what_is_clean_stays(text):
    assert one_line(one_line(text)) == one_line(text)
    assert harmless(harmless(text)) == harmless(text)


@pytest.mark.parametrize("text", LEGITIMATE)
def test_letters_of_all_scripts_stay_with_what_they_need(text):
    assert one_line(text) == harmless(text) == text


def test_lines_and_tabs_of_an_answer_stay():
    assert harmless("a\n  b\tc\r\nd") == "a\n  b\tc\nd"


@pytest.mark.parametrize("sequence", [sign for sign in STEERING if len(sign) > 1])
def test_a_sequence_goes_whole(sequence):
    assert one_line(f"a{sequence}b") == harmless(f"a{sequence}b") == "ab"


def test_many_beginnings_without_an_end_take_linear_time():
    many = "\x1b]" * 100_000 + "\x9d" * 100_000 + "\x1b[" * 100_000
    assert not steers(harmless(many))


@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=5))
def test_json_keeps_its_texts_and_shows_what_is_hidden_in_them(value):
    document = escaped(json.dumps(value, ensure_ascii=False))
    assert json.loads(document) == value
    assert not steers(document)
    assert not {"\x7f", "\u200e", "\u200b"} & set(document)

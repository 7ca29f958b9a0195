"""Papers, reasons, scores and notes as rows: what is written is read back, also what older versions wrote."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.paper import Note, NoteKind, Paper, Reason, ReasonKind, Score
from recommender.store.rows import (
    notes_from_json,
    notes_to_json,
    paper_to_row,
    reasons_from_json,
    reasons_to_json,
    scores_from_json,
    scores_to_json,
    texts_from_json,
)

texts = st.text(st.characters(), max_size=60)  # halves of surrogates too
numbers = st.floats(allow_nan=False, allow_infinity=False)
reasons = st.lists(
    st.builds(
        Reason,
        st.sampled_from(ReasonKind),
        texts,
        numbers,
        st.none() | texts,
        st.integers(0, 10**6),
        st.lists(texts, max_size=3).map(tuple),
    ),
    max_size=5,
).map(tuple)
scores = st.builds(
    Score,
    numbers,
    st.none() | st.floats(0, 1),
    reasons,
    st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.floats(0, 1),
    st.lists(st.tuples(texts, st.floats(0, 1)), max_size=3).map(tuple),
)
figures = st.dictionaries(texts, texts | st.integers() | st.lists(texts, max_size=3), max_size=4)
notes = st.lists(st.builds(Note, st.sampled_from(NoteKind), figures), max_size=4).map(tuple)


@given(reasons)
def test_reasons_are_read_as_they_were_written(reasons):
    assert reasons_from_json(reasons_to_json(reasons)) == reasons


@given(st.dictionaries(texts, scores, max_size=4))
def test_scores_are_read_as_they_were_written_in_their_order(scores):
    read = scores_from_json(scores_to_json(scores))
    assert list(read.items()) == list(scores.items())


@given(notes)
def test_notes_are_read_as_they_were_written_and_no_sign_stops_a_database(notes):
    written = notes_to_json(notes)
    assert notes_from_json(written) == notes
    written.encode()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["author", "Ada Lovelace", 0.7, None, 3], Reason(ReasonKind.AUTHOR, "Ada Lovelace", 0.7, papers=3)),
        (["word", "image fusion", 0.5, None], Reason(ReasonKind.WORD, "image fusion", 0.5)),
        (["liked", "Fusion", 1.5, "2001.00001"], Reason(ReasonKind.LIKED, "Fusion", 1.5, "2001.00001")),
        (["disliked", "Graphs", -1.5, "2001.00002"], Reason(ReasonKind.DISLIKED, "Graphs", -1.5, "2001.00002")),
        (["interest", "image, fusion", 1.0, None], Reason(ReasonKind.INTEREST, "image, fusion", 1.0)),
        (
            ["author", "author Ada Lovelace of a paper you liked", 0.7, None],
            Reason(ReasonKind.AUTHOR, "Ada Lovelace", 0.7, papers=1),
        ),
        (
            ["author", "author Ada Lovelace of 3 papers you liked", 0.7, None],
            Reason(ReasonKind.AUTHOR, "Ada Lovelace", 0.7, papers=3),
        ),
        (
            ["author", "author Team of 2 papers of 12 papers you liked", 0.7, None],
            Reason(ReasonKind.AUTHOR, "Team of 2 papers", 0.7, papers=12),
        ),
        (["nudge", "followed author Ada Lovelace", 6.0, None], Reason(ReasonKind.FOLLOWED, "Ada Lovelace", 6.0)),
        (["nudge", "your weight on “deep network”", 2.0, None], Reason(ReasonKind.BOOSTED, "word:deep network", 2.0)),
        (
            ["nudge", "your weight on author Ada Lovelace", -2.0, None],
            Reason(ReasonKind.BOOSTED, "author:Ada Lovelace", -2.0),
        ),
        (["nudge", "your weight on cs.RO", -2.0, None], Reason(ReasonKind.BOOSTED, "category:cs.RO", -2.0)),
        (["muted", "word “survey”", 0.0, None], Reason(ReasonKind.MUTED, "word:survey", 0.0)),
        (["muted", "author J. Doe", 0.0, None], Reason(ReasonKind.MUTED, "author:J. Doe", 0.0)),
        (["muted", "category cs", 0.0, None], Reason(ReasonKind.MUTED, "category:cs", 0.0)),
        (["other", "everything else", -0.1, None], Reason(ReasonKind.OTHER, "", -0.1)),
    ],
)
def test_a_reason_that_an_older_version_worded_is_read_as_its_subject(row, reason):
    assert reasons_from_json(json.dumps([row], ensure_ascii=False)) == (reason,)
    kept = json.dumps([["2001.00003", 2.5, None, [row], None, 0.0, []]])
    assert scores_from_json(kept) == {"2001.00003": Score(2.5, reasons=(reason,))}


@pytest.mark.parametrize("text", ["The day has only 3 papers.", "[1] is a footnote", '{"a": 1}', "5", "null", '["x"]'])
def test_a_note_that_an_older_version_worded_is_read_as_its_text(text):
    assert notes_from_json(text) == (Note(NoteKind.TEXT, {"text": text}),)


def test_a_list_without_a_note_has_none():
    assert notes_from_json("") == notes_from_json(notes_to_json(())) == ()


@given(st.lists(st.text(max_size=9) | st.text('", \\[]a', max_size=9), max_size=4))
def test_any_list_of_texts_comes_back(texts):
    authors = paper_to_row(Paper("x", "", "", tuple(texts)))["authors"]
    assert texts_from_json(authors) == tuple(texts)

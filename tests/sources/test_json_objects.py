"""JSON in every shape: what is whole is read, what is broken is named by its line, and nothing else is lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.paper import Skipped
from recommender.sources import libraries, parse
from recommender.sources.json_objects import read_objects, text_of

OBJECTS = [{"id": f"2005.0000{n}", "title": f"Title {n}", "abstract": "}{[]\n,"} for n in range(1, 5)]


def lines(objects: list[object]) -> str:
    return "\n".join(map(json.dumps, objects))


def pretty(objects: list[object]) -> str:
    return "\n".join(json.dumps(each, indent=2) for each in objects)


def listed(objects: list[object]) -> str:
    return json.dumps(objects)


def wrapped(objects: list[object]) -> str:
    return json.dumps({"total": 4, "papers": objects})


shape = st.sampled_from([lines, pretty, listed, wrapped])


@given(shape, shape, st.sampled_from(["\n", "", "\n\ufeff", "\r\n", ",\n"]))
def test_files_that_were_joined_give_the_objects_of_each(first, second, between):
    text = first(OBJECTS[:2]) + between + second(OBJECTS[2:])
    assert [value for _, value in read_objects(text)] == OBJECTS
    papers = [each["id"] for each in OBJECTS]
    assert [entry.paper.id for entry in libraries.parse(text.encode(), "x").entries] == papers
    (digest,) = parse(text.encode(), "x")
    assert [paper.id for paper in digest.papers] == papers


@given(st.sampled_from(["", "["]), st.sampled_from([None, 2]), st.integers(2, 400))
def test_a_text_that_is_cut_off_gives_what_is_whole_and_names_the_rest(opening, indent, at):
    pieces = [json.dumps(each, indent=indent) for each in OBJECTS]
    separator = ",\n" if opening else "\n"
    text = (opening + separator.join(pieces))[:at]
    whole = sum(piece in text for piece in pieces)
    read_back = [value for _, value in read_objects(text)]
    assert read_back[:whole] == OBJECTS[:whole]
    rest = text.rpartition(pieces[whole - 1])[2].strip(separator) if whole else text
    assert bool(rest) == any(isinstance(each, Skipped) for each in read_back[whole:])


def test_a_broken_item_costs_no_other_and_is_named():
    text = f"[{json.dumps(OBJECTS[0])},\n{{'id': 1}},\n{json.dumps(OBJECTS[1])},\n]"
    assert list(read_objects(text)) == [
        (1, OBJECTS[0]),
        (2, Skipped(2, "broken JSON: \"{'id': 1},\"")),
        (3, OBJECTS[1]),
    ]


def test_broken_json_is_called_so_and_no_list_of_ids():
    (skipped,) = libraries.parse(b'[{"id": "2005.00001", "title": "cut', "x").skipped
    assert skipped.reason.startswith("broken JSON")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("nan"), ""),
        (float("inf"), ""),
        (2020.0, "2020"),
        (1.5, "1.5"),
        (7, "7"),
        (True, ""),
        (None, ""),
        ([], ""),
    ],
)
def test_a_number_is_written_as_people_do_and_what_is_none_is_nothing(value, text):
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("fields", "own_id"),
    [
        ({"id": "https://openalex.org/W1", "doi": "https://doi.org/10.1000/X"}, "doi:10.1000/x"),
        ({"id": "https://openalex.org/W1", "doi": "https://doi.org/10.48550/arxiv.2005.00001"}, "2005.00001"),
        ({"id": "https://openalex.org/W1"}, "https://openalex.org/W1"),
        ({"url": "https://doi.org/10.1000/x"}, "doi:10.1000/x"),
        ({"arxiv_id": 2005.00010}, "2005.00010"),
        ({"id": "https://example.org/1", "verdict": "like", "doi": "10.1000/x"}, "https://example.org/1"),
    ],
)
def test_the_best_id_of_a_record_is_its_papers(fields, own_id):
    (entry,) = libraries.parse(json.dumps({"title": "T", **fields}).encode(), "x").entries
    assert entry.paper.id == own_id


def test_what_is_missing_in_a_table_of_pandas_is_no_text():
    (entry,) = libraries.parse(b'{"id": "2005.00001", "title": NaN, "abstract": NaN, "created": true}', "x").entries
    assert entry.paper[:3] == ("2005.00001", "", "")
    assert entry.added_at is None

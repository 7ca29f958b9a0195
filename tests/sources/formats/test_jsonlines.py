"""JSON lines: one paper in each, as crawlers of arXiv write them."""

import gzip
import json
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import REPOSITORY

from recommender.paper import Digest, Paper, Skipped
from recommender.sources.formats.jsonlines import read_digests, recognises
from recommender.text.markup import plain

RAW = Path(os.environ.get("RECOMMENDER_TEST_DATA") or REPOSITORY.parent / "shared" / "data") / "digests" / "raw"
RECORD = {
    "id": "2506.11093v2",
    "title": "Efficient\n  Quant",
    "summary": "Hybrid\nmodels.",
    "authors": ["Shaibal Saha", "Lanyu Xu"],
    "categories": ["cs.CV", "cs.LG"],
    "comment": None,
}
PAPER = Paper("2506.11093", "Efficient Quant", "Hybrid models.", ("Shaibal Saha", "Lanyu Xu"), ("cs.CV", "cs.LG"))


def only(*records: object, text: str = "") -> Digest:
    (digest,) = read_digests((text or "\n".join(map(json.dumps, records))).encode())
    return digest


def first(**fields: object) -> Paper:
    return only({**RECORD, **fields}).papers[0]


def test_a_line_is_a_paper():
    assert only(RECORD) == Digest(None, "", (PAPER,))


def test_a_list_of_records_is_read_alike():
    assert only(text=json.dumps([RECORD], indent=1)) == only(RECORD)


def test_a_paper_that_occurs_twice_is_one():
    assert only(RECORD, RECORD).papers == (PAPER,)


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"id": "x", "abs": "https://arxiv.org/abs/2506.00001"}, "id", "2506.00001"),
        ({"id": "x", "doi": "10.1000/ABC"}, "id", "doi:10.1000/abc"),
        ({"id": "x", "url": "https://example.org/a"}, "id", "https://example.org/a"),
        ({"id": 7, "title": "Hello"}, "id", "title:11235aa00f8361d4"),
        ({"doi": "https://doi.org/10.1000/ABC"}, "doi", "10.1000/abc"),
        ({"abstract": "First"}, "abstract", "First"),
        ({"summary": None}, "abstract", ""),
        ({"authors": "A. King, C. P\\'aez"}, "authors", ("A. King", "C. Páez")),
        ({"authors": [{"name": "A. King"}, {"x": 1}, None]}, "authors", ("A. King",)),
        ({"authors": 7}, "authors", ()),
        (
            {"authors": ["King, A.", "Martin King, Jr.", "Ice, Inc."]},
            "authors",
            ("A. King", "Martin King Jr.", "Ice Inc."),
        ),
        ({"categories": "cs.CV cs.LG"}, "categories", ("cs.CV", "cs.LG")),
        ({"categories": None}, "categories", ()),
        ({"categories": ["cs.CV", "I.2.7; J.3", "68T50", "hep-th"]}, "categories", ("cs.CV", "hep-th")),
        ({"id": "x", "categories": ["Glaciology"]}, "categories", ("Glaciology",)),
        ({"published": "2025-06-01T10:00:00Z"}, "submitted", date(2025, 6, 1)),
        ({"published_date": "2025-06-01"}, "submitted", date(2025, 6, 1)),
        ({"date": "2025-06-01"}, "submitted", date(2025, 6, 1)),
        ({"id": 7, "pdfUrl": "https://arxiv.org/pdf/2506.00001v1"}, "id", "2506.00001"),
        ({"published": "soon"}, "submitted", None),
        ({"title": "a\ud800b"}, "title", "a b"),
    ],
)
def test_fields_are_written_in_many_ways(fields, name, value):
    assert getattr(first(**fields), name) == value


ABSTRACT, AUTHORS, DAY = "Glaciers retreat. Glaciers melt.", ("Ada Lovelace", "Mary Somerville"), date(2024, 1, 4)
ANSWERS = {  # of other sites, with the same paper in each
    "OpenAlex": {
        "id": "https://openalex.org/W7",
        "doi": "https://doi.org/10.1000/7",
        "title": "Beds of <i>ice</i>",
        "publication_date": "2024-01-04",
        "authorships": [
            {"author": {"id": "A1", "display_name": "Ada Lovelace"}, "raw_author_name": "Lovelace, A."},
            {"author": {"id": "A2", "display_name": "Mary Somerville"}},
        ],
        "abstract_inverted_index": {"melt.": [3], "Glaciers": [0, 2], "retreat.": [1]},
    },
    "Crossref": {
        "DOI": "10.1000/7",
        "title": ["Beds of ice"],
        "author": [{"given": "Ada", "family": "Lovelace"}, {"given": "Mary", "family": "Somerville"}],
        "abstract": f"<jats:title>Abstract</jats:title><jats:p>{ABSTRACT}</jats:p>",
        "published": {"date-parts": [[2024, 1]]},
        "created": {"date-parts": [[2024, 1, 4]], "date-time": "2024-01-04T00:00:00Z", "timestamp": 1704326400000},
    },
    "Zenodo": {
        "id": 7391177,
        "created": "2024-02-02T16:03:38.189470+00:00",
        "doi": "10.1000/7",
        "title": "Beds of ice",
        "metadata": {
            "title": "Beds of ice",
            "publication_date": "2024-01-04",
            "description": f"<p>{ABSTRACT}</p>",
            "creators": [{"name": "Lovelace, Ada", "affiliation": "Oslo"}, {"name": "Somerville, Mary"}],
        },
    },
    "Papers with Code": {
        "paper_url": "https://paperswithcode.com/paper/beds-of-ice",
        "arxiv_id": None,
        "title": "Beds of ice",
        "abstract": ABSTRACT,
        "url_abs": "https://doi.org/10.1000/7",
        "authors": list(AUTHORS),
        "date": "2024-01-04",
    },
    "JSON Feed": {
        "id": "7",
        "url": "https://doi.org/10.1000/7",
        "title": "Beds of ice",
        "content_html": f"<p>{ABSTRACT}</p>",
        "date_published": "2024-01-04T10:00:00Z",
        "authors": [{"name": "Ada Lovelace"}, {"name": "Mary Somerville"}],
    },
}


@pytest.mark.parametrize("site", ANSWERS)
def test_nothing_is_lost_of_what_other_sites_answer(site):
    (paper,) = only(ANSWERS[site]).papers
    assert paper == Paper("doi:10.1000/7", "Beds of ice", ABSTRACT, AUTHORS, (), DAY, "10.1000/7")


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ([[2024, 1, 4]], date(2024, 1, 4)),
        ([[2024, 2]], date(2024, 2, 5)),
        ([[2024]], date(2024, 2, 5)),
        ([[1970, 8]], None),  # its record was made later
        ([[2024, 2, 31]], None),
        ([[None]], date(2024, 2, 5)),
        ([], date(2024, 2, 5)),
        ("x", date(2024, 2, 5)),
    ],
)
def test_crossref_gives_a_day_in_parts(published, day):
    dates = {"published": {"date-parts": published}, "created": {"date-parts": [[2024, 2, 5]]}}
    assert first(**dates).submitted == day


@pytest.mark.parametrize("index", [None, [], {"a": 7, "b": [None, "x", 1]}, {"a": [10**12, -1]}])
def test_a_broken_index_of_words_costs_no_paper(index):
    assert len(only({"title": "T", "id": "2506.11093", "abstract_inverted_index": index}).papers) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "2506', 'broken JSON: "{"id": "2506"'),
        ("7", "no record but 7"),
        ('{"id": "2506.00001"}', "no title in {'id': '2506.00001'}"),
        ("[" * 100_000, f'broken JSON: "{"[" * 59}…"'),
    ],
    ids=["cut off", "a number", "no title", "deep"],
)
def test_a_broken_line_is_skipped_with_its_number(line, reason):
    digest = only(text=f"{json.dumps(RECORD)}\n\n{line}\n")
    assert digest == Digest(None, "", (PAPER,), (Skipped(3, reason),))


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (b'{"title": ""}', True),
        (b'\xef\xbb\xbf \n[ {"id": 1, "title": ""}]', True),
        (b'{"url": "", "body": ""}', False),
        (b'[link](x) "title"', False),
        (b"", False),
    ],
)
def test_records_are_recognised_by_their_beginning(data, known):
    assert recognises(data) == known


@given(st.lists(st.dictionaries(st.sampled_from(list(RECORD)), st.recursive(st.text(), st.lists, max_leaves=3))))
def test_any_records_are_papers_or_skipped(records):
    digest = only(*records)
    assert len(digest.papers) + len(digest.skipped) <= len(records)
    assert all(paper.title for paper in digest.papers)


@pytest.mark.slow
def test_every_recorded_day_is_read_whole():
    if not RAW.is_dir():
        pytest.skip("no recorded days: set RECOMMENDER_TEST_DATA to a folder with digests/raw/")
    wrong = []
    for path in sorted(RAW.glob("*.jsonl.gz"))[::10]:
        data = gzip.decompress(path.read_bytes())
        written = {each["id"]: plain(each["title"]) for each in map(json.loads, data.splitlines())}
        (digest,) = read_digests(data)
        if {paper.id: paper.title for paper in digest.papers} != written or digest.skipped:
            wrong.append(path.name)
    assert wrong == []

"""The library: papers come back as they went in, completed and never emptied."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import DAY, open_library, papers, save, search
from support import IN_MEMORY, make_paper

from recommender.paper import Document, Paper
from recommender.store import housekeeping


@pytest.fixture
def library(home):
    with open_library(home / "library.db") as opened:
        yield opened


@given(st.lists(papers, max_size=6, unique_by=lambda paper: paper.id))
def test_the_library_gives_back_any_paper_it_was_given(saved):
    with open_library(IN_MEMORY) as library:
        save(library, *saved)
        assert library.papers(paper.id for paper in saved) == {paper.id: paper for paper in saved}


def test_words_of_thousands_of_papers_do_not_count_where_rarer_ones_are_asked_for(library, monkeypatch):
    monkeypatch.setattr("recommender.store.full_text._COMMON_LEAST", 3)
    save(
        library, *(make_paper(number, f"Learning {number}") for number in range(1, 5)), make_paper(9, "Learning retina")
    )
    assert [paper.id for paper in library.search_any(["learning", "retina"], 9)] == ["2001.00009"]
    assert len(library.search_any(["learning"], 9)) == 5


def test_one_paper_of_two_categories_and_days_is_one_row(library):
    paper = make_paper(1)
    save(library, paper, category="cs.CV")
    save(library, paper, category="cs.CL")
    save(library, paper, day=DAY + timedelta(days=1))
    assert library.count() == 1


def test_a_newer_text_wins_and_a_blank_one_never_does(library):
    save(library, make_paper(1, "Old title", "Old abstract", authors=("Ada Lovelace",)))
    save(library, Paper("2001.00001", "New title", ""), category="cs.CL")
    assert library.papers(["2001.00001"])["2001.00001"] == make_paper(
        1, "New title", "Old abstract", authors=("Ada Lovelace",)
    )


def test_terms_are_cached_anew_when_the_text_or_the_encoding_changes(library):
    save(library, make_paper(1, "Old title"))
    save(library, make_paper(1, "New title"), category="cs.CL")
    assert library.encodings(["2001.00001"]) == {"2001.00001": b"New title"}
    with open_library(library.path, version=2) as later:
        assert later.encodings(["2001.00001"]) == {}
        save(later, make_paper(1, "New title"), fingerprint="again")
        assert later.encodings(["2001.00001"]) == {"2001.00001": b"New title"}


def test_a_text_read_before_is_known_by_its_fingerprint_until_the_encoding_changes(library):
    save(library, make_paper(1), fingerprint="abc")
    assert library.has_read("abc")
    assert not library.has_read("other")
    with open_library(library.path, version=2) as later:
        assert not later.has_read("abc")


def test_the_background_is_the_newest_papers_before_the_day(library):
    for number in range(1, 7):
        save(library, make_paper(number), day=DAY - timedelta(days=number))
    save(library, make_paper(2), day=DAY, category="cs.CL")  # announced again today: no background any more
    background = library.announced_before(DAY, 3, without={"2001.00003"})
    assert [paper.id for paper in background] == ["2001.00001", "2001.00004", "2001.00005"]


def test_the_background_leaves_out_a_paper_that_a_damaged_file_has_lost(library):
    for number in (1, 2):
        save(library, make_paper(number), day=DAY - timedelta(days=1))
    with closing(sqlite3.connect(library.path)) as file, file:
        file.execute("UPDATE announced SET paper = 99 WHERE paper = 1")
    assert [paper.id for paper in library.announced_before(DAY, 9)] == [make_paper(2).id]
    assert [document.id for document in library.background(DAY, 9, set())] == [make_paper(2).id]


def test_the_background_passes_over_papers_that_are_not_wanted(library):
    for days in range(4):
        save(library, make_paper(days), day=DAY - timedelta(days))
    unwanted = {make_paper(number).id for number in (1, 2)}
    assert [paper.id for paper in library.announced_before(DAY, 1, unwanted)] == [make_paper(3).id]
    wanted = make_paper(3)
    assert library.background(DAY, 1, unwanted) == [Document(wanted.id, wanted.authors, wanted.title.encode())]
    with open_library(library.path, version=2) as later:  # no terms of this version are cached
        assert later.background(DAY, 1, unwanted) == library.background(DAY, 1, unwanted)


def test_search_finds_stems_without_accents_and_keeps_up_with_changes(library):
    save(library, make_paper(1, "Fusing Poincaré maps"), make_paper(2, "Image fusion"), make_paper(3, "Graphs"))
    assert [paper.id for paper in search(library, "poincare maps")] == ["2001.00001"]
    save(library, make_paper(3, "Fusions of graphs"), category="cs.CL")
    assert {paper.id for paper in search(library, "fusion")} == {"2001.00002", "2001.00003"}


def test_search_falls_back_to_any_of_the_words(library):
    save(library, make_paper(1, "Image fusion"), make_paper(2, "Graph theory"))
    assert [paper.id for paper in search(library, "fusion theory")] != []
    assert [paper.id for paper in search(library, "image fusion")] == ["2001.00001"]


@given(st.text(max_size=40))
def test_no_words_can_break_the_search(words):
    with open_library(IN_MEMORY) as library:
        save(library, make_paper(1, words, words))
        search(library, words)


@pytest.mark.parametrize(
    "change",
    [
        lambda library: save(library, make_paper(2), fingerprint="new"),
        lambda library: save(library, make_paper(1), day=DAY + timedelta(days=1), fingerprint="again"),
        lambda library: library.add([Paper("2001.00001", "Title 1", "An abstract.")]),
        lambda library: housekeeping.prune(library, DAY + timedelta(days=1), set()),
    ],
    ids=["a new paper", "another day", "a text that was not known", "forgotten papers"],
)
def test_every_change_of_the_library_changes_its_state(tmp_path, change):
    with open_library(tmp_path / "library.db") as library:
        save(library, Paper("2001.00001", "Title 1", ""))
        before = library.state()
        assert library.state() == before
        change(library)
        assert library.state() > before

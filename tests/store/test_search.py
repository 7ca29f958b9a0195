"""The search: better matches first, conditions that must hold, and authors in any spelling."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import DAY, open_library, papers, save, search
from support import IN_MEMORY, make_paper

from recommender.paper import Paper
from recommender.store import housekeeping
from recommender.store.search import Level, Query, find


@pytest.fixture
def library(home):
    with open_library(home / "library.db") as opened:
        yield opened


def ids(found):
    return [int(match.paper.id[-5:]) for match in found]


def levels(library, query, limit=10, fill=10):
    return {int(match.paper.id[-5:]): match.level for match in find(library, query, limit, fill)}


def by(library, name):
    return ids(find(library, Query(authors=(name,)), 10))


def test_matches_come_level_by_level(library):
    filler = "and much more text that says nothing of it"
    save(
        library,
        make_paper(1, "Networks", f"fusion {filler}"),
        make_paper(2, "Networks", f"fusion of one image {filler}"),
        make_paper(3, "Networks", f"image fusion {filler}"),
        make_paper(4, "Networks", f"text {filler}", authors=("Image Fusion",)),
        make_paper(5, "Fusions of an image", f"text {filler}"),
        make_paper(6, "Infrared image fusion", f"text {filler}"),
        make_paper(7, "Image Fusion!", "Text"),
        make_paper(8, "Graphs", "Nothing"),
    )
    query = Query(("image", "fusion"), name="image fusion")
    assert levels(library, query) == {
        7: Level.WHOLE_TITLE,
        6: Level.TITLE_PHRASE,
        5: Level.TITLE_WORDS,
        4: Level.AUTHOR,
        3: Level.PHRASE,
        2: Level.WORDS,
    }
    assert levels(library, query._replace(name=""))[1] is Level.SOME_WORDS
    assert ids(find(library, query, 10, 10)) == [7, 6, 5, 4, 3, 2]
    assert ids(find(library, query._replace(name=""), 10, 10)) == [7, 6, 5, 3, 2, 1]
    assert ids(find(library, query, 3, 10)) == [7, 6, 5]


def test_within_a_level_the_words_in_few_papers_and_in_titles_count_more(library):
    save(
        library,
        make_paper(1, "Graphs and more", "retina and a text about it"),
        make_paper(2, "Retina and more", "graphs and a text about it"),
        *(make_paper(number, "Graphs", "text") for number in (3, 4, 5)),
        *(make_paper(number) for number in range(6, 20)),
    )
    assert ids(find(library, Query(("retina", "graphs")), 10)) == [2, 1]


def test_papers_with_some_words_only_fill_a_short_list(library):
    save(library, make_paper(1, "Image fusion"), *(make_paper(number, f"Image {number}") for number in range(2, 9)))
    assert len(find(library, Query(("image", "fusion")), 10, fill=3)) == 3
    assert len(find(library, Query(("image", "fusion")), 10, fill=1)) == 1
    assert ids(find(library, Query(("nowhere", "fusion")), 10, fill=3)) == [1]
    assert levels(library, Query(("nowhere",))) == {}


def test_common_words_count_where_the_others_find_too_little(library, monkeypatch):
    monkeypatch.setattr("recommender.store.full_text._COMMON_LEAST", 3)
    save(library, *(make_paper(number, f"Learning {number}") for number in range(1, 7)), make_paper(9, "Retina"))
    assert ids(find(library, Query(("learning", "retina")), 10, 1)) == [9]
    assert ids(find(library, Query(("learning", "retina")), 10, 3)) == [9, 1, 2]
    assert ids(find(library, Query(("learning", "nowhere")), 10, 2)) == [1, 2]


def test_a_name_that_is_found_needs_no_papers_with_a_part_of_it(library):
    save(library, make_paper(1, authors=("Yann LeCun",)), make_paper(2, "X, Y, and Z"), make_paper(3, "On Y. LeCun"))
    assert ids(find(library, Query(("Y.", "LeCun"), name="Y. LeCun"), 10, 10)) == [3, 1]


def test_no_paper_without_a_phrase_in_quotes_is_found(library):
    save(
        library, make_paper(1, "Image fusion networks"), make_paper(2, "Fusion of an image"), make_paper(3, "Networks")
    )
    assert ids(find(library, Query(("image fusion",), ("image fusion",)), 10, 10)) == [1]
    assert ids(find(library, Query(("image fusion", "graphs"), ("image fusion",)), 10, 10)) == [1]


def test_words_without_accents_find_words_with_them_and_the_other_way_round(library):
    save(library, make_paper(1, "Schrödinger bridges"), make_paper(2, "Schrodinger operators"))
    for word in ("schrodinger", "SCHRÖDINGER"):
        assert {paper.id[-1] for paper in search(library, word)} == {"1", "2"}


@pytest.mark.parametrize(
    ("author", "spellings"),
    {
        "Yann LeCun": ["Yann LeCun", "Y. LeCun", "LeCun, Yann", "lecun", "LeCun, Y.", "LeCun Yann"],
        "Y. LeCun": ["Yann LeCun", "LeCun"],
        "Jürgen Müller": ["Jurgen Muller", "J. Müller", "muller"],
        "Bjørn Sørensen": ["Bjorn Sorensen", "B. Sørensen", "sorensen"],
        "Łukasz Kaiser": ["Lukasz Kaiser", "Ł. Kaiser", "L. Kaiser"],
        "Ada K. Lovelace": ["Ada Lovelace", "A. K. Lovelace", "Ada King Lovelace"],
        "Ji-Hoon Kim": ["Ji-Hoon Kim", "J.-H. Kim", "Jihoon Kim"],
        "Miles O'Brien": ["Miles O'Brien", "M. O’Brien"],
        "Laurens van der Maaten": ["Laurens van der Maaten", "L. van der Maaten", "van der Maaten, Laurens"],
        "ATLAS Collaboration": ["ATLAS Collaboration", "the ATLAS Collaboration"],
    }.items(),
)
def test_an_author_is_found_in_each_spelling(library, author, spellings):
    save(library, make_paper(1, authors=("Grace Hopper", author)), make_paper(2, authors=("Alan Turing",)))
    for spelling in spellings:
        assert by(library, spelling) == [1], spelling


@pytest.mark.parametrize("name", ["Yves LeCun", "Yann Lecunet", "X. LeCun", "Yann", "!", ",", "Grace LeCun"])
def test_another_name_finds_no_paper(library, name):
    save(library, make_paper(1, authors=("Yann LeCun", "Grace Hopper")))
    assert by(library, name) == []


def test_the_index_of_authors_keeps_up_with_changes(library):
    save(library, make_paper(1))
    save(library, make_paper(1, authors=("Ada Lovelace",)), category="cs.CL")
    assert by(library, "Lovelace") == [1]
    save(library, make_paper(1, authors=("Grace Hopper",)), category="cs.AI")
    assert (by(library, "Lovelace"), by(library, "Hopper")) == ([], [1])
    housekeeping.prune(library, DAY + timedelta(days=1), ())
    assert by(library, "Hopper") == []


def test_conditions_must_all_hold(library):
    save(library, make_paper(1, authors=("Ada Lovelace", "Alan Turing"), categories=("cs.CV", "eess.IV")))
    save(
        library,
        make_paper(2, authors=("Ada Lovelace",), categories=("csx.AI",)),
        category="csx.AI",
        day=DAY + timedelta(days=9),
    )
    save(library, make_paper(3, "Found by category"), category="cs.CL")
    library.add([make_paper(4, submitted=date(2020, 1, 1)), make_paper(5), Paper("doi:10.1000/x", "Title", "")])

    def found(**conditions):
        return ids(find(library, Query(**conditions), 10))

    assert found(authors=("Lovelace",)) == [2, 1]  # the newest first
    assert found(authors=("Lovelace", "Turing")) == [1]
    assert found(categories=("cs",)) == [3, 1]
    assert found(categories=("CS.cv", "eess")) == [1]
    assert found(since=DAY) == [3, 2, 1]
    assert found(since=DAY, until=DAY) == [3, 1]
    assert found(until=date(2021, 1, 1)) == [4]
    assert found(authors=("Lovelace",), until=DAY) == [1]
    assert found(words=("title",), categories=("csx",)) == [2]
    assert found(words=("nowhere",), categories=("csx",)) == []
    assert found(ids=("2001.00002", "2001.00009")) == [2]
    assert [match.paper.id for match in find(library, Query(ids=("doi:10.1000/x",)), 10)] == ["doi:10.1000/x"]
    assert found() == []


def test_a_doi_finds_the_arxiv_paper_that_has_it(library):
    save(library, make_paper(1, doi="10.1000/x"))
    assert ids(find(library, Query(ids=("doi:10.1000/x",)), 10)) == [1]


words = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12)


@given(st.lists(words, max_size=4), st.lists(words, max_size=2), st.lists(words, max_size=2), papers)
def test_no_query_can_break_the_search(words, phrases, names, paper):
    with open_library(IN_MEMORY) as library:
        save(library, paper)
        query = Query((*words, *phrases), tuple(phrases), " ".join(words))
        for conditions in ({}, {"authors": tuple(names)}, {"ids": tuple(names), "categories": tuple(names)}):
            find(library, query._replace(**conditions), 5, 5)


def test_a_query_of_a_thousand_words_is_answered(library):
    save(library, make_paper(1, "Image fusion"))
    words = ("fusion", *(f"word{number}" for number in range(1000)))
    assert ids(find(library, Query(words, name=" ".join(words)), 5, 5)) == [1]


@given(st.lists(st.sampled_from(["image", "fusion", "graph", "theory"]), min_size=1, max_size=3, unique=True))
def test_papers_with_all_words_come_before_those_with_some(words):
    texts = [("image fusion", "graph"), ("graph theory", "image"), ("theory", "fusion image graph"), ("image", "graph")]
    with open_library(IN_MEMORY) as library:
        save(library, *(make_paper(number, *text) for number, text in enumerate(texts, start=1)))
        found = search(library, " ".join(words), 10)
        complete = [set(words) <= set(f"{paper.title} {paper.abstract}".split()) for paper in found]
        assert complete == sorted(complete, reverse=True)
        assert sum(complete) == sum(set(words) <= set(f"{title} {text}".split()) for title, text in texts)

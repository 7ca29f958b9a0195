"""A saved page of arXiv's new listings."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import REPOSITORY

from recommender.errors import SourceError
from recommender.paper import Digest
from recommender.sources.formats.listing import read_digests, recognises

PAGE = (REPOSITORY / "tests" / "data" / "feeds" / "arxiv.listing.html").read_bytes()


def only(page: bytes) -> Digest:
    (digest,) = read_digests(page)
    return digest


def test_the_page_is_read_whole():
    digest = only(PAGE)
    assert (digest.date, digest.skipped) == (date(2026, 8, 12), ())
    assert [paper.id for paper in digest.papers] == ["2608.09949", "2607.28646"]
    assert digest.crossed == {"2607.28646"}
    assert [paper.id for paper in digest.replaced] == ["2505.23399"]


def test_a_paper_has_all_that_the_page_says():
    new, crossed = only(PAGE).papers
    assert new.title == "Closed-Loop LLM Co-Pilots for Digital Agriculture"
    assert (new.authors, new.categories) == (("Serge Kernbach",), ("cs.AI", "physics.bio-ph"))
    assert new.abstract.startswith("This study evaluates")
    assert new.abstract.endswith("labor constraints.")
    assert crossed.title.startswith('"YES! YES! I absolutely love this insight!" Affirmative')
    assert crossed.authors == ("Hanna-Riikka Roine", "Anne Sigrid Refsum", "Jill Walker Rettberg")
    assert crossed.abstract.startswith("This article analyses"), "comments and journal are no abstract"


def test_the_category_is_that_of_the_pages_own_address():
    named = PAGE.replace(b"<body>", b'<body><a href="/list/cs.AI/recent?skip=0">recent</a>')
    assert (only(named).category, only(PAGE).category) == ("cs.AI", "")


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b'<a href ="/abs/', b'<a href="/abs/'),
        (b'<a href ="/abs/', b"<a href = 'https://arxiv.org/abs/"),
        (b"class='list-title mathjax'", b'class="list-title"'),
        (b"\n", b"\r\n"),
    ],
)
def test_arxivs_html_may_be_written_in_other_ways(written, instead):
    page = PAGE.replace(b'" title="Abstract"', b"' title='Abstract'") if b"= '" in instead else PAGE
    assert only(page.replace(written, instead)).papers == only(PAGE).papers


def test_a_paper_in_two_sections_is_new():
    twice = PAGE.replace(b"2607.28646", b"2608.09949")
    assert (len(only(twice).papers), only(twice).crossed) == (1, frozenset())


def test_a_day_without_papers_is_an_empty_digest():
    empty = PAGE.partition(b"<dt>")[0] + b"</body></html>"
    assert only(empty) == Digest(date(2026, 8, 12), "", ())


def test_a_malformed_day_costs_no_paper():
    digest = only(PAGE.replace(b"12 August 2026", b"31 February 2026"))
    assert (digest.date, len(digest.papers)) == (None, 2)


@pytest.mark.parametrize("section", ["New submissions", "Cross-lists", "Replacements"])
def test_until_2024_each_section_named_the_day(section):
    page = PAGE.replace(b"<h3>Showing new listings for Wednesday, 12 August 2026</h3>", b"")
    assert only(page).date is None
    heading = f"<h3>{section} for Fri, 12 Jan 24</h3><dl>".encode()
    assert only(page.replace(b"<dt>", heading + b"<dt>", 1)).date == date(2024, 1, 12)


def test_an_entry_without_id_is_skipped_with_its_line():
    (skipped,) = only(PAGE.replace(b'"/abs/2608.09949"', b'"/abs/no"')).skipped
    assert (skipped.line, skipped.reason[:16]) == (3, 'no arXiv id in "')


@given(st.integers(0, len(PAGE)))
def test_wherever_the_page_is_cut_it_is_reported(length):
    cut = PAGE[:length]
    try:
        is_reported = bool(only(cut).skipped)
    except SourceError:
        is_reported = True
    assert is_reported == (length < PAGE.index(b"</html") + len(b"</html"))


@pytest.mark.parametrize("section", [b"New submissions", b"Cross submissions", b"Replacement submissions"])
def test_sections_are_recognised_by_their_first_word(section):
    digest = only(PAGE.replace(section, b"Other things"))
    assert len(digest.papers) + len(digest.replaced) == 2


def test_a_list_of_recent_papers_is_refused():
    page = b"<html><title>AI</title><h3>Wed, 12 Aug 2026</h3><dt><div class='list-title'>T</div></html>"
    assert recognises(page)
    with pytest.raises(SourceError, match=r"a web page \(“AI”\), not arXiv's new listings; save list/…/new instead"):
        read_digests(page)


@pytest.mark.parametrize("page", [b"", b"<html><title>Sign in</title></html>", b"list-title", b"<feed>list-title"])
def test_other_pages_are_no_listing(page):
    assert not recognises(page)


@pytest.mark.sample(2)
@pytest.mark.parametrize("piece", [b"<dt>", b"<h3>", b"<dt><a href='", b"<div class='list-title", b"<p", b"<a <a "])
def test_a_hostile_page_is_read_in_time(piece):
    begin = time.process_time()
    read_digests(PAGE.replace(b"<dt>", b"<dt>" + piece * 50_000, 1))
    assert time.process_time() - begin < 20  # less than one on an idle machine; the square of it takes minutes

"""What one work is: ids rule, and titles join only what nothing tells apart."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.paper import Paper, Verdict
from recommender.results.incoming import LibraryEntry
from recommender.sources.libraries import joined
from recommender.text.works import Works, contradict, title_id, title_key, work_of

AUTHORS = ["Ada Lovelace", "Lovelace A.", "Charles Babbage", "Emmy Noether", "NASA Team"]
TITLES = ["Introduction", "introduction.", "On $B^+$ mesons", "On $B^-$ mesons", "∞"]


def entry_of(title: str, authors: tuple[str, ...], arxiv: str, doi: str, year: int | None, number: int) -> LibraryEntry:
    own_id = arxiv or (f"doi:{doi}" if doi else title_id(title, authors, year))
    paper = Paper(own_id, title, f"abstract {number}", authors, doi=doi)
    return LibraryEntry(paper, verdict=Verdict.LIKE, record={"year": str(year)} if year else {})


FIELDS = st.tuples(
    st.sampled_from(TITLES),
    st.lists(st.sampled_from(AUTHORS), max_size=2, unique=True).map(tuple),
    st.sampled_from(["", "", "2005.00001", "2005.00002"]),
    st.sampled_from(["", "", "10.1000/a", "10.1000/b"]),
    st.sampled_from([None, 1990, 1992, 2020]),
)
LIBRARIES = st.lists(FIELDS, max_size=7).map(
    lambda rows: [entry_of(*row, number=number) for number, row in enumerate(rows)]
)


def of_abstract(entries: list[LibraryEntry]) -> dict[str, LibraryEntry]:
    return {entry.paper.abstract: entry for entry in entries}


@given(LIBRARIES, st.randoms(use_true_random=False))
def test_the_order_of_entries_decides_nothing(entries, random):
    def works(them):
        return sorted((each.paper.id, each.paper.doi, len(each.paper.authors) > 0) for each in joined(them))

    shuffled = random.sample(entries, len(entries))
    assert [number for number, _, _ in works(entries)] == [number for number, _, _ in works(shuffled)]


@given(LIBRARIES)
def test_joining_twice_joins_no_more(entries):
    once = joined(entries)
    assert joined(once) == once


@given(LIBRARIES)
def test_no_work_takes_what_belongs_to_works_that_contradict_it(entries):
    """A joined entry has fields of its own id, or of its own DOI, or of entries that its own contradict in nothing."""
    given_entries = of_abstract(entries)
    for result in joined(entries):
        source = given_entries[result.paper.abstract]
        same_id = source.paper.id == result.paper.id or (source.paper.doi and source.paper.doi == result.paper.doi)
        chained = {entry.paper.doi for entry in entries if entry.paper.id == result.paper.id} - {""}
        linked = source.paper.doi in chained
        assert (
            same_id
            or linked
            or not contradict(
                work_of(source.paper, source.year), work_of(result.paper._replace(abstract=""), result.year)
            )
        )


@given(FIELDS, FIELDS)
def test_two_entries_become_one_only_by_an_id_or_by_title_and_authors(one, other):
    first, second = entry_of(*one, number=1), entry_of(*other, number=2)
    if (
        len(joined([first, second])) == 1
        and first.paper.id != second.paper.id
        and not (first.paper.doi and first.paper.doi == second.paper.doi)
    ):
        assert title_key(one[0]) == title_key(other[0]) != ""
        assert not contradict(work_of(first.paper, first.year), work_of(second.paper, second.year))
        families = [{"lovelace" if "ovelace" in name else name for name in row[1]} for row in (one, other)]
        assert not all(families) or families[0] & families[1]
        assert None in (one[4], other[4]) or abs(one[4] - other[4]) <= 5


@pytest.mark.parametrize(
    ("one", "other"),
    [("Learning C++", "Learning C"), ("$B^+$", "$B^-$"), ("$D^{*}$", "$D$"), ("K⁻ decays", "K decays"), ("C#", "C")],
)
def test_signs_that_tell_titles_apart_count(one, other):
    assert title_key(one) != title_key(other)
    assert title_id(one, (), None) != title_id(other, (), None)


@pytest.mark.parametrize(
    ("one", "other"), [("X-ray optics", "X ray  Optics."), ("K⁺", "K^+"), ("Gödel’s proof", "godel's proof")]
)
def test_spelling_and_hyphens_tell_none_apart(one, other):
    assert title_key(one) == title_key(other)


def test_a_title_without_letters_is_no_key_but_an_id():
    assert title_key("∞") == title_key("★★★") == title_key("1984") == ""
    assert title_id("∞", (), None) != title_id("★★★", (), None)


def test_a_nameless_entry_joins_the_only_authors_and_none_of_several():
    gauss, euler, nobody = (
        entry_of("Editorial", authors, "", "", None, number)
        for number, authors in enumerate([("Carl Gauss",), ("Leo Euler",), ()])
    )
    assert len(joined([gauss, nobody])) == 1
    for order in itertools.permutations([gauss, euler, nobody]):
        assert sorted(len(entry.paper.authors) for entry in joined(order)) == [0, 1, 1]


def test_two_papers_of_arxiv_stay_two_though_both_name_one_doi():
    entries = [
        entry_of("Part", ("Ada Lovelace",), arxiv, "10.1000/a", 2020, 1) for arxiv in ("2005.00001", "2005.00002")
    ]
    assert [entry.paper.id for entry in joined(entries)] == ["2005.00001", "2005.00002"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada Lovelace", "Lovelace, A.", True),
        ("Wei Zhang", "Zhang Wei", True),
        ("LHCb", "LHCb Collaboration", True),
        ("Ada Lovelace", "Ada Byron", False),
    ],
)
def test_one_family_name_in_two_spellings_agrees(one, other, same):
    papers = [Paper(f"http://x/{at}", "Introduction", "", (name,)) for at, name in enumerate((one, other))]
    assert (Works(papers[:1]).same(papers[1]) is not None) == same


def test_a_title_that_fits_several_known_works_means_none():
    known = Works([Paper(f"doi:10.1000/{name}", "Editorial", "", (name,), doi=f"10.1000/{name}") for name in "ab"])
    assert known.same(Paper("title:x", "Editorial", "")) is None
    assert known.same(Paper("title:x", "Editorial", "", ("a",))).id == "doi:10.1000/a"

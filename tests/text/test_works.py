"""What one work is: ids rule, and titles join only what nothing tells apart."""

import itertools
from datetime import date
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recommender.ids import arxiv_id
from recommender.paper import Paper, Verdict
from recommender.results.incoming import LibraryEntry
from recommender.sources.libraries import joined
from recommender.text import grouping
from recommender.text.works import Works, contradict, fitting, merged, title_id, title_key, work_of

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


# Few titles, people and ids, so that most entries have to do with one another.
ENTRIES = st.builds(
    lambda title, authors, arxiv, doi, page, year, dated, journal, text, verdict: LibraryEntry(
        Paper(
            arxiv or page or (f"doi:{doi}" if doi else title_id(title, authors, year)),
            title,
            text,
            authors,
            submitted=date(year, 5, 1) if year and dated else None,
            doi=doi,
        ),
        verdict=verdict,
        record=({"year": str(year)} if year else {}) | journal,
    ),
    st.sampled_from(["Introduction", "Introduction", "introduction.", "Another title"]),
    st.sampled_from([(), ("Ada Lovelace",), ("Lovelace A.", "Emmy Noether"), ("Emmy Noether",), ("Leo Euler",)]),
    st.sampled_from(["", "", "", "2005.00001", "2005.00002"]),
    st.sampled_from(["", "", "10.1000/a", "10.1000/b"]),
    st.sampled_from(["", "", "http://x/1", "http://x/2"]),
    st.sampled_from([None, None, 1990, 1994, 1998, 2020]),
    st.booleans(),
    st.sampled_from([{}, {}, {}, {"journal": "J"}]),
    st.sampled_from(["", "One text", "Another text"]),
    st.sampled_from([None, *Verdict]),
)
RELATED = st.lists(ENTRIES, min_size=2, max_size=6)
MANY = settings(max_examples=100)  # for 15, some faults are too rare


def alone(entry: LibraryEntry, number: int) -> LibraryEntry:
    """The entry with an id, and a DOI if it has any, that no other entry has."""
    paper = entry.paper
    own_id = f"2006.{number:05}" if arxiv_id(paper.id) else f"http://y/{number}"
    return entry._replace(paper=paper._replace(id=own_id, doi=paper.doi and f"10.1000/{number}"))


UNRELATED = RELATED.map(lambda entries: [alone(entry, number) for number, entry in enumerate(entries)])


@MANY
@given(RELATED, st.randoms(use_true_random=False))
@example([entry_of("Introduction", by, "", "", None, 0) for by in [(), ("Ada Lovelace",)]], Random(2))
def test_the_order_of_entries_decides_nothing(entries, random):
    def content(them):
        return sorted(str(entry._replace(record=sorted(entry.record.items()))) for entry in joined(them))

    assert content(random.sample(entries, len(entries))) == content(entries)


@MANY
@given(RELATED)
@example(
    [
        entry_of("Introduction", by, arxiv, "", None, number)
        for number, (by, arxiv) in enumerate(
            [((), ""), ((), ""), ((), "2005.00001"), (("Ada Lovelace",), "2005.00001")]
        )
    ]
)
def test_joining_twice_joins_no_more(entries):
    once = joined(entries)
    assert joined(once) == once


@MANY
@given(UNRELATED)
def test_no_two_papers_of_one_work_contradict_each_other(entries):
    papers = [entry.paper for entry in entries]
    works = grouping.joined(
        [(paper, [paper]) for paper in papers],
        lambda item: item[0],
        lambda item: work_of(item[0]),
        lambda items: (merged(paper for paper, _ in items), [part for _, parts in items for part in parts]),
    )
    for _, parts in works:
        assert not any(contradict(work_of(one), work_of(other)) for one, other in itertools.combinations(parts, 2))


@MANY
@given(UNRELATED)
def test_papers_of_one_title_are_one_work_where_nothing_contradicts(entries):
    entries = [entry._replace(paper=entry.paper._replace(title="Introduction")) for entry in entries]
    works = [work_of(entry.paper, entry.year) for entry in entries]
    if not any(contradict(one, other) for one, other in itertools.combinations(works, 2)):
        assert len(joined(entries)) == 1


@given(RELATED)
def test_works_fit_where_they_do_not_contradict(entries):
    works = [work_of(entry.paper, entry.year) for entry in entries]
    expected = [sum(1 << at for at, other in enumerate(works) if not contradict(work, other)) for work in works]
    assert fitting(works) == expected


@MANY
@given(RELATED, ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_known_papers_decides_nothing(entries, entry, random):
    known = list({entry.paper.id: entry.paper for entry in entries}.values())
    shuffled = random.sample(known, len(known))
    assert Works(shuffled).same(entry.paper, entry.year) == Works(known).same(entry.paper, entry.year)


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


def test_what_is_known_under_two_arxiv_ids_is_not_known_by_their_doi():
    known = [Paper(arxiv, f"Part {arxiv}", "", doi="10.1000/a") for arxiv in ("2005.00001", "2005.00002")]
    both = Paper("doi:10.1000/a", "Both parts", "", doi="10.1000/a")
    assert Works(known).same(both) is None
    assert Works(known[1:]).same(both) == known[1]


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

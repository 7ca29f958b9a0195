"""One work under several ids, from the first list to the rating."""

import itertools
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.paper import Paper
from recommender.services.identity import once

FEED = """<rss version="2.0" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel><title>J</title>
<item><title>{title}</title><link>{link}</link><author>{authors}</author><description>{text}</description></item>
</channel></rss>"""


@pytest.fixture
def listed(tmp_path, run):
    """The items of the list of some texts, each of them read as a file."""
    run("init", "ada", "--no-input", "--interests", "ice")
    counts = iter(range(100))

    def read(*texts):
        paths = [tmp_path / f"text{next(counts)}" for _ in texts]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return json.loads(run("today", *paths, "--json").out)

    return read


def feed(title="Beds of ice", link="https://x.org/1", authors="Ada Lovelace, Mary Somerville", text="Ice."):
    return FEED.format(title=title, link=link, authors=authors, text=text)


@pytest.fixture
def on_day(monkeypatch):
    """`on_day(5)`: from now on it is the 5th of January 2026."""

    def turn(day):
        class Then(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime(2026, 1, day, 12, tzinfo=UTC)

        monkeypatch.setattr("recommender.cli.session.datetime", Then)

    return turn


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("https://doi.org/10.21203/rs.3.rs-77/v1", "https://doi.org/10.21203/rs.3.rs-77/v2"),
        ("https://doi.org/10.20944/preprints202401.7777.v1", "https://doi.org/10.20944/preprints202401.7777.v2"),
        ("https://x.org/advance/article/7", "https://x.org/article/12/3/7"),
        ("https://arxiv.org/abs/2501.00007v1", "https://papers.cool/arxiv/2501.00007"),
    ],
)
def test_a_work_that_moves_is_shown_once(listed, run, on_day, first, later):
    on_day(2)
    assert len(listed(feed(link=first))["items"]) == 1
    on_day(5)
    later_list = listed(feed(link=later))
    assert (later_list["day"], later_list["items"]) == ("2026-01-05", [])
    assert run("library", "stats").out.split()[:2] == ["papers", "1"]


def test_a_work_in_two_sources_stands_once_in_a_list_under_its_arxiv_id(listed):
    record = {"id": "2501.00007", "title": "Beds of ice", "abstract": "Ice and water.", "authors": ["Ada Lovelace"]}
    (item,) = listed(feed(link="https://x.org/7"), json.dumps(record))["items"]
    assert (item["id"], item["abstract"]) == ("2501.00007", "Ice and water.")


def test_works_of_one_title_by_others_stay_apart(listed):
    texts = [feed("Editorial", f"https://x.org/{name}", name) for name in ("Carl Gauss", "Leo Euler")]
    assert len(listed(*texts)["items"]) == 2


def test_a_paper_is_rated_only_where_its_own_work_is(listed, run, tmp_path):
    (tmp_path / "library.bib").write_text("@article{k, title={Editorial}, author={Gauss, Carl}, year={2026}}")
    run("import", tmp_path / "library.bib", "--offline")
    record = '{{"id": "2601.0000{}", "title": "Editorial", "abstract": "On ice.", "authors": ["{}"]}}'
    items = listed(record.format(1, "Carl Gauss") + "\n" + record.format(2, "Leo Euler"))["items"]
    assert [item["id"] for item in items] == ["2601.00002"]


def test_a_column_of_one_title_without_authors_is_new_with_another_text(listed):
    texts = [feed("Weekly roundup", f"https://x.org/{week}", "", f"News of week {week}.") for week in (1, 2)]
    assert len(listed(*texts)["items"]) == 2
    again = feed("Weekly roundup", "https://x.org/moved", "", "News of week 1.")
    assert len(listed(texts[0], again)["items"]) == 1


PAPERS = st.lists(
    st.builds(
        Paper,
        st.sampled_from(["2501.00001", "2501.00002", "http://x/1", "http://x/2", "http://x/3"]),
        st.sampled_from(["Editorial", "editorial.", "Beds of ice"]),
        st.sampled_from(["", "One text", "Another text"]),
        st.sampled_from([(), ("Carl Gauss",), ("Leo Euler",)]),
        doi=st.sampled_from(["", "", "10.1000/a"]),
    ),
    max_size=5,
)


@given(PAPERS, st.randoms(use_true_random=False))
def test_the_order_of_papers_decides_nothing(papers, random):
    assert set(once(random.sample(papers, len(papers)))) == set(once(papers))
    assert once(once(papers)) == once(papers)


def test_a_paper_without_authors_does_not_make_one_work_of_two():
    papers = [
        Paper(f"http://x/{at}", "Editorial", "", by) for at, by in enumerate([(), ("Carl Gauss",), ("Leo Euler",)])
    ]
    for order in itertools.permutations(papers):
        assert once(order) == order

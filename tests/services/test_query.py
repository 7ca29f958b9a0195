"""What a person types into the search: words, phrases, and conditions on author, id, category and days."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recommender.services.query import parse
from recommender.store.search import Query


def without_name(text: str) -> Query:
    return parse(text)._replace(name="")


@pytest.mark.parametrize(
    ("typed", "query"),
    {
        "image fusion": Query(("image", "fusion")),
        "image — & fusion ...": Query(("image", "fusion")),
        '"image fusion" net': Query(("image fusion", "net"), ("image fusion",)),
        "“image fusion”": Query(("image fusion",), ("image fusion",)),
        'an "open end': Query(("an", '"open', "end")),
        "author:lecun jepa": Query(("jepa",), authors=("lecun",)),
        'Author:"Yann LeCun" author:Bengio': Query(authors=("Yann LeCun", "Bengio")),
        "id:2005.05859v2": Query(ids=("2005.05859",)),
        "2005.05859": Query(ids=("2005.05859",)),
        "arXiv: hep-th/9901001": Query(ids=("hep-th/9901001",)),
        "https://arxiv.org/abs/2005.05859 2005.05860": Query(ids=("2005.05859", "2005.05860")),
        "doi:10.1000/X.1": Query(ids=("doi:10.1000/x.1",)),
        "id:title:1954cfb4e9a076b5": Query(ids=("title:1954cfb4e9a076b5",)),
        "category:cs graphs": Query(("graphs",), categories=("cs",)),
        "category:CS.cv": Query(categories=("CS.cv",)),
        "since:2025-06-30": Query(since=date(2025, 6, 30)),
        "since:2025-06 until:2025-06": Query(since=date(2025, 6, 1), until=date(2025, 6, 30)),
        "since:2024 until:2024": Query(since=date(2024, 1, 1), until=date(2024, 12, 31)),
        "since:2024 since:2025": Query(since=date(2025, 1, 1)),
    }.items(),
)
def test_what_is_typed_becomes_words_and_conditions(typed, query):
    assert without_name(typed) == query


@pytest.mark.parametrize(
    "typed",
    ["author:", "author:!", "category:!", "category:4d", "since:soon", "until:2025-13", "since:0000", "field:x"],
)
def test_what_is_no_condition_counts_as_words(typed):
    query = parse(f"{typed} fusion")
    assert query.words == (typed, "fusion")
    assert not query.has_conditions


@pytest.mark.parametrize("typed", ["", " ", "—", "!? ...", '""', "🙂", "\0"])
def test_a_text_without_letters_asks_for_nothing(typed):
    assert parse(typed) == Query()


@pytest.mark.parametrize("typed", ["Yann LeCun", "LeCun, Y.", "Ji-Hoon Kim", "van der Berg", "Sammy Davis Jr."])
def test_words_that_may_be_a_name_are_looked_up_as_one(typed):
    assert parse(typed).name == typed
    assert parse(f"{typed} since:2025").name == typed


@pytest.mark.parametrize("typed", ["one two three four five six", "yolo v8", '"Yann LeCun"', '"image" fusion'])
def test_long_texts_numbers_and_quotes_are_no_names(typed):
    assert not parse(typed).name


@example("until:9999")
@example("until:9999-12")
@example("\ud800")
@given(st.text(max_size=40) | st.from_regex(r"(author|id|category|since|until):\"?.{0,12}\"?", fullmatch=True))
def test_any_text_is_a_query(typed):
    query = parse(typed)
    assert all(any(map(str.isalnum, word)) for word in query.words)
    assert set(query.phrases) <= set(query.words)

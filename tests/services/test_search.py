"""A search by the door: the query decides, the reader's taste orders what matches equally well."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ENCODER, IN_MEMORY, NOW, make_paper, reader_of

from recommender.paper import Digest, NoteKind
from recommender.profile import Profile
from recommender.services import lists
from recommender.services import search as service
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

_NAMES = ["".join(letters) for letters in product("abcdefghijk", repeat=3)]  # more than SQLite takes conditions
INTERESTED = Profile("ada", interests="retina vessels")
STRANGER = Profile("ada")


@pytest.fixture
def library(home):
    with Library(home / "library.db", ENCODER) as opened:
        yield opened


def save(library, *papers):
    library.save([(NOW.date(), Digest(NOW.date(), "cs.CV", papers))], name="x", fingerprint="x", read_at=NOW)


def found(home, library, text, profile=INTERESTED, size=10):
    reader = reader_of(home, profile, library=library)
    shortlist = lists.record(reader, "search", service.search(reader, text, size))
    return [int(item.paper.id[-5:]) for item in shortlist.items], shortlist


def test_taste_puts_no_weaker_match_before_a_better_one(home, library):
    save(
        library,
        make_paper(1, "Retina vessels", "image fusion of the retina and its vessels"),
        make_paper(2, "Image fusion", "of radar and light"),
        make_paper(3, "Trees", "image fusion and image fusion"),
    )
    assert found(home, library, "image fusion")[0] == [2, 3, 1]


def test_taste_orders_what_matches_equally_well(home, library):
    save(
        library,
        make_paper(1, "Image fusion of radar", "Some text on radar waves"),
        make_paper(2, "Image fusion of retina", "Some text on retina vessels"),
        make_paper(3, "Image fusion of sonar", "Some text on sonar waves"),
    )
    assert found(home, library, "image fusion")[0][0] == 2
    assert found(home, library, "image fusion", STRANGER)[0] == [1, 2, 3]


def test_an_authors_papers_are_in_the_order_of_taste(home, library):
    save(
        library,
        make_paper(1, "Radar", authors=("Ada Lovelace",)),
        make_paper(2, "Retina vessels", authors=("A. Lovelace",)),
        make_paper(3, "Sonar", authors=("Ada Lovelace",)),
    )
    for text in ("author:Lovelace", "Ada Lovelace", "lovelace"):
        assert found(home, library, text)[0][0] == 2
        assert found(home, library, text, STRANGER)[0] == [3, 2, 1]  # the newest first


def test_ids_addresses_and_dois_find_their_paper(home, library):
    save(library, make_paper(1, doi="10.1000/x"), make_paper(2))
    for text in ("2001.00001", "arXiv:2001.00001v3", "id:2001.00001", "https://arxiv.org/pdf/2001.00001", "10.1000/X"):
        assert found(home, library, text)[0] == [1]


def test_a_list_says_that_papers_have_only_some_of_the_words(home, library):
    save(library, make_paper(1, "Image fusion"), make_paper(2, "Image compression"))
    places, shortlist = found(home, library, "image fusion")
    assert places == [1, 2]
    assert [(note.kind, note.figures) for note in shortlist.notes] == [(NoteKind.SOME_WORDS, {"complete": 1})]
    assert found(home, library, "image — fusion", size=1)[1].notes == ()
    assert found(home, library, "image compressing")[0][0] == 2


def test_a_search_for_nothing_finds_nothing_and_says_so(home, library):
    save(library, make_paper(1))
    for text in ("", "—", "author:Nobody", "1234.56789"):
        assert [note.kind for note in found(home, library, text)[1].notes] == [NoteKind.NOTHING_FOUND]


@pytest.mark.parametrize(
    "text",
    [
        "o" * 100_000,
        "author:" + "o" * 300,
        "author:" + "othaeld" * 40,
        f"{'o' * 300}, o",
        " ".join(f"author:{name}" for name in _NAMES),
        " ".join(f"category:cs.{name}" for name in _NAMES),
        " ".join(f'"{name}"' for name in _NAMES),
        " ".join(_NAMES),
        '"' + " ".join(_NAMES) + '"',
        " ".join(f"10.1000/{name}" for name in _NAMES),
        " ".join(f"2005.{number:05}" for number in range(5_000)),
        "( NEAR OR AND NOT * ^ - + " * 500,
    ],
)
def test_no_length_can_break_the_search(home, library, text):
    save(library, make_paper(1, "Image fusion", "Text"))
    found(home, library, text)


@given(st.text(max_size=30))
def test_no_text_can_break_the_search(text):
    with Library(IN_MEMORY, ENCODER) as library, ProfileStore(IN_MEMORY) as store:
        save(library, make_paper(1, text.encode("utf-8", "replace").decode(), "Text"))
        service.search(reader_of(IN_MEMORY, STRANGER, library=library, store=store), text, 5)

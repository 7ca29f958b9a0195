"""What a ranking knows of the past: rated papers with all that the library has learned of them since."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from support import ENCODER, NOW, make_paper

from recommender.paper import Paper, Verdict, completed
from recommender.services.history import completions
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

PARTS = ("abstract", "authors", "categories")


def without(paper: Paper, parts: set[str]) -> Paper:
    return paper._replace(**{part: "" if part == "abstract" else () for part in parts})


described = st.tuples(st.integers(0, 5), st.sets(st.sampled_from(PARTS)))


@settings(max_examples=30)
@given(st.lists(described, max_size=6), st.lists(described, max_size=6))
def test_a_rated_paper_gains_what_the_library_has_and_it_lacks(rated, stored):
    papers = {number: without(make_paper(number), parts) for number, parts in rated}
    known = {number: without(make_paper(number), parts) for number, parts in stored}
    with (
        tempfile.TemporaryDirectory() as folder,
        Library(Path(folder, "library.db"), ENCODER) as library,
        ProfileStore(Path(folder, "ada.db")) as store,
    ):
        store.judge(list(papers.values()), Verdict.LIKE, command="import", at=NOW)
        library.add(list(known.values()))
        assert completions(store, library) == {
            paper.id: completed(known[number], paper)
            for number, paper in papers.items()
            if number in known and any(getattr(known[number], part) and not getattr(paper, part) for part in PARTS)
        }

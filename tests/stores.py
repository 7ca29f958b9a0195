"""What the tests of the stores share: any paper and any score, and a library without a ranking."""

from datetime import date

from hypothesis import strategies as st
from support import NOW

from recommender.paper import (
    Digest,
    Note,
    NoteKind,
    Paper,
    Reason,
    ReasonKind,
    Recommendation,
    Score,
    Shortlist,
    Status,
)
from recommender.store.library import Encoder, Library
from recommender.store.search import Query, find

DAY = date(2026, 3, 2)

text = st.text(max_size=60)


papers = st.builds(
    Paper,
    id=st.text(min_size=1, max_size=20),
    title=text,
    abstract=text,
    authors=st.lists(text, max_size=3).map(tuple),
    categories=st.lists(text, max_size=3).map(tuple),
    submitted=st.none() | st.dates(),
)


numbers = st.floats(allow_nan=False, allow_infinity=False)


reasons = st.builds(
    Reason,
    kind=st.sampled_from(ReasonKind),
    subject=text,
    weight=numbers,
    paper_id=st.none() | text,
    papers=st.integers(0, 99),
)


notes = st.builds(Note, st.sampled_from(NoteKind), st.dictionaries(text, text | st.integers() | st.lists(text)))


# what a list keeps of a score
scores = st.builds(
    Score,
    numbers,
    st.none() | st.floats(0, 1),
    st.lists(reasons, max_size=4).map(tuple),
    *map(st.just, (None, 0.0, ())),
)


def open_library(path, version=1):
    """A library whose cached terms are the titles."""
    return Library(path, Encoder(lambda paper: paper.title.encode("utf-8", "replace"), version))


def save(library, *papers, day=DAY, category="cs.CV", fingerprint=None):
    library.save(
        [(day, Digest(day, category, papers))],
        name="digest.md",
        fingerprint=fingerprint or f"{day} {category}",
        read_at=NOW,
    )


def search(library, words, limit=10):
    """The papers that a search for these words finds, best match first."""
    return [match.paper for match in find(library, Query(tuple(words.split())), limit, fill=limit)]


def shortlist_of(*scored, day=DAY, notes=()):
    items = tuple(Recommendation(place, paper, score) for place, (paper, score) in enumerate(scored, start=1))
    return Shortlist("ada", day, items, len(items), Status.RANKED, notes)

"""What a ranking may know of the past. Reads only."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from recommender.paper import Feedback, History, Paper, completed
from recommender.services.reader import Reader

if TYPE_CHECKING:
    from recommender.store.library import Library
    from recommender.store.profile_store import ProfileStore

BACKGROUND = 2000  # newest papers without a verdict that stand for "not interesting"


def before(
    reader: Reader, day: date, papers: Sequence[Paper] = (), background: int = BACKGROUND
) -> tuple[History, dict[str, bytes]]:
    """The reader's history as it stood before a day, and the cached terms by id of the rated papers and candidates.

    Args:
        papers: the candidates of the day; they are no background.
        background: how many papers without a verdict stand for what is not interesting.
    """
    feedback = with_texts(reader.store.feedback(), completions(reader.store, reader.library))
    ids = {entry.paper.id for entry in feedback} | {paper.id for paper in papers}
    unrated = reader.library.background(day, background, ids)
    encoded = reader.library.encodings(ids)
    profile = reader.profile
    history = History(feedback, tuple(unrated), profile.interests, reader.store.outcomes(day), profile.nudges)
    return history, encoded


def with_texts(feedback: Sequence[Feedback], texts: dict[str, Paper]) -> tuple[Feedback, ...]:
    """The verdicts, with these texts in place of those known when they were given."""
    return tuple(entry._replace(paper=texts.get(entry.paper.id, entry.paper)) for entry in feedback)


def completions(store: "ProfileStore", library: "Library") -> dict[str, Paper]:
    """Rated papers, by id, that gained a text, authors or categories since their verdict was given."""
    incomplete = {paper.id: paper for paper in store.incomplete()}
    papers = library.papers(incomplete) if incomplete else {}
    return {
        paper_id: completed(paper, incomplete[paper_id])
        for paper_id, paper in papers.items()
        if (paper.abstract and not incomplete[paper_id].abstract)
        or (paper.authors and not incomplete[paper_id].authors)
        or (paper.categories and not incomplete[paper_id].categories)
    }

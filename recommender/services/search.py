"""Questions to the library: papers with some words, papers like another one."""

from datetime import date

from recommender import ranking
from recommender.paper import SEARCH_POOL, Feedback, History, Note, NoteKind, Shortlist, Verdict
from recommender.services import handles, lists, rankings
from recommender.services.lists import Answer
from recommender.services.reader import Reader
from recommender.services.selection import best_first

# Newest papers without a verdict against which the results are ranked. Replayed on every sixth day, nDCG@10 is .6666
# with 1,000 and .6668 with 2,000.
BACKGROUND = 1000


def search(reader: Reader, words: str, size: int) -> Shortlist:
    """The library's papers with these words, the best for this reader first; recorded, so that ranks can be used."""
    papers = reader.library.search(words, SEARCH_POOL)
    scores = rankings.rank(reader, papers, size, BACKGROUND) if papers else {}
    unknown_reader = not any(reader.store.count()) and not reader.profile.interests
    ordered = papers if unknown_reader else best_first(papers, scores)  # else in the order of the full-text search
    notes = () if papers else (Note(NoteKind.NOTHING_FOUND, {"words": words, "papers": reader.library.count()}),)
    return lists.record(reader, "search", Answer(ordered[:size], scores, len(papers), notes))


def similar(reader: Reader, handle: str | int, size: int) -> Shortlist:
    """The library's papers most similar to one paper, ranked as if it were the only like; recorded.

    Raises:
        UnknownPaper: the handle names no paper, or several.
    """
    paper = handles.one(reader, handle)
    library = reader.library
    matches = library.search_any(ranking.words(f"{paper.title} {paper.abstract}"), SEARCH_POOL + 1)
    papers = [other for other in matches if other.id != paper.id]
    ids = {paper.id, *(other.id for other in papers)}
    history = History(
        (Feedback(paper, Verdict.LIKE, reader.now),), tuple(library.background(date.max, BACKGROUND, ids))
    )
    ranked = ranking.rank(history, papers, library.encodings(ids), explained=size)
    scores = {other.id: score for other, score in zip(papers, ranked, strict=True)}
    notes = () if papers else (Note(NoteKind.NOTHING_SIMILAR),)
    return lists.record(reader, "similar", Answer(best_first(papers, scores)[:size], scores, len(papers), notes))

"""Questions to the library: papers with some words, papers like another one."""

from collections.abc import Mapping, Sequence
from datetime import date

from recommender import ranking, services
from recommender.paper import SEARCH_POOL, Feedback, History, Note, NoteKind, Paper, Reason, ReasonKind, Score, Verdict
from recommender.services import handles, query, rankings
from recommender.services.lists import Answer
from recommender.services.reader import Reader
from recommender.services.selection import best_first
from recommender.store.reading_list import ReadingList
from recommender.store.search import Level, Match, find

# Newest papers without a verdict against which the results are ranked. Replayed on every sixth day, nDCG@10 is .6666
# with 1,000 and .6668 with 2,000.
BACKGROUND = 1000
# Titles that have all of the words match equally well down to this share of the best one's BM25: each word is there
# once, so that BM25 differs by the paper's length. Elsewhere it tells how often a paper speaks of the words.
_EQUAL_TITLES = 0.9


def search(reader: Reader, words: str, size: int, among: str = "all") -> Answer:
    """The library's papers that match these words, best match first.

    Among papers that match equally well, the best for this reader come first.

    Args:
        among: "all" papers, "liked" ones, or those of the reading list ("later").

    Raises:
        ValueError: `among` is none of these words.
    """
    seen = services.visible.also(reader) if reader.in_group else None
    question = query.parse(words)._replace(within=_within(reader, among), unannounced=seen)
    matches = find(reader.library, question, SEARCH_POOL, fill=size)
    papers = [match.paper for match in matches]
    scores = rankings.rank(reader, papers, size, BACKGROUND) if papers else {}
    unknown_reader = not any(reader.store.count()) and not reader.profile.interests
    ordered = papers if unknown_reader else _taste_within(matches, scores)
    complete = sum(match.level < Level.SOME_WORDS for match in matches)
    notes: tuple[Note, ...] = ()
    if not papers:
        count = services.visible.count(reader) if reader.in_group else reader.library.count()
        notes = (Note(NoteKind.NOTHING_FOUND, {"words": words, "papers": count}),)
    elif complete < len(papers):
        notes = (Note(NoteKind.SOME_WORDS, {"complete": complete}),)
    return Answer(ordered[: max(size, 0)], scores, len(papers), notes)


def similar(reader: Reader, handle: str | int, size: int) -> Answer:
    """The library's papers most similar to one paper, ranked as if it were the only like.

    Raises:
        UnknownPaper: the handle names no paper, or several.
    """
    paper = handles.one(reader, handle)
    library = reader.library
    matches = library.search_any(ranking.words(f"{paper.title} {paper.abstract}"), SEARCH_POOL + 1)
    if reader.in_group:
        matches = services.visible.only(reader, matches)
    papers = [other for other in matches if other.id != paper.id]
    ids = {paper.id, *(other.id for other in papers)}
    history = History(
        (Feedback(paper, Verdict.LIKE, reader.now),), tuple(library.background(date.max, BACKGROUND, ids))
    )
    ranked = ranking.rank(history, papers, library.encodings(ids), explained=size)
    scores = {other.id: _as_similar(score, paper) for other, score in zip(papers, ranked, strict=True)}
    notes = () if papers else (Note(NoteKind.NOTHING_SIMILAR),)
    return Answer(best_first(papers, scores)[: max(size, 0)], scores, len(papers), notes)


def _as_similar(score: Score, paper: Paper) -> Score:
    """The score with its likeness to the paper that was asked about as one reason, which speaks of no like."""
    liked = [reason for reason in score.reasons if reason.kind in (ReasonKind.LIKED, ReasonKind.AUTHOR)]
    if not liked:
        return score
    shared = next((reason.shared for reason in liked if reason.shared), ())
    weight = sum(reason.weight for reason in liked)
    alike = Reason(ReasonKind.SIMILAR, paper.title, weight, paper.id, shared=shared)
    return score._replace(reasons=(alike, *(reason for reason in score.reasons if reason not in liked)))


def _within(reader: Reader, among: str) -> tuple[str, ...] | None:
    """The ids of the papers to search in; None: all."""
    match among:
        case "all":
            return None
        case "liked":
            return tuple(paper for paper, verdict in reader.store.verdicts().items() if verdict is Verdict.LIKE)
        case "later":
            return tuple(ReadingList(reader.store).waiting())
        case _:
            raise ValueError(f"cannot search among {among!r}; choose one of all, liked, later")


def _taste_within(matches: Sequence[Match], scores: Mapping[str, Score]) -> list[Paper]:
    """The papers in the order of their matches, those that match equally well by falling score for the reader."""
    ordered: list[Paper] = []
    equal: list[Match] = []
    for match in matches:
        share = _EQUAL_TITLES if match.level <= Level.TITLE_WORDS else 1
        is_equal = equal and match.level is equal[0].level and share * equal[0].score <= match.score <= equal[0].score
        if not is_equal:
            ordered += best_first([other.paper for other in equal], scores)
            equal = []
        equal.append(match)
    return ordered + best_first([match.paper for match in equal], scores)

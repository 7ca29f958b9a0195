"""What a ranking may know of the past. Reads only."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from recommender import ranking
from recommender.paper import Feedback, History, Paper, TopicRule, Verdict, completed
from recommender.services.reader import Reader

if TYPE_CHECKING:
    from recommender.store.library import Library
    from recommender.store.profile_store import ProfileStore

BACKGROUND = 2000  # newest papers of other days; those without a verdict stand for "not interesting"


def before(
    reader: Reader, day: date, papers: Sequence[Paper] = (), background: int = BACKGROUND
) -> tuple[History, dict[str, bytes]]:
    """The reader's history as it stood before a day, and the cached terms by id of the rated papers and candidates.

    Args:
        papers: the candidates of the day; they are no background.
        background: how many papers of other days are looked at; those without a verdict stand for what is not
            interesting.
    """
    past, encoded = complete(reader, day, papers, background)
    return without_dropped(past), encoded


def complete(
    reader: Reader, day: date, papers: Sequence[Paper] = (), background: int = BACKGROUND
) -> tuple[History, dict[str, bytes]]:
    """As `before`, with the papers of topics that the reader dropped."""
    feedback = with_texts(reader.store.feedback(), completions(reader.store, reader.library))
    rated, candidates = {entry.paper.id for entry in feedback}, {paper.id for paper in papers}
    # Rated papers are left out afterwards: the background is the same for all readers, so its counts can be shared.
    newest = reader.library.background(day, background, candidates)
    unrated = tuple(document for document in newest if document.id not in rated)
    profile = reader.profile
    outcomes = reader.store.outcomes(day)
    history = History(feedback, unrated, profile.interests, outcomes, profile.nudges, profile.topics)
    return history, reader.library.encodings(rated | candidates)


def without_dropped(past: History) -> History:
    """The history without what the reader dropped: likes of these topics, and stated interests of their names."""
    dropped = [rule for rule in past.topics if rule.dropped]
    if not dropped:
        return past
    names, papers = {rule.name for rule in dropped}, dropped_likes(past.topics, past.feedback)
    return past._replace(
        feedback=tuple(entry for entry in past.feedback if entry.paper.id not in papers),
        interests="; ".join(each for each in ranking.stated_interests(past.interests) if each not in names),
        topics=tuple(rule for rule in past.topics if not rule.dropped),
    )


def dropped_likes(rules: Iterable[TopicRule], feedback: Iterable[Feedback]) -> set[str]:
    """The ids of liked papers that belong to a dropped topic."""
    papers = {paper for rule in rules if rule.dropped for paper in rule.papers}
    return {entry.paper.id for entry in feedback if entry.verdict is Verdict.LIKE and entry.paper.id in papers}


def with_texts(feedback: Sequence[Feedback], texts: dict[str, Paper]) -> tuple[Feedback, ...]:
    """The verdicts, with these texts in place of those known when they were given."""
    return tuple(entry._replace(paper=texts.get(entry.paper.id, entry.paper)) for entry in feedback)


def completions(store: "ProfileStore", library: "Library") -> dict[str, Paper]:
    """Rated papers, by id, that gained an abstract, authors or categories since their verdict was given."""
    gained: set[str] = set()
    for part, ids in store.lacking().items():
        gained |= library.having(part, ids)
    own, papers = (place.papers(gained) if gained else {} for place in (store, library))
    return {paper_id: completed(papers[paper_id], paper) for paper_id, paper in own.items()}

"""What new verdicts changed in the day's ranking."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from recommender.paper import Paper, Recommendation, Score, Shortlist
from recommender.results.ratings import Move
from recommender.services import lists, rankings
from recommender.services.reader import Reader
from recommender.services.selection import best_first


def moves(reader: Reader, rated: Collection[str]) -> list[Move]:
    """Where each unrated paper of the day ranked last stood before the newest verdicts, and where it stands now.

    The day is ranked anew and kept, so that the next list is there at once.

    Args:
        rated: ids of the papers the verdicts were on; they are in neither order.
    """
    last = reader.store.last_list(*lists.DAILY, filled=True)
    before = reader.store.last_scores()
    if last is None or not before:
        return []
    papers = reader.library.papers(before)
    as_announced = [papers[paper_id] for paper_id in before if paper_id in papers]
    after, _ = rankings.score(reader, as_announced, last.day)
    closed = {*rated, *reader.store.verdicts(), *reader.store.shown_on_other_days(last.day)}
    still_open = [papers[paper_id] for paper_id in after if paper_id not in closed]
    was_ranked = len({score.value for score in before.values()}) > 1  # else it was the digest's own order
    ordered = best_first(still_open, before) if was_ranked else still_open
    places = {paper.id: place for place, paper in enumerate(ordered, start=1)}
    _record(reader, last.day, best_first(still_open, after), after)
    return [Move(paper, places[paper.id], place) for place, paper in enumerate(best_first(still_open, after), start=1)]


def _record(reader: Reader, day: date, papers: Sequence[Paper], scores: Mapping[str, Score]) -> None:
    """Record the new order as shown, so that a rank means the place that was just printed."""
    items = tuple(Recommendation(rank, paper, scores[paper.id]) for rank, paper in enumerate(papers, start=1))
    if items:
        shortlist = Shortlist(reader.name, day, items, len(items))
        reader.store.record(shortlist, kind="effect", basis="", at=reader.now)

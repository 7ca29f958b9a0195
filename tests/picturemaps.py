"""Maps as large as they get, for tests of pictures."""

from datetime import date

from support import make_paper

from recommender.paper import Verdict
from recommender.results.pictures import Dot, MapTopic, PaperMap

TODAY = date(2026, 11, 26)


def full_map(title, liked=600, today=100):
    """600 rated papers, the first ones liked, and a list; `title` gives each number's title."""
    place = [(number * 0.618 % 1, number * 0.414 % 1) for number in range(700)]
    rated = tuple(
        Dot(make_paper(number, title(number)), *place[number], Verdict.LIKE if number < liked else Verdict.DISLIKE)
        for number in range(600)
    )
    listed = tuple(
        Dot(make_paper(600 + rank, title(rank)), *place[600 + rank - 1], rank=rank, match=0.5)
        for rank in range(1, today + 1)
    )
    topics = tuple(MapTopic(title(number), 75, *place[number]) for number in range(8))
    return PaperMap(600, TODAY, topics, rated, listed)

"""The map of a reader's papers: made in the background of `run`, kept, and read with the day's papers placed on it.

A rated paper's place depends on its text and the fitted map alone, so it stays where it was when it was in a list.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from recommender import ranking
from recommender.paper import Feedback, Paper, Verdict
from recommender.results.pictures import LEAST_RATED, Dot, MapTopic, PaperMap
from recommender.services import history, lists, topics
from recommender.services.reader import Reader

if TYPE_CHECKING:
    from recommender.ranking.embedding import Embedding

MOST_RATED = 600  # newest liked and disliked papers on the map
MOST_TODAY = 100  # best papers of the day's list
# The map is fitted again when so many of its papers are rated since, and at least this share of them.
_LEAST_NEW, _NEW_SHARE = 20, 0.1


class Kept(NamedTuple):
    """A map as it is kept."""

    places: "Embedding"
    topics: tuple[tuple[str, tuple[str, ...]], ...]  # names and ids of likes, most likes first
    key: str  # of what the topics were found in


def paper_map(reader: Reader, *, make: bool) -> PaperMap:
    """The map, with the papers of the newest list of a day.

    Args:
        make: fit and keep a map first if none is kept or too many papers are rated since: that takes seconds.
    """
    feedback = reader.store.feedback()
    rated = _newest_rated(reader, feedback)
    if len(rated) < LEAST_RATED:
        return PaperMap(len(rated))
    kept = _made(reader, rated) if make else _read(reader)
    if kept is None:
        return PaperMap(len(rated))
    day, today = _of_the_day(reader, {entry.paper.id for entry in feedback})
    dots = _placed(reader, kept.places, [*(Dot(entry.paper, 0, 0, entry.verdict) for entry in rated), *today])
    topic = {paper_id: number for number, (_, members) in enumerate(kept.topics) for paper_id in members}
    shown = [dot._replace(topic=topic.get(dot.paper.id, -1)) if dot.verdict is Verdict.LIKE else dot for dot in dots]
    return PaperMap(
        len(rated),
        day,
        _map_topics(kept, shown),
        tuple(dot for dot in shown if dot.verdict),
        tuple(dot for dot in shown if not dot.verdict),
    )


def prepare(reader: Reader) -> None:
    """Bring the kept map up to date, while nobody waits."""
    rated = _newest_rated(reader, reader.store.feedback())
    if len(rated) >= LEAST_RATED:
        _made(reader, rated)


def _newest_rated(reader: Reader, feedback: Sequence[Feedback]) -> list[Feedback]:
    """The newest likes and dislikes whose text is known."""
    complete = history.with_texts(feedback, history.completions(reader.store, reader.library))
    counted = [entry for entry in complete if entry.verdict is not Verdict.READ]
    return [entry for entry in counted if entry.paper.title or entry.paper.abstract][:MOST_RATED]


def _of_the_day(reader: Reader, rated_ids: set[str]) -> tuple[date | None, list[Dot]]:
    """The day of the newest list, and its best papers that are not rated, without places."""
    last = reader.store.last_list(*lists.DAILY, filled=True)
    if last is None:
        return None, []
    items = [item for item in last.items if item.paper_id not in rated_ids][:MOST_TODAY]
    papers = lists.papers_of(reader, {item.paper_id for item in items})
    return last.day, [
        Dot(papers[item.paper_id], 0, 0, rank=item.rank, match=item.score.match)
        for item in items
        if item.paper_id in papers
    ]


def _placed(reader: Reader, places: "Embedding", dots: Sequence[Dot]) -> list[Dot]:
    """The dots at their places: those of fitted papers as they are kept, the others by the papers they resemble."""
    spots = dict(zip(places.ids, places.spots.tolist(), strict=True))
    others = [dot.paper for dot in dots if dot.paper.id not in spots]
    found, similarity = places.place(_encoded(reader, others))
    spots |= {paper.id: spot for paper, spot in zip(others, found.tolist(), strict=True)}
    near = {paper.id: round(nearest, 3) for paper, nearest in zip(others, similarity.tolist(), strict=True)}
    return [
        dot._replace(x=spots[dot.paper.id][0], y=spots[dot.paper.id][1], similarity=near.get(dot.paper.id, 1.0))
        for dot in dots
    ]


def _map_topics(kept: Kept, dots: Iterable[Dot]) -> tuple[MapTopic, ...]:
    """Each kept topic; one whose likes are all older than what the map shows has none, and lies in the middle."""
    members: dict[int, list[Dot]] = defaultdict(list)
    for dot in dots:
        members[dot.topic].append(dot)
    return tuple(
        MapTopic(
            name,
            len(members[number]),
            median([dot.x for dot in members[number]] or [0.5]),
            median([dot.y for dot in members[number]] or [0.5]),
        )
        for number, (name, _) in enumerate(kept.topics)
    )


def _made(reader: Reader, rated: Sequence[Feedback]) -> Kept:
    """The kept map, or a new one where that is out of date; then it is kept."""
    kept = _read(reader)
    papers = [entry.paper for entry in rated]
    places = kept.places if kept else None
    if places is None or _is_old(places, papers):
        encoded = dict(zip([paper.id for paper in papers], _encoded(reader, papers), strict=True))
        with reader.progress.busy("Drawing the map of your papers"):
            places = ranking.fit_map(encoded, places)
    profile = reader.profile
    key = repr((ranking.ENGINE, reader.store.version(), profile.interests, profile.topics))
    if kept is None or kept.places is not places or kept.key != key:
        found = [(topic.name, topic.members) for topic in topics.Topics(reader).all() if topic.weight and topic.likes]
        kept = Kept(places, tuple(found), key)
        _keep(reader, kept)
    return kept


def _is_old(places: "Embedding", papers: Sequence[Paper]) -> bool:
    new = len({paper.id for paper in papers} - set(places.ids))
    return new >= max(_LEAST_NEW, _NEW_SHARE * len(papers)) or new == len(papers)


def _encoded(reader: Reader, papers: Sequence[Paper]) -> list[bytes]:
    cached = reader.library.encodings(paper.id for paper in papers)
    return [cached.get(paper.id) or ranking.encode(paper) for paper in papers]


def _read(reader: Reader) -> Kept | None:
    head, _, body = reader.home.cached(reader.name, "map").partition(b"\n")
    places = ranking.read_map(body)
    if places is None:
        return None
    try:
        record = json.loads(head)
        return Kept(places, tuple((name, tuple(members)) for name, members in record["topics"]), record["key"])
    except (ValueError, KeyError, TypeError):  # damaged: made anew
        return None


def _keep(reader: Reader, kept: Kept) -> None:
    head = json.dumps({"topics": kept.topics, "key": kept.key}).encode("ascii")
    reader.home.keep_cached(reader.name, "map", head + b"\n" + kept.places.to_bytes())

"""Rated papers as candidates: the value each would have if its own rating were not known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.paper import History, Verdict
from recommender.ranking.dataset import Dataset

MOST = 40  # newest likes, and newest dislikes
PER_DISLIKE = 2  # likes, at most: more were not given to the same lists
BEFORE = timedelta(days=1)  # between the first likes given to a list and the first dislike
BACKGROUND = 250  # unrated papers that the ratings are compared with


class HeldOut(NamedTuple):
    """Rated papers of a dataset."""

    dataset: Dataset  # they are its candidates; it has the same ratings, and a sample of the background
    places: NDArray[np.int64]  # of each in the dataset's likes and then dislikes
    liked: NDArray[np.bool_]


def held_out(history: History, dataset: Dataset) -> HeldOut | None:
    """The papers that were rated on lists: the dislikes, and the likes from the first dislike on.

    Likes alone may come from a library, and say nothing of the papers that were seen and not liked. None without
    dislikes.
    """
    rated_at = {entry.paper.id: entry.given_at for entry in history.feedback if entry.verdict is not Verdict.READ}
    given = [rated_at[paper.id] for paper in (*dataset.liked, *dataset.disliked)]
    likes = len(dataset.liked)
    if len(given) == likes:
        return None
    since = min(given[likes:], default=datetime.min.replace(tzinfo=UTC)) - BEFORE
    disliked = _newest(given, range(likes, len(given)))[:MOST]
    liked = [place for place in _newest(given, range(likes)) if given[place] >= since]
    liked = liked[: min(MOST, PER_DISLIKE * len(disliked))]
    places = np.array(sorted([*liked, *disliked]))
    papers = (*dataset.liked, *dataset.disliked)
    step = max(1, -(-len(dataset.unrated) // BACKGROUND))
    whole = np.arange(len(dataset.encoded))
    rows = np.concatenate(
        [
            dataset.rows.liked.start + places,
            whole[dataset.rows.liked.start : dataset.rows.disliked.stop],
            whole[dataset.rows.unrated][::step],
        ]
    )
    small = replace(
        dataset,
        candidates=tuple(papers[place] for place in places),
        unrated=dataset.unrated[::step],
        interests=(),
        stated=(),
        counts=dataset.counts.take(rows),
        points=dataset.points[rows],
        encoded=tuple(dataset.encoded[row] for row in rows),
    )
    return HeldOut(small, places, places < likes)


def _newest(given: Sequence[datetime], places: Sequence[int]) -> list[int]:
    """The places, the most recent rating first."""
    return sorted(places, key=lambda place: given[place], reverse=True)

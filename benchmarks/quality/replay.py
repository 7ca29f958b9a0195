"""Replay: each day is ranked with the likes before it, and measured by all likes the reader ever gave.

The best possible result is below 1, because a paper without a like need not be disliked. A day is ranked without any
like of that day or later, and no later like is in its background.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from benchmarks.quality.readers import FIRST_DAY, Data, Reader
from recommender.paper import Feedback, History, Paper, Verdict

BACKGROUND_DAYS = 10
BACKGROUND = 2000
HISTORY = 2000  # newest likes
LEAST_HISTORY = 5


@dataclass(frozen=True, slots=True)
class Question:
    """One question: which of the candidates does this reader like?"""

    reader: Reader
    day: int  # index into Data.days
    history: History
    candidates: tuple[Paper, ...]
    liked: np.ndarray  # bool, one per candidate


def replay(data: Data, every: int, *, dry: bool = False) -> Iterator[Question]:
    """The questions of every `every`-th day, day by day.

    Args:
        dry: also ask on days without a liked candidate.
    """
    readers = data.readers
    for day in range(FIRST_DAY, len(data.days), every):
        for reader in readers:
            question = _question(data, reader, day)
            if question is not None and (dry or question.liked.any()):
                yield question


def last_third(days: int) -> int:
    """The number of the first day in the newest third of the replayed days."""
    return days - (days - FIRST_DAY) // 3


def morning_of(data: Data, day: int) -> datetime:
    """The moment a day is ranked at: only earlier likes are used."""
    return datetime.fromisoformat(data.days[day][0]).replace(tzinfo=UTC)


def _question(data: Data, reader: Reader, day: int) -> Question | None:
    morning = morning_of(data, day)
    before = {paper_id: time for paper_id, time in reader.likes.items() if time < morning}
    if len(before) < LEAST_HISTORY:
        return None
    candidates = [paper_id for paper_id in data.days[day][1] if paper_id not in before]
    liked = np.array([paper_id in reader.likes for paper_id in candidates], dtype=bool)
    newest = sorted(before, key=lambda paper_id: (before[paper_id], paper_id), reverse=True)[:HISTORY]
    unrated = [
        paper_id for _, ids in data.days[day - BACKGROUND_DAYS : day] for paper_id in ids if paper_id not in before
    ]
    if len(unrated) > BACKGROUND:
        random = np.random.default_rng([day, zlib.crc32(reader.name.encode())])
        chosen = np.sort(random.choice(len(unrated), BACKGROUND, replace=False))
        unrated = [unrated[place] for place in chosen]
    feedback = tuple(Feedback(data.papers[paper_id], Verdict.LIKE, before[paper_id]) for paper_id in newest)
    return Question(
        reader,
        day,
        History(feedback, tuple(data.papers[paper_id] for paper_id in unrated)),
        tuple(data.papers[paper_id] for paper_id in candidates),
        liked,
    )

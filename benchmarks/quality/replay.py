"""Protocol A: each day ranked with what the reader had liked before it, judged by what the reader ever liked.

A like's absence is not a dislike, so the ceiling is below 1. Nothing dated on or after a day is known on it, and no
truth is ever background.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from benchmarks.quality.readers import Data, Reader
from recommender.paper import Feedback, History, Paper, Verdict

FIRST_DAY = 10  # days before it are background only
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
    liked: np.ndarray  # of each candidate, bool


def replay(data: Data, every: int, *, dry: bool = False) -> Iterator[Question]:
    """The questions of every `every`-th day, day by day; with `dry` also those of which no candidate is liked."""
    for day in range(FIRST_DAY, len(data.days), every):
        for reader in data.readers:
            question = _question(data, reader, day)
            if question is not None and (dry or question.liked.any()):
                yield question


def last_third(days: int) -> int:
    """The first of the newest third of the days that are replayed."""
    return days - (days - FIRST_DAY) // 3


def morning_of(data: Data, day: int) -> datetime:
    """The moment a day is ranked at: of likes only earlier ones are known."""
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

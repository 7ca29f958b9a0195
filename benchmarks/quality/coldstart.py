"""Cold start: how well a ranker does with a reader's first k likes.

The history is the first k likes (by time if all are dated, else shuffled once). Candidates are the next 20 likes, and
480 papers of other readers of the same source. The background is 1,000 more papers of these.
"""

import zlib
from collections.abc import Iterator

import numpy as np

from benchmarks.quality.readers import Data, Reader
from benchmarks.quality.replay import Question
from recommender.paper import Feedback, History, Verdict

LIKES = (1, 3, 10, 30, 100)
HELD_BACK = 20
LEAST_HELD_BACK = 5
DISTRACTORS = 480
BACKGROUND = 1000
READERS = 25  # per source


def cold_starts(data: Data) -> Iterator[tuple[int, Question]]:
    """Questions with their k, reader by reader."""
    for source, readers in data.newcomers.items():
        pool = data.pools[source]
        chosen = sorted(readers, key=lambda reader: zlib.crc32(reader.name.encode()))[:READERS]
        for reader in chosen:
            random = np.random.default_rng(zlib.crc32(reader.name.encode()))
            likes = list(reader.likes)
            random.shuffle(likes)
            if reader.dated:
                likes.sort(key=lambda paper_id: reader.likes[paper_id])
            others = sorted(pool - reader.likes.keys())
            random.shuffle(others)
            distractors, background = others[:DISTRACTORS], others[DISTRACTORS : DISTRACTORS + BACKGROUND]
            if not distractors:
                continue
            for k in LIKES:
                held_back = likes[k : k + HELD_BACK]
                if len(held_back) >= LEAST_HELD_BACK:
                    yield k, _question(data, reader, likes[:k], held_back, distractors, background)


def _question(
    data: Data, reader: Reader, likes: list[str], held_back: list[str], distractors: list[str], background: list[str]
) -> Question:
    # one time for all likes: a new reader gives them at once, and most lists here have no times
    at = max(reader.likes.values())
    feedback = tuple(Feedback(data.papers[paper_id], Verdict.LIKE, at) for paper_id in reversed(likes))
    unrated = tuple(data.papers[paper_id] for paper_id in background)
    candidates = tuple(data.papers[paper_id] for paper_id in [*held_back, *distractors])
    liked = np.arange(len(candidates)) < len(held_back)
    return Question(reader, len(data.days) - 1, History(feedback, unrated), candidates, liked)

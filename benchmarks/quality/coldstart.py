"""Protocol B: what a ranker makes of a reader's first k likes.

History is the first k likes (by time where all are dated, else shuffled once), truth the next 20, distractors 480
papers of other readers of the same source, and the background 1,000 others of them.
"""

import zlib
from collections.abc import Iterator

import numpy as np

from benchmarks.quality.readers import Data, Reader
from benchmarks.quality.replay import Question
from recommender.paper import Feedback, History, Verdict

LIKES = (1, 3, 10, 30, 100)
TRUTHS = 20
LEAST_TRUTHS = 5
DISTRACTORS = 480
BACKGROUND = 1000
READERS = 25  # of each source


def cold_starts(data: Data) -> Iterator[tuple[int, Question]]:
    """Questions with their k, reader by reader."""
    for source, readers in data.newcomers.items():
        pool = data.pools[source]
        chosen = sorted(readers, key=lambda reader: zlib.crc32(reader.name.encode()))[:READERS]
        for reader in chosen:
            random = np.random.default_rng(zlib.crc32(reader.name.encode()))
            own = list(reader.likes)
            random.shuffle(own)
            if reader.dated:
                own.sort(key=lambda paper_id: reader.likes[paper_id])
            others = sorted(pool - reader.likes.keys())
            random.shuffle(others)
            distractors, background = others[:DISTRACTORS], others[DISTRACTORS : DISTRACTORS + BACKGROUND]
            for k in LIKES:
                truths = own[k : k + TRUTHS]
                if len(truths) >= LEAST_TRUTHS:
                    yield k, _question(data, reader, own[:k], truths, distractors, background)


def _question(
    data: Data, reader: Reader, likes: list[str], truths: list[str], distractors: list[str], background: list[str]
) -> Question:
    # All likes are as of one time: a start is quick, and most lists here say nothing of when.
    at = max(reader.likes.values())
    feedback = tuple(Feedback(data.papers[paper_id], Verdict.LIKE, at) for paper_id in reversed(likes))
    unrated = tuple(data.papers[paper_id] for paper_id in background)
    candidates = tuple(data.papers[paper_id] for paper_id in [*truths, *distractors])
    liked = np.arange(len(candidates)) < len(truths)
    return Question(reader, len(data.days) - 1, History(feedback, unrated), candidates, liked)

"""What a ranker works on: every text of a history and a day, counted once, in an order of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommender.paper import History, Paper, Verdict
from recommender.ranking import text
from recommender.ranking.counts import Counts, count_words_and_pairs

_INTERESTS = "\0interests"  # no paper has this id


@dataclass(frozen=True)
class Material:
    """Texts as rows of one matrix, sorted by paper id within each part: no input order can show in a score."""

    candidates: tuple[Paper, ...]
    liked: tuple[Paper, ...]
    disliked: tuple[Paper, ...]
    unrated: tuple[Paper, ...]
    age: NDArray[np.float64]  # of each liked paper: days before the newest verdict
    interests: str
    counts: Counts  # rows: candidates, liked, disliked, unrated, and the interests last

    @cached_property
    def words(self) -> csr_array:
        """The part of the counts that is single words."""
        return self.counts.matrix[:, : int(np.searchsorted(self.counts.terms, 1 << 32))]

    def rows(self, part: str) -> slice:
        """Where a part lies: "candidates", "liked", "disliked", "unrated" or "interests"."""
        sizes = [len(self.candidates), len(self.liked), len(self.disliked), len(self.unrated), 1]
        place = ("candidates", "liked", "disliked", "unrated", "interests").index(part)
        start = sum(sizes[:place])
        return slice(start, start + sizes[place])


def gather(history: History, papers: Sequence[Paper], encoded: Mapping[str, bytes]) -> Material:
    """The material of one ranking: each paper once, with its newest verdict; verdicts on papers without text are left out."""
    candidates = _sorted(papers)
    told = sorted(history.feedback, key=lambda entry: (entry.given_at, entry.verdict.value))
    newest_word = {entry.paper.id: entry for entry in told if entry.paper.title or entry.paper.abstract}
    liked = {key: entry for key, entry in newest_word.items() if entry.verdict is Verdict.LIKE}
    likes = _sorted([entry.paper for entry in liked.values()])
    dislikes = _sorted([entry.paper for key, entry in newest_word.items() if key not in liked])
    known = newest_word.keys() | {paper.id for paper in candidates}
    unrated = _sorted([paper for paper in history.unrated if paper.id not in known])
    newest = max((entry.given_at for entry in history.feedback), default=None)
    age = [(newest - liked[paper.id].given_at).total_seconds() / 86_400 for paper in likes if newest]
    interests = Paper(_INTERESTS, history.interests, "")
    everything = [*candidates, *likes, *dislikes, *unrated]
    codes = [encoded.get(paper.id) or text.encode(paper) for paper in everything]
    return Material(
        candidates,
        likes,
        dislikes,
        unrated,
        np.array(age),
        history.interests,
        count_words_and_pairs([*codes, text.encode(interests)]),
    )


def _sorted(papers: Sequence[Paper]) -> tuple[Paper, ...]:
    in_order = sorted(papers, key=lambda paper: (paper.id, paper.title, paper.abstract))
    return tuple({paper.id: paper for paper in in_order}.values())

"""What a ranker works on: every text of a history and a day, counted once, in an order of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.paper import History, Paper, Verdict
from recommender.ranking import CountCache
from recommender.ranking import tokens as text
from recommender.ranking.count_cache import counts_of
from recommender.ranking.counts import STORED, Counts
from recommender.ranking.sparse import Beside
from recommender.ranking.tfidf import tfidf
from recommender.text.names import key

NEWEST = 2000  # verdicts of a kind: the time and the memory of a ranking end to grow there
FEW = 50  # unrated papers
INTERESTS_ID = "\0interests"  # the reader's own words stand beside the liked papers; no paper has this id


@dataclass(frozen=True)
class Dataset:
    """Texts as rows of one matrix, sorted by paper id within each part: no input order can show in a score."""

    candidates: tuple[Paper, ...]
    liked: tuple[Paper, ...]  # the reader's interests too, as a paper with the id INTERESTS_ID
    disliked: tuple[Paper, ...]
    unrated: tuple[Paper, ...]
    age: NDArray[np.float64]  # of each liked paper: days before the newest verdict
    counts: Counts  # rows: candidates, liked, disliked, unrated
    encoded: tuple[bytes, ...]  # of each row the paper as `text.encode` gives it

    @cached_property
    def vectors(self) -> Beside:
        """TF-IDF of all rows."""
        return tfidf(self.counts.words, self.counts.pairs)

    @cached_property
    def candidate_words(self) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """The words of all candidates in order, and of each word whose it is; 0 between a title and its abstract."""
        own = self.encoded[self.rows(self.candidates)]
        numbers = np.frombuffer(b"".join(own), dtype=STORED)
        return numbers, np.repeat(np.arange(len(own)), [len(code) // STORED.itemsize for code in own])

    @cached_property
    def candidate_authors(self) -> list[tuple[int, str, str]]:
        """The authors of all candidates in order: whose, the name, and its key."""
        return [(row, name, key(name)) for row, paper in enumerate(self.candidates) for name in paper.authors]

    @property
    def has_background(self) -> bool:
        """Whether there are unrated papers enough to tell what is not liked."""
        return len(self.unrated) >= FEW

    @property
    def background(self) -> tuple[Paper, ...]:
        """What is not liked as far as anybody knows: on the first days the candidates have to stand in for it."""
        return self.unrated if self.has_background or not self.candidates else self.candidates

    def rows(self, part: tuple[Paper, ...]) -> slice:
        """Where one of the parts lies in the counts."""
        start = 0
        for other in (self.candidates, self.liked, self.disliked, self.unrated):
            if other is part:
                return slice(start, start + len(part))
            start += len(other)
        raise ValueError("no part of this material")


def build(
    history: History, papers: Sequence[Paper], encoded: Mapping[str, bytes], workings: CountCache | None = None
) -> Dataset:
    """The material of one ranking: each paper once, with its newest verdict.

    A judged paper whose text is not known says nothing and is left out, and so are likes and dislikes older than the
    newest NEWEST of each.

    Args:
        workings: of an earlier ranking, where there is one.
    """
    told = sorted(history.feedback, key=lambda entry: (entry.given_at, entry.verdict.value, entry.paper.id))
    newest = {entry.paper.id: entry for entry in told if entry.paper.title or entry.paper.abstract}
    likes, dislikes = (
        sorted(
            (entry for entry in newest.values() if entry.verdict is verdict),
            key=lambda entry: (entry.given_at, entry.paper.id),
        )[-NEWEST:]
        for verdict in (Verdict.LIKE, Verdict.DISLIKE)
    )
    given = {entry.paper.id: entry.given_at for entry in likes}
    interests = Paper(INTERESTS_ID, history.interests, "")
    candidates = _sorted(papers)
    known = newest.keys() | {paper.id for paper in candidates}
    liked = _sorted([*(entry.paper for entry in likes), *([interests] if history.interests else [])])
    disliked = _sorted([entry.paper for entry in dislikes])
    unrated = _sorted([paper for paper in history.unrated if paper.id not in known])
    last = told[-1].given_at if told else None
    seconds = [(last - given[paper.id]).total_seconds() if last and paper.id in given else 0.0 for paper in liked]
    rows = [*candidates, *liked, *disliked, *unrated]
    codes = tuple(encoded.get(paper.id) or text.encode(paper) for paper in rows)
    return Dataset(
        candidates, liked, disliked, unrated, np.array(seconds) / 86_400, _counted(rows, codes, workings), codes
    )


def _counted(rows: Sequence[Paper], codes: Sequence[bytes], workings: CountCache | None) -> Counts:
    """Counts of all rows. A candidate that is judged has two of them, and is one paper."""
    named = list(zip((paper.id for paper in rows), codes, strict=True))
    distinct = sorted(set(named))
    place = {paper: row for row, paper in enumerate(distinct)}
    return counts_of(distinct, workings).take(np.array([place[paper] for paper in named], dtype=np.int64))


def _sorted(papers: Sequence[Paper]) -> tuple[Paper, ...]:
    in_order = sorted(
        papers, key=lambda paper: (paper.id, paper.title, paper.abstract, paper.authors, paper.categories)
    )
    return tuple({paper.id: paper for paper in in_order}.values())

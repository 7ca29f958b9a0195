"""The texts of one ranking, counted once: candidates, rated and unrated papers, interests as rows of one matrix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Document, History, Paper, Verdict
from recommender.ranking import MIN_BACKGROUND, tokens
from recommender.ranking.bm25 import SparseOkapi
from recommender.ranking.corpus import Corpus, encoded_text
from recommender.ranking.counts import STORED, TITLE_WEIGHT, Counts
from recommender.ranking.sparse import HStack, Sparse
from recommender.ranking.tfidf import tfidf
from recommender.text.persons import key

MAX_RATED = 2000  # newest likes, and newest dislikes, that are used: bounds the time and the memory of a ranking
INTERESTS_ID = "\0interests"  # the reader's stated interests are counted like a paper; no real paper has this id
FADED = 30  # likes from which on stated interests count no more

Entry = TypeVar("Entry", Paper, Paper | Document)


class Stated(NamedTuple):
    """A topic in the reader's words."""

    text: str
    phrases: range  # where its phrases are in `Dataset.interests`


class Rows(NamedTuple):
    """The rows of each part of a dataset."""

    candidates: slice
    liked: slice
    disliked: slice
    unrated: slice
    interests: slice


@dataclass(frozen=True)
class Dataset:
    """Texts as rows of one matrix: candidates, liked, disliked, unrated, interests.

    Each part is sorted by paper id, so that the order of the input never changes a score.
    """

    candidates: tuple[Paper, ...]
    liked: tuple[Paper, ...]
    disliked: tuple[Paper, ...]
    unrated: tuple[Paper | Document, ...]
    interests: tuple[Paper, ...]  # all stated interests as one paper, then each phrase if there are several
    stated: tuple[Stated, ...]
    like_ages: NDArray[np.float64]  # one per liked paper: days between the like and the newest verdict
    counts: Counts  # rows × terms
    points: NDArray[Any]  # rows × dimensions of the latent space, each of length 1
    encoded: tuple[bytes, ...]  # one per row, as `tokens.encode` gives it

    @cached_property
    def rows(self) -> Rows:
        """Where each part lies in the matrix."""
        lengths = map(len, (self.candidates, self.liked, self.disliked, self.unrated, self.interests))
        return Rows(*(slice(start, end) for start, end in pairwise(accumulate(lengths, initial=0))))

    @property
    def has_background(self) -> bool:
        """Whether there are enough unrated papers to serve as negatives."""
        return len(self.unrated) >= MIN_BACKGROUND

    @property
    def negative_rows(self) -> slice:
        """The rows that serve as negatives besides the dislikes: unrated papers, or the candidates without enough."""
        return self.rows.unrated if self.has_background or not self.candidates else self.rows.candidates

    @property
    def interest_weight(self) -> float:
        """The weight of the stated interests: 1 without likes, .48 with one, .06 with ten, 0 with FADED."""
        return max(0.0, 1 - len(self.liked) / FADED) / (1 + len(self.liked))

    @cached_property
    def queries(self) -> dict[int, Any]:
        """The expanded interests by their place in `interests`; `interests.expand` keeps them here."""
        return {}

    @cached_property
    def okapi(self) -> SparseOkapi:
        """BM25 of the words of all rows."""
        return SparseOkapi(self.counts.words)

    @cached_property
    def okapi_weights(self) -> Sparse:
        """BM25 of each word in each row for a query that has it once."""
        return self.okapi.weights()

    def presence(self, rows: slice) -> tuple[Sparse, Sparse]:
        """Words and pairs of some rows: 1 for a term in the title, less for one that is in the abstract alone."""
        words, pairs = self.counts.words[rows], self.counts.pairs[rows]
        least = (block.with_data(np.minimum(block.data / TITLE_WEIGHT, 1)) for block in (words, pairs))
        return next(least), next(least)

    @cached_property
    def total_presence(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The sums of `presence` over the rated and the unrated papers; quarters, so that they are exact."""
        rows = slice(self.rows.liked.start, self.rows.unrated.stop)
        words, pairs = (block.rmatvec(np.ones(rows.stop - rows.start)) for block in self.presence(rows))
        return words, pairs

    @cached_property
    def vectors(self) -> HStack:
        """TF-IDF of all rows: rows × terms, float32, each row of length 1."""
        return tfidf(self.counts.words, self.counts.pairs)

    @cached_property
    def liked_cosines(self) -> NDArray[np.float32]:
        """Cosine of TF-IDF vectors: candidates × liked papers."""
        return self.vectors[self.rows.candidates].linear_kernel(self.vectors[self.rows.liked])

    @cached_property
    def candidate_words(self) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """The words of all candidates in text order, 0 between a title and its abstract; and the row of each word."""
        encoded = self.encoded[self.rows.candidates]
        numbers = np.frombuffer(b"".join(encoded), dtype=STORED)
        return numbers, np.repeat(np.arange(len(encoded)), [len(code) // STORED.itemsize for code in encoded])

    @cached_property
    def candidate_authors(self) -> list[tuple[int, str, str]]:
        """The authors of all candidates in order: row, name, and the name's key."""
        return [(row, name, key(name)) for row, paper in enumerate(self.candidates) for name in paper.authors]


def build(
    history: History, papers: Sequence[Paper], encoded: Mapping[str, bytes], corpus: Corpus | None = None
) -> Dataset:
    """Collect and count the texts of one ranking: each paper once, with its newest verdict.

    Left out are rated papers whose text is unknown, and likes and dislikes older than the newest MAX_RATED of each.

    Args:
        history, papers, encoded, corpus: as in `recommender.ranking.rank`.
    """
    feedback = sorted(history.feedback, key=lambda entry: (entry.given_at, entry.verdict.value, entry.paper.id))
    newest = {entry.paper.id: entry for entry in feedback if entry.paper.title or entry.paper.abstract}
    likes, dislikes = (
        sorted(
            (entry for entry in newest.values() if entry.verdict is verdict),
            key=lambda entry: (entry.given_at, entry.paper.id),
        )[-MAX_RATED:]
        for verdict in (Verdict.LIKE, Verdict.DISLIKE)
    )
    interests, stated = _stated(history.interests)
    candidates = _sorted(papers)
    liked = _sorted([entry.paper for entry in likes])
    disliked = _sorted([entry.paper for entry in dislikes])
    other_ids = newest.keys() | {paper.id for paper in candidates}
    unrated = _sorted([paper for paper in history.unrated if paper.id not in other_ids])
    liked_at = {entry.paper.id: entry.given_at for entry in likes}
    ages = [(feedback[-1].given_at - liked_at[paper.id]).total_seconds() for paper in liked]
    rows = [*candidates, *liked, *disliked, *unrated, *interests]
    texts = tuple(encoded_text(paper, encoded) for paper in rows)
    counts, points = (corpus or Corpus(texts)).rows([paper.id for paper in rows], texts)
    parts = candidates, liked, disliked, unrated, interests, stated
    return Dataset(*parts, np.array(ages) / 86_400, counts, points, texts)


def _stated(text: str) -> tuple[tuple[Paper, ...], tuple[Stated, ...]]:
    """The stated interests: as papers, and by topic."""
    topics = tokens.topics(text)
    phrases = [phrase for own in topics.values() for phrase in own]
    if len(phrases) < 2:
        return tuple(Paper(INTERESTS_ID, phrase, "") for phrase in phrases), tuple(
            Stated(topic, range(1)) for topic in topics
        )
    ends = accumulate(map(len, topics.values()), initial=1)
    stated = tuple(Stated(topic, range(*borders)) for topic, borders in zip(topics, pairwise(ends), strict=True))
    return tuple(Paper(INTERESTS_ID, text, "") for text in ("; ".join(topics), *phrases)), stated


def _sorted(papers: Sequence[Entry]) -> tuple[Entry, ...]:
    """Each paper once, by id; the choice between two papers with one id does not depend on their order either."""
    if len({paper.id for paper in papers}) == len(papers):
        return tuple(sorted(papers, key=attrgetter("id")))
    return tuple({paper.id: paper for paper in sorted(papers, key=_sort_key)}.values())


def _sort_key(paper: Paper | Document) -> tuple[Any, ...]:
    if isinstance(paper, Document):
        return paper.id, "", "", paper.authors, (), paper.terms
    return paper.id, paper.title, paper.abstract, paper.authors, paper.categories, b""

"""Features of other tools: words counted and weighted over all papers up to a day.

The same as fitting scikit-learn's vectorizers anew each day, but the texts are counted only once.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from benchmarks.quality.readers import Data

LEAST_PAPERS = 2  # rarer terms are dropped; no recipe has a lower limit


class Vocabulary:
    """Words and word pairs in the titles and abstracts of all papers, without English stop words."""

    def __init__(self, data: Data, pattern: str) -> None:
        self._data = data
        self._vectorizer = CountVectorizer(
            strip_accents="unicode",
            stop_words="english",
            token_pattern=pattern,
            ngram_range=(1, 2),
            min_df=LEAST_PAPERS,
            dtype=np.float32,
        )
        self.ids = sorted(data.papers)

    @cached_property
    def counts(self) -> Any:
        """Papers × terms, sparse; rows as in `ids`."""
        papers = (self._data.papers[paper_id] for paper_id in self.ids)
        return self._vectorizer.fit_transform(f"{paper.title} {paper.abstract}" for paper in papers)

    @cached_property
    def single(self) -> NDArray[np.int64]:
        """The columns of single words."""
        assert self.counts.shape[1]
        names = self._vectorizer.get_feature_names_out()
        return np.flatnonzero([" " not in name for name in names])

    def up_to(self, day: int) -> NDArray[np.int64]:
        """The rows of all papers announced up to and including the day, and of all that any reader likes."""
        liked = {paper_id for reader in self._data.readers for paper_id in reader.likes}
        future = {paper_id for _, ids in self._data.days[day + 1 :] for paper_id in ids} - liked
        return np.array([row for row, paper_id in enumerate(self.ids) if paper_id not in future])


class Features:
    """Features of the papers up to a day; those of the last requested day are cached."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._matrix = lru_cache(maxsize=1)(self._make)

    def of(self, paper_ids: Sequence[str], day: int) -> Any:
        """A sparse matrix with one row per paper."""
        matrix, rows = self._matrix(day)
        return matrix[[rows[paper_id] for paper_id in paper_ids]]

    def _make(self, day: int) -> tuple[Any, dict[str, int]]:
        chosen = self._vocabulary.up_to(day)
        rows = {self._vocabulary.ids[row]: place for place, row in enumerate(chosen)}
        return self.weigh(self._vocabulary.counts[chosen]), rows

    def weigh(self, counts: Any) -> Any:
        """Weights of counted terms: papers × columns, sparse."""
        raise NotImplementedError


class Tfidf(Features):
    """TfidfVectorizer(sublinear_tf=True) with these settings, fitted on the papers up to the day."""

    def __init__(
        self, vocabulary: Vocabulary, *, max_features: int | None = None, min_df: int = 2, max_df: float = 1.0
    ) -> None:
        super().__init__(vocabulary)
        self._most, self._least_papers, self._most_papers = max_features, min_df, max_df

    def weigh(self, counts: Any) -> Any:
        papers = np.bincount(counts.indices, minlength=counts.shape[1])
        kept = np.flatnonzero((papers >= self._least_papers) & (papers <= self._most_papers * counts.shape[0]))
        if self._most and len(kept) > self._most:
            total = np.asarray(counts.sum(axis=0)).ravel()[kept]
            kept = np.sort(kept[(-total).argsort()[: self._most]])  # as in scikit-learn, so that ties fall the same
        return TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, kept])


class Okapi(Features):
    """Weights of single words as in rank-bm25's BM25Okapi, with its defaults."""

    K1, B, EPSILON = 1.5, 0.75, 0.25

    def weigh(self, counts: Any) -> Any:
        words = counts[:, self._vocabulary.single]
        size = words.shape[0]
        papers = np.bincount(words.indices, minlength=words.shape[1])
        used = papers > 0
        idf = np.log(size - papers + 0.5) - np.log(papers + 0.5)
        idf[idf < 0] = self.EPSILON * idf[used].mean()
        length = np.asarray(words.sum(axis=1)).ravel()
        norm = np.repeat(self.K1 * (1 - self.B + self.B * length / length.mean()), np.diff(words.indptr))
        weights = words.copy()
        weights.data = idf[words.indices] * words.data * (self.K1 + 1) / (words.data + norm)
        return weights

    def queries(self, paper_ids: Sequence[str]) -> Any:
        """One query per paper: the count of each of its words."""
        rows = [self._places[paper_id] for paper_id in paper_ids]
        return self._vocabulary.counts[rows][:, self._vocabulary.single]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {paper_id: row for row, paper_id in enumerate(self._vocabulary.ids)}

"""Term counts: encoded papers become sparse matrices of term frequencies."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.sparse import Sparse, offsets, stacked

TITLE_WEIGHT = 4  # a word of the title counts as often as this many in the abstract; an integer
STORED = np.dtype("<u4")  # a word in the bytes of `tokens.encode`
_HALF = np.uint64(32)  # bits of one word in the number of a pair
_LEAST_PAIR = np.uint64(1) << _HALF


class Counts(NamedTuple):
    """Term frequencies, papers × terms; a term is a word or a pair of neighbouring words.

    A term in the title counts TITLE_WEIGHT times.
    """

    words: Sparse
    pairs: Sparse
    titles: Sparse  # papers × words, counted in titles only and without TITLE_WEIGHT
    terms: NDArray[np.uint64]  # columns of words, then of pairs, rising: CRC-32, or first << 32 | second

    def take(self, rows: NDArray[np.int64]) -> "Counts":
        """The papers of these rows, in this order."""
        return Counts(self.words.take(rows), self.pairs.take(rows), self.titles.take(rows), self.terms)

    def select(self, kept: NDArray[np.bool_]) -> "Counts":
        """All papers, with the terms for which this is True."""
        words, pairs = np.split(kept, [self.words.shape[1]])
        terms = self.terms[np.flatnonzero(kept)]
        return Counts(self.words.select(words), self.pairs.select(pairs), self.titles.select(words), terms)

    def frequency(self, times: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """The number of papers that have each term.

        Args:
            times: how often each paper counts; None: once.
        """
        return np.concatenate([document_frequency(self.words, times), document_frequency(self.pairs, times)])


def find(known: NDArray[np.uint64], terms: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The place of each term among known ones, which are rising; -1 for those that are not there."""
    if not len(known):
        return np.full(len(terms), -1)
    places = np.minimum(np.searchsorted(known, terms), len(known) - 1)
    return np.where(known[places] == terms, places, -1)


def count(encoded: Sequence[bytes]) -> Counts:
    """Count all words and pairs.

    Everything is sorted instead of hashed, because numpy has no hash table.

    Args:
        encoded: one paper per row, as `tokens.encode` gives them.
    """
    numbers = np.frombuffer(b"".join(encoded), dtype=STORED)
    paper_starts = offsets([len(code) // STORED.itemsize for code in encoded])
    text = _Text(paper_starts, np.repeat(np.arange(len(encoded), dtype=np.int32), np.diff(paper_starts)))
    in_title = np.cumsum(numbers == 0, dtype=np.int32) == text.paper  # a zero separates title and abstract
    weight = np.where(in_title, np.int32(TITLE_WEIGHT), np.int32(1))

    words = _radix_argsort(numbers)[len(encoded) :]  # the zeros come first
    word_column, word_example = text.columns(words, numbers)
    # `words - 1` is sorted by the second word of each pair already, so a stable sort by the first word is enough.
    pairs = words - 1
    pairs = pairs[np.flatnonzero((word_column[pairs] >= 0) & (pairs >= 0) & (text.paper[pairs] == text.paper[words]))]
    pairs = pairs[_radix_argsort(word_column[pairs].view(np.uint32))]
    first_word = word_column[:-1].astype(np.int64)
    pair_column, pair_example = text.columns(pairs, first_word << 32 | word_column[1:])

    title_words = words[np.flatnonzero(in_title[words])]
    word_terms = numbers[word_example].astype(np.uint64)
    first, second = (numbers[pair_example + step].astype(np.uint64) for step in (0, 1))
    return Counts(
        text.matrix(words, word_column, weight, len(word_example)),
        text.matrix(pairs, pair_column, weight, len(pair_example)),
        text.matrix(title_words, word_column, np.ones_like(weight), len(word_example)),
        np.concatenate([word_terms, first << _HALF | second]),
    )


def stack(one: Counts, other: Counts) -> Counts:
    """The papers of both, one after the other, with the terms of both."""
    terms = np.concatenate([one.terms, other.terms])
    order = np.argsort(terms, kind="stable")  # fast: both parts are sorted
    is_first = _differs_from_previous(terms[order])
    column = np.empty(len(terms), dtype=np.int32)
    column[order] = np.cumsum(is_first, dtype=np.int32) - 1
    terms = terms[order[np.flatnonzero(is_first)]]
    width = int(np.searchsorted(terms, _LEAST_PAIR))
    ends = np.cumsum([one.words.shape[1], one.pairs.shape[1], other.words.shape[1]])
    words, pairs, other_words, other_pairs = np.split(column, ends)
    return Counts(
        stacked((one.words, words), (other.words, other_words), width),
        stacked((one.pairs, pairs - width), (other.pairs, other_pairs - width), len(terms) - width),
        stacked((one.titles, words), (other.titles, other_words), width),
        terms,
    )


class _Text(NamedTuple):
    """All papers one after the other; a position is the index of a word in this text."""

    starts: NDArray[np.int32]  # position where each paper starts, and where the last one ends
    paper: NDArray[np.int32]  # the paper of each position

    def columns(self, positions: NDArray[np.int64], key: NDArray[Any]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Make a column for each key, in the order of the keys.

        Args:
            positions: sorted by key, then by position.
            key: the key of each position of the text.

        Returns:
            The column of every position of the text, -1 for those that are not in `positions`; and one position for
            each column.
        """
        is_first = _differs_from_previous(key[positions])
        column = np.full(len(self.paper), -1, dtype=np.int32)
        column[positions] = np.cumsum(is_first, dtype=np.int32) - 1
        return column, positions[np.flatnonzero(is_first)]

    def matrix(
        self, positions: NDArray[np.int64], column: NDArray[np.int32], weight: NDArray[np.int32], width: int
    ) -> Sparse:
        """Papers × columns: the sum of the weights of the positions of each paper and column.

        Args:
            positions: sorted by column, then by position.
            column: the column of each position of the text, or -1.
            weight: the weight of each position of the text.
            width: the number of columns.
        """
        first = np.flatnonzero(
            _differs_from_previous(column[positions]) | _differs_from_previous(self.paper[positions])
        )
        running = np.cumsum(weight[positions], dtype=np.int32)[np.append(first, len(positions))[1:] - 1]
        total = np.zeros(len(column), dtype=np.float32)  # of each cell, at its first position
        total[positions[first]] = np.diff(running, prepend=0).astype(np.float32)
        cells = np.flatnonzero((total > 0) & (column >= 0))
        ends = np.searchsorted(cells, self.starts).astype(np.int32)
        return Sparse(ends, column[cells], total[cells], (len(self.starts) - 1, width))


def numbers_of(term: int) -> tuple[int, ...]:
    """The CRC-32 numbers of the words of a term: one, or two for a pair."""
    return (term >> 32, term & 0xFFFFFFFF) if term >> 32 else (term,)


def document_frequency(matrix: Sparse, times: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """The number of papers that contain each term; each paper counts so many times, or once."""
    weights = None if times is None else np.repeat(times, np.diff(matrix.indptr))
    return np.bincount(matrix.indices, weights, matrix.shape[1]).astype(np.int64, copy=False)


def _radix_argsort(keys: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Stable argsort in two passes of 16 bits each: numpy has a fast radix sort only for 16-bit integers."""
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    upper = (keys >> np.uint32(16)).astype(np.uint16)
    return order[np.argsort(upper[order], kind="stable")] if upper.any() else order


def _differs_from_previous(keys: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each key differs from the one before it; True for the first."""
    changes = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=changes[1:])
    return changes

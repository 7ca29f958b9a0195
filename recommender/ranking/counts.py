"""Term counts: encoded papers become sparse matrices of term frequencies."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.sparse import Sparse, offsets

TITLE_WEIGHT = 4  # a word of the title counts as often as this many in the abstract; an integer
STORED = np.dtype("<u4")  # a word in the bytes of `tokens.encode`
_HALF = np.uint64(32)  # bits of one word in the number of a pair


class Counts(NamedTuple):
    """Term frequencies, papers × terms; a term is a word or a pair of neighbouring words.

    A term in the title counts TITLE_WEIGHT times.
    """

    words: Sparse
    pairs: Sparse
    titles: Sparse  # papers × words, counted in titles only and without TITLE_WEIGHT
    terms: NDArray[np.uint64]  # columns of words, then of pairs, rising within each: CRC-32, or first << 32 | second

    def take(self, rows: NDArray[np.int64]) -> "Counts":
        """The papers of these rows, in this order."""
        return Counts(self.words.take(rows), self.pairs.take(rows), self.titles.take(rows), self.terms)


def count(encoded: Sequence[bytes]) -> Counts:
    """Count the words and pairs that occur in at least two papers; rarer ones cannot link papers.

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
    words, word_column, word_example = text.columns(words, numbers)
    is_pair = (word_column[:-1] >= 0) & (word_column[1:] >= 0) & (text.paper[:-1] == text.paper[1:])
    # Both words of a pair that two papers share are columns themselves. `words - 1` is sorted by the second word of
    # each pair already, so a stable sort by the first word is enough.
    pairs = words - 1
    pairs = pairs[np.flatnonzero(np.append(is_pair, False)[pairs])]
    pairs = pairs[_radix_argsort(word_column[pairs].view(np.uint32))]
    pairs, pair_column, pair_example = text.columns(pairs, word_column[:-1].astype(np.int64) << 32 | word_column[1:])

    title_words = words[np.flatnonzero(in_title[words])]
    word_terms = numbers[word_example].astype(np.uint64)
    first, second = (numbers[pair_example + step].astype(np.uint64) for step in (0, 1))
    return Counts(
        text.matrix(words, word_column, weight, len(word_example)),
        text.matrix(pairs, pair_column, weight, len(pair_example)),
        text.matrix(title_words, word_column, np.ones_like(weight), len(word_example)),
        np.concatenate([word_terms, first << _HALF | second]),
    )


class _Text(NamedTuple):
    """All papers one after the other; a position is the index of a word in this text."""

    starts: NDArray[np.int32]  # position where each paper starts, and where the last one ends
    paper: NDArray[np.int32]  # the paper of each position

    def columns(
        self, positions: NDArray[np.int64], key: NDArray[Any]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
        """Make a column for each key that occurs in at least two papers, in the order of the keys.

        Args:
            positions: sorted by key, then by position.
            key: the key of each position of the text.

        Returns:
            The positions whose key occurs more than once; the column of every position of the text, -1 for none; and
            one position for each column.
        """
        is_first = _differs_from_previous(key[positions])
        repeated = np.flatnonzero(~(is_first & np.append(is_first, True)[1:]))
        positions, start = positions[repeated], np.flatnonzero(is_first[repeated])
        length = np.diff(start, append=len(positions))
        is_shared = self.paper[positions[start]] != self.paper[positions[start + length - 1]]
        number = np.where(is_shared, np.cumsum(is_shared) - 1, -1).astype(np.int32)
        column = np.full(len(self.paper), -1, dtype=np.int32)
        column[positions] = np.repeat(number, length)
        return positions, column, positions[start[is_shared]]

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


def document_frequency(matrix: Sparse) -> NDArray[np.int64]:
    """The number of papers that contain each term."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1])


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

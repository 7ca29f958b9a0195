"""Encoded papers become one sparse matrix of term counts."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.sparse import Sparse, offsets

TITLE_WEIGHT = 4  # a word of the title counts as so many of the abstract; a whole number
STORED = np.dtype("<u4")  # a word of an encoded paper
_HALF = np.uint64(32)


class Counts(NamedTuple):
    """How often each term, a word or a pair of neighbouring words, is in each paper: papers × terms.

    A term in the title counts TITLE_WEIGHT times.
    """

    words: Sparse
    pairs: Sparse
    titles: Sparse  # papers × words: titles alone, each word of them counting once
    terms: NDArray[np.uint64]  # of each word, then of each pair: its number, or first << 32 | second; each part rises

    def take(self, rows: NDArray[np.int64]) -> "Counts":
        """The papers of these rows, in this order."""
        return Counts(self.words.take(rows), self.pairs.take(rows), self.titles.take(rows), self.terms)


def count(encoded: Sequence[bytes]) -> Counts:
    """Counts of words and pairs, of terms that two papers or more have: what one has cannot tell two alike.

    Args:
        encoded: papers as `tokens.encode` gives them; one row each.
    """
    numbers = np.frombuffer(b"".join(encoded), dtype=STORED)
    papers = offsets([len(entry) // STORED.itemsize for entry in encoded])
    text = _Text(papers, np.repeat(np.arange(len(encoded), dtype=np.int32), np.diff(papers)))
    in_title = np.cumsum(numbers == 0, dtype=np.int32) == text.owner  # a zero stands between title and abstract
    weight = np.where(in_title, np.int32(TITLE_WEIGHT), np.int32(1))

    word = _in_order(numbers)[len(encoded) :]  # places in the text by their words, without the zeros
    word, of_word, some_word = text.columns(word, numbers)
    neighbours = (of_word[:-1] >= 0) & (of_word[1:] >= 0) & (text.owner[:-1] == text.owner[1:])
    # Of a pair that two papers have, two have both words. The places before the words stand by the second word of
    # their pairs already: what is left is to sort by the first.
    pair = word - 1
    pair = pair[np.flatnonzero(np.append(neighbours, False)[pair])]
    pair = pair[_in_order(of_word[pair].view(np.uint32))]
    pair, of_pair, some_pair = text.columns(pair, of_word[:-1].astype(np.int64) << 32 | of_word[1:])

    heading = word[np.flatnonzero(in_title[word])]
    single = numbers[some_word].astype(np.uint64)
    first, second = (numbers[some_pair + step].astype(np.uint64) for step in (0, 1))
    return Counts(
        text.matrix(word, of_word, weight, len(some_word)),
        text.matrix(pair, of_pair, weight, len(some_pair)),
        text.matrix(heading, of_word, np.ones_like(weight), len(some_word)),
        np.concatenate([single, first << _HALF | second]),
    )


class _Text(NamedTuple):
    """All papers one after the other: places of words."""

    papers: NDArray[np.int32]  # where each starts, and where the last one ends
    owner: NDArray[np.int32]  # of each place its paper

    def columns(
        self, place: NDArray[np.int64], key: NDArray[Any]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
        """Those of the places whose key is at another one too; columns of each place; and one place of each column.

        A column is made for each key that two papers have, in the order of the keys; other places have -1.

        Args:
            place: some places, by their keys and then as they stand.
            key: of each place.
        """
        changes = _changes(key[place])
        several = np.flatnonzero(~(changes & np.append(changes, True)[1:]))  # a third of the pairs
        place, start = place[several], np.flatnonzero(changes[several])
        length = np.diff(start, append=len(place))
        shared = self.owner[place[start]] != self.owner[place[start + length - 1]]
        number = np.where(shared, np.cumsum(shared) - 1, -1).astype(np.int32)
        column = np.full(len(self.owner), -1, dtype=np.int32)
        column[place] = np.repeat(number, length)
        return place, column, place[start[shared]]

    def matrix(
        self, place: NDArray[np.int64], column: NDArray[np.int32], weight: NDArray[np.int32], width: int
    ) -> Sparse:
        """Papers × columns: what the places of each column weigh together in each paper.

        Args:
            place: some places, by their columns and then as they stand.
            column, weight: of each place.
        """
        first = np.flatnonzero(_changes(column[place]) | _changes(self.owner[place]))
        until = np.cumsum(weight[place], dtype=np.int32)[np.append(first, len(place))[1:] - 1]
        total = np.zeros(len(column), dtype=np.float32)  # each at the first of its places
        total[place[first]] = np.diff(until, prepend=0).astype(np.float32)
        filled = np.flatnonzero((total > 0) & (column >= 0))
        ends = np.searchsorted(filled, self.papers).astype(np.int32)
        return Sparse(ends, column[filled], total[filled], (len(self.papers) - 1, width))


def numbers_of(term: int) -> tuple[int, ...]:
    """The numbers of the words a term is made of: one, or the two of a pair."""
    return (term >> 32, term & 0xFFFFFFFF) if term >> 32 else (term,)


def paper_frequency(matrix: Sparse) -> NDArray[np.int64]:
    """In how many papers each term is."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1])


def _in_order(keys: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Places by rising key, equal keys as they stand: numpy sorts by 16 bits in a tenth of the time it takes for 32."""
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    upper = (keys >> np.uint32(16)).astype(np.uint16)
    return order[np.argsort(upper[order], kind="stable")] if upper.any() else order


def _changes(keys: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a key differs from the one before it; the first does."""
    changes = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=changes[1:])
    return changes

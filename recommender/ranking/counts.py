"""Encoded papers become one sparse matrix of term counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

TITLE_WEIGHT = 4.0  # a word of the title counts as so many of the abstract
_SHARED = 2  # papers a term must be in: what only one paper has cannot tell two papers alike
STORED = np.dtype("<u4")  # a word of an encoded paper
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_MIXER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio spreads neighbouring numbers (Knuth, TAOCP 6.4)


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each term, a word or a pair of neighbouring words, is in each paper."""

    matrix: csr_array  # papers × terms, float32; a term in the title counts TITLE_WEIGHT times
    titles: csr_array  # papers × words, the first of the terms: the same of titles alone, each counting once
    terms: NDArray[np.uint64]  # of each column: a word's number, rising; then first << 32 | second of pairs

    @property
    def words(self) -> csr_array:
        """The columns of the matrix that are single words."""
        return self.matrix[:, : self.titles.shape[1]]


def count(encoded: Sequence[bytes]) -> Counts:
    """Counts of words and pairs, of terms that two papers or more have.

    Args:
        encoded: papers as `text.encode` gives them; one row each.
    """
    numbers = np.frombuffer(b"".join(encoded), dtype=STORED).astype(np.uint64)
    lengths = np.array([len(entry) // STORED.itemsize for entry in encoded], dtype=np.int64)
    owner = np.repeat(np.arange(len(encoded), dtype=np.int32), lengths)
    in_title = np.cumsum(numbers == 0) == owner  # one zero a paper stands between its title and its abstract

    word = np.flatnonzero(numbers)
    pair = np.flatnonzero((numbers[:-1] != 0) & (numbers[1:] != 0) & (owner[:-1] == owner[1:]))
    words, word_columns = _distinct(numbers[word], numbers[word])
    pairs = numbers[pair] << _HALF | numbers[pair + 1]
    pair_terms, pair_columns = _distinct(pairs, (pairs * _MIXER) >> _HALF)
    terms = np.concatenate([words, pair_terms])
    columns = np.concatenate([word_columns, pair_columns + len(words)])
    place = np.concatenate([word, pair])  # of each term in the text
    shape = (len(encoded), len(terms))
    weight = np.where(in_title[place], np.float32(TITLE_WEIGHT), np.float32(1))
    matrix = csr_array((weight, (owner[place], columns)), shape=shape)
    heading = np.flatnonzero(in_title[word])
    once = np.ones(len(heading), dtype=np.float32)
    titles = csr_array((once, (owner[word[heading]], word_columns[heading])), shape=(len(encoded), len(words)))
    matrix.sum_duplicates()
    titles.sum_duplicates()
    kept = paper_frequency(matrix) >= _SHARED
    return Counts(_columns(matrix, kept), _columns(titles, kept[: len(words)]), terms[kept])


def _distinct(terms: NDArray[np.uint64], hashes: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """The different terms, and of each term which one it is: np.unique in a fraction of its time.

    It sorts 64-bit numbers made of a hash of 32 bits and the place, which numpy does far faster than sorting places.
    Two pairs of words with one hash count as one: about ten of 300,000 different pairs.
    """
    places = np.arange(len(terms), dtype=np.uint64)
    ordered = np.sort(hashes << _HALF | places)
    place = (ordered & _LOW).astype(np.int64)
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = (ordered[1:] >> _HALF) != (ordered[:-1] >> _HALF)
    number = np.empty(len(terms), dtype=np.int32)
    number[place] = np.cumsum(first) - 1
    return terms[place[first]], number


def numbers_of(term: int) -> tuple[int, ...]:
    """The numbers of the words a term is made of: one, or the two of a pair."""
    return (term >> 32, term & 0xFFFFFFFF) if term >> 32 else (term,)


def paper_frequency(matrix: csr_array) -> NDArray[Any]:
    """In how many papers each term is."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1])


def _columns(matrix: csr_array, kept: NDArray[np.bool_]) -> csr_array:
    """The chosen columns; scipy's own choice of columns takes several times as long."""
    stays = kept[matrix.indices]
    place = np.cumsum(kept) - 1
    starts = np.concatenate([[0], np.cumsum(stays)])[matrix.indptr]
    shape = (matrix.shape[0], int(kept.sum()))
    return csr_array((matrix.data[stays], place[matrix.indices[stays]], starts), shape=shape)

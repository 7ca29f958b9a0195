"""Encoded papers become one sparse matrix of term counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

TITLE_WEIGHT = 4.0  # a word of the title counts as so many of the abstract
_SHARED = 2  # papers a term must be in: what only one paper has cannot tell two papers alike
_STORED = np.dtype("<u4")
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each term, a word or a pair of neighbouring words, is in each paper."""

    matrix: csr_array  # papers × terms, float32; a term in the title counts TITLE_WEIGHT times
    titles: csr_array  # papers × terms: the same of titles alone, words only, each counting once
    terms: NDArray[np.uint64]  # of each column, rising: a word's number, or first << 32 | second of a pair

    @property
    def words(self) -> csr_array:
        """The columns of the matrix that are single words."""
        return self.matrix[:, : int(np.searchsorted(self.terms, 1 << 32))]


def count(encoded: Sequence[bytes]) -> Counts:
    """Counts of words and pairs, of terms that two papers or more have.

    Args:
        encoded: papers as `text.encode` gives them; one row each.
    """
    numbers = np.frombuffer(b"".join(encoded), dtype=_STORED).astype(np.uint64)
    lengths = np.array([len(entry) // _STORED.itemsize for entry in encoded], dtype=np.int64)
    owner = np.repeat(np.arange(len(encoded), dtype=np.int32), lengths)
    in_title = np.cumsum(numbers == 0) == owner  # one zero a paper stands between its title and its abstract

    word = np.flatnonzero(numbers)
    pair = np.flatnonzero((numbers[:-1] != 0) & (numbers[1:] != 0) & (owner[:-1] == owner[1:]))
    terms, columns = np.unique(
        np.concatenate([numbers[word], numbers[pair] << _HALF | numbers[pair + 1]]), return_inverse=True
    )
    place = np.concatenate([word, pair])  # of each term in the text
    shape = (len(encoded), len(terms))
    weight = np.where(in_title[place], np.float32(TITLE_WEIGHT), np.float32(1))
    matrix = csr_array((weight, (owner[place], columns.astype(np.int32))), shape=shape)
    heading = np.flatnonzero(in_title[word])
    once = np.ones(len(heading), dtype=np.float32)
    titles = csr_array((once, (owner[word[heading]], columns[heading].astype(np.int32))), shape=shape)
    matrix.sum_duplicates()
    titles.sum_duplicates()
    kept = paper_frequency(matrix) >= _SHARED
    return Counts(_columns(matrix, kept), _columns(titles, kept), terms[kept])


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

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
    terms: NDArray[np.uint64]  # of each column, rising: a word's number, or first << 32 | second of a pair

    @property
    def words(self) -> csr_array:
        """The columns that are single words."""
        return self.matrix[:, : int(np.searchsorted(self.terms, 1 << 32))]


def count(encoded: Sequence[bytes]) -> Counts:
    """Counts of words and pairs, of terms that two papers or more have.

    Args:
        encoded: papers as `text.encode` gives them; one row each.
    """
    numbers = np.frombuffer(b"".join(encoded), dtype=_STORED).astype(np.uint64)
    lengths = np.array([len(entry) // _STORED.itemsize for entry in encoded], dtype=np.int64)
    owner = np.repeat(np.arange(len(encoded), dtype=np.int32), lengths)
    breaks = np.cumsum(numbers == 0)  # one a paper, between its title and its abstract
    weight = np.where(breaks == owner, np.float32(TITLE_WEIGHT), np.float32(1))

    real = numbers != 0
    neighbours = real[:-1] & real[1:] & (owner[:-1] == owner[1:])
    pairs = (numbers[:-1] << _HALF | numbers[1:])[neighbours]
    terms, columns = np.unique(np.concatenate([numbers[real], pairs]), return_inverse=True)
    matrix = csr_array(
        (
            np.concatenate([weight[real], weight[:-1][neighbours]]),
            (np.concatenate([owner[real], owner[:-1][neighbours]]), columns.astype(np.int32)),
        ),
        shape=(len(encoded), len(terms)),
    )
    matrix.sum_duplicates()
    kept = paper_frequency(matrix) >= _SHARED
    return Counts(_columns(matrix, kept), terms[kept])


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

"""Encoded papers become sparse matrices of term counts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

_BYTES = np.dtype("<u4")


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each term is in each paper."""

    matrix: csr_array  # papers × terms, float32
    terms: NDArray[np.uint64]  # of each column: a word's number, or first << 32 | second of a pair; rising


def count_words(encoded: Sequence[bytes]) -> Counts:
    """Counts of single words."""
    numbers, owner = _joined(encoded)
    real = numbers != 0
    return _counted(numbers[real].astype(np.uint64), owner[real], len(encoded))


def count_words_and_pairs(encoded: Sequence[bytes]) -> Counts:
    """Counts of single words and of pairs of neighbours; no pair reaches from a title into its abstract."""
    numbers, owner = _joined(encoded)
    real = numbers != 0
    wide = numbers.astype(np.uint64)
    neighbours = real[:-1] & real[1:] & (owner[:-1] == owner[1:])
    pairs = (wide[:-1] << np.uint64(32) | wide[1:])[neighbours]
    terms = np.concatenate([wide[real], pairs])
    return _counted(terms, np.concatenate([owner[real], owner[:-1][neighbours]]), len(encoded))


def _joined(encoded: Sequence[bytes]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """All numbers in one row, and of each the index of its paper."""
    numbers = np.frombuffer(b"".join(encoded), dtype=_BYTES).astype(np.uint32)
    lengths = [len(entry) // _BYTES.itemsize for entry in encoded]
    return numbers, np.repeat(np.arange(len(encoded)), lengths)


def _counted(terms: NDArray[np.uint64], owner: NDArray[np.int64], papers: int) -> Counts:
    distinct, columns = np.unique(terms, return_inverse=True)
    ones = np.ones(len(terms), dtype=np.float32)
    matrix = csr_array((ones, (owner, columns)), shape=(papers, len(distinct)))
    matrix.sum_duplicates()
    return Counts(matrix, distinct)

"""Sparse matrices with the few products a ranking needs; methods are named as in numpy, scipy and scikit-learn.

scipy.sparse would do, but is slow to import: see `_sparsetools`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking import _sparsetools
from recommender.ranking._sparsetools import float32

_compiled = _sparsetools.load()  # None: numpy alone


@dataclass(frozen=True, slots=True, eq=False)
class Sparse:
    """A matrix in compressed sparse row (CSR) format, float32; fields as in `scipy.sparse.csr_array`."""

    indptr: NDArray[np.int32]  # the entries of row i are at indptr[i] : indptr[i + 1]
    indices: NDArray[np.int32]  # the column of each entry; at most one entry for a row and a column
    data: NDArray[np.float32]  # the value of each entry
    shape: tuple[int, int]

    def __getitem__(self, rows: slice) -> "Sparse":
        """The rows of a slice; neighbouring rows are a view of this matrix, not a copy."""
        start, stop, step = rows.indices(self.shape[0])
        if step != 1:
            return self.take(np.arange(start, stop, step))
        ends = self.indptr[start : max(start, stop) + 1]
        entries = slice(ends[0], ends[-1])
        return Sparse(ends - ends[0], self.indices[entries], self.data[entries], (len(ends) - 1, self.shape[1]))

    def take(self, rows: NDArray[np.int64]) -> "Sparse":
        """The rows of these numbers, in this order."""
        starts = self.indptr[rows]
        length = self.indptr[rows + 1] - starts
        indptr = offsets(length)
        entries = np.repeat(starts - indptr[:-1], length)
        entries += np.arange(indptr[-1], dtype=np.int32)
        return Sparse(indptr, self.indices[entries], self.data[entries], (len(rows), self.shape[1]))

    def select(self, columns: NDArray[np.bool_]) -> "Sparse":
        """The columns for which this is True."""
        number = np.where(columns, np.cumsum(columns, dtype=np.int32) - 1, -1).astype(np.int32, copy=False)
        column = number.take(self.indices)
        entries = np.flatnonzero(column >= 0)  # with `take`, several times faster than a mask
        indptr = np.searchsorted(entries, self.indptr).astype(np.int32)
        return Sparse(indptr, column.take(entries), self.data.take(entries), (self.shape[0], int(columns.sum())))

    def with_data(self, data: NDArray[Any]) -> "Sparse":
        """A matrix with other values for the same entries."""
        return replace(self, data=data.astype(np.float32, copy=False))

    def row_indices(self) -> NDArray[np.int32]:
        """The row of each entry."""
        return np.repeat(np.arange(self.shape[0], dtype=np.int32), np.diff(self.indptr))

    def row_sums(self) -> NDArray[np.float32]:
        """The sum of each row."""
        return self.dot(np.ones(self.shape[1]))

    def dot(self, vector: NDArray[Any]) -> NDArray[np.float32]:
        """This matrix times a vector with one number per column."""
        if _compiled is None:
            return float32(np.bincount(self.row_indices(), self.data * vector[self.indices], self.shape[0]))
        return _compiled.matvec(self, vector)

    def rmatvec(self, vector: NDArray[Any]) -> NDArray[np.float32]:
        """The transposed matrix times a vector with one number per row."""
        if _compiled is None:
            return float32(np.bincount(self.indices, self.data * vector[self.row_indices()], self.shape[1]))
        return _compiled.rmatvec(self, vector)

    def matmat(self, dense: NDArray[Any]) -> NDArray[np.float32]:
        """This matrix times a dense matrix with one row per column of this one."""
        if _compiled is None:
            return np.stack([self.dot(column) for column in dense.T], axis=1)
        return _compiled.matmat(self, dense)

    def linear_kernel(self, other: "Sparse") -> NDArray[np.float32]:
        """The inner product of each row with each row of the other matrix: rows × other rows, dense."""
        if _compiled is not None:
            return _compiled.linear_kernel(self, other)
        product = np.zeros((self.shape[0], other.shape[0]), dtype=np.float32)
        for column, (start, end) in enumerate(pairwise(other.indptr)):
            row = np.zeros(self.shape[1])
            row[other.indices[start:end]] = other.data[start:end]
            product[:, column] = self.dot(row)
        return product


@dataclass(frozen=True, slots=True, eq=False)
class HStack:
    """Matrices with the same rows, side by side as one: like `scipy.sparse.hstack`, but without copying them."""

    blocks: tuple[Sparse, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.blocks[0].shape[0], sum(block.shape[1] for block in self.blocks)

    def __getitem__(self, rows: slice) -> "HStack":
        """The rows of a slice."""
        return HStack(tuple(block[rows] for block in self.blocks))

    def take(self, rows: NDArray[np.int64]) -> "HStack":
        """The rows of these numbers, in this order."""
        return HStack(tuple(block.take(rows) for block in self.blocks))

    def coordinates(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
        """The row, the column and the value of each entry (COO format)."""
        columns = [start + block.indices for start, block in zip(self._borders()[:-1], self.blocks, strict=True)]
        rows, values = [block.row_indices() for block in self.blocks], [block.data for block in self.blocks]
        return np.concatenate(rows), np.concatenate(columns), np.concatenate(values)

    def dot(self, vector: NDArray[Any]) -> NDArray[np.float32]:
        """This matrix times a vector with one number per column."""
        parts = np.split(vector, self._borders()[1:-1])
        product = np.zeros(self.shape[0], dtype=np.float32)
        for block, part in zip(self.blocks, parts, strict=True):
            product += block.dot(part)
        return product

    def matmat(self, dense: NDArray[Any]) -> NDArray[np.float32]:
        """This matrix times a dense matrix with one row per column of this one."""
        product = np.zeros((self.shape[0], dense.shape[1]), dtype=np.float32)
        for block, part in zip(self.blocks, np.split(dense, self._borders()[1:-1]), strict=True):
            product += block.matmat(part)
        return product

    def rmatvec(self, vector: NDArray[Any]) -> NDArray[np.float32]:
        """The transposed matrix times a vector with one number per row."""
        return np.concatenate([block.rmatvec(vector) for block in self.blocks])

    def linear_kernel(self, other: "HStack") -> NDArray[np.float32]:
        """The inner product of each row with each row of the other matrix: rows × other rows, dense."""
        product = np.zeros((self.shape[0], other.shape[0]), dtype=np.float32)
        for block, other_block in zip(self.blocks, other.blocks, strict=True):
            product += block.linear_kernel(other_block)
        return product

    def _borders(self) -> NDArray[np.int32]:
        """The first column of each block, and the number of all columns."""
        return offsets([block.shape[1] for block in self.blocks])


def stacked(upper: tuple[Sparse, NDArray[np.int32]], lower: tuple[Sparse, NDArray[np.int32]], width: int) -> Sparse:
    """The rows of two matrices, one after the other.

    Args:
        upper, lower: a matrix and the new column of each of its columns.
        width: the number of columns of the result.
    """
    (one, one_columns), (other, other_columns) = upper, lower
    return Sparse(
        np.concatenate([one.indptr, one.indptr[-1] + other.indptr[1:]]),
        np.concatenate([one_columns.take(one.indices), other_columns.take(other.indices)]),
        np.concatenate([one.data, other.data]),
        (one.shape[0] + other.shape[0], width),
    )


def offsets(lengths: Sequence[int] | NDArray[Any]) -> NDArray[np.int32]:
    """Where parts of these lengths begin when put one after the other, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)

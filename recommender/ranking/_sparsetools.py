"""The compiled routines of scipy.sparse, without the package around them.

`scipy.sparse._sparsetools` is private, but it loads in a moment where `import scipy.sparse` is slow, and without it the
products of a ranking take several times as long. So `load` tries it on a small example before it is trusted, and where
it is missing or has changed, `sparse` computes with numpy alone.
"""

import sys
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

_NAME = "scipy.sparse._sparsetools"
_ON_WINDOWS = sys.platform == "win32"


class Csr(Protocol):
    """A matrix in compressed sparse row format, named as in `scipy.sparse.csr_array`."""

    @property
    def indptr(self) -> NDArray[np.int32]: ...
    @property
    def indices(self) -> NDArray[np.int32]: ...
    @property
    def data(self) -> NDArray[np.float32]: ...
    @property
    def shape(self) -> tuple[int, int]: ...


class Routines(NamedTuple):
    """Products of sparse matrices by the compiled routines."""

    compiled: Any  # the module, or what stands for it in a test

    def matvec(self, matrix: Csr, vector: NDArray[Any]) -> NDArray[np.float32]:
        """matrix · vector."""
        product = np.zeros(matrix.shape[0], dtype=np.float32)
        entries = matrix.indptr, matrix.indices, matrix.data
        self.compiled.csr_matvec(*matrix.shape, *entries, float32(vector), product)
        return product

    def rmatvec(self, matrix: Csr, vector: NDArray[Any]) -> NDArray[np.float32]:
        """matrixᵀ · vector: the rows of a CSR matrix are the columns of its transpose in CSC format."""
        product = np.zeros(matrix.shape[1], dtype=np.float32)
        entries = matrix.indptr, matrix.indices, matrix.data
        self.compiled.csc_matvec(*matrix.shape[::-1], *entries, float32(vector), product)
        return product

    def matmat(self, matrix: Csr, dense: NDArray[Any]) -> NDArray[np.float32]:
        """matrix · dense."""
        columns = dense.shape[1]
        product = np.zeros((matrix.shape[0], columns), dtype=np.float32)
        entries = matrix.indptr, matrix.indices, matrix.data
        self.compiled.csr_matvecs(*matrix.shape, columns, *entries, float32(dense).ravel(), product.ravel())
        return product

    def linear_kernel(self, matrix: Csr, other: Csr) -> NDArray[np.float32]:
        """matrix · otherᵀ, dense."""
        rows, columns = matrix.shape[0], other.shape[0]
        product = np.zeros((rows, columns), dtype=np.float32)
        transposed = _empty(other.shape[1], len(other.data))
        self.compiled.csr_tocsc(*other.shape, other.indptr, other.indices, other.data, *transposed)
        entries = _empty(rows, rows * columns)
        self.compiled.csr_matmat(rows, columns, matrix.indptr, matrix.indices, matrix.data, *transposed, *entries)
        self.compiled.csr_todense(rows, columns, *entries, product)
        return product


class _Example(NamedTuple):
    indptr: NDArray[np.int32] = np.array([0, 1, 1, 3], np.int32)
    indices: NDArray[np.int32] = np.array([1, 0, 1], np.int32)
    data: NDArray[np.float32] = np.array([2, 3, 5], np.float32)
    shape: tuple[int, int] = (3, 2)


def load() -> Routines | None:
    """The compiled routines, if they are installed and give the right products; else None."""
    compiled = _module()
    return Routines(compiled) if compiled and works(compiled) else None


def works(compiled: Any) -> bool:
    """Whether the routines accept our arguments and compute the products of a small example correctly."""
    matrix, routines = _Example(), Routines(compiled)
    dense = np.array([[0, 2], [0, 0], [3, 5]])
    try:
        return (
            np.array_equal(routines.matvec(matrix, np.array([7, 11])), dense @ [7, 11])
            and np.array_equal(routines.rmatvec(matrix, np.array([7, 11, 13])), [7, 11, 13] @ dense)
            and np.array_equal(routines.matmat(matrix, dense.T), dense @ dense.T)
            and np.array_equal(routines.linear_kernel(matrix, matrix), dense @ dense.T)
        )
    except (AttributeError, TypeError, ValueError):
        return False


def float32(numbers: NDArray[Any]) -> NDArray[np.float32]:
    """The numbers as the routines need them: contiguous and of single precision."""
    return np.ascontiguousarray(numbers, dtype=np.float32)


def _empty(rows: int, entries: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Uninitialised indptr, indices and data for a result with at most so many entries."""
    return np.empty(rows + 1, np.int32), np.empty(entries, np.int32), np.empty(entries, np.float32)


def _module() -> Any:
    """The extension module, loaded from its file so that scipy.sparse is not imported; None if there is none."""
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    scipy = find_spec("scipy")  # locates the package without importing it
    for folder in (scipy and scipy.submodule_search_locations) or ():
        for suffix in EXTENSION_SUFFIXES:
            path = Path(folder, "sparse", f"_sparsetools{suffix}")
            spec = spec_from_file_location(_NAME, path) if path.is_file() else None
            if spec and spec.loader:
                try:
                    module = module_from_spec(spec)
                    spec.loader.exec_module(module)
                except ImportError:
                    if not _ON_WINDOWS or "scipy" in sys.modules:
                        return None
                    import_module("scipy")  # slow; but it says where Windows finds the libraries of its modules
                    return _module()
                return module
    return None

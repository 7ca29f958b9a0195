"""The memory allocator of glibc, told what kind of process this is; where there is another one, nothing is done."""

import ctypes
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of its malloc.h
_ARENAS = 2


def keep_freed() -> None:
    """Keep what a task's arrays took for those of the next one; each page that comes anew costs a fault.

    glibc learns to do so by itself, but not where MALLOC_TRIM_THRESHOLD_ is set, as Dask does.
    """
    _set(_MMAP_THRESHOLD, 32 * 2**20)
    _set(_TRIM_THRESHOLD, 256 * 2**20)


def share_arenas() -> None:
    """Let all threads of a server take their memory from the same two arenas; to be called before there are any.

    With one for each thread, what one has freed is of no use to the others, and the process grows for hours.
    """
    _set(_ARENA_MAX, _ARENAS)


def _set(option: int, value: int) -> None:
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(option, value)

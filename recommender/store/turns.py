"""Processes that change files of one folder, one after the other."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from recommender.errors import StoreError

with suppress(ImportError):  # Windows has none
    import fcntl


@contextmanager
def in_turn(folder: Path, patience: float = 20.0) -> Iterator[None]:
    """Hold a folder for a moment's work on its files, after other processes that hold it; no file is made for that.

    Where the system or the disk has no such locks, the work is done without.

    Args:
        patience: seconds to wait for the others.

    Raises:
        StoreError: another process holds it longer.
        OSError: the folder cannot be opened.
    """
    if os.name != "posix":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        deadline = monotonic() + patience
        while not _held(descriptor):
            if monotonic() > deadline:
                raise StoreError(f"{folder}: another `recommend` is changing it; try again in a moment")
            sleep(0.01)
        yield
    finally:
        os.close(descriptor)  # gives the lock back


def _held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a network's file system, perhaps
        return True
    return True

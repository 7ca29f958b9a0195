"""Copies of databases with all that is in their logs, for reading where nothing can be written beside them."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from recommender.store.snapshot import as_it_is, in_memory

_KEEPS_OPEN_FILES = os.name == "posix"  # whose names are gone; Windows deletes no file that is open
_MEMORY = Path("/dev/shm")  # where Linux has memory as a disk: it has room when the disks have none


def opened(path: Path, log: Path) -> sqlite3.Connection:
    """Open a copy of a database and its log.

    Raises:
        OSError, sqlite3.Error: it cannot be read, or no place takes a copy.
    """
    error: OSError | None = None
    for place in dict.fromkeys([tempfile.gettempdir(), *([str(_MEMORY)] if _MEMORY.is_dir() else [])]):
        try:
            with tempfile.TemporaryDirectory(prefix="recommend-", dir=place) as folder:
                merged = _merged(path, log, Path(folder))
                return merged if _KEEPS_OPEN_FILES else in_memory(merged)
        except OSError as failure:
            error = failure
    assert error
    raise error


def _merged(path: Path, log: Path, folder: Path) -> sqlite3.Connection:
    """Open a copy of a database and its log, whose folder may go once it is open."""
    copy = folder / path.name
    shutil.copyfile(path, copy)
    shutil.copyfile(log, folder / log.name)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # all of the log goes into the file
    connection = as_it_is(copy)
    with suppress(sqlite3.Error):  # opens the file, which SQLite puts off
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return connection

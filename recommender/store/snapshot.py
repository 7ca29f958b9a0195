"""Databases that can be read and not written: on a full or read-only disk, or in the folder of somebody else."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

_KEEPS_OPEN_FILES = os.name == "posix"  # whose names are gone; Windows deletes no file that is open
_MEMORY = Path("/dev/shm")  # where Linux has memory as a disk: it has room when the disks have none


def opened(path: Path) -> sqlite3.Connection:
    """Open a database without lock, log or shared memory: as a file that nobody changes while it is read.

    What was written last may still be in the log beside it, which SQLite does not read that way
    (https://sqlite.org/uri.html, "immutable"). Then a copy of both is opened.

    Raises:
        OSError, sqlite3.Error: it cannot be read.
    """
    path = path.resolve()
    log = path.with_name(f"{path.name}-wal")
    if not (log.exists() and log.stat().st_size):
        return _connected(path)
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


def in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Copy a database into memory, where it can be changed, and close it."""
    with closing(connection):
        memory = sqlite3.connect(":memory:", isolation_level=None)
        connection.backup(memory)
    return memory


def _merged(path: Path, log: Path, folder: Path) -> sqlite3.Connection:
    """Open a copy of a database and its log, whose folder may go once it is open."""
    copy = folder / path.name
    shutil.copyfile(path, copy)
    shutil.copyfile(log, folder / log.name)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # all of the log goes into the file
    connection = _connected(copy)
    with suppress(sqlite3.Error):  # opens the file, which SQLite puts off
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return connection


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)

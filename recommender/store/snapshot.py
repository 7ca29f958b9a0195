"""Databases that can be read and not written: on a full or read-only disk, or in the folder of somebody else."""

import sqlite3
from contextlib import closing
from pathlib import Path


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
        return as_it_is(path)
    from recommender.store import merged  # noqa: PLC0415 - brings tempfile, and is rarely needed

    return merged.opened(path, log)


def as_it_is(path: Path) -> sqlite3.Connection:
    """Open a file that nobody changes, whatever log lies beside it."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)


def in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Copy a database into memory, where it can be changed, and close it."""
    with closing(connection):
        memory = sqlite3.connect(":memory:", isolation_level=None)
        connection.backup(memory)
    return memory

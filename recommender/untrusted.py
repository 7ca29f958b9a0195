"""SQLite files of others: nothing in them runs, and the time to read them and the size of values have limits."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

SECONDS = 60.0  # for all reading of one file
_MOST = 64 * 2**20  # bytes of one value, or of a row: no abstract and no ranking comes near
_STEPS = 10_000  # instructions of SQLite between two looks at the clock: less than a millisecond


@contextmanager
def opened(path: Path, seconds: float = SECONDS) -> Iterator[sqlite3.Connection]:
    """Open a database of others for reading. Reading that takes longer than allowed fails as "interrupted".

    A schema is a program: its views, generated columns and indexes may call functions and may never end
    (https://sqlite.org/security.html, "Untrusted SQLite Database Files").

    Args:
        path: a copy, alone in its folder but for its log; SQLite may change both.

    Raises:
        sqlite3.Error: the file cannot be read, also in the block.
    """
    deadline = monotonic() + seconds
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST)
        connection.set_progress_handler(lambda: monotonic() > deadline, _STEPS)
        for setting in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "query_only = ON"):
            connection.execute(f"PRAGMA {setting}")
        yield connection


def plain_tables(connection: sqlite3.Connection) -> set[str]:
    """The names of the tables that hold rows and compute nothing: no views, virtual tables or generated columns."""
    names = [
        name
        for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if isinstance(name, str) and not str(sql).upper().startswith("CREATE VIRTUAL")
    ]
    return {name for name in names if not any(column[6] for column in columns(connection, name))}


def columns(connection: sqlite3.Connection, table: str) -> list[tuple[int, str, str, int, str | None, int, int]]:
    """As PRAGMA table_xinfo: number, name, type, 1 for NOT NULL, default, place in the key, 0 unless computed."""
    return connection.execute("SELECT * FROM pragma_table_xinfo(?)", (table,)).fetchall()

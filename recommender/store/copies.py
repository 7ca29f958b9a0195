"""Consistent copies of databases, and what SQLite finds wrong with one."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import monotonic

from recommender import files
from recommender.errors import StoreError
from recommender.store import snapshot
from recommender.store.database import UNWRITABLE, Database, advice_on, damage_in

LOGS = ("-wal", "-shm", "-journal")  # what SQLite puts beside a file; one of another file would be added to it
UNREADABLE = (sqlite3.Error, UnicodeDecodeError)  # the latter where SQLite's message quotes a damaged name
_MOST_FAULTS = 20  # of one kind that are named


def copy(source: Path, target: Path) -> None:
    """Write a new file with everything that a database holds, whole or not at all, also while others write.

    Raises:
        StoreError: the file exists already, or cannot be written.
    """
    if target.exists():
        raise StoreError(f"{target} exists already; choose another name")
    with made_aside(target) as new:
        copy_into(source, new)
        try:
            files.take_name(new, target)
        except FileExistsError as error:
            raise StoreError(f"{target} exists already; choose another name") from error


def copy_into(source: Path, target: Path) -> None:
    """Write a file with everything that a database holds; it stands alone, without a log beside it.

    A connection of its own reads: SQLite copies nothing by one that is writing.
    """
    until = monotonic() + Database.patience

    def wait(state: int, *_: int) -> None:
        if state in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and monotonic() > until:  # else it would try for ever
            raise sqlite3.OperationalError("database is locked")

    with reading(source) as connection, closing(sqlite3.connect(target, isolation_level=None)) as copied:
        connection.backup(copied, progress=wait)
        copied.execute("PRAGMA journal_mode = DELETE")
    files.sync(target)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot change the file, also where its folder takes no log and no lock.

    Raises:
        StoreError: it cannot be read.
    """
    if path.exists() and not path.is_file():  # SQLite says that the disk is broken, or waits for the pipe
        raise StoreError(f"{path} is a folder, a pipe or a device, and no database; move it away")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with ExitStack() as stack:
        try:
            connection = sqlite3.connect(uri, Database.patience, uri=True, isolation_level=None)
            stack.callback(connection.close)
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            failed = StoreError(f"{path}: {advice_on(str(error)) or error}")
            if error.sqlite_errorcode & 0xFF not in UNWRITABLE:
                raise failed from error
            try:
                connection = stack.enter_context(closing(snapshot.opened(path)))
                connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
            except (OSError, sqlite3.OperationalError):
                raise failed from error
        yield connection


@contextmanager
def made_aside(target: Path) -> Iterator[Path]:
    """A name beside a file to make it under, for the owner alone; what is left of it after the block is deleted.

    Raises:
        StoreError: the file cannot be made, or what has its name is a device or a pipe.
    """
    if target.exists() and not target.is_file():
        raise StoreError(f"{target} is no file, and nothing takes its place; name another one")
    new = target.with_name(f".{target.name}.new-{os.getpid()}")
    try:
        os.close(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        yield new
    except sqlite3.Error as error:
        raise StoreError(f"{target}: {advice_on(str(error)) or error}") from error
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror or error}; {files.remedy(error)}") from error
    finally:
        for part in ("", *LOGS):
            Path(f"{new}{part}").unlink(missing_ok=True)


def faults(path: Path) -> list[str]:
    """What is wrong with a database's pages, indexes, types and references; empty if nothing is. Changes nothing.

    https://sqlite.org/pragma.html#pragma_integrity_check

    Raises:
        StoreError: it cannot be looked at, for another reason than damage.
    """
    try:
        with reading(path) as connection:
            rows = connection.execute(f"PRAGMA integrity_check({_MOST_FAULTS})").fetchall()
            problems = [str(text) for (text,) in rows if text != "ok"]
            for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST_FAULTS):
                problems.append(f"row {row} of {table} names a missing row of {parent}")
    except UNREADABLE as error:
        if (advice := advice_on(str(error))) and not damage_in(str(error)):
            raise StoreError(f"{path}: {advice}") from error
        return [str(error)]
    return problems


def schema(connection: sqlite3.Connection, database: str = "main") -> set[tuple[str, str, str]]:
    """Type, name and SQL of all tables, indexes, views and triggers."""
    rows = connection.execute(f"SELECT type, name, ifnull(sql, '') FROM {database}.sqlite_schema")
    return {(kind, name, sql) for kind, name, sql in rows}

"""A lock that the operating system releases when its holder dies."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from recommender import files
from recommender.errors import StoreError


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock of this file: SQLite's exclusive lock, which ends with the process.

    Raises:
        StoreError: another process holds it, or the file cannot be made.
    """
    advice = "set RECOMMEND_HOME to a folder you can write to"
    try:
        files.make_private_folder(path.parent)
        files.make_private(path)
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path}: {error}; {advice}") from error
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            held = "another `recommend run` of this profile is under way; this one leaves it alone"
            raise StoreError(held if "locked" in str(error) else f"{path}: {error}; {advice}") from error
        yield

"""One at a time: a lock that the system takes back whatever becomes of its holder."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from recommender.errors import StoreError


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock that this file stands for.

    Raises:
        StoreError: another process holds it, or the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path}: {error}; set RECOMMEND_HOME to a folder you can write to") from error
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            busy = "another `recommend run` of this profile is under way; this one leaves it alone"
            broken = f"{path}: {error}; set RECOMMEND_HOME to a folder you can write to"
            raise StoreError(busy if "locked" in str(error) else broken) from error
        yield

"""A lock that the operating system releases when its holder dies."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep

from recommender import files
from recommender.errors import StoreError

_PAUSE = 0.1  # seconds between two tries


@contextmanager
def alone(
    path: Path, holder: str, *, patience: float = 0, waiting: Callable[[], object] = lambda: None
) -> Iterator[None]:
    """Hold the lock of this file: SQLite's exclusive lock, which ends with the process.

    Args:
        holder: what another holder is, for the error: "another `recommend run` of ada".
        patience: seconds to wait for another holder.
        waiting: called once before waiting.

    Raises:
        StoreError: another process holds it for longer, or the file cannot be made.
    """
    advice = "set RECOMMEND_HOME to a folder you can write to"
    try:
        files.make_private_folder(path.parent)
        files.make_private(path)
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        reason = files.failure(error) if isinstance(error, OSError) and error.filename else f"{path}: {error}"
        raise StoreError(f"{reason}; {advice}") from error
    with closing(connection):
        deadline, has_waited = monotonic() + patience, False
        while not _taken(connection, path, advice):
            if monotonic() >= deadline:
                raise StoreError(f"{holder} is under way; try again when it has ended")
            if not has_waited:
                waiting()
                has_waited = True
            sleep(_PAUSE)
        yield


def _taken(connection: sqlite3.Connection, path: Path, advice: str) -> bool:
    """Take the lock; False: another process holds it."""
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        if "locked" in str(error):
            return False
        if "not a database" in str(error):
            advice = "it only serves as a lock: delete it"
        raise StoreError(f"{path}: {error}; {advice}") from error
    return True

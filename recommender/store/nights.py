"""What `recommend batch` did for a reader, in the reader's own file: each night's work is done once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from recommender.store.profile_store import ProfileStore

_REMEMBERED = timedelta(days=31)


class Night(NamedTuple):
    """One day's papers, for all readers of a home."""

    day: date
    batch: str  # fingerprint of the day's papers


class Stage(Enum):
    """How far a reader's night is."""

    OPEN = "open"  # nothing is done
    RANKED = "ranked"  # mail is still to go out
    DONE = "done"


class Nights:
    """One reader's nights."""

    def __init__(self, store: ProfileStore) -> None:
        self._store = store  # one file, one connection

    @contextmanager
    def claim(self, night: Night) -> Iterator[Stage]:
        """Hold the reader's file until the end of the block, and say how far the night is.

        Nobody else writes to the file meanwhile. All that the block writes, and that it is done, is one transaction: a
        process that dies leaves nothing of it behind, and SQLite's lock goes with the process, so the next one need not
        wait for a lease to end.
        """
        with self._store.transaction():
            yield self.stage(night)

    def stage(self, night: Night) -> Stage:
        """How far the reader's night is."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT mailed_at FROM night WHERE day = ? AND batch = ?", (night.day.isoformat(), night.batch)
            ).fetchone()
        if row is None:
            return Stage.OPEN
        return Stage.DONE if row[0] else Stage.RANKED

    def settle(self, night: Night, at: datetime, *, mail_waits: bool) -> None:
        """Record that the night's ranking is kept, and whether mail is still to go out."""
        with self._store.transaction() as connection:
            connection.execute(
                """
                INSERT INTO night (day, batch, ranked_at, mailed_at) VALUES (:day, :batch, :at, :mailed_at)
                ON CONFLICT (day, batch) DO UPDATE SET mailed_at = :mailed_at
                """,
                {
                    "day": night.day.isoformat(),
                    "batch": night.batch,
                    "at": at.isoformat(),
                    "mailed_at": "" if mail_waits else at.isoformat(),
                },
            )
            oldest = max(night.day, date.min + _REMEMBERED) - _REMEMBERED
            connection.execute("DELETE FROM night WHERE day < ?", (oldest.isoformat(),))

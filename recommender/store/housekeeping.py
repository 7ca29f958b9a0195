"""The size of a library, and the removal of its old papers."""

import json
import sqlite3
from collections.abc import Collection
from datetime import date

from recommender.results.profiles import Stats
from recommender.store import paper_table
from recommender.store.library import Library, count_change

# what a person calls the tables and indexes whose names begin so
_PARTS = (
    ("paper_fts", "full-text index"),
    ("author_fts", "full-text index"),
    ("terms", "cached terms"),
    ("block", "cached terms, in blocks"),
    ("paper", "texts of papers"),
    ("sqlite_autoindex_announced", "announcements"),
    ("announced", "announcements"),
    ("idx_announced", "announcements"),
)
_OTHER_PARTS = "the rest"
_FINGERPRINT = 64  # characters of a SHA-256 in hex


def stats(library: Library) -> Stats:
    """The number of papers, days and digests, and the room they take on disk."""
    with library.reading() as connection:
        (papers,) = connection.execute("SELECT count(*) FROM paper").fetchone()
        first, last = connection.execute("SELECT min(day), max(day) FROM announced").fetchone()
        span = (date.fromisoformat(first), date.fromisoformat(last)) if first else None
        (digests,) = connection.execute("SELECT count(*) FROM digest").fetchone()
        try:
            sizes = dict(connection.execute("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE"))
        except sqlite3.OperationalError:  # built without
            sizes = {}
    parts: dict[str, int] = {}
    for name, bytes_ in sizes.items():
        part = next((part for start, part in _PARTS if name.startswith(start)), _OTHER_PARTS)
        parts[part] = parts.get(part, 0) + bytes_
    return Stats(papers, span, len(announced_days(library)), digests, size(library), parts)


def announced_days(library: Library) -> list[date]:
    """The days with an announcement here, of any category, oldest first."""
    with library.reading() as connection:
        rows = connection.execute(
            """
            WITH RECURSIVE days (day) AS (
                SELECT min(day) FROM announced
                UNION ALL SELECT (SELECT min(day) FROM announced WHERE announced.day > days.day) FROM days
                WHERE day IS NOT NULL
            ) SELECT day FROM days WHERE day IS NOT NULL
            """
        )
        return [date.fromisoformat(day) for (day,) in rows]


def size(library: Library) -> int:
    """The bytes of the file, with those still waiting in its write-ahead log."""
    with library.reading() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages * page_size)


def prune(library: Library, before: date, keep: Collection[str]) -> int:
    """Remove papers announced before a day and not since, and shrink the file; returns their number.

    Args:
        keep: ids of papers that stay; papers that no digest announced stay as well.
    """
    with library.transaction() as connection:
        connection.execute("CREATE TEMP TABLE kept (id TEXT PRIMARY KEY)")
        connection.executemany("INSERT INTO kept VALUES (?)", [(paper_id,) for paper_id in sorted(set(keep))])
        connection.execute(
            """
            CREATE TEMP TABLE removed AS SELECT key FROM paper
            WHERE key IN (SELECT paper FROM announced WHERE day < :day)
            AND key NOT IN (SELECT paper FROM announced WHERE day >= :day) AND id NOT IN (SELECT id FROM kept)
            """,
            {"day": before.isoformat()},
        )
        for table in ("announced", "revised", "terms"):
            connection.execute(f"DELETE FROM {table} WHERE paper IN (SELECT key FROM removed)")
        count = connection.execute("DELETE FROM paper WHERE key IN (SELECT key FROM removed)").rowcount
        # Reading or fetching such a text again brings all of it back. A text of several digests has a row for each,
        # with one fingerprint and a number; the newer versions in it may be of papers that are removed.
        connection.execute(
            f"""
            DELETE FROM digest WHERE substr(fingerprint, 1, {_FINGERPRINT}) IN (
                SELECT substr(fingerprint, 1, {_FINGERPRINT}) FROM digest WHERE day < :day OR EXISTS (
                    SELECT 1 FROM json_each(iif(contents = '', '[]', contents), '$[2]')
                    WHERE value NOT IN (SELECT id FROM paper)
                )
            )
            """,
            {"day": before.isoformat()},
        )
        for table, day in (("fetched", "day"), ("harvest", "since")):
            connection.execute(f"DELETE FROM {table} WHERE {day} < ?", (before.isoformat(),))
        connection.execute("DROP TABLE removed")
        connection.execute("DROP TABLE kept")
        count_change(connection)
    _shrink(library)
    return int(count)


def forget(library: Library, ids: Collection[str]) -> None:
    """Remove papers that no digest announced, also from free pages and from the log of the file."""
    with library.transaction() as connection:
        keys = json.dumps(list(paper_table.keys(connection, ids).values()))
        for table, column in (("terms", "paper"), ("paper", "key")):
            connection.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))", (keys,))
        count_change(connection)
    _shrink(library)


def _shrink(library: Library) -> None:
    """Write the file anew, without what was deleted."""
    with library.autocommit() as connection:
        for index in ("paper_fts", "author_fts"):
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

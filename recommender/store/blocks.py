"""All papers of the library at once: how much they take, forgetting old ones, and their terms in blocks."""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from recommender.paper import Nudge, NudgeKind, Paper
from recommender.store.library import Encoder, Library, quoted
from recommender.store.rows import PAPER_COLUMNS, paper_from_row, texts_from_json

_PARTS = (
    ("paper_fts", "full-text index"),
    ("terms", "cached terms"),
    ("block", "cached terms, in blocks"),
    ("paper", "texts of papers"),
    ("sqlite_autoindex_announced", "announcements"),
    ("announced", "announcements"),
    ("idx_announced", "announcements"),
)
_SIGNED = 100_000  # to look through the authors of a million papers takes 20 s
_FINGERPRINT = 64  # characters of a text's SHA-256
_BLOCK = 4096  # neighbouring keys; the triggers of the schema say so too


class Stats(NamedTuple):
    """How much a library holds."""

    papers: int
    span: tuple[date, date] | None  # the first and the last announcement day
    days: int  # on which something was announced
    digests: int  # lists of a day that were read
    size: int  # bytes of the file, with what still waits to be written into it
    parts: dict[str, int]  # what takes how many bytes; empty where SQLite cannot tell


class Packer(NamedTuple):
    """How the terms of a block of papers are packed."""

    pack: Callable[[Sequence[bytes]], bytes]  # of encoded papers, empty where there is none
    version: int  # grows when the same papers would be packed otherwise


class Catalogue(Library):
    """The library, for what looks at every paper in it. Papers are told by their keys here: numbers from 1 on.

    A block is packed when somebody asks for it, and emptied by a trigger when a paper in it changes.
    """

    def stats(self) -> Stats:
        """How much is here, and how much room it takes."""
        with self._reading() as connection:
            (papers,) = connection.execute("SELECT count(*) FROM paper").fetchone()
            first, last = connection.execute("SELECT min(day), max(day) FROM announced").fetchone()
            (days,) = connection.execute(
                """
                WITH RECURSIVE days (day) AS (
                    SELECT min(day) FROM announced
                    UNION ALL SELECT (SELECT min(day) FROM announced WHERE announced.day > days.day) FROM days
                    WHERE day IS NOT NULL
                ) SELECT count(day) FROM days
                """
            ).fetchone()
            (digests,) = connection.execute("SELECT count(*) FROM digest").fetchone()
            try:
                sizes = dict(connection.execute("SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE"))
            except sqlite3.OperationalError:  # this SQLite was built without
                sizes = {}
        parts: dict[str, int] = {}
        for name, size in sizes.items():
            part = next((told for start, told in _PARTS if name.startswith(start)), "the rest")
            parts[part] = parts.get(part, 0) + size
        span = (date.fromisoformat(first), date.fromisoformat(last)) if first else None
        return Stats(papers, span, days, digests, self.size(), parts)

    def size(self) -> int:
        """Bytes of the file, with what still waits to be written into it."""
        with self._reading() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            (page,) = connection.execute("PRAGMA page_size").fetchone()
        return int(pages * page)

    def prune(self, before: date, keep: Collection[str]) -> int:
        """Forget papers announced before a day and not since, and give their room back; how many they were.

        Papers that no digest announced stay, and so do those of these ids.
        """
        with self._transaction() as connection:
            connection.execute("CREATE TEMP TABLE kept (id TEXT PRIMARY KEY)")
            connection.executemany("INSERT INTO kept VALUES (?)", [(paper,) for paper in sorted(set(keep))])
            connection.execute(
                """
                CREATE TEMP TABLE gone AS SELECT key FROM paper
                WHERE key IN (SELECT paper FROM announced WHERE day < :day)
                AND key NOT IN (SELECT paper FROM announced WHERE day >= :day) AND id NOT IN (SELECT id FROM kept)
                """,
                {"day": before.isoformat()},
            )
            for table in ("announced", "revised", "terms"):
                connection.execute(f"DELETE FROM {table} WHERE paper IN (SELECT key FROM gone)")
            gone = connection.execute("DELETE FROM paper WHERE key IN (SELECT key FROM gone)").rowcount
            # Who reads or fetches such a text again has all of it again. A text of several digests has a row for each,
            # with one fingerprint and a number; the newer versions in it may be of papers that are gone.
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
            connection.execute("DROP TABLE gone")
            connection.execute("DROP TABLE kept")
            self._changed()
        with self._told():
            self._connection.execute("INSERT INTO paper_fts (paper_fts) VALUES ('optimize')")
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(gone)

    def unpacked(self, encoder: Encoder, packer: Packer) -> list[int]:
        """The numbers of the blocks that are not packed as these versions do it."""
        with self._reading() as connection:
            (last,) = connection.execute("SELECT ifnull(max(key), -1) FROM paper").fetchone()
            rows = connection.execute("SELECT number FROM block WHERE version = ?", (_version(encoder, packer),))
            packed = {number for (number,) in rows}
        return [number for number in range(last // _BLOCK + 1) if number not in packed]

    def pack(self, number: int, encoder: Encoder, packer: Packer) -> None:
        """Pack one block; nobody changes a paper meanwhile."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO block VALUES (?, ?, ?)",
                (number, _version(encoder, packer), self._packed(number, encoder, packer)),
            )

    def has_blocks(self) -> bool:
        """Whether anybody ever asked for blocks."""
        with self._reading() as connection:
            return connection.execute("SELECT 1 FROM block LIMIT 1").fetchone() is not None

    def blocks(self, encoder: Encoder, packer: Packer) -> Iterator[tuple[int, bytes]]:
        """Each block with the key of its first paper; one after the other, so that none stays in memory.

        All of one moment: what somebody changed since it was packed is packed here, and not kept.
        """
        with self._reading() as connection:
            (last,) = connection.execute("SELECT ifnull(max(key), -1) FROM paper").fetchone()
            for number in range(last // _BLOCK + 1):
                row = connection.execute(
                    "SELECT packed FROM block WHERE number = ? AND version = ?", (number, _version(encoder, packer))
                ).fetchone()
                yield number * _BLOCK, row[0] if row else self._packed(number, encoder, packer)

    def _packed(self, number: int, encoder: Encoder, packer: Packer) -> bytes:
        first = number * _BLOCK
        span = (first, first + _BLOCK - 1)
        encoded = [b""] * _BLOCK
        terms = dict(
            self._connection.execute(
                "SELECT paper, encoded FROM terms WHERE version = ? AND paper BETWEEN ? AND ?", (encoder.version, *span)
            )
        )
        keys = self._connection.execute("SELECT key FROM paper WHERE key BETWEEN ? AND ?", span)
        missing = [key for (key,) in keys if key not in terms]
        rows = self._by_key(f"SELECT key, {PAPER_COLUMNS} FROM paper WHERE key IN ({{}})", missing)
        terms |= {key: encoder.encode(paper_from_row(row)) for key, row in rows.items()}
        for key, told in terms.items():
            encoded[key - first] = told
        return packer.pack(encoded)

    def by_keys(self, keys: Sequence[int]) -> list[Paper]:
        """The papers of these keys that are here, in this order."""
        with self._reading():
            rows = self._by_key(f"SELECT key, {PAPER_COLUMNS} FROM paper WHERE key IN ({{}})", keys)
        return [paper_from_row(rows[key]) for key in keys if key in rows]

    def keys(self) -> set[int]:
        """The keys of all papers."""
        with self._reading() as connection:
            return {key for (key,) in connection.execute("SELECT key FROM paper")}

    def keys_of(self, ids: Collection[str]) -> set[int]:
        """The keys of the papers of these ids that are here."""
        with self._reading():
            return set(self._keys(ids).values())

    def signed(self, words: Collection[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The papers that may have an author with one of these words in the name, newest first, with their authors.

        Of a very large library only the newest _SIGNED papers.

        Args:
            words: small letters without accents. Names that are written with other letters than those of ASCII are
                given back as well: only their reader can tell.
        """
        conditions = " OR ".join(["authors LIKE ?"] * len(words))
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                SELECT key, authors FROM paper WHERE key > (SELECT max(key) FROM paper) - {_SIGNED}
                AND ({conditions} OR authors GLOB '*[^ -~]*') ORDER BY key DESC
                """,
                [f"%{word}%" for word in words],
            )
            for key, authors in rows:
                yield key, texts_from_json(authors)

    def keys_with(self, nudge: Nudge) -> Iterator[int]:
        """The keys of papers that may meet a wish for words or a category, newest first; a few of them do not."""
        if nudge.kind is NudgeKind.CATEGORY:
            condition, told = "categories LIKE ?", f'%"{nudge.text}%'
        else:
            condition, told = "key IN (SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?)", quoted(nudge.text)
        with self._reading() as connection:
            for (key,) in connection.execute(f"SELECT key FROM paper WHERE {condition} ORDER BY key DESC", (told,)):
                yield key

    def keys_announced(self, since: date, until: date) -> set[int]:
        """The keys of the papers first announced on these days, both included."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT paper FROM announced GROUP BY paper HAVING min(day) BETWEEN ? AND ?",
                (since.isoformat(), until.isoformat()),
            )
            return {key for (key,) in rows}


def _version(encoder: Encoder, packer: Packer) -> str:
    return f"{encoder.version}.{packer.version}"

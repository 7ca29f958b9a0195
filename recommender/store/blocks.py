"""The library seen as a whole: all papers by their keys, and their terms packed in blocks."""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from recommender.paper import Nudge, NudgeKind, Paper
from recommender.store import paper_table
from recommender.store.full_text import phrase
from recommender.store.library import Library
from recommender.store.rows import texts_from_json

SIZE = 4096  # neighbouring keys a block; the triggers of the schema have the same number
_AUTHORS_OF = 100_000  # newest papers whose authors are searched: a search through a million takes too long


class Packer(NamedTuple):
    """How the terms of a block of papers are packed."""

    pack: Callable[[Sequence[bytes]], bytes]  # from encoded papers, b"" where a key has no paper
    version: int  # grows when `pack` would give other bytes for the same papers


class Blocks:
    """All papers of a library, for rankings that look at each. Papers are named by their keys: integers from 1 on.

    A block is packed at the first request, and emptied by a trigger when a paper in it changes.
    """

    def __init__(self, library: Library, packer: Packer) -> None:
        self.library = library
        self._packer = packer
        self._version = f"{library.encoder.version}.{packer.version}"

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """Each block with the key of its first paper, one after the other, so that only one is in memory.

        All show the same moment. Blocks that are not packed yet are packed on the way, and not kept.
        """
        with self.library.reading() as connection:
            for number in range(_count(connection)):
                row = connection.execute(
                    "SELECT packed FROM block WHERE number = ? AND version = ?", (number, self._version)
                ).fetchone()
                yield number * SIZE, row[0] if row else self._packed(connection, number)

    def unpacked(self) -> list[int]:
        """The numbers of the blocks that are not packed by these versions of encoder and packer."""
        with self.library.reading() as connection:
            rows = connection.execute("SELECT number FROM block WHERE version = ?", (self._version,))
            packed = {number for (number,) in rows}
            return [number for number in range(_count(connection)) if number not in packed]

    def pack(self, number: int) -> None:
        """Pack and keep one block; other writers wait meanwhile."""
        with self.library.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO block VALUES (?, ?, ?)",
                (number, self._version, self._packed(connection, number)),
            )

    def has_blocks(self) -> bool:
        """Whether any block was ever packed."""
        with self.library.reading() as connection:
            return connection.execute("SELECT 1 FROM block LIMIT 1").fetchone() is not None

    # Papers by key

    def by_keys(self, keys: Sequence[int]) -> list[Paper]:
        """The stored papers among these keys, in this order."""
        with self.library.reading() as connection:
            stored = paper_table.by_key(connection, keys)
        return [stored[key] for key in keys if key in stored]

    def keys(self) -> set[int]:
        """The keys of all papers."""
        with self.library.reading() as connection:
            return {key for (key,) in connection.execute("SELECT key FROM paper")}

    def keys_of(self, ids: Collection[str]) -> set[int]:
        """The keys of the stored papers among these ids."""
        with self.library.reading() as connection:
            return set(paper_table.keys(connection, ids).values())

    def keys_announced(self, since: date, until: date) -> set[int]:
        """The keys of the papers first announced on these days, both included."""
        with self.library.reading() as connection:
            rows = connection.execute(
                "SELECT paper FROM announced GROUP BY paper HAVING min(day) BETWEEN ? AND ?",
                (since.isoformat(), until.isoformat()),
            )
            return {key for (key,) in rows}

    def keys_with(self, nudge: Nudge) -> Iterator[int]:
        """The keys of papers that may have a word or a category, newest first; a few of them do not."""
        if nudge.kind is NudgeKind.CATEGORY:
            condition, parameter = "categories LIKE ?", f'%"{nudge.text}%'
        else:
            condition = "key IN (SELECT rowid FROM paper_fts WHERE paper_fts MATCH ?)"
            parameter = phrase(nudge.text)
        with self.library.reading() as connection:
            rows = connection.execute(f"SELECT key FROM paper WHERE {condition} ORDER BY key DESC", (parameter,))
            for (key,) in rows:
                yield key

    def authors_with(self, words: Collection[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Papers that may have an author with one of these words in the name: key and authors, newest first.

        Only the newest _AUTHORS_OF papers are searched.

        Args:
            words: lower case, without accents. Papers with a name that has other letters than those of ASCII are
                always given: SQL cannot compare them.
        """
        conditions = " OR ".join(["authors LIKE ?"] * len(words))
        with self.library.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT key, authors FROM paper WHERE key > (SELECT max(key) FROM paper) - {_AUTHORS_OF}
                AND ({conditions} OR authors GLOB '*[^ -~]*') ORDER BY key DESC
                """,
                [f"%{word}%" for word in words],
            )
            for key, authors in rows:
                yield key, texts_from_json(authors)

    def _packed(self, connection: sqlite3.Connection, number: int) -> bytes:
        first = number * SIZE
        span = (first, first + SIZE - 1)
        encoder = self.library.encoder
        terms = dict(
            connection.execute(
                "SELECT paper, encoded FROM terms WHERE version = ? AND paper BETWEEN ? AND ?", (encoder.version, *span)
            )
        )
        keys = connection.execute("SELECT key FROM paper WHERE key BETWEEN ? AND ?", span)
        missing = paper_table.by_key(connection, [key for (key,) in keys if key not in terms])
        terms |= {key: encoder.encode(paper) for key, paper in missing.items()}
        return self._packer.pack([terms.get(key, b"") for key in range(first, first + SIZE)])


def _count(connection: sqlite3.Connection) -> int:
    """The number of blocks that a library's keys need."""
    (last_key,) = connection.execute("SELECT ifnull(max(key), -1) FROM paper").fetchone()
    return int(last_key) // SIZE + 1

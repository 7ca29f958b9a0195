"""All papers of the library at once: their terms in blocks, packed when somebody asks, emptied when one changes."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from recommender.paper import Paper
from recommender.store.library import Encoder, Library
from recommender.store.rows import PAPER_COLUMNS, paper_from_row

_BLOCK = 4096  # neighbouring keys; the triggers of the schema say so too


class Packer(NamedTuple):
    """How the terms of a block of papers are packed."""

    pack: Callable[[Sequence[bytes]], bytes]  # of encoded papers, empty where there is none
    version: int  # grows when the same papers would be packed otherwise


class Catalogue(Library):
    """The library, for what looks at every paper in it. Papers are told by their keys here: numbers from 1 on."""

    def unpacked(self, encoder: Encoder, packer: Packer) -> list[int]:
        """The numbers of the blocks that are not packed as these versions do it."""
        with self._reading() as connection:
            (last,) = connection.execute("SELECT ifnull(max(key), -1) FROM paper").fetchone()
            rows = connection.execute("SELECT number FROM block WHERE version = ?", (_version(encoder, packer),))
            packed = {number for (number,) in rows}
        return [number for number in range(last // _BLOCK + 1) if number not in packed]

    def pack(self, number: int, encoder: Encoder, packer: Packer) -> None:
        """Pack one block; nobody changes a paper meanwhile."""
        first = number * _BLOCK
        block = range(first, first + _BLOCK)
        encoded = [b""] * _BLOCK
        with self._transaction() as connection:
            terms = dict(
                connection.execute(
                    "SELECT paper, encoded FROM terms WHERE version = ? AND paper BETWEEN ? AND ?",
                    (encoder.version, block[0], block[-1]),
                )
            )
            keys = connection.execute("SELECT key FROM paper WHERE key BETWEEN ? AND ?", (block[0], block[-1]))
            missing = [key for (key,) in keys if key not in terms]
            rows = self._by_key(f"SELECT key, {PAPER_COLUMNS} FROM paper WHERE key IN ({{}})", missing)
            terms |= {key: encoder.encode(paper_from_row(row)) for key, row in rows.items()}
            for key, told in terms.items():
                encoded[key - first] = told
            connection.execute(
                "INSERT OR REPLACE INTO block VALUES (?, ?, ?)",
                (number, _version(encoder, packer), packer.pack(encoded)),
            )

    def has_blocks(self) -> bool:
        """Whether anybody ever asked for blocks."""
        with self._reading() as connection:
            return connection.execute("SELECT 1 FROM block LIMIT 1").fetchone() is not None

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """Each packed block with the key of its first paper; one after the other, so that none stays in memory."""
        with self._reading() as connection:
            for number, packed in connection.execute(
                "SELECT number, packed FROM block WHERE version <> '' ORDER BY number"
            ):
                yield number * _BLOCK, packed

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

"""Every paper of every digest read: public facts, searchable, and rebuilt by reading the digests again."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from recommender.paper import Digest, Paper
from recommender.store.database import Database
from recommender.store.rows import PAPER_COLUMNS, paper_from_row, paper_to_row

_QUERY_WORDS = 60  # words of one question: each costs a walk through its papers
_BATCH = 500  # ids a query: SQLite takes 32,766 parameters since 3.32, older builds 999


@dataclass(frozen=True, slots=True)
class ReadDigest:
    """What the library keeps of a digest that was read."""

    name: str
    day: date
    category: str
    papers: int
    read_at: datetime


class Library(Database):
    """`library.db`: one row a paper over categories, days and versions."""

    kind = "library"
    application_id = 0x7265636C  # "recl"
    schema_version = 3

    def save(
        self,
        digest: Digest,
        *,
        day: date,
        name: str,
        fingerprint: str,
        read_at: datetime,
        encode: Callable[[Paper], bytes],
        encoding_version: int,
    ) -> None:
        """Take in one digest: its papers, their cached terms, and that they were announced on `day`.

        A paper known already is completed, never emptied: a newer text wins, a blank one never does.
        """
        import sqlite_utils

        with self._transaction() as connection:
            known = self._papers(paper.id for paper in digest.papers)
            merged = {paper.id: _merged(known.get(paper.id), paper) for paper in digest.papers}
            changed = [paper for paper in merged.values() if known.get(paper.id) != paper]
            sqlite_utils.Database(connection).table("paper").upsert_all(map(paper_to_row, changed), pk="id")
            keys = self._keys(merged)
            encoded = set(self._encodings(merged, encoding_version))
            stale = {paper.id for paper in changed} | (merged.keys() - encoded)
            connection.executemany(
                "INSERT OR REPLACE INTO terms (paper, version, encoded) VALUES (?, ?, ?)",
                [(keys[paper_id], encoding_version, encode(merged[paper_id])) for paper_id in sorted(stale)],
            )
            connection.executemany(
                "INSERT OR IGNORE INTO announced (day, category, paper) VALUES (?, ?, ?)",
                [(day.isoformat(), digest.category, key) for key in keys.values()],
            )
            connection.execute(
                "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?, ?)",
                (fingerprint, name, day.isoformat(), digest.category, len(merged), read_at.isoformat()),
            )

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The papers of these ids that are here, by id."""
        with self._reading():
            return self._papers(ids)

    def encodings(self, ids: Iterable[str], version: int) -> dict[str, bytes]:
        """The cached terms of these papers by id; what another version wrote counts as absent."""
        with self._reading():
            return self._encodings(ids, version)

    def announced_before(self, day: date, limit: int, without: Collection[str] = ()) -> list[Paper]:
        """The newest `limit` papers announced before `day`, but those in `without`; newest day first."""
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {PAPER_COLUMNS} FROM paper JOIN (
                    SELECT paper AS key, max(day) AS day FROM announced
                    WHERE paper NOT IN (SELECT paper FROM announced WHERE day >= ?)
                    GROUP BY paper ORDER BY max(day) DESC, paper LIMIT ?
                ) USING (key) ORDER BY day DESC, key
                """,
                (day.isoformat(), limit + len(without)),
            ).fetchall()
        unwanted = set(without)
        return [paper for paper in map(paper_from_row, rows) if paper.id not in unwanted][:limit]

    def search(self, words: str, limit: int) -> list[Paper]:
        """Papers with all of the words (stemmed, any case), else with any of them; best match first."""
        with self._reading():
            return self._matches(words.split(), " AND ", limit) or self._matches(words.split(), " OR ", limit)

    def search_any(self, words: Iterable[str], limit: int) -> list[Paper]:
        """Papers with any of the words, best match first; of many words the first ones count."""
        with self._reading():
            return self._matches(list(dict.fromkeys(words))[:_QUERY_WORDS], " OR ", limit)

    def count(self) -> int:
        """How many papers are here."""
        with self._reading() as connection:
            (papers,) = connection.execute("SELECT count(*) FROM paper").fetchone()
        return int(papers)

    def state_before(self, day: date) -> str:
        """Changes whenever papers announced before `day` may have changed."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT count(*), max(read_at) FROM digest WHERE day < ?", (day.isoformat(),)
            ).fetchone()
        return str(row)

    def last_digest(self) -> ReadDigest | None:
        """The digest read last."""
        with self._reading() as connection:
            row = connection.execute(
                """
                SELECT name, day, category, papers, read_at FROM digest
                ORDER BY read_at DESC, rowid DESC LIMIT 1
                """
            ).fetchone()
        if row is None:
            return None
        name, day, category, papers, read_at = row
        return ReadDigest(name, date.fromisoformat(day), category, papers, datetime.fromisoformat(read_at))

    def has_read(self, fingerprint: str, encoding_version: int) -> bool:
        """Whether this very text was saved, with terms of this version."""
        with self._reading() as connection:
            row = connection.execute(
                """
                SELECT 1 FROM digest WHERE fingerprint = ? AND NOT EXISTS (
                    SELECT 1 FROM announced JOIN terms USING (paper)
                    WHERE announced.day = digest.day AND announced.category = digest.category AND version <> ?
                )
                """,
                (fingerprint, encoding_version),
            ).fetchone()
        return row is not None

    def first_announced(self, categories: Collection[str] = ()) -> dict[str, date]:
        """The first day each paper was announced on, by id: in these categories, or in any; as announced each day."""
        wanted = ["", *categories] if categories else []
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                SELECT id, min(day) FROM announced JOIN paper ON paper.key = announced.paper
                WHERE {f"category IN ({', '.join('?' * len(wanted))})" if wanted else "TRUE"}
                GROUP BY announced.paper ORDER BY min(day), announced.paper
                """,
                wanted,
            )
            return {paper_id: date.fromisoformat(day) for paper_id, day in rows}

    def _matches(self, words: Sequence[str], operator: str, limit: int) -> list[Paper]:
        quoted = ['"' + word.replace('"', '""').replace("\0", "") + '"' for word in words]
        if not quoted:
            return []
        rows = self._connection.execute(
            f"""
            SELECT {PAPER_COLUMNS} FROM paper JOIN (
                SELECT rowid AS key, rank FROM paper_fts WHERE paper_fts MATCH ? ORDER BY rank LIMIT ?
            ) USING (key) ORDER BY rank, key
            """,
            (operator.join(quoted), limit),
        )
        return [paper_from_row(row) for row in rows]

    def _papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        found = {}
        for batch in _batches(ids):
            marks = ", ".join("?" * len(batch))
            sql = f"SELECT {PAPER_COLUMNS} FROM paper WHERE id IN ({marks})"
            for row in self._connection.execute(sql, batch):
                found[row[0]] = paper_from_row(row)
        return found

    def _keys(self, ids: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for batch in _batches(ids):
            marks = ", ".join("?" * len(batch))
            found.update(self._connection.execute(f"SELECT id, key FROM paper WHERE id IN ({marks})", batch))
        return found

    def _encodings(self, ids: Iterable[str], version: int) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for batch in _batches(ids):
            marks = ", ".join("?" * len(batch))
            found.update(
                self._connection.execute(
                    f"""
                    SELECT id, encoded FROM paper JOIN terms ON terms.paper = paper.key
                    WHERE version = ? AND id IN ({marks})
                    """,
                    (version, *batch),
                )
            )
        return found


def _batches(ids: Iterable[str]) -> list[list[str]]:
    wanted = sorted(set(ids))
    return [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]


def _merged(known: Paper | None, told: Paper) -> Paper:
    if known is None:
        return told
    return replace(
        known,
        title=told.title or known.title,
        abstract=told.abstract or known.abstract,
        authors=told.authors or known.authors,
        categories=told.categories or known.categories,
        submitted=told.submitted or known.submitted,
    )

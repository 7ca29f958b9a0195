"""Every paper of every digest read: public facts only, rebuilt by reading the digests again."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from recommender.paper import Digest, Document, Paper, completed
from recommender.store import fetch_log, full_text, paper_table
from recommender.store.database import Database
from recommender.store.fetch_log import Fetched, Harvest
from recommender.store.paper_table import Encoder
from recommender.store.rows import PAPER_COLUMNS, contents_from_json, contents_to_json, paper_from_row, texts_from_json
from recommender.text.folding import searchable

__all__ = ["Encoder", "Fetched", "Harvest", "Library", "ReadDigest"]


class ReadDigest(NamedTuple):
    """The record of a digest that was read."""

    name: str
    day: date
    category: str
    papers: int
    read_at: datetime


class Library(Database):
    """One row a paper, over all categories, days and versions, with its cached terms."""

    kind = "library"
    application_id = 0x7265636C  # "recl"
    schema_version = 12

    def __init__(self, path: Path, encoder: Encoder, copies: Path | None = None) -> None:
        super().__init__(path, copies)
        self.encoder = encoder

    def _prepare(self, connection: sqlite3.Connection, *, new: bool) -> None:
        connection.create_function("searchable", 1, searchable, deterministic=True)  # for triggers of the full text
        super()._prepare(connection, new=new)

    # Saving

    def save(
        self,
        digests: Iterable[tuple[date, Digest]],
        *,
        name: str,
        fingerprint: str,
        read_at: datetime,
        harvest: Harvest | None = None,
    ) -> None:
        """Save the digests of one text: papers, their cached terms, and the days they were announced on.

        A stored paper is completed, never emptied: a newer text replaces an older one, a blank text replaces nothing.
        Newer versions count as announced on no day.

        Args:
            digests: each with the day it counts for.
            fingerprint: SHA-256 of the whole text, in hex.
            harvest: the progress of the harvest that brought the text; saved in the same transaction.
        """
        with self.transaction() as connection:
            for number, (day, digest) in enumerate(digests):
                keys = paper_table.save(connection, [*digest.papers, *digest.replaced], self.encoder)
                for table, listed in (("announced", digest.papers), ("revised", digest.replaced)):
                    connection.executemany(
                        f"INSERT OR IGNORE INTO {table} (day, category, paper) VALUES (?, ?, ?)",
                        [(day.isoformat(), digest.category, keys[paper.id]) for paper in listed],
                    )
                connection.execute(
                    "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        fingerprint if not number else f"{fingerprint} {number}",  # a text may hold several digests
                        name,
                        day.isoformat(),
                        digest.category,
                        len(digest.papers),
                        read_at.isoformat(),
                        contents_to_json(digest),
                    ),
                )
            if harvest:
                fetch_log.save_harvest(connection, harvest)
            count_change(connection)

    def add(self, new: Sequence[Paper]) -> None:
        """Save papers that no digest announced: imported, or asked for by id. Texts stored before stay."""
        with self.transaction() as connection:
            stored = paper_table.by_id(connection, (paper.id for paper in new))
            paper_table.save(connection, [completed(stored.get(paper.id, paper), paper) for paper in new], self.encoder)
            count_change(connection)

    def state(self) -> int:
        """A number that grows with every change of papers or announcements."""
        with self.reading() as connection:
            (number,) = connection.execute("SELECT number FROM change").fetchone()
        return int(number)

    # Papers by id

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The stored papers among these ids, by id."""
        with self.reading() as connection:
            return paper_table.by_id(connection, ids)

    def having(self, part: str, ids: Iterable[str]) -> set[str]:
        """Those of these papers that are stored with this part: "abstract", "authors" or "categories"."""
        with self.reading() as connection:
            return paper_table.ids_with(connection, part, ids)

    def alike(self, candidates: Iterable[Paper]) -> list[Paper]:
        """The stored papers that may be one of these: with the same id, DOI or title."""
        candidates = list(candidates)
        papers = self.papers(paper.id for paper in candidates)
        with self.reading() as connection:
            for paper in candidates:
                if paper.id not in papers:
                    papers.update((other.id, other) for other in paper_table.alike(connection, paper))
        return list(papers.values())

    def encodings(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The cached terms of these papers, by id; terms that another version of the encoder wrote are absent."""
        with self.reading() as connection:
            return paper_table.terms(connection, ids, self.encoder.version)

    def count(self) -> int:
        """The number of stored papers."""
        with self.reading() as connection:
            (number,) = connection.execute("SELECT count(*) FROM paper").fetchone()
        return int(number)

    # Full text

    def search_any(self, words: Iterable[str], limit: int) -> list[Paper]:
        """Papers with any of the words, best match first; of a long query only the first words count.

        Words found in very many papers are skipped, unless there are no others.
        """
        with self.reading() as connection:
            return full_text.search_any(connection, words, limit)

    # Announcements

    def announced_between(self, after: date | None, day: date, categories: Collection[str] = ()) -> list[Paper]:
        """Papers announced on `day`, or since the day after `after`; newest day first, within it as announced.

        Args:
            categories: a paper must have one of them or be announced in one ("cs" means all of cs.*); empty: any
                paper. A paper with no known category counts as one of each.
        """
        return self._listed("announced", after, day, categories)

    def revised_between(self, after: date | None, day: date, categories: Collection[str] = ()) -> list[Paper]:
        """Papers with a newer version on `day`, or since the day after `after`."""
        return self._listed("revised", after, day, categories)

    def announced_days(self, first: date, last: date, categories: Collection[str] = ()) -> dict[str, date]:
        """The last day between two on which each paper was announced, by id; newest first."""
        condition, parameters = _in_categories("announced", categories)
        with self.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT id, max(day), min(announced.rowid) AS place FROM announced
                JOIN paper ON paper.key = announced.paper WHERE day BETWEEN ? AND ? AND {condition}
                GROUP BY announced.paper ORDER BY max(day) DESC, place
                """,
                (first.isoformat(), last.isoformat(), *parameters),
            )
            return {paper_id: date.fromisoformat(day) for paper_id, day, _ in rows}

    def newest_day(self, categories: Collection[str] = ()) -> date | None:
        """The newest day on which a paper of these categories was announced."""
        condition, parameters = _in_categories("announced", categories)
        with self.reading() as connection:
            # newest days first: the first row that fits ends the walk
            row = connection.execute(
                f"""
                SELECT day FROM announced JOIN paper ON paper.key = announced.paper
                WHERE {condition} ORDER BY day DESC LIMIT 1
                """,
                parameters,
            ).fetchone()
            return date.fromisoformat(row[0]) if row else None

    def days_of(self, ids: Collection[str]) -> dict[str, date]:
        """The first announcement day of each of these papers, by id; papers never announced are absent."""
        days: dict[str, date] = {}
        with self.reading() as connection:
            id_of = {key: paper_id for paper_id, key in paper_table.keys(connection, ids).items()}
            rows = paper_table.rows_by_key(
                connection,
                "SELECT paper, min(day) FROM announced WHERE paper IN ({}) GROUP BY paper",
                list(id_of),
            )
            for key, (day,) in rows.items():
                days[id_of[key]] = date.fromisoformat(day)
        return days

    def first_announced(self, categories: Collection[str] = ()) -> dict[str, date]:
        """The first day of each paper in these categories, or in any, by id; in the order of announcement."""
        condition, parameters = _in_categories("announced", categories)
        with self.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT id, min(day) FROM announced JOIN paper ON paper.key = announced.paper WHERE {condition}
                GROUP BY announced.paper ORDER BY min(day), announced.paper
                """,
                parameters,
            )
            return {paper_id: date.fromisoformat(day) for paper_id, day in rows}

    def has_list(self, category: str, day: date) -> bool:
        """Whether a list of exactly this category was saved for that day."""
        with self.reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM announced WHERE day = ? AND category = ? LIMIT 1", (day.isoformat(), category)
            ).fetchone()
        return row is not None

    def announced_before(self, day: date, limit: int, without: Collection[str] = ()) -> list[Paper]:
        """The newest papers announced before `day` and not since, except those in `without`; newest day first."""
        with self.reading() as connection:
            keys = _newest_before(connection, day, limit, without)
            stored = paper_table.by_key(connection, keys)
        return [stored[key] for key in keys if key in stored]  # in a damaged file, some may be missing

    def background(self, day: date, limit: int, without: Collection[str]) -> list[Document]:
        """The papers of `announced_before` as Documents: id, authors and terms, without their texts.

        Terms that are not cached are encoded here, and not kept.
        """
        with self.reading() as connection:
            keys = _newest_before(connection, day, limit, without)
            rows = paper_table.rows_by_key(
                connection,
                f"""
                SELECT key, id, authors, encoded FROM paper JOIN terms ON terms.paper = paper.key
                WHERE version = {int(self.encoder.version)} AND key IN ({{}})
                """,
                keys,
            )
            uncached = paper_table.by_key(connection, [key for key in keys if key not in rows])
        documents = {key: Document(id_, texts_from_json(authors), terms) for key, (id_, authors, terms) in rows.items()}
        for key, paper in uncached.items():
            documents[key] = Document(paper.id, paper.authors, self.encoder.encode(paper))
        return [documents[key] for key in keys if key in documents]

    # Texts that were read

    def has_read(self, fingerprint: str) -> bool:
        """Whether this very text was saved, with terms of the encoder's version."""
        with self.reading() as connection:
            row = connection.execute(
                """
                SELECT 1 FROM digest WHERE fingerprint = ? AND NOT EXISTS (
                    SELECT 1 FROM announced JOIN terms USING (paper)
                    WHERE announced.day = digest.day AND announced.category = digest.category AND version <> ?
                )
                """,
                (fingerprint, self.encoder.version),
            ).fetchone()
        return row is not None

    def digests(self, fingerprint: str) -> list[Digest]:
        """The digests of a text that was read, each paper as it is stored now; empty if the text is not known."""
        with self.reading() as connection:
            rows = connection.execute(
                """
                SELECT day, category, contents FROM digest
                WHERE fingerprint = ? OR (fingerprint > ? || ' ' AND fingerprint < ? || '!') ORDER BY rowid
                """,
                (fingerprint, fingerprint, fingerprint),
            ).fetchall()
            if not all(contents for _, _, contents in rows):  # read by a version that kept no contents
                return []
            contents = [contents_from_json(text) for _, _, text in rows]
            ids = {id_ for each in contents for id_ in (*each.papers, *each.replaced)}
            stored = paper_table.by_id(connection, ids)
        if len(stored) < len(ids):  # lost with a damaged file: the text is read again
            return []
        return [
            Digest(
                date.fromisoformat(day),
                category,
                tuple(stored[paper_id] for paper_id in each.papers),
                each.skipped,
                each.crossed,
                tuple(stored[paper_id] for paper_id in each.replaced),
                each.total,
            )
            for (day, category, _), each in zip(rows, contents, strict=True)
        ]

    def day_read(self, fingerprint: str) -> date | None:
        """The day that a text read before counts for."""
        with self.reading() as connection:
            row = connection.execute("SELECT day FROM digest WHERE fingerprint = ?", (fingerprint,)).fetchone()
            return date.fromisoformat(row[0]) if row else None

    def last_digest(self) -> ReadDigest | None:
        """The digest that was read last."""
        with self.reading() as connection:
            row = connection.execute(
                """
                SELECT name, day, category, papers, read_at FROM digest
                ORDER BY read_at DESC, rowid DESC LIMIT 1
                """
            ).fetchone()
            if row is None:
                return None
            name, day, category, count, read_at = row
            return ReadDigest(name, date.fromisoformat(day), category, count, datetime.fromisoformat(read_at))

    # Fetching

    def harvest(self, category: str, since: date, until: date) -> Harvest | None:
        """The progress of an earlier harvest of the same category and days."""
        with self.reading() as connection:
            return fetch_log.harvest(connection, category, since, until)

    def note_fetch(self, source: str, day: date, papers: int, at: datetime) -> None:
        """Record that a source was asked for a day, and how many papers it had."""
        with self.transaction() as connection:
            fetch_log.save_fetched(connection, source, day, Fetched(at, papers))

    def fetched(self, source: str, day: date) -> Fetched | None:
        """The last time a source was asked for a day."""
        with self.reading() as connection:
            return fetch_log.fetched(connection, source, day)

    def awaits(self, source: str, day: date, now: datetime, whole_at: datetime | None = None) -> bool:
        """Whether to ask a source for a day: it has brought no papers yet, and was not asked just now.

        Args:
            whole_at: what it brought before this moment of the day may have been a part.
        """
        return fetch_log.awaits(self.fetched(source, day), self.has_list(source, day), day, now, whole_at)

    def _listed(self, table: str, after: date | None, day: date, categories: Collection[str]) -> list[Paper]:
        condition, parameters = _in_categories(table, categories)
        since = f"day > '{after}' AND day <=" if after else "day ="
        with self.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {PAPER_COLUMNS} FROM paper JOIN (
                    SELECT {table}.paper AS key, max(day) AS day, min({table}.rowid) AS place FROM {table}
                    JOIN paper ON paper.key = {table}.paper
                    WHERE {since} ? AND {condition} GROUP BY {table}.paper
                ) USING (key) ORDER BY day DESC, place
                """,
                (day.isoformat(), *parameters),
            )
            return [paper_from_row(row) for row in rows]


def count_change(connection: sqlite3.Connection) -> None:
    """Raise the number that `Library.state` gives."""
    connection.execute("UPDATE change SET number = number + 1")


def _newest_before(connection: sqlite3.Connection, day: date, limit: int, without: Collection[str]) -> list[int]:
    """The keys of the papers of `announced_before`; newest day first, within it by key."""
    excluded_keys = set(paper_table.keys(connection, without).values())
    day_of: dict[int, str] = {}
    rows = connection.execute(
        """
        SELECT paper, day FROM announced AS own WHERE day < :day
        AND NOT EXISTS (SELECT 1 FROM announced WHERE paper = own.paper AND day >= :day) ORDER BY day DESC
        """,
        {"day": day.isoformat()},
    )
    last_day = ""
    for key, its_day in rows:  # read no further than needed: a library may hold a million papers
        if len(day_of) >= limit and its_day != last_day:
            break
        if key not in excluded_keys:
            day_of.setdefault(key, its_day)
        last_day = its_day
    by_key = sorted(day_of)
    return sorted(by_key, key=day_of.__getitem__, reverse=True)[:limit]


def _in_categories(table: str, categories: Collection[str]) -> tuple[str, list[str]]:
    """A condition of SQL that holds for papers of these categories, and its parameters."""
    if not categories:
        return "TRUE", []
    names = " OR ".join(["{0} = ? OR {0} LIKE ?"] * len(categories))
    parameters = [name for category in categories for name in (category, f"{category}.%")]
    return (
        f"""(
            {names.format(f"{table}.category")}
            OR ({table}.category = '' AND paper.categories = '[]')
            OR EXISTS (SELECT 1 FROM json_each(paper.categories) WHERE {names.format("value")})
        )""",
        [*parameters, *parameters],
    )

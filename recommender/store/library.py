"""Every paper of every digest read: public facts, searchable, and rebuilt by reading the digests again."""

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from recommender.ids import arxiv_id, paper_id
from recommender.paper import Digest, Paper, completed
from recommender.store.database import Database
from recommender.store.rows import (
    PAPER_COLUMNS,
    contents_from_json,
    contents_to_json,
    paper_from_row,
    paper_to_row,
    texts_from_json,
)

_QUERY_WORDS = 60  # words of one question: each costs a walk through its papers
# A word that more papers have tells little of one, and costs most: so many of all, but at least and at most so many.
_COMMON, _FEW, _MANY = 0.1, 500, 5_000
_ASK_AGAIN = timedelta(minutes=30)  # after a source had nothing of the day
_BATCH = 500  # ids a query: SQLite takes 32,766 parameters since 3.32, older builds 999


class ReadDigest(NamedTuple):
    """What the library keeps of a digest that was read."""

    name: str
    day: date
    category: str
    papers: int
    read_at: datetime


class Harvest(NamedTuple):
    """How far a harvest of a category came."""

    category: str
    since: date
    until: date
    token: str  # the server's word for where to go on; empty: it is done, or begins anew at `reached`
    reached: date  # everything up to the day before is here
    done: int  # records
    at: datetime


class Fetched(NamedTuple):
    """The last time a source was asked for a day."""

    at: datetime
    papers: int  # that it had of the day


class Encoder(NamedTuple):
    """How the terms of a paper are cached."""

    encode: Callable[[Paper], bytes]
    version: int  # grows when the same paper would be encoded otherwise


class Library(Database):
    """`library.db`: one row a paper over categories, days and versions."""

    kind = "library"
    application_id = 0x7265636C  # "recl"
    schema_version = 9

    def save(
        self,
        digests: Iterable[tuple[date, Digest]],
        *,
        name: str,
        fingerprint: str,
        read_at: datetime,
        encoder: Encoder,
        harvest: Harvest | None = None,
    ) -> None:
        """Take in the digests of one text: papers, their cached terms, and on which days they were announced.

        A paper known already is completed, never emptied: a newer text wins, a blank one never does. Newer versions
        count as announced on no day.

        Args:
            digests: each with the day it counts for.
            fingerprint: of the whole text.
            harvest: how far a harvest came with this text; kept in the same transaction.
        """
        with self._transaction() as connection:
            for number, (day, digest) in enumerate(digests):
                keys = self._keep([*digest.papers, *digest.replaced], encoder)
                for table, papers in (("announced", digest.papers), ("revised", digest.replaced)):
                    connection.executemany(
                        f"INSERT OR IGNORE INTO {table} (day, category, paper) VALUES (?, ?, ?)",
                        [(day.isoformat(), digest.category, keys[paper.id]) for paper in papers],
                    )
                part = fingerprint if not number else f"{fingerprint} {number}"  # of a text with several digests
                connection.execute(
                    "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        part,
                        name,
                        day.isoformat(),
                        digest.category,
                        len(digest.papers),
                        read_at.isoformat(),
                        contents_to_json(digest),
                    ),
                )
            if harvest:
                connection.execute(
                    "INSERT OR REPLACE INTO harvest VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        harvest.category,
                        harvest.since.isoformat(),
                        harvest.until.isoformat(),
                        harvest.token,
                        harvest.reached.isoformat(),
                        harvest.done,
                        harvest.at.isoformat(),
                    ),
                )
            self._changed()

    def add(self, papers: Sequence[Paper], encoder: Encoder) -> None:
        """Keep papers that no digest announced, what a reader asked for or had in a library; known texts stay."""
        with self._transaction():
            known = self._papers(paper.id for paper in papers)
            self._keep([completed(known.get(paper.id, paper), paper) for paper in papers], encoder)
            self._changed()

    def harvest(self, category: str, since: date, until: date) -> Harvest | None:
        """How far an earlier harvest of the same came."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT * FROM harvest WHERE category = ? AND since = ? AND until = ?",
                (category, since.isoformat(), until.isoformat()),
            ).fetchone()
        if row is None:
            return None
        _, _, _, token, reached, done, at = row
        return Harvest(category, since, until, token, date.fromisoformat(reached), done, datetime.fromisoformat(at))

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The papers of these ids that are here, by id."""
        with self._reading():
            return self._papers(ids)

    def encodings(self, ids: Iterable[str], version: int) -> dict[str, bytes]:
        """The cached terms of these papers by id; what another version wrote counts as absent."""
        with self._reading():
            return self._encodings(ids, version)

    def announced_between(self, after: date | None, day: date, categories: Collection[str] = ()) -> list[Paper]:
        """Papers announced on `day`, or since the day after `after`; newest day first, within it as announced.

        Args:
            categories: those of which a paper must have one, or be announced in one ("cs" means all of cs.*);
                none: any. A paper of which nobody says a category counts as of any.
        """
        return self._listed("announced", after, day, categories)

    def revised_between(self, after: date | None, day: date, categories: Collection[str] = ()) -> list[Paper]:
        """Papers of which a newer version came on `day`, or since the day after `after`."""
        return self._listed("revised", after, day, categories)

    def newest_day(self, categories: Collection[str] = ()) -> date | None:
        """The newest day on which a paper of these categories was announced."""
        own, parameters = _of_categories("announced", categories)
        with self._reading() as connection:
            # newest days first: the first row that fits ends the walk
            row = connection.execute(
                f"""
                SELECT day FROM announced JOIN paper ON paper.key = announced.paper
                WHERE {own} ORDER BY day DESC LIMIT 1
                """,
                parameters,
            ).fetchone()
        return date.fromisoformat(row[0]) if row else None

    def days_of(self, ids: Collection[str]) -> dict[str, date]:
        """The first day each of these papers was announced on, by id; without those that never were."""
        found: dict[str, date] = {}
        with self._reading() as connection:
            for batch in _batches(ids):
                rows = connection.execute(
                    f"""
                    SELECT id, min(day) FROM paper JOIN announced ON announced.paper = paper.key
                    WHERE id IN ({", ".join("?" * len(batch))}) GROUP BY id
                    """,
                    batch,
                )
                found.update((paper_id, date.fromisoformat(day)) for paper_id, day in rows)
        return found

    def digests(self, fingerprint: str) -> list[Digest]:
        """What a text held that was read before, each paper with all that is known of it; empty where nobody knows."""
        with self._reading() as connection:
            rows = connection.execute(
                """
                SELECT day, category, contents FROM digest
                WHERE fingerprint = ? OR (fingerprint > ? || ' ' AND fingerprint < ? || '!') ORDER BY rowid
                """,
                (fingerprint, fingerprint, fingerprint),
            ).fetchall()
            if not all(contents for _, _, contents in rows):  # read by an older version
                return []
            held = [contents_from_json(contents) for _, _, contents in rows]
            known = self._papers(paper_id for each in held for paper_id in (*each.papers, *each.replaced))
        return [
            Digest(
                date.fromisoformat(day),
                category,
                tuple(known[paper_id] for paper_id in each.papers),
                each.skipped,
                each.crossed,
                tuple(known[paper_id] for paper_id in each.replaced),
            )
            for (day, category, _), each in zip(rows, held, strict=True)
        ]

    def day_read(self, fingerprint: str) -> date | None:
        """The day that a text read before counts for."""
        with self._reading() as connection:
            row = connection.execute("SELECT day FROM digest WHERE fingerprint = ?", (fingerprint,)).fetchone()
        return date.fromisoformat(row[0]) if row else None

    def same(self, papers: Sequence[Paper]) -> dict[str, Paper]:
        """The paper known here that each of these is, by these papers' ids: by id, else DOI, else title.

        A title tells nothing where both have an arXiv id, or both a DOI: there are many an "Introduction".
        """
        found = self.papers(paper.id for paper in papers)
        with self._reading() as connection:
            for paper in papers:
                if paper.id in found:
                    continue
                row = connection.execute(
                    f"""
                    SELECT {PAPER_COLUMNS} FROM paper
                    WHERE (doi = :doi AND doi <> '')
                    OR (title_id = :title_id AND title <> '' AND NOT :arxiv AND (doi = '' OR :doi = ''))
                    ORDER BY doi = :doi DESC, id LIMIT 1
                    """,
                    {
                        "doi": paper.doi,
                        "title_id": paper_id(title=paper.title),
                        "arxiv": bool(arxiv_id(paper.id)),
                    },
                ).fetchone()
                if row is not None:
                    found[paper.id] = paper_from_row(row)
        return found

    def note_fetch(self, source: str, day: date, papers: int, at: datetime) -> None:
        """Remember that a source was asked for a day, and how many papers it had."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO fetched (source, day, at, papers) VALUES (?, ?, ?, ?)",
                (source, day.isoformat(), at.isoformat(), papers),
            )

    def fetched(self, source: str, day: date) -> Fetched | None:
        """When a source was last asked for a day, and what it had."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT at, papers FROM fetched WHERE source = ? AND day = ?", (source, day.isoformat())
            ).fetchone()
        return Fetched(datetime.fromisoformat(row[0]), row[1]) if row else None

    def awaits(self, source: str, day: date, now: datetime) -> bool:
        """Whether a source is to be asked for a day: it has not brought it, and was not asked just now."""
        asked = self.fetched(source, day)
        if asked is None:
            return not self.has_list(source, day)
        return not asked.papers and now - asked.at >= _ASK_AGAIN

    def has_list(self, category: str, day: date) -> bool:
        """Whether a list of just this category is here of that day."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM announced WHERE day = ? AND category = ? LIMIT 1", (day.isoformat(), category)
            ).fetchone()
        return row is not None

    def announced_before(self, day: date, limit: int, without: Collection[str] = ()) -> list[Paper]:
        """The newest `limit` papers announced before `day`, but those in `without`; newest day first."""
        with self._reading():
            keys = self._newest_before(day, limit, without)
            rows = self._by_key(f"SELECT key, {PAPER_COLUMNS} FROM paper WHERE key IN ({{}})", keys)
        return [paper_from_row(rows[key]) for key in keys]

    def background(
        self, day: date, limit: int, without: Collection[str], version: int
    ) -> tuple[list[Paper], dict[str, bytes]]:
        """What `announced_before` gives, and the cached terms by id; a paper that has them comes without its text."""
        with self._reading():
            keys = self._newest_before(day, limit, without)
            rows = self._by_key(
                f"""
                SELECT key, id, authors, encoded FROM paper JOIN terms ON terms.paper = paper.key
                WHERE version = {int(version)} AND key IN ({{}})
                """,
                keys,
            )
            missing = self._by_key(
                f"SELECT key, {PAPER_COLUMNS} FROM paper WHERE key IN ({{}})", [key for key in keys if key not in rows]
            )
        found: list[Paper] = []
        encoded: dict[str, bytes] = {}
        for key in keys:
            if key in missing:
                paper = paper_from_row(missing[key])
            else:
                its_id, authors, terms = rows[key]
                paper = Paper(its_id, "", "", texts_from_json(authors))
                encoded[its_id] = terms
            found.append(paper)
        return found, encoded

    def search(self, words: str, limit: int) -> list[Paper]:
        """Papers with all of the words (stemmed, any case), else with any of them; best match first."""
        with self._reading():
            return self._matches(words.split(), " AND ", limit) or self._matches(words.split(), " OR ", limit)

    def search_any(self, words: Iterable[str], limit: int) -> list[Paper]:
        """Papers with any of the words, best match first; of many words the first ones count.

        A word that very many papers have does not count where there are others.
        """
        with self._reading() as connection:
            asked = list(dict.fromkeys(words))[:_QUERY_WORDS]
            (papers,) = connection.execute("SELECT ifnull(max(key), 0) FROM paper").fetchone()  # at most so many
            most = round(min(max(papers * _COMMON, _FEW), _MANY))
            telling = [word for word in asked if not self._has_more(word, most)]
            return self._matches(telling or asked, " OR ", limit)

    def count(self) -> int:
        """How many papers are here."""
        with self._reading() as connection:
            (papers,) = connection.execute("SELECT count(*) FROM paper").fetchone()
        return int(papers)

    def state(self) -> int:
        """Grows whenever anything here may have changed."""
        with self._reading() as connection:
            (number,) = connection.execute("SELECT number FROM change").fetchone()
        return int(number)

    def counts(self) -> bytes:
        """What `keep_counts` kept last; empty where there is nothing, or it cannot be read."""
        try:
            return self._counts_file.read_bytes()
        except OSError:
            return b""

    def keep_counts(self, counts: bytes) -> None:
        """Keep term counts of a ranking, in a file beside this one; nothing is lost where that cannot be written."""
        beside = self._counts_file.with_suffix(f".counts-{os.getpid()}")
        try:
            beside.write_bytes(counts)
            beside.replace(self._counts_file)
        except OSError:
            with suppress(OSError):
                beside.unlink()

    @property
    def _counts_file(self) -> Path:
        return self.path.with_suffix(".counts")

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
        own, parameters = _of_categories("announced", categories)
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                SELECT id, min(day) FROM announced JOIN paper ON paper.key = announced.paper WHERE {own}
                GROUP BY announced.paper ORDER BY min(day), announced.paper
                """,
                parameters,
            )
            return {paper_id: date.fromisoformat(day) for paper_id, day in rows}

    def _keep(self, papers: Sequence[Paper], encoder: Encoder) -> dict[str, int]:
        """Insert or complete papers with their terms; the keys of all of them, by id."""
        known = self._papers(paper.id for paper in papers)
        merged: dict[str, Paper] = {}
        for paper in papers:
            merged[paper.id] = completed(paper, merged.get(paper.id) or known.get(paper.id, paper))
        changed = [paper for paper in merged.values() if known.get(paper.id) != paper]
        (last,) = self._connection.execute("SELECT ifnull(max(key), 0) FROM paper").fetchone()
        # in plain SQL: sqlite-utils would take 130 ms to import, on the first `today` of each day
        self._connection.executemany(
            f"""
            INSERT INTO paper ({PAPER_COLUMNS}, title_id)
            VALUES (:id, :title, :abstract, :authors, :categories, :submitted, :doi, :title_id)
            ON CONFLICT (id) DO UPDATE SET title = excluded.title, abstract = excluded.abstract,
                authors = excluded.authors, categories = excluded.categories, submitted = excluded.submitted,
                doi = excluded.doi, title_id = excluded.title_id
            """,
            ({**paper_to_row(paper), "title_id": paper_id(title=paper.title)} for paper in changed),
        )
        # Papers known before have triggers for that. One for new papers too would write the index out after each.
        self._connection.execute(
            "INSERT INTO paper_fts (rowid, title, abstract) SELECT key, title, abstract FROM paper WHERE key > ?",
            (last,),
        )
        keys = self._keys(merged)
        encoded = set(self._encodings(merged, encoder.version))
        stale = {paper.id for paper in changed} | (merged.keys() - encoded)
        self._connection.executemany(
            "INSERT OR REPLACE INTO terms (paper, version, encoded) VALUES (?, ?, ?)",
            [(keys[stale_id], encoder.version, encoder.encode(merged[stale_id])) for stale_id in sorted(stale)],
        )
        return keys

    def _changed(self) -> None:
        self._connection.execute("UPDATE change SET number = number + 1")

    def _newest_before(self, day: date, limit: int, without: Collection[str]) -> list[int]:
        """Keys of the newest papers announced before a day and not since, but those of some ids; newest day first."""
        unwanted = set(self._keys(without).values())
        found: dict[int, str] = {}
        rows = self._connection.execute(
            """
            SELECT paper, day FROM announced AS own WHERE day < :day
            AND NOT EXISTS (SELECT 1 FROM announced WHERE paper = own.paper AND day >= :day) ORDER BY day DESC
            """,
            {"day": day.isoformat()},
        )
        last = ""
        for key, its_day in rows:  # read no further than needed: a library may hold a million
            if len(found) >= limit and its_day != last:
                break
            if key not in unwanted:
                found.setdefault(key, its_day)
            last = its_day
        by_key = sorted(found)
        return sorted(by_key, key=found.__getitem__, reverse=True)[:limit]

    def _by_key(self, sql: str, keys: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        """Rows by the key they begin with; `sql` has {} where the keys go."""
        found: dict[int, tuple[Any, ...]] = {}
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            rows = self._connection.execute(sql.format(", ".join("?" * len(batch))), batch)
            found.update((row[0], row[1:]) for row in rows)
        return found

    def _listed(self, table: str, after: date | None, day: date, categories: Collection[str]) -> list[Paper]:
        own, parameters = _of_categories(table, categories)
        since = f"day > '{after}' AND day <=" if after else "day ="
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {PAPER_COLUMNS} FROM paper JOIN (
                    SELECT {table}.paper AS key, max(day) AS day, min({table}.rowid) AS place FROM {table}
                    JOIN paper ON paper.key = {table}.paper
                    WHERE {since} ? AND {own} GROUP BY {table}.paper
                ) USING (key) ORDER BY day DESC, place
                """,
                (day.isoformat(), *parameters),
            )
            return [paper_from_row(row) for row in rows]

    def _has_more(self, word: str, papers: int) -> bool:
        """Whether more papers than these have the word."""
        row = self._connection.execute(
            "SELECT 1 FROM paper_fts WHERE paper_fts MATCH ? LIMIT 1 OFFSET ?", (quoted(word), papers)
        ).fetchone()
        return row is not None

    def _matches(self, words: Sequence[str], operator: str, limit: int) -> list[Paper]:
        if not words:
            return []
        rows = self._connection.execute(
            f"""
            SELECT {PAPER_COLUMNS} FROM paper JOIN (
                SELECT rowid AS key, rank FROM paper_fts WHERE paper_fts MATCH ? ORDER BY rank LIMIT ?
            ) USING (key) ORDER BY rank, key
            """,
            (operator.join(map(quoted, words)), limit),
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


def quoted(word: str) -> str:
    """The word as FTS5 takes any text."""
    return '"' + word.replace('"', '""').replace("\0", "") + '"'


def _of_categories(table: str, categories: Collection[str]) -> tuple[str, list[str]]:
    """SQL that holds for papers of these categories, and its parameters."""
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


def _batches(ids: Iterable[str]) -> list[list[str]]:
    wanted = sorted(set(ids))
    return [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]

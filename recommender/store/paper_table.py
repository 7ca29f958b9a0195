"""SQL of the tables `paper` and `terms`: texts of papers and their cached terms."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from recommender.ids import paper_id
from recommender.paper import Paper, completed
from recommender.store import full_text
from recommender.store.rows import PAPER_COLUMNS, paper_from_row, paper_to_row

PARTS = {"abstract": "", "authors": "[]", "categories": "[]"}  # columns that may be empty, and what stands there then
_BATCH = 500  # parameters a query: SQLite takes 32,766 since 3.32, older builds 999


class Encoder(NamedTuple):
    """How the terms of a paper are encoded for the cache."""

    encode: Callable[[Paper], bytes]
    version: int  # grows when `encode` would give other bytes for the same paper


def by_id(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Paper]:
    """The stored papers among these ids."""
    papers = {}
    for batch in _batches(ids):
        sql = f"SELECT {PAPER_COLUMNS} FROM paper WHERE id IN ({marks(batch)})"
        for row in connection.execute(sql, batch):
            papers[row[0]] = paper_from_row(row)
    return papers


def ids_without(connection: sqlite3.Connection, part: str) -> list[str]:
    return [paper for (paper,) in connection.execute(f"SELECT id FROM paper WHERE {part} = ?", (PARTS[part],))]


def ids_with(connection: sqlite3.Connection, part: str, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for batch in _batches(ids):
        sql = f"SELECT id FROM paper WHERE id IN ({marks(batch)}) AND {part} <> ?"
        found.update(paper for (paper,) in connection.execute(sql, (*batch, PARTS[part])))
    return found


def keys(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """The key of each stored paper among these ids."""
    key_of: dict[str, int] = {}
    for batch in _batches(ids):
        key_of.update(connection.execute(f"SELECT id, key FROM paper WHERE id IN ({marks(batch)})", batch))
    return key_of


def terms(connection: sqlite3.Connection, ids: Iterable[str], version: int) -> dict[str, bytes]:
    """The cached terms of these papers by id; terms of another version count as absent."""
    terms_of: dict[str, bytes] = {}
    for batch in _batches(ids):
        terms_of.update(
            connection.execute(
                f"""
                SELECT id, encoded FROM paper JOIN terms ON terms.paper = paper.key
                WHERE version = ? AND id IN ({marks(batch)})
                """,
                (version, *batch),
            )
        )
    return terms_of


def by_key(connection: sqlite3.Connection, keys: Sequence[int]) -> dict[int, Paper]:
    """The stored papers among these keys."""
    rows = rows_by_key(connection, f"SELECT key, {PAPER_COLUMNS} FROM paper WHERE key IN ({{}})", keys)
    return {key: paper_from_row(row) for key, row in rows.items()}


def rows_by_key(connection: sqlite3.Connection, sql: str, keys: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """Rows by the key they begin with; `sql` has {} in the place of the keys."""
    rows: dict[int, tuple[Any, ...]] = {}
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        rows.update((row[0], row[1:]) for row in connection.execute(sql.format(marks(batch)), batch))
    return rows


def save(connection: sqlite3.Connection, papers: Sequence[Paper], encoder: Encoder) -> dict[str, int]:
    """Insert or complete papers with their terms; the key of each, by id."""
    stored = by_id(connection, (paper.id for paper in papers))
    merged: dict[str, Paper] = {}
    for paper in papers:
        merged[paper.id] = completed(paper, merged.get(paper.id) or stored.get(paper.id, paper))
    changed = [paper for paper in merged.values() if stored.get(paper.id) != paper]
    (last_key,) = connection.execute("SELECT ifnull(max(key), 0) FROM paper").fetchone()
    # in plain SQL: sqlite-utils is slow to import, and each day's first `today` comes here
    connection.executemany(
        f"""
        INSERT INTO paper ({PAPER_COLUMNS}, title_id)
        VALUES (:id, :title, :abstract, :authors, :categories, :submitted, :doi, :title_id)
        ON CONFLICT (id) DO UPDATE SET title = excluded.title, abstract = excluded.abstract,
            authors = excluded.authors, categories = excluded.categories, submitted = excluded.submitted,
            doi = excluded.doi, title_id = excluded.title_id
        """,
        ({**paper_to_row(paper), "title_id": paper_id(title=paper.title)} for paper in changed),
    )
    full_text.index_new(connection, last_key)
    key_of = keys(connection, merged)
    encoded_ids = terms(connection, merged, encoder.version).keys()
    stale_ids = {paper.id for paper in changed} | (merged.keys() - encoded_ids)
    connection.executemany(
        "INSERT OR REPLACE INTO terms (paper, version, encoded) VALUES (?, ?, ?)",
        [(key_of[stale_id], encoder.version, encoder.encode(merged[stale_id])) for stale_id in sorted(stale_ids)],
    )
    return key_of


def alike(connection: sqlite3.Connection, paper: Paper) -> list[Paper]:
    """The stored papers with the DOI of this one, or with its title as far as letters and digits tell."""
    rows = connection.execute(
        f"""
        SELECT {PAPER_COLUMNS} FROM paper WHERE title_id = :title_id AND title <> ''
        UNION SELECT {PAPER_COLUMNS} FROM paper WHERE id = :doi_id
        UNION SELECT {PAPER_COLUMNS} FROM paper WHERE doi = :doi AND doi <> ''
        ORDER BY id
        """,
        {"doi": paper.doi, "doi_id": paper_id(doi=paper.doi or "-"), "title_id": paper_id(title=paper.title)},
    )
    return list(map(paper_from_row, rows))


def _batches(ids: Iterable[str]) -> list[list[str]]:
    sorted_ids = sorted(set(ids))
    return [sorted_ids[start : start + _BATCH] for start in range(0, len(sorted_ids), _BATCH)]


def marks(values: Sequence[object]) -> str:
    """A question mark for each value, as `IN (…)` needs them."""
    return ", ".join("?" * len(values))

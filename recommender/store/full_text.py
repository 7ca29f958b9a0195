"""SQL of the full-text index over titles and abstracts: stemmed, without accents, any case."""

import sqlite3
from collections.abc import Iterable, Sequence

from recommender.paper import Paper
from recommender.store.rows import PAPER_COLUMNS, paper_from_row
from recommender.text.folding import searchable

QUERY_WORDS = 60  # words of a query that count: each costs a walk through the papers that have it
# Query words found in over 10 % of the papers (never fewer than 500, never more than 5,000) are skipped: they are
# slow and hardly narrow a search.
_COMMON_SHARE, _COMMON_LEAST, _COMMON_MOST = 0.1, 500, 5_000
_TITLE_WEIGHT = 5.0  # a word in the title counts as much as five in the abstract


def best(
    connection: sqlite3.Connection, expression: str, limit: int, condition: str, parameters: Sequence[object]
) -> list[tuple[int, float]]:
    """Key and BM25 of the papers that an expression of FTS5 matches, by falling BM25 (larger is better), then by key.

    Args:
        condition: a condition of SQL on `paper`, with its parameters.
    """
    rows = connection.execute(
        f"""
        SELECT paper_fts.rowid, -bm25(paper_fts, {_TITLE_WEIGHT}, 1.0) AS score FROM paper_fts
        {"" if condition == "TRUE" else "JOIN paper ON paper.key = paper_fts.rowid"}
        WHERE paper_fts MATCH ? AND {condition} ORDER BY score DESC, paper_fts.rowid LIMIT ?
        """,
        (expression, *parameters, limit),
    )
    return rows.fetchall()


def search_any(connection: sqlite3.Connection, words: Iterable[str], limit: int) -> list[Paper]:
    """Papers with any of the words, best match first; the first QUERY_WORDS count, common ones only if alone."""
    query_words = list(dict.fromkeys(words))[:QUERY_WORDS]
    return _matches(connection, selective(connection, query_words), limit)


def selective(connection: sqlite3.Connection, words: Sequence[str]) -> Sequence[str]:
    """The words that are not common, or all of them if there are no others."""
    (last_key,) = connection.execute("SELECT ifnull(max(key), 0) FROM paper").fetchone()  # at least the papers' number
    most = round(min(max(last_key * _COMMON_SHARE, _COMMON_LEAST), _COMMON_MOST))
    return [word for word in words if not _in_more_than(connection, word, most)] or words


def index_new(connection: sqlite3.Connection, last_key: int) -> None:
    """Index the texts and the authors of all papers with a key above `last_key`, in one statement each.

    Triggers keep the indexes true where a stored paper changes. A trigger for new papers would write an index out
    after each one.
    """
    for index, columns, values in (
        ("paper_fts", "title, abstract", "searchable(title), searchable(abstract)"),
        ("author_fts", "authors", "authors"),
    ):
        connection.execute(
            f"INSERT INTO {index} (rowid, {columns}) SELECT key, {values} FROM paper WHERE key > ?", (last_key,)
        )


def quoted(word: str) -> str:
    """The word as a string of FTS5's query language."""
    return '"' + word.replace('"', '""').replace("\0", "") + '"'


def phrase(words: str) -> str:
    """Words in sequence, as the index has them, in FTS5's query language."""
    return quoted(searchable(words) or words)


def _in_more_than(connection: sqlite3.Connection, word: str, papers: int) -> bool:
    row = connection.execute(
        "SELECT 1 FROM paper_fts WHERE paper_fts MATCH ? LIMIT 1 OFFSET ?", (phrase(word), papers)
    ).fetchone()
    return row is not None


def _matches(connection: sqlite3.Connection, words: Sequence[str], limit: int) -> list[Paper]:
    if not words:
        return []
    rows = connection.execute(
        f"""
        SELECT {PAPER_COLUMNS} FROM paper JOIN (
            SELECT rowid AS key, rank FROM paper_fts WHERE paper_fts MATCH ? ORDER BY rank LIMIT ?
        ) USING (key) ORDER BY rank, key
        """,
        (" OR ".join(map(phrase, words)), limit),
    )
    return [paper_from_row(row) for row in rows]

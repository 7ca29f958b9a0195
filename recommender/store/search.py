"""SQL of the search: papers that match a query, those that match it best first."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from recommender.ids import plain_title
from recommender.paper import Paper
from recommender.store import author_index, full_text, paper_table
from recommender.store.full_text import phrase
from recommender.store.library import Library

# a condition of SQL: a digest had the paper, as new or as a newer version
_ANNOUNCED = """(
    EXISTS (SELECT 1 FROM announced WHERE announced.paper = paper.key)
    OR EXISTS (SELECT 1 FROM revised WHERE revised.paper = paper.key)
)"""


class Query(NamedTuple):
    """What a search asks for; every condition must hold."""

    words: tuple[str, ...] = ()  # as typed, each with a letter or a digit; quoted phrases are among them
    phrases: tuple[str, ...] = ()  # the words that no paper may lack
    name: str = ""  # the words, if together they may be an author's name
    authors: tuple[str, ...] = ()  # names, of all of whom the paper is
    ids: tuple[str, ...] = ()  # the paper's id or DOI is one of these
    categories: tuple[str, ...] = ()  # the paper is in all of these; "cs" means all of cs.*
    since: date | None = None  # first announced from then on; without announcement, submitted
    until: date | None = None  # first announced until then
    within: tuple[str, ...] | None = None  # the paper's id is one of these; None: any
    unannounced: tuple[str, ...] | None = None  # the ids of papers that no digest had which may be found; None: all

    @property
    def has_conditions(self) -> bool:
        """Whether anything but words is asked for."""
        return bool(self.authors or self.ids or self.categories or self.since or self.until) or self.within is not None


class Level(IntEnum):
    """How well a paper matches the words, best first."""

    WHOLE_TITLE = 1  # the words are its title
    TITLE_PHRASE = 2  # the words stand in its title, one next to the other
    TITLE_WORDS = 3  # all words are in its title
    AUTHOR = 4  # the words are an author's name
    PHRASE = 5  # the words stand in its abstract, one next to the other
    WORDS = 6  # all words are in title and abstract
    SOME_WORDS = 7


class Match(NamedTuple):
    """A paper that a search found."""

    paper: Paper
    level: Level
    score: float  # BM25 of the words, larger is better; compares neighbours of one level only


class _Condition(NamedTuple):
    """A condition on rows of `paper` in SQL, with its parameters."""

    sql: str = "TRUE"
    parameters: tuple[object, ...] = ()


def find(library: Library, query: Query, limit: int, fill: int = 0) -> list[Match]:
    """The papers that match a query, best level first, within a level the best match first.

    A query without words gives the papers for which its conditions hold, the newest first, all alike.

    Args:
        limit: at most so many papers.
        fill: where fewer papers than this have all of the words, papers with some are added up to this number.
    """
    if not query.words and not query.has_conditions:
        return []
    with library.reading() as connection:
        condition = _condition(connection, query)
        if query.words:
            placed = _placed(connection, query, condition, limit, fill)
        else:
            placed = [(key, Level.WHOLE_TITLE, 0.0) for key in _newest(connection, condition, limit)]
        papers = paper_table.by_key(connection, [key for key, _, _ in placed])
    title = plain_title(" ".join(query.words))
    unordered = [
        Match(papers[key], Level.WHOLE_TITLE if plain_title(papers[key].title) == title else level, score)
        for key, level, score in placed
    ]
    return sorted(unordered, key=lambda match: match.level)


def unannounced(library: Library, ids: Sequence[str] | None = None) -> set[str]:
    """The ids of stored papers that no digest had: somebody asked for them, or imported them.

    Args:
        ids: those to look at; None: all.
    """
    condition, parameters = f"NOT {_ANNOUNCED}", []
    if ids is not None:
        condition, parameters = f"{condition} AND {_HAS_ID}", [json.dumps(ids)]
    with library.reading() as connection:
        return {paper for (paper,) in connection.execute(f"SELECT id FROM paper WHERE {condition}", parameters)}


def _placed(
    connection: sqlite3.Connection, query: Query, condition: _Condition, limit: int, fill: int
) -> list[tuple[int, Level, float]]:
    """Key, level and score of each match but for whole titles."""
    placed: dict[int, tuple[Level, float]] = {}
    for level, rows in _levels(connection, query, condition, limit):
        most = fill if level is Level.SOME_WORDS else limit
        for key, score in rows:
            if len(placed) >= most:
                break
            placed.setdefault(key, (level, score))
        if len(placed) >= (limit if level < Level.WORDS else fill):  # SOME_WORDS come next, or never
            break
    return [(key, level, score) for key, (level, score) in placed.items()]


def _levels(
    connection: sqlite3.Connection, query: Query, condition: _Condition, limit: int
) -> Iterator[tuple[Level, list[tuple[int, float]]]]:
    """The key and score of the papers of each level, best level first; a paper is in all levels below its own, too.

    A level is looked for only when the one above it is not enough. SOME_WORDS come twice: common words are slow, and
    count only where the others find too little.
    """
    words = list(dict.fromkeys(query.words))[: full_text.QUERY_WORDS]
    all_words, in_sequence = (
        " AND ".join(map(phrase, words)),
        " + ".join(map(phrase, query.words[: full_text.QUERY_WORDS])),
    )
    several = len(words) > 1

    def rows(expression: str) -> list[tuple[int, float]]:
        return full_text.best(connection, expression, limit, *condition)

    if several:
        yield Level.TITLE_PHRASE, rows(f"title : ({in_sequence})")
    yield Level.TITLE_WORDS, rows(f"title : ({all_words})")
    keys = author_index.keys(connection, query.name) if query.name else []
    if query.unannounced is not None:  # nothing may depend on papers that are not to be found
        keys = _newest(connection, _visible(query.unannounced, keys), len(keys))
    if keys:
        written = _Condition(f"{condition.sql} AND {_IN_KEYS}", (*condition.parameters, json.dumps(keys)))
        yield Level.AUTHOR, [(key, 0.0) for key in _newest(connection, written, limit)]
    if several:
        yield Level.PHRASE, rows(in_sequence)
    yield Level.WORDS, rows(all_words)
    optional = [word for word in words if word not in query.phrases]
    if several and optional and not keys:  # a part of a name in a text is somebody else's
        phrases = " AND ".join(map(phrase, query.phrases))
        for some_words in (full_text.selective(connection, optional), optional):
            some = " OR ".join(map(phrase, some_words))
            yield Level.SOME_WORDS, rows(f"({phrases}) AND (({phrases}) OR {some})" if phrases else some)


def _counting(conditions: Sequence[str]) -> list[str]:
    """The conditions of one kind that count, as of words: SQLite takes a thousand in one expression at most."""
    return list(dict.fromkeys(conditions))[: full_text.QUERY_WORDS]


_IN_KEYS = "paper.key IN (SELECT value FROM json_each(?))"
_HAS_ID = "paper.id IN (SELECT value FROM json_each(?))"


def _visible(unannounced: tuple[str, ...], keys: list[int]) -> _Condition:
    """Those of some papers that a digest had, or that are among the ids."""
    return _Condition(f"{_IN_KEYS} AND ({_ANNOUNCED} OR {_HAS_ID})", (json.dumps(keys), json.dumps(unannounced)))


def _newest(connection: sqlite3.Connection, condition: _Condition, limit: int) -> list[int]:
    sql = f"SELECT key FROM paper WHERE {condition.sql} ORDER BY key DESC LIMIT ?"
    return [key for (key,) in connection.execute(sql, (*condition.parameters, limit))]


def _condition(connection: sqlite3.Connection, query: Query) -> _Condition:
    parts: list[str] = []
    parameters: list[object] = []
    if query.ids:
        dois = [paper_id.removeprefix("doi:") for paper_id in query.ids if paper_id.startswith("doi:")]
        named = [("id", query.ids), ("doi", dois)] if dois else [("id", query.ids)]  # SQLite scans for an empty IN ()
        parts.append(f"({' OR '.join(f'paper.{column} IN ({paper_table.marks(values)})' for column, values in named)})")
        parameters += [*query.ids, *dois]
    if query.unannounced is not None:
        parts.append(f"({_ANNOUNCED} OR {_HAS_ID})")
        parameters.append(json.dumps(query.unannounced))
    if query.within is not None:
        parts.append(_HAS_ID)
        parameters.append(json.dumps(query.within))
    for name in _counting(query.authors):
        parts.append(_IN_KEYS)
        parameters.append(json.dumps(author_index.keys(connection, name)))
    for category in _counting(query.categories):
        parts.append(
            """(
                EXISTS (SELECT 1 FROM json_each(paper.categories) WHERE value LIKE ? OR value LIKE ?)
                OR EXISTS (SELECT 1 FROM announced WHERE paper = paper.key AND (category LIKE ? OR category LIKE ?))
            )"""
        )
        parameters += [category, f"{category}.%"] * 2
    for sign, day in ((">=", query.since), ("<=", query.until)):
        if day:
            parts.append(f"ifnull((SELECT min(day) FROM announced WHERE paper = paper.key), submitted) {sign} ?")
            parameters.append(day.isoformat())
    return _Condition(" AND ".join(parts) or "TRUE", tuple(parameters))

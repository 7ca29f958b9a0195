"""SQL of the tables `shortlist`, `shown` and `ranking`; the methods of ProfileStore say what each function does."""

import json
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from recommender.paper import Note, Outcome, Score, Shortlist, Status
from recommender.store.rows import (
    notes_from_json,
    notes_to_json,
    reasons_from_json,
    reasons_to_json,
    scores_from_json,
    scores_to_json,
)

_DAYS = "kind IN ('today', 'mail')"  # a day's lists; a search or a look back at one day makes no paper old
_WITH_PAPERS = "EXISTS (SELECT 1 FROM shown WHERE shown.shortlist = shortlist.id)"
_LAST_DAY = f"SELECT day FROM shortlist WHERE ({_DAYS} OR kind = 'day') AND {_WITH_PAPERS} ORDER BY id DESC LIMIT 1"
# a join with the view `verdict` would look through all ratings for each paper
_LIKED = "shown.paper IN (SELECT paper FROM verdict WHERE verdict = 'like')"
_ALL = slice(0, sys.maxsize)  # places of a list
_REMEMBERED = timedelta(days=62)  # what lists had to choose from is kept for twice the longest absence caught up with


class Shown(NamedTuple):
    """One line of a list that was shown."""

    rank: int
    paper_id: str
    score: Score  # value, probability and reasons only
    exploring: bool = False


class ShownList(NamedTuple):
    """A list as it was shown; the texts of its papers are in the library."""

    kind: str  # "today", "mail", "day", "search", "similar", "best"
    day: date
    made_at: datetime
    status: Status
    notes: tuple[Note, ...]
    considered: int
    items: tuple[Shown, ...]
    number: int  # grows with every list
    key: str = ""  # of everything it was made from; empty: always made anew
    first_day: date | None = None  # of its papers' days of announcement; None: they have one


class Outlook(NamedTuple):
    """A paper as a list first showed it, and what became of it."""

    day: date
    rank: int
    match: float | None  # as it was shown
    liked: bool


def record(
    connection: sqlite3.Connection, shortlist: Shortlist, *, kind: str, basis: str, at: datetime, key: str
) -> None:
    last = newest(connection)
    items = tuple(
        Shown(
            item.rank,
            item.paper.id,
            Score(item.score.value, item.score.probability, item.score.reasons),
            item.exploring,
        )
        for item in shortlist.items
    )
    if last and (last.kind, last.day, last.first_day, last.status, last.notes, last.items) == (
        kind,
        shortlist.day,
        shortlist.first_day,
        shortlist.status,
        shortlist.notes,
        items,
    ):
        connection.execute(
            "UPDATE shortlist SET asked = ?, considered = ? WHERE id = ?", (key, shortlist.considered, last.number)
        )
        return
    number = connection.execute(
        """
        INSERT INTO shortlist (kind, day, made_at, basis, considered, status, note, asked, first_day)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            kind,
            shortlist.day.isoformat(),
            at.isoformat(),
            basis,
            shortlist.considered,
            shortlist.status.value,
            notes_to_json(shortlist.notes),
            key,
            shortlist.first_day.isoformat() if shortlist.first_day else "",
        ),
    ).lastrowid
    connection.executemany(
        "INSERT INTO shown VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number,
                item.rank,
                item.paper_id,
                item.score.value,
                item.score.probability,
                reasons_to_json(item.score.reasons),
                item.exploring,
            )
            for item in items
        ],
    )


def newest(
    connection: sqlite3.Connection,
    *kinds: str,
    day: date | None = None,
    filled: bool = False,
    places: slice = _ALL,
) -> ShownList | None:
    row = connection.execute(
        f"""
        SELECT id, kind, day, made_at, status, note, considered, asked, first_day FROM shortlist
        WHERE {f"kind IN ({', '.join('?' * len(kinds))})" if kinds else "TRUE"} AND {"day = ?" if day else "TRUE"}
        AND {_WITH_PAPERS if filled else "TRUE"}
        ORDER BY id DESC LIMIT 1
        """,
        (*kinds, *([day.isoformat()] if day else [])),
    ).fetchone()
    if row is None:
        return None
    number, kind, its_day, made_at, status, notes, considered, key, first_day = row
    items = connection.execute(
        """
        SELECT rank, paper, value, probability, reasons, exploring FROM shown WHERE shortlist = ?
        ORDER BY rank LIMIT ? OFFSET ?
        """,
        (number, places.stop - places.start, places.start),
    )
    return ShownList(
        kind,
        date.fromisoformat(its_day),
        datetime.fromisoformat(made_at),
        Status(status),
        notes_from_json(notes),
        considered,
        tuple(
            Shown(rank, paper_id, Score(value, probability, reasons_from_json(reasons)), bool(exploring))
            for rank, paper_id, value, probability, reasons, exploring in items
        ),
        number,
        key,
        date.fromisoformat(first_day) if first_day else None,
    )


def listed(connection: sqlite3.Connection, number: int) -> tuple[str, ...]:
    rows = connection.execute("SELECT paper FROM shown WHERE shortlist = ? ORDER BY rank", (number,))
    return tuple(paper_id for (paper_id,) in rows)


def offer(connection: sqlite3.Connection, audience: str, day: date, papers: Mapping[str, date]) -> None:
    connection.execute(
        "DELETE FROM offered WHERE audience = ? AND day < ?",
        (audience, (max(day, date.min + _REMEMBERED) - _REMEMBERED).isoformat()),
    )
    texts = {announced: announced.isoformat() for announced in {day, *papers.values()}}  # few days, thousands of papers
    connection.executemany(
        "INSERT OR IGNORE INTO offered (audience, paper, day, announced) VALUES (?, ?, ?, ?)",
        [(audience, paper_id, texts[day], texts[announced]) for paper_id, announced in papers.items()],
    )


def offered(connection: sqlite3.Connection, audience: str) -> dict[str, tuple[date, date]]:
    # of tens of thousands of papers, one row for each day is several times faster than one for each paper
    rows = connection.execute(
        "SELECT day, announced, json_group_array(paper) FROM offered WHERE audience = ? GROUP BY day, announced",
        (audience,),
    )
    papers: dict[str, tuple[date, date]] = {}
    for day, announced, ids in rows:
        papers.update(dict.fromkeys(json.loads(ids), (date.fromisoformat(day), date.fromisoformat(announced))))
    return papers


def days(connection: sqlite3.Connection) -> set[date]:
    rows = connection.execute(f"SELECT DISTINCT day FROM shortlist WHERE {_DAYS} AND {_WITH_PAPERS}")
    return {date.fromisoformat(day) for (day,) in rows}


def newest_day(connection: sqlite3.Connection) -> date | None:
    (day,) = connection.execute(f"SELECT max(day) FROM shortlist WHERE {_DAYS} AND {_WITH_PAPERS}").fetchone()
    return date.fromisoformat(day) if day else None


def shown_on_other_days(connection: sqlite3.Connection, day: date, kinds: Sequence[str]) -> set[str]:
    rows = connection.execute(
        f"""
        SELECT paper FROM shown JOIN shortlist ON shortlist.id = shown.shortlist
        WHERE kind IN ({", ".join("?" * len(kinds))}) GROUP BY paper HAVING max(day = ?) = 0
        """,
        (*kinds, day.isoformat()),
    )
    return {paper_id for (paper_id,) in rows}


def outcomes(connection: sqlite3.Connection, day: date) -> tuple[Outcome, ...]:
    rows = connection.execute(
        f"""
        SELECT value, reasons, {_LIKED} FROM shown
        JOIN (
            SELECT min(shown.rowid) AS first FROM shown JOIN shortlist ON shortlist.id = shown.shortlist
            WHERE {_DAYS} AND day < ? AND probability IS NOT NULL GROUP BY paper
        ) ON shown.rowid = first
        ORDER BY shown.rowid
        """,
        (day.isoformat(),),
    )
    return tuple(
        Outcome(Score(value, reasons=reasons_from_json(reasons)).evidence, bool(liked))
        for value, reasons, liked in rows
    )


def matches(connection: sqlite3.Connection, day: date) -> list[Outlook]:
    rows = connection.execute(
        f"""
        SELECT day, rank, value, probability, reasons, {_LIKED} FROM shown
        JOIN (
            SELECT min(shown.rowid) AS first, day FROM shown JOIN shortlist ON shortlist.id = shown.shortlist
            WHERE {_DAYS} AND day < ? GROUP BY paper
        ) ON shown.rowid = first
        ORDER BY day, shown.rowid
        """,
        (day.isoformat(),),
    )
    return [
        Outlook(date.fromisoformat(day), rank, Score(value, probability, reasons_from_json(reasons)).match, bool(liked))
        for day, rank, value, probability, reasons, liked in rows
    ]


def daily_counts(connection: sqlite3.Connection, since: date) -> dict[date, tuple[int, int]]:
    rows = connection.execute(
        f"""
        SELECT day, count(DISTINCT paper), count(DISTINCT iif(paper IN (SELECT paper FROM verdict), paper, NULL))
        FROM shortlist LEFT JOIN shown ON shown.shortlist = shortlist.id
        WHERE ({_DAYS} OR kind = 'day') AND status <> ? AND day >= ? GROUP BY day
        """,
        (Status.NO_PAPERS.value, since.isoformat()),
    )
    return {date.fromisoformat(day): (papers, rated) for day, papers, rated in rows}


def keep_ranking(connection: sqlite3.Connection, basis: str, day: date, scores: dict[str, Score]) -> None:
    connection.execute(f"DELETE FROM ranking WHERE day = ? OR day IS NOT ({_LAST_DAY})", (day.isoformat(),))
    connection.execute(
        "INSERT INTO ranking (basis, scores, day) VALUES (?, ?, ?)", (basis, scores_to_json(scores), day.isoformat())
    )


def kept_ranking(connection: sqlite3.Connection, basis: str) -> dict[str, Score] | None:
    row = connection.execute("SELECT scores FROM ranking WHERE basis = ?", (basis,)).fetchone()
    return scores_from_json(row[0]) if row else None


def last_scores(connection: sqlite3.Connection) -> Mapping[str, Score]:
    row = connection.execute(f"SELECT scores FROM ranking WHERE day = ({_LAST_DAY})").fetchone()
    return _parsed(row[0]) if row else {}


@lru_cache(maxsize=2)  # a page asks for the same ranking again and again
def _parsed(scores: str) -> Mapping[str, Score]:
    return MappingProxyType(scores_from_json(scores))

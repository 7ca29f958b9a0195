"""SQL of the tables `fetched` and `harvest`: the last request to each source, and the progress of harvests."""

import sqlite3
from datetime import date, datetime, timedelta
from typing import NamedTuple

ASK_AGAIN = timedelta(minutes=30)  # after a source had no papers for a day


class Harvest(NamedTuple):
    """The progress of one harvest: all records of a category between two days."""

    category: str
    since: date
    until: date
    token: str  # the server's resumption token; empty: finished, or a new request starts at `reached`
    reached: date  # everything up to the day before is stored
    done: int  # records
    at: datetime


class Fetched(NamedTuple):
    """The last time a source was asked for a day."""

    at: datetime
    papers: int  # papers of the day that it had


def save_harvest(connection: sqlite3.Connection, harvest: Harvest) -> None:
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


def harvest(connection: sqlite3.Connection, category: str, since: date, until: date) -> Harvest | None:
    row = connection.execute(
        "SELECT token, reached, done, at FROM harvest WHERE category = ? AND since = ? AND until = ?",
        (category, since.isoformat(), until.isoformat()),
    ).fetchone()
    if row is None:
        return None
    token, reached, done, at = row
    return Harvest(category, since, until, token, date.fromisoformat(reached), done, datetime.fromisoformat(at))


def save_fetched(connection: sqlite3.Connection, source: str, day: date, fetched: Fetched) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO fetched (source, day, at, papers) VALUES (?, ?, ?, ?)",
        (source, day.isoformat(), fetched.at.isoformat(), fetched.papers),
    )


def fetched(connection: sqlite3.Connection, source: str, day: date) -> Fetched | None:
    row = connection.execute(
        "SELECT at, papers FROM fetched WHERE source = ? AND day = ?", (source, day.isoformat())
    ).fetchone()
    return Fetched(datetime.fromisoformat(row[0]), row[1]) if row else None


def awaits(last: Fetched | None, has_list: bool, day: date, now: datetime, whole_at: datetime | None) -> bool:
    """Whether to ask a source for a day, after its last answer; see `Library.awaits`."""
    if last is None:
        return not has_list
    if last.at > now:  # the clock was set back, so nobody knows when that was
        return True
    if last.papers or has_list:
        return whole_at is not None and last.at < whole_at <= now and last.at.date() == now.date()
    return now - last.at >= ASK_AGAIN

"""SQL of the tables `command`, `event`, `paper` and `said`; the methods of ProfileStore say what each function does."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from recommender.paper import Change, Paper, Verdict
from recommender.results.ratings import Command
from recommender.store.rows import PAPER_COLUMNS, moment_from, paper_from_row, paper_to_row


def judge(
    connection: sqlite3.Connection, papers: Sequence[Paper], verdict: Verdict | None, *, command: str, at: datetime
) -> list[Change]:
    before = current(connection)
    changes = [Change(paper, before.get(paper.id), verdict) for paper in papers]
    changed = [change.paper for change in changes if change.before is not verdict]
    if changed:
        save(connection, changed)
        value = verdict.value if verdict else None
        append(connection, command, at, [(paper.id, value, at) for paper in changed])
    say(connection, [paper.id for paper in papers], at)
    return changes


def current(connection: sqlite3.Connection) -> dict[str, Verdict]:
    rows = connection.execute("SELECT paper, verdict FROM verdict")
    return {paper_id: Verdict(verdict) for paper_id, verdict in rows}


def last_word(connection: sqlite3.Connection, paper_id: str, now: datetime) -> datetime | None:
    """When the reader last said something on a paper, aware; None: never, or by a clock that was ahead."""
    row = connection.execute(
        """
        SELECT coalesce(
            (SELECT at FROM said WHERE paper = :id),
            (SELECT given_at FROM event WHERE paper = :id ORDER BY id DESC LIMIT 1)
        )
        """,
        {"id": paper_id},
    ).fetchone()
    at = datetime.fromisoformat(row[0]) if row[0] else None
    return at if at and at <= now else None


def save(connection: sqlite3.Connection, papers: Sequence[Paper]) -> None:
    """Save the texts of papers; one without any text leaves an earlier one as it is."""
    connection.executemany(
        f"""
        INSERT INTO paper ({PAPER_COLUMNS})
        VALUES (:id, :title, :abstract, :authors, :categories, :submitted, :doi)
        ON CONFLICT (id) DO UPDATE SET title = excluded.title, abstract = excluded.abstract,
            authors = excluded.authors, categories = excluded.categories, submitted = excluded.submitted,
            doi = excluded.doi
        WHERE excluded.title <> '' OR excluded.abstract <> ''
        """,
        map(paper_to_row, papers),
    )


def say(connection: sqlite3.Connection, paper_ids: Iterable[str], at: datetime) -> None:
    """Record that the reader said something on papers, and nothing later so far, whatever the clock said before."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    connection.executemany(
        "INSERT OR REPLACE INTO said (paper, at) VALUES (?, ?)", [(paper_id, moment) for paper_id in paper_ids]
    )


def append(
    connection: sqlite3.Connection, command: str, at: datetime, events: Sequence[tuple[str, str | None, datetime]]
) -> None:
    """Append one command with its events: paper id, verdict and time of each."""
    number = begin(connection, command, at)
    connection.executemany(
        "INSERT INTO event (command, paper, verdict, given_at) VALUES (?, ?, ?, ?)",
        [(number, paper_id, verdict, given_at.isoformat()) for paper_id, verdict, given_at in events],
    )


def begin(connection: sqlite3.Connection, command: str, at: datetime) -> int:
    """Append a command without events; returns its number."""
    number = connection.execute(
        "INSERT INTO command (name, told_at) VALUES (?, ?)", (command, at.isoformat())
    ).lastrowid
    assert number is not None
    return number


def last_command(connection: sqlite3.Connection) -> tuple[int, str] | None:
    """The number and the name of the newest command that was not taken back."""
    row: tuple[int, str] | None = connection.execute(
        """
        SELECT id, name FROM command WHERE undoes IS NULL
        AND id NOT IN (SELECT undoes FROM command WHERE undoes IS NOT NULL) ORDER BY id DESC LIMIT 1
        """
    ).fetchone()
    return row


def command(connection: sqlite3.Connection, number: int, name: str) -> Command:
    (at,) = connection.execute("SELECT told_at FROM command WHERE id = ?", (number,)).fetchone()
    papers = papers_of(connection, number)
    row = (
        connection.execute(f"SELECT {PAPER_COLUMNS} FROM paper WHERE id = ?", papers[:1]).fetchone() if papers else None
    )
    return Command(number, name, moment_from(at), len(papers), paper_from_row(row) if row else None)


def papers_of(connection: sqlite3.Connection, number: int) -> list[str]:
    """The ids of the papers of a command, in the order in which they were named."""
    rows = connection.execute(
        """
        SELECT paper, id FROM event WHERE command = :number UNION ALL
        SELECT paper, id FROM reading WHERE command = :number ORDER BY 2
        """,
        {"number": number},
    )
    return [paper for paper, _ in rows]

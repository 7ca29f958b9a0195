"""SQL of the tables `command`, `event`, `paper` and `said`; the methods of ProfileStore say what each function does."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from recommender.paper import Change, Feedback, Giver, Paper, Verdict
from recommender.results.ratings import Command
from recommender.store.rows import PAPER_COLUMNS, moment_from, paper_from_row, paper_to_row

CONFIRM = "confirm"  # the command that makes suggestions count

# Commands that `undo` may take back: the reader's are those that count, an agent's those that it gave itself.
_UNDONE_BY = {False: "counts = 1", True: f"giver = 'agent' AND name <> '{CONFIRM}'"}


class Told(NamedTuple):
    """A command as it is recorded."""

    name: str
    at: datetime
    by: Giver = Giver.READER
    counts: bool = True  # False: suggestions, which weigh nothing until the reader confirms them


def judge(connection: sqlite3.Connection, papers: Sequence[Paper], verdict: Verdict | None, told: Told) -> list[Change]:
    """Record a rating of papers. An agent's never takes the place of a rating that is not an agent's."""
    before, suggested = current(connection), pending(connection)
    if told.by is Giver.AGENT:
        fixed = _given_by_others(connection)
        papers = [paper for paper in papers if paper.id not in fixed]
    stand = before if told.counts else suggested
    changes = [Change(paper, stand.get(paper.id), verdict) for paper in papers]
    changed = [
        change.paper
        for change in changes
        if change.before is not verdict or (told.counts and change.paper.id in suggested)
    ]
    if changed:
        save(connection, changed)
        value = verdict.value if verdict else None
        append(connection, told, [(paper.id, value, told.at) for paper in changed])
    if told.by is not Giver.AGENT:
        say(connection, [paper.id for paper in papers], told.at)
    return changes


def confirm(connection: sqlite3.Connection, papers: Sequence[Paper] | None, at: datetime) -> list[Change]:
    """Let suggestions count, those on these papers or all: they stay an agent's, as one command that can be undone."""
    before, suggested = current(connection), suggestions(connection)
    wanted = None if papers is None else {paper.id for paper in papers}
    chosen = [entry for entry in suggested if wanted is None or entry.paper.id in wanted]
    if chosen:
        events = [(entry.paper.id, entry.verdict.value, entry.given_at) for entry in reversed(chosen)]
        append(connection, Told(CONFIRM, at, Giver.AGENT), events)
        say(connection, [entry.paper.id for entry in chosen], at)
    return [Change(entry.paper, before.get(entry.paper.id), entry.verdict) for entry in chosen]


def feedback(connection: sqlite3.Connection) -> tuple[Feedback, ...]:
    """All verdicts that count, newest first."""
    return _feedback(connection, "verdict")


def suggestions(connection: sqlite3.Connection) -> tuple[Feedback, ...]:
    """All suggestions that wait for the reader, newest first."""
    return _feedback(connection, "suggestion")


def _feedback(connection: sqlite3.Connection, view: str) -> tuple[Feedback, ...]:
    columns = ", ".join(f"paper.{column.strip()}" for column in PAPER_COLUMNS.split(","))
    rows = connection.execute(
        f"""
        SELECT {columns}, {view}.verdict, {view}.given_at, giver FROM {view}
        JOIN paper ON paper.id = {view}.paper
        JOIN event ON event.id = {view}.event JOIN command ON command.id = event.command
        ORDER BY {view}.given_at DESC, event DESC
        """
    )
    return tuple(
        Feedback(paper_from_row(row), Verdict(verdict), moment_from(given_at), Giver(giver))
        for *row, verdict, given_at, giver in rows
    )


def _given_by_others(connection: sqlite3.Connection) -> set[str]:
    """Ids of the papers whose rating is not an agent's."""
    rows = connection.execute(
        """
        SELECT verdict.paper FROM verdict JOIN event ON event.id = verdict.event
        JOIN command ON command.id = event.command WHERE giver <> 'agent'
        """
    )
    return {paper_id for (paper_id,) in rows}


def pending(connection: sqlite3.Connection) -> dict[str, Verdict]:
    """The verdict that is suggested of each paper, by id."""
    rows = connection.execute("SELECT paper, verdict FROM suggestion")
    return {paper_id: Verdict(verdict) for paper_id, verdict in rows}


def current(connection: sqlite3.Connection) -> dict[str, Verdict]:
    rows = connection.execute("SELECT paper, verdict FROM verdict")
    return {paper_id: Verdict(verdict) for paper_id, verdict in rows}


def last_word(connection: sqlite3.Connection, paper_id: str, now: datetime) -> datetime | None:
    """When the reader last said something on a paper, aware; None: never, or by a clock that was ahead."""
    row = connection.execute(
        """
        SELECT coalesce(
            (SELECT at FROM said WHERE paper = :id),
            (
                SELECT given_at FROM event JOIN command ON command.id = event.command
                WHERE paper = :id AND giver <> 'agent' ORDER BY event.id DESC LIMIT 1
            )
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


def append(connection: sqlite3.Connection, told: Told, events: Sequence[tuple[str, str | None, datetime]]) -> None:
    """Append one command with its events: paper id, verdict and time of each."""
    number = connection.execute(
        "INSERT INTO command (name, told_at, giver, counts) VALUES (?, ?, ?, ?)",
        (told.name, told.at.isoformat(), told.by.value, told.counts),
    ).lastrowid
    connection.executemany(
        "INSERT INTO event (command, paper, verdict, given_at) VALUES (?, ?, ?, ?)",
        [(number, paper_id, verdict, given_at.isoformat()) for paper_id, verdict, given_at in events],
    )


def begin(connection: sqlite3.Connection, command: str, at: datetime) -> int:
    """Append a command of the reader without events; returns its number."""
    number = connection.execute(
        "INSERT INTO command (name, told_at) VALUES (?, ?)", (command, at.isoformat())
    ).lastrowid
    assert number is not None
    return number


def last_command(connection: sqlite3.Connection, *, agent: bool = False) -> tuple[int, str] | None:
    """The number and the name of the newest command that was not taken back.

    Args:
        agent: of those that an agent gave, instead of those that count.
    """
    row: tuple[int, str] | None = connection.execute(
        f"""
        SELECT id, name FROM command WHERE undoes IS NULL AND {_UNDONE_BY[agent]}
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


def undo(connection: sqlite3.Connection, number: int, at: datetime, *, agent: bool = False) -> list[Change]:
    """Take a command back.

    Args:
        agent: an agent does it: then changes are those of suggestions, too, and the reader said nothing.
    """
    before = _standing(connection, agent=agent)
    papers = _take_back(connection, number, at, Giver.AGENT if agent else Giver.READER)
    after = _standing(connection, agent=agent)
    if not agent:
        rated = connection.execute("SELECT paper FROM event WHERE command = ?", (number,))
        say(connection, [paper_id for (paper_id,) in rated.fetchall()], at)
    return [Change(paper, before.get(paper.id), after.get(paper.id)) for paper in papers]


def undo_agents(connection: sqlite3.Connection, at: datetime) -> list[Change]:
    """Take back every command that an agent gave, and each that confirmed one; gives what changed, paper by paper."""
    before = _standing(connection, agent=True)
    rows = connection.execute(
        """
        SELECT id FROM command WHERE undoes IS NULL AND giver = 'agent'
        AND id NOT IN (SELECT undoes FROM command WHERE undoes IS NOT NULL) ORDER BY id DESC
        """
    ).fetchall()
    papers = {paper.id: paper for (number,) in rows for paper in _take_back(connection, number, at, Giver.READER)}
    after = _standing(connection, agent=True)
    changes = [Change(paper, before.get(paper_id), after.get(paper_id)) for paper_id, paper in papers.items()]
    return [change for change in changes if change.before is not change.after]


def _take_back(connection: sqlite3.Connection, number: int, at: datetime, by: Giver) -> list[Paper]:
    """Record that a command was taken back; gives its papers."""
    connection.execute(
        """
        INSERT INTO command (name, told_at, undoes, giver, counts)
        SELECT 'undo', ?, id, ?, counts FROM command WHERE id = ?
        """,
        (at.isoformat(), by.value, number),
    )
    return [
        paper_from_row(row)
        for paper_id in papers_of(connection, number)
        for row in connection.execute(f"SELECT {PAPER_COLUMNS} FROM paper WHERE id = ?", (paper_id,))
    ]


def _standing(connection: sqlite3.Connection, *, agent: bool) -> Mapping[str, Verdict]:
    """The verdict of each paper as its giver sees it: an agent sees its suggestions as well."""
    return {**current(connection), **(pending(connection) if agent else {})}

"""The reading list, and which papers were opened; in the reader's profile store.

Putting a paper on the list and taking it off are commands like ratings: appended, and taken back by `undo`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from recommender.paper import Paper
from recommender.store import verdict_tables
from recommender.store.profile_store import ProfileStore
from recommender.store.rows import moment_from

LATER, DONE = "later", "done"

_NOW = """
    SELECT paper, state, at FROM reading WHERE id IN (
        SELECT max(id) FROM reading WHERE command NOT IN (SELECT undoes FROM command WHERE undoes IS NOT NULL)
        GROUP BY paper
    )
"""
_IMPORTED = "('import', 'zotero')"  # commands whose likes come from a library, where papers were opened long before


class ReadingList:
    """One reader's reading list."""

    def __init__(self, profile_store: ProfileStore) -> None:
        self._store = profile_store  # one file, one connection

    def put(self, papers: Sequence[Paper], state: str, at: datetime) -> list[Paper]:
        """Put papers on the list (LATER) or take them off it (DONE), as one command; returns those it changed.

        A command that changes nothing is not recorded, so that `undo` always takes back something visible.
        """
        with self._store.transaction() as connection:
            states = {paper: now for paper, now, _ in connection.execute(_NOW)}
            changed = [paper for paper in papers if states.get(paper.id) != state]
            if changed:
                verdict_tables.save(connection, changed)
                number = verdict_tables.begin(connection, state, at)
                connection.executemany(
                    "INSERT INTO reading (command, paper, state, at) VALUES (?, ?, ?, ?)",
                    [(number, paper.id, state, at.astimezone(UTC).isoformat()) for paper in changed],
                )
        return changed

    def open(self, paper: Paper, by: str, at: datetime) -> None:
        """Record that a paper was opened just now.

        Args:
            by: "command", "triage" or "page".
        """
        with self._store.transaction() as connection:
            verdict_tables.save(connection, [paper])
            connection.execute(
                "INSERT OR REPLACE INTO opened VALUES (?, ?, ?)", (paper.id, at.astimezone(UTC).isoformat(), by)
            )

    def waiting(self) -> dict[str, datetime]:
        """When each paper of the list was put on it, by id; the oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(f"SELECT paper, at FROM ({_NOW}) WHERE state = ? ORDER BY at, paper", (LATER,))
            return {paper: moment_from(at) for paper, at in rows}

    def opened(self) -> dict[str, datetime]:
        """When each opened paper was opened last, by id; the newest first."""
        with self._store.reading() as connection:
            rows = connection.execute("SELECT paper, at FROM opened ORDER BY at DESC, paper")
            return {paper: moment_from(at) for paper, at in rows}

    def unopened(self) -> dict[str, datetime]:
        """When each liked paper was liked that was neither opened nor taken off the list, the newest like first.

        Likes that came with a library are left out.
        """
        with self._store.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT verdict.paper, verdict.given_at FROM verdict
                JOIN event ON event.id = verdict.event JOIN command ON command.id = event.command
                WHERE verdict.verdict = 'like' AND command.name NOT IN {_IMPORTED}
                AND verdict.paper NOT IN (SELECT paper FROM opened)
                AND verdict.paper NOT IN (SELECT paper FROM ({_NOW}) WHERE state = ?)
                ORDER BY verdict.given_at DESC, verdict.event DESC
                """,
                (DONE,),
            )
            return {paper: moment_from(at) for paper, at in rows}

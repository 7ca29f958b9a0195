"""Votes, meetings and agendas of a group; what members like is here only as a number without names."""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from recommender.paper import Paper
from recommender.results.group import Account, AccountState, Meeting, Several, Vote, VoteChoice, VotedPaper
from recommender.store import verdict_tables
from recommender.store.group_store import GroupStore, account_from_row
from recommender.store.rows import PAPER_COLUMNS, moment_to_text, paper_from_row

_MEETING = "id, at, notes, share"
_PAPER = ", ".join(f"paper.{name}" for name in PAPER_COLUMNS.split(", "))


class Votes:
    """Votes and meetings, in the group's file and by its connection."""

    def __init__(self, store: GroupStore) -> None:
        self._store = store

    # Meetings

    def next_meeting(self, planned: datetime, now: datetime) -> Meeting:
        """The meeting that votes are for now, at its planned time."""
        with self._store.reading() as connection:
            return _next(connection, planned, now)

    def replan(self, planned: datetime, now: datetime) -> None:
        """Move the next meeting to its planned time, if somebody has voted for it."""
        with self._store.transaction() as connection:
            if _next(connection, planned, now).number:
                _make_next(connection, planned, now)

    def meetings(self, before: datetime) -> list[Meeting]:
        """Meetings of the past, the newest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT {_MEETING} FROM meeting WHERE at <= ? ORDER BY at DESC, id DESC", (moment_to_text(before),)
            ).fetchall()
        return [_meeting(row) for row in rows]

    def meeting(self, number: int) -> Meeting | None:
        """A meeting by its number."""
        with self._store.reading() as connection:
            row = connection.execute(f"SELECT {_MEETING} FROM meeting WHERE id = ?", (number,)).fetchone()
        return _meeting(row) if row else None

    def keep_notes(self, number: int, notes: str, instead_of: str | None = None) -> bool:
        """Replace the notes of a meeting; False: they are others than these by now, and stay."""
        with self._store.transaction() as connection:
            kept = connection.execute(
                "UPDATE meeting SET notes = ?1 WHERE id = ?2 AND notes = coalesce(?3, notes)",
                (notes, number, instead_of),
            )
            return kept.rowcount == 1

    def share(self, planned: datetime, now: datetime, *, on: bool) -> None:
        """Give the next meeting's list an address that anybody can read, or take it away."""
        with self._store.transaction() as connection:
            meeting = _make_next(connection, planned, now)
            secret = (meeting.share or secrets.token_urlsafe(24)) if on else ""
            connection.execute("UPDATE meeting SET share = ? WHERE id = ?", (secret, meeting.number))

    def unshare(self, number: int) -> None:
        """Take the address away from a meeting's list, also of a past one."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE meeting SET share = '' WHERE id = ?", (number,))

    def shared(self, secret: str) -> Meeting | None:
        """The meeting whose list has this address."""
        with self._store.reading() as connection:
            row = connection.execute(
                f"SELECT {_MEETING} FROM meeting WHERE share = ? AND share <> ''", (secret,)
            ).fetchone()
        return _meeting(row) if row else None

    # Votes

    def vote(self, account: int, paper: Paper, planned: datetime, now: datetime, most: int) -> VoteChoice:
        """Vote for a paper at the next meeting, if the member has a vote left.

        Args:
            most: votes of a member for one meeting.
        """
        with self._store.transaction() as connection:
            meeting = _make_next(connection, planned, now)
            papers = _voted_ids(connection, meeting.number, account)
            if paper.id in papers:
                return VoteChoice.REPEATED
            if len(papers) >= most:
                return VoteChoice.USED_UP
            verdict_tables.save(connection, [paper])
            connection.execute(
                "INSERT INTO vote (meeting, paper, account, at) VALUES (?, ?, ?, ?)",
                (meeting.number, paper.id, account, moment_to_text(now)),
            )
            return VoteChoice.COUNTED

    def withdraw(self, account: int, paper_id: str, planned: datetime, now: datetime) -> None:
        """Take a vote for the next meeting back; votes of the past stay."""
        with self._store.transaction() as connection:
            connection.execute(
                "DELETE FROM vote WHERE account = ? AND paper = ? AND meeting = ?",
                (account, paper_id, _next(connection, planned, now).number),
            )

    def voted(self, meeting: int) -> list[VotedPaper]:
        """The papers of a meeting: most votes first, then the earliest."""
        with self._store.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT vote.account, account.name, vote.at, {_PAPER}
                FROM vote JOIN account ON account.id = vote.account JOIN paper ON paper.id = vote.paper
                WHERE meeting = ? ORDER BY vote.at, vote.account
                """,
                (meeting,),
            ).fetchall()
        votes: dict[str, list[Vote]] = {}
        papers: dict[str, Paper] = {}
        for account, name, at, *paper in rows:
            papers[paper[0]] = paper_from_row(tuple(paper))
            votes.setdefault(paper[0], []).append(Vote(account, name, datetime.fromisoformat(at)))
        order = sorted(votes, key=lambda paper: (-len(votes[paper]), votes[paper][0].at, paper))
        return [VotedPaper(papers[paper], tuple(votes[paper])) for paper in order]

    def own_votes(self, account: int, planned: datetime, now: datetime) -> set[str]:
        """The papers that a member voted for, for the next meeting."""
        with self._store.reading() as connection:
            return _voted_ids(connection, _next(connection, planned, now).number, account)

    def all_votes(self, account: int) -> list[tuple[datetime, datetime, Paper]]:
        """All votes of a member: the meeting, the moment of the vote, the paper; the oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT meeting.at, vote.at, {_PAPER} FROM vote JOIN meeting ON meeting.id = vote.meeting
                JOIN paper ON paper.id = vote.paper WHERE account = ? ORDER BY vote.at
                """,
                (account,),
            ).fetchall()
        return [
            (datetime.fromisoformat(at), datetime.fromisoformat(voted_at), paper_from_row(tuple(paper)))
            for at, voted_at, *paper in rows
        ]

    def most_voted(self, since: datetime, limit: int) -> list[Paper]:
        """The papers that had most votes since a moment, at most `limit` of them."""
        with self._store.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {_PAPER} FROM vote JOIN paper ON paper.id = vote.paper WHERE at >= ?
                GROUP BY paper.id ORDER BY count(*) DESC, max(at) DESC, paper.id LIMIT ?
                """,
                (moment_to_text(since), limit),
            ).fetchall()
        return [paper_from_row(row) for row in rows]

    def paper_ids(self, without: int = 0) -> set[str]:
        """The ids of all papers that the group's pages show: voted for, or liked by several.

        Args:
            without: a member whose votes are left out; 0: nobody.
        """
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT paper FROM vote WHERE account <> ? UNION SELECT paper FROM several", (without,)
            )
            return {paper for (paper,) in rows}

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """Those of these papers that the group's pages show, by id."""
        shown = sorted(self.paper_ids().intersection(ids))
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT {PAPER_COLUMNS} FROM paper WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(shown),)
            ).fetchall()
        return {row[0]: paper_from_row(row) for row in rows}

    # Members' own papers

    def disown(self, account: int, paper_id: str) -> None:
        """Remember that a paper with a member's name is by somebody else."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO not_own (account, paper) VALUES (?, ?)", (account, paper_id))

    def disowned(self) -> set[tuple[int, str]]:
        """Accounts and papers that are by somebody else of the same name."""
        with self._store.reading() as connection:
            return set(connection.execute("SELECT account, paper FROM not_own"))

    # What several like

    def keep_several(self, papers: Sequence[Paper], least: Mapping[str, int], day: date) -> None:
        """Replace the papers that several members like, each with the number they are at least, as counted on a day."""
        with self._store.transaction() as connection:
            verdict_tables.save(connection, papers)
            connection.execute("DELETE FROM several")
            connection.executemany("INSERT INTO several (paper, least) VALUES (?, ?)", list(least.items()))
            connection.execute("INSERT OR REPLACE INTO counted (id, day) VALUES (1, ?)", (day.isoformat(),))

    def counted_on(self) -> date | None:
        """The day on which likes were counted last."""
        with self._store.reading() as connection:
            row = connection.execute("SELECT day FROM counted").fetchone()
        return date.fromisoformat(row[0]) if row else None

    def several(self) -> list[Several]:
        """The papers that several members liked when it was counted last."""
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT least, {_PAPER} FROM several JOIN paper ON paper.id = several.paper ORDER BY least DESC, id"
            ).fetchall()
        return [Several(paper_from_row(tuple(paper)), least) for least, *paper in rows]

    # Agendas

    def claim_agenda(self, meeting: int, account: int, now: datetime, patience: timedelta) -> bool:
        """Claim a member's agenda before it is sent; False: it was sent, is being sent, or may have arrived.

        Args:
            patience: how long a sender may take; one that began longer ago has died, and its mail is sent again.
        """
        with self._store.transaction() as connection:
            row = connection.execute(
                "SELECT state, at FROM agenda WHERE meeting = ? AND account = ?", (meeting, account)
            ).fetchone()
            if row and (row[0] == "accepted" or (row[0] == "sending" and row[1] > moment_to_text(now - patience))):
                return False
            connection.execute(
                "INSERT OR REPLACE INTO agenda (meeting, account, state, at) VALUES (?, ?, 'sending', ?)",
                (meeting, account, moment_to_text(now)),
            )
            return True

    def settle_agenda(self, meeting: int, account: int, *, accepted: bool) -> None:
        """Record what became of a claimed agenda; one that failed may be claimed again."""
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE agenda SET state = ? WHERE meeting = ? AND account = ?",
                ("accepted" if accepted else "failed", meeting, account),
            )

    def awaiting_agenda(self, meeting: int) -> list[Account]:
        """The active members who want agendas and have not got this one, by address."""
        columns = "id, address, name, profile, account.state, counted, agenda, authors"
        with self._store.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {columns} FROM account WHERE state = ? AND agenda
                AND id NOT IN (SELECT account FROM agenda WHERE meeting = ? AND state = 'accepted') ORDER BY address
                """,
                (AccountState.ACTIVE.value, meeting),
            ).fetchall()
            return [account_from_row(row) for row in rows]


def _next(connection: sqlite3.Connection, planned: datetime, now: datetime) -> Meeting:
    """The meeting that has not been held, moved to its planned time."""
    row = connection.execute(
        f"SELECT {_MEETING} FROM meeting WHERE at > ? ORDER BY at, id LIMIT 1", (moment_to_text(now),)
    ).fetchone()
    return _meeting(row)._replace(at=planned) if row else Meeting(0, planned)


def _make_next(connection: sqlite3.Connection, planned: datetime, now: datetime) -> Meeting:
    """The same, written down."""
    meeting = _next(connection, planned, now)
    if meeting.number:
        connection.execute("UPDATE meeting SET at = ? WHERE id = ?", (moment_to_text(planned), meeting.number))
        return meeting
    made = connection.execute(
        "INSERT INTO meeting (at, notes, share) VALUES (?, '', '')", (moment_to_text(planned),)
    ).lastrowid
    return Meeting(made or 0, planned)


def _meeting(row: tuple[int, str, str, str]) -> Meeting:
    number, at, notes, share = row
    return Meeting(number, datetime.fromisoformat(at), notes, share)


def _voted_ids(connection: sqlite3.Connection, meeting: int, account: int) -> set[str]:
    rows: Iterable[tuple[str]] = connection.execute(
        "SELECT paper FROM vote WHERE meeting = ? AND account = ?", (meeting, account)
    )
    return {paper for (paper,) in rows}

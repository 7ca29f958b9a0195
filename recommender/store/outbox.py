"""Mails to each recipient, what became of them, and the answers to them; in the reader's profile store."""

import os
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from recommender.store.profile_store import ProfileStore


class Fate(Enum):
    """What became of a mail."""

    SENDING = "sending"  # being sent right now, or its sender was stopped
    ACCEPTED = "accepted"  # the server took it
    FAILED = "failed"  # the server did not take it
    UNKNOWN = "unknown"  # handed over, but the server never said whether it took it


class NewMail(NamedTuple):
    """One list to one recipient, not sent yet."""

    recipient: str
    day: date
    batch: str  # fingerprint of the papers there were to choose from
    message_id: str
    subject: str
    papers: Sequence[str]  # ids, by rank


class Mail(NamedTuple):
    """One list to one recipient, and what became of it."""

    number: int
    recipient: str
    day: date
    batch: str  # fingerprint of the papers there were to choose from
    message_id: str
    subject: str
    fate: Fate
    reply: str  # the server's own words, or the reason of the failure
    at: datetime
    papers: tuple[str, ...]  # ids, by rank


class Outbox:
    """One reader's mails. A mail is recorded before it is sent, and counts as mailed once the server accepted it."""

    def __init__(self, profile_store: ProfileStore) -> None:
        self._store = profile_store  # one file, one connection

    def begin(self, mail: NewMail, at: datetime) -> int:
        """Record that a mail is about to be sent; returns its number."""
        with self._store.transaction() as connection:
            number = connection.execute(
                """
                INSERT INTO mail (recipient, day, batch, message_id, subject, status, told, at)
                VALUES (?, ?, ?, ?, ?, ?, '', ?)
                """,
                (
                    mail.recipient,
                    mail.day.isoformat(),
                    mail.batch,
                    mail.message_id,
                    mail.subject,
                    Fate.SENDING.value,
                    at.isoformat(),
                ),
            ).lastrowid
            assert number is not None
            connection.executemany(
                "INSERT INTO mailed VALUES (?, ?, ?)",
                [(number, rank, paper) for rank, paper in enumerate(mail.papers, start=1)],
            )
        return number

    def end(self, number: int, fate: Fate, reply: str, at: datetime) -> None:
        """Record what became of a mail."""
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE mail SET status = ?, told = ?, at = ? WHERE id = ?", (fate.value, reply, at.isoformat(), number)
            )

    def last(self) -> Mail | None:
        """The newest mail."""
        with self._store.reading() as connection:
            return _newest(connection, "TRUE")

    def accepted(self, recipient: str, day: date, batch: str) -> Mail | None:
        """The accepted mail to a recipient with exactly this batch."""
        with self._store.reading() as connection:
            condition = "recipient = ? AND day = ? AND batch = ? AND status = 'accepted'"
            return _newest(connection, condition, recipient, day.isoformat(), batch)

    def first_of(self, recipient: str, day: date) -> Mail | None:
        """The first accepted mail of a day to a recipient."""
        with self._store.reading() as connection:
            condition = "recipient = ? AND day = ? AND status = 'accepted'"
            return _one(connection, condition, recipient, day.isoformat(), order="id")

    def unsettled(self, recipient: str) -> Mail | None:
        """The newest mail to a recipient, if it is not known whether the server took it."""
        with self._store.reading() as connection:
            last = _newest(connection, "recipient = ?", recipient)
        return last if last and last.fate in (Fate.SENDING, Fate.UNKNOWN) else None

    def mailed_to(self, recipient: str) -> set[str]:
        """Ids of the papers of all accepted mails to a recipient."""
        with self._store.reading() as connection:
            rows = connection.execute(
                """
                SELECT paper FROM mailed JOIN mail ON mail.id = mailed.mail
                WHERE recipient = ? AND status = 'accepted'
                """,
                (recipient,),
            )
            return {row[0] for row in rows}

    def mailed_days(self, recipient: str) -> set[date]:
        """The days of all accepted mails to a recipient."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT day FROM mail WHERE recipient = ? AND status = 'accepted'", (recipient,)
            )
            return {date.fromisoformat(day) for (day,) in rows}

    def key(self) -> str:
        """The secret that signs this profile's links; empty as long as `make_key` made none."""
        with self._store.reading() as connection:
            row = connection.execute("SELECT key FROM secret").fetchone()
        return str(row[0]) if row else ""

    def make_key(self) -> str:
        """The secret that signs this profile's links; made and kept at the first call."""
        if key := self.key():
            return key
        with self._store.transaction() as connection:
            # as secrets.token_hex, whose module is slow to import
            connection.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (os.urandom(32).hex(),))
        return self.key()

    def answer(self, token: str, at: datetime) -> None:
        """Record that an answer was applied."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO answered VALUES (?, ?)", (token, at.isoformat()))

    def answered(self, token: str) -> bool:
        """Whether an answer was applied before."""
        with self._store.reading() as connection:
            return connection.execute("SELECT 1 FROM answered WHERE token = ?", (token,)).fetchone() is not None

    def unsubscribe(self, recipient: str, at: datetime) -> None:
        """Send no more mails to this recipient."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO unsubscribed VALUES (?, ?)", (recipient, at.isoformat()))

    def subscribe(self, recipient: str) -> None:
        """Send mails to this recipient again."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM unsubscribed WHERE recipient = ?", (recipient,))

    def unsubscribed(self) -> set[str]:
        """The recipients that want no more mails."""
        with self._store.reading() as connection:
            return {row[0] for row in connection.execute("SELECT recipient FROM unsubscribed")}


def _newest(connection: sqlite3.Connection, condition: str, *parameters: object) -> Mail | None:
    return _one(connection, condition, *parameters, order="id DESC")


def _one(connection: sqlite3.Connection, condition: str, *parameters: object, order: str) -> Mail | None:
    row = connection.execute(
        f"""
        SELECT id, recipient, day, batch, message_id, subject, status, told, at FROM mail
        WHERE {condition} ORDER BY {order} LIMIT 1
        """,
        parameters,
    ).fetchone()
    if row is None:
        return None
    number, recipient, day, batch, message_id, subject, status, reply, at = row
    papers = connection.execute("SELECT paper FROM mailed WHERE mail = ? ORDER BY rank", (number,))
    return Mail(
        number,
        recipient,
        date.fromisoformat(day),
        batch,
        message_id,
        subject,
        Fate(status),
        reply,
        datetime.fromisoformat(at),
        tuple(paper for (paper,) in papers),
    )

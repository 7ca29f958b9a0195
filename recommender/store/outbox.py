"""What was mailed to whom, what became of it, and which answers came: in the same file as the verdicts."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from recommender.store.database import Database
from recommender.store.profile_store import ProfileStore


class Fate(Enum):
    """What became of a mail."""

    SENDING = "sending"  # being sent right now, or whoever sent it was stopped
    ACCEPTED = "accepted"  # the server took it
    FAILED = "failed"  # the server did not take it
    UNKNOWN = "unknown"  # it was handed over, but whether it was taken was never said


@dataclass(frozen=True, slots=True)
class Mail:
    """One list to one recipient."""

    number: int
    recipient: str
    day: date
    batch: str  # fingerprint of what there was to choose from
    message_id: str
    subject: str
    fate: Fate
    told: str  # the server's own words, or why it failed
    at: datetime
    papers: tuple[str, ...]  # ids, by rank


class Outbox(Database):
    """One reader's mails. A mail is written down before it is sent, and counts as mailed once it was accepted."""

    kind = ProfileStore.kind
    application_id = ProfileStore.application_id
    schema_version = ProfileStore.schema_version
    synchronous = ProfileStore.synchronous

    def begin(
        self,
        recipient: str,
        *,
        day: date,
        batch: str,
        message_id: str,
        subject: str,
        papers: Sequence[str],
        at: datetime,
    ) -> int:
        """Write down that a mail is about to be sent; gives its number."""
        with self._transaction() as connection:
            number = connection.execute(
                """
                INSERT INTO mail (recipient, day, batch, message_id, subject, status, told, at)
                VALUES (?, ?, ?, ?, ?, ?, '', ?)
                """,
                (recipient, day.isoformat(), batch, message_id, subject, Fate.SENDING.value, at.isoformat()),
            ).lastrowid
            assert number is not None
            connection.executemany(
                "INSERT INTO mailed VALUES (?, ?, ?)",
                [(number, rank, paper) for rank, paper in enumerate(papers, start=1)],
            )
        return number

    def end(self, number: int, fate: Fate, told: str, at: datetime) -> None:
        """Write down what became of a mail."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE mail SET status = ?, told = ?, at = ? WHERE id = ?", (fate.value, told, at.isoformat(), number)
            )

    def mail(self, number: int) -> Mail | None:
        """One mail."""
        with self._reading():
            return self._newest("id = ?", number)

    def last(self, recipient: str | None = None) -> Mail | None:
        """The newest mail, to this recipient or to anybody."""
        with self._reading():
            return self._newest("recipient = ?", recipient) if recipient else self._newest("TRUE")

    def accepted(self, recipient: str, day: date, batch: str) -> Mail | None:
        """The mail that brought this very batch to a recipient."""
        with self._reading():
            return self._newest(
                "recipient = ? AND day = ? AND batch = ? AND status = 'accepted'", recipient, day.isoformat(), batch
            )

    def first_of(self, recipient: str, day: date) -> Mail | None:
        """The first accepted mail of a day to a recipient."""
        with self._reading():
            return self._one(
                "recipient = ? AND day = ? AND status = 'accepted'", recipient, day.isoformat(), order="id"
            )

    def unsettled(self, recipient: str) -> Mail | None:
        """The newest mail to a recipient, if nobody knows whether it was taken."""
        with self._reading():
            last = self._newest("recipient = ?", recipient)
        return last if last and last.fate in (Fate.SENDING, Fate.UNKNOWN) else None

    def mailed_to(self, recipient: str) -> set[str]:
        """Ids of the papers of all accepted mails to a recipient."""
        with self._reading() as connection:
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
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT day FROM mail WHERE recipient = ? AND status = 'accepted'", (recipient,)
            )
            return {date.fromisoformat(day) for (day,) in rows}

    def key(self) -> str:
        """The secret that signs this profile's links; made at first use."""
        with self._reading() as connection:
            row = connection.execute("SELECT key FROM secret").fetchone()
        if row is None:
            with self._transaction() as connection:
                connection.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (secrets.token_hex(32),))
                row = connection.execute("SELECT key FROM secret").fetchone()
        return str(row[0])

    def answer(self, token: str, at: datetime) -> None:
        """Write down that an answer was applied."""
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO answered VALUES (?, ?)", (token, at.isoformat()))

    def answered(self, token: str) -> bool:
        """Whether an answer was applied before."""
        with self._reading() as connection:
            return connection.execute("SELECT 1 FROM answered WHERE token = ?", (token,)).fetchone() is not None

    def unsubscribe(self, recipient: str, at: datetime) -> None:
        """No more mails to this recipient."""
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO unsubscribed VALUES (?, ?)", (recipient, at.isoformat()))

    def subscribe(self, recipient: str) -> bool:
        """Mails to this recipient again; whether there were none."""
        with self._transaction() as connection:
            return connection.execute("DELETE FROM unsubscribed WHERE recipient = ?", (recipient,)).rowcount > 0

    def unsubscribed(self) -> set[str]:
        """Who wants no more mails."""
        with self._reading() as connection:
            return {row[0] for row in connection.execute("SELECT recipient FROM unsubscribed")}

    def _newest(self, condition: str, *parameters: object) -> Mail | None:
        return self._one(condition, *parameters, order="id DESC")

    def _one(self, condition: str, *parameters: object, order: str) -> Mail | None:
        row = self._connection.execute(
            f"""
            SELECT id, recipient, day, batch, message_id, subject, status, told, at FROM mail
            WHERE {condition} ORDER BY {order} LIMIT 1
            """,
            parameters,
        ).fetchone()
        if row is None:
            return None
        number, recipient, day, batch, message_id, subject, status, told, at = row
        papers = self._connection.execute("SELECT paper FROM mailed WHERE mail = ? ORDER BY rank", (number,))
        return Mail(
            number,
            recipient,
            date.fromisoformat(day),
            batch,
            message_id,
            subject,
            Fate(status),
            told,
            datetime.fromisoformat(at),
            tuple(paper for (paper,) in papers),
        )

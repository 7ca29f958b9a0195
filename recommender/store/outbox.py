"""Mails to each recipient, what became of them, and the answers to them; in the reader's profile store."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from recommender.paper import Giver, Paper, Shortlist, Verdict
from recommender.store import list_tables, verdict_tables
from recommender.store.profile_store import ProfileStore
from recommender.store.verdict_tables import Told

MOST_TRIES = 2  # mails of one batch, or with one paper, of which nobody knows whether they arrived

# A recipient's address is the same in small letters and in capitals. What was sent twice without a word of the
# server counts as mailed, too: a server that takes every mail and then breaks off would get it for ever.
_TO = "recipient = :recipient COLLATE NOCASE"
_OPEN = "status IN ('sending', 'unknown')"
_MAILED_PAPERS = f"""
    SELECT paper FROM mailed JOIN mail ON mail.id = mailed.mail WHERE {_TO} AND (status = 'accepted' OR {_OPEN})
    GROUP BY paper HAVING max(status = 'accepted') OR count(*) >= {MOST_TRIES}
"""


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


class Begun(NamedTuple):
    """The answer to `begin`."""

    number: int  # of the new mail; 0: none was begun
    mailed: Mail | None  # the mail that was in its way: accepted, or sent often enough
    broken_off: Mail | None  # the mail before the new one, if nobody knows whether it arrived


class Listed(NamedTuple):
    """The list of a mail, for the record."""

    shortlist: Shortlist
    basis: str  # the key of its ranking
    day: date  # of the candidates
    announced: Mapping[str, date]  # what there was to choose from: paper id → day of its announcement


class Standing(NamedTuple):
    """Whether an answer counts."""

    new: bool  # its mail was not counted before
    overruled: bool = False  # the reader said something else later


class Outbox:
    """One reader's mails. A mail is recorded before it is sent, and counts as mailed once the server accepted it.

    Whoever sends holds the profile's lock, so a mail that is "sending" when another begins was broken off. What is
    accepted is never changed again.
    """

    def __init__(self, profile_store: ProfileStore) -> None:
        self._store = profile_store  # one file, one connection

    def begin(self, mail: NewMail, at: datetime) -> Begun:
        """Record that a mail is about to be sent, unless its batch or one of its papers was mailed before.

        One transaction: whatever another process recorded until now is seen.
        """
        with self._store.transaction() as connection:
            if in_the_way := _in_the_way(connection, mail):
                return Begun(0, in_the_way, None)
            last = _one(connection, _TO, recipient=mail.recipient)
            connection.execute(
                f"UPDATE mail SET status = 'unknown', told = :told WHERE status = 'sending' AND {_TO}",
                {"recipient": mail.recipient, "told": "the program was stopped while it was sent"},
            )
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
        return Begun(number, None, last if last and last.fate in (Fate.SENDING, Fate.UNKNOWN) else None)

    def accept(self, number: int, reply: str, listed: Listed, at: datetime) -> None:
        """Record that a mail was accepted, and its list as shown: both or nothing."""
        with self._store.transaction() as connection:
            _settle(connection, number, Fate.ACCEPTED, reply, at)
            list_tables.record(connection, listed.shortlist, kind="mail", basis=listed.basis, at=at, key="")
            (recipient,) = connection.execute("SELECT recipient FROM mail WHERE id = ?", (number,)).fetchone()
            for audience in (recipient, ""):
                list_tables.offer(connection, audience, listed.day, listed.announced)

    def fail(self, number: int, fate: Fate, reason: str, at: datetime) -> None:
        """Record that a mail was not accepted, or that nobody knows."""
        with self._store.transaction() as connection:
            _settle(connection, number, fate, reason, at)

    def last(self) -> Mail | None:
        """The newest mail."""
        with self._store.reading() as connection:
            return _one(connection, "TRUE")

    def mailed(self, recipient: str, day: date, batch: str) -> Mail | None:
        """The mail to a recipient with exactly this batch: accepted, or sent so often that it is not sent again."""
        with self._store.reading() as connection:
            return _mailed(connection, recipient, day, batch)

    def first_of(self, recipient: str, day: date) -> Mail | None:
        """The first accepted mail of a day to a recipient."""
        with self._store.reading() as connection:
            condition = f"{_TO} AND day = :day AND status = 'accepted'"
            return _one(connection, condition, order="id", recipient=recipient, day=day.isoformat())

    def mailed_to(self, recipient: str) -> set[str]:
        """Ids of the papers of all accepted mails to a recipient, and of those sent so often that this is enough."""
        with self._store.reading() as connection:
            return {paper for (paper,) in connection.execute(_MAILED_PAPERS, {"recipient": recipient})}

    def mailed_days(self, recipient: str) -> set[date]:
        """The days of all accepted mails to a recipient."""
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT DISTINCT day FROM mail WHERE {_TO} AND status = 'accepted'", {"recipient": recipient}
            )
            return {date.fromisoformat(day) for (day,) in rows}

    def known_as(self, recipient: str) -> str:
        """The spelling under which a recipient was mailed first; the address itself if it never was."""
        with self._store.reading() as connection:
            mail = _one(connection, f"{_TO} AND status = 'accepted'", order="id", recipient=recipient)
        return mail.recipient if mail else recipient

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

    # Answers

    def standing(self, answer: str, paper_id: str, sent: datetime | None, now: datetime) -> Standing:
        """Whether an answer on a paper counts, by the fingerprint of its mail and the moment it was sent."""
        with self._store.reading() as connection:
            return _standing(connection, answer, paper_id, sent, now)

    def rate(self, answer: str, paper: Paper, verdict: Verdict, sent: datetime | None, now: datetime) -> Standing:
        """Give a paper the verdict of an answer if it counts, and record that it was read: both or nothing."""
        with self._store.transaction() as connection:
            standing = _standing(connection, answer, paper.id, sent, now)
            if standing.new and not standing.overruled:
                at = min(sent or now, now)
                verdict_tables.judge(connection, [paper], verdict, Told("mail", at, Giver.MAIL))
            _answered(connection, answer, now)
        return standing

    def answered(self, answer: str) -> bool:
        """Whether an answer was read before."""
        with self._store.reading() as connection:
            return _is_answered(connection, answer)

    def unsubscribe(self, recipient: str, at: datetime, answer: str = "") -> None:
        """Send no more mails to this recipient, who said so by this answer."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO unsubscribed VALUES (?, ?)", (recipient, at.isoformat()))
            if answer:
                _answered(connection, answer, at)

    def subscribe(self, recipient: str) -> None:
        """Send mails to this recipient again."""
        with self._store.transaction() as connection:
            connection.execute(f"DELETE FROM unsubscribed WHERE {_TO}", {"recipient": recipient})

    def is_unsubscribed(self, recipient: str) -> bool:
        """Whether a recipient wants no more mails."""
        with self._store.reading() as connection:
            row = connection.execute(f"SELECT 1 FROM unsubscribed WHERE {_TO}", {"recipient": recipient}).fetchone()
        return row is not None

    def unsubscribed(self) -> set[str]:
        """The recipients that want no more mails."""
        with self._store.reading() as connection:
            return {row[0] for row in connection.execute("SELECT recipient FROM unsubscribed")}


def _in_the_way(connection: sqlite3.Connection, mail: NewMail) -> Mail | None:
    """The mail that brought the same batch or one of the same papers, if there is one."""
    if same_batch := _mailed(connection, mail.recipient, mail.day, mail.batch):
        return same_batch
    mailed_papers = {paper for (paper,) in connection.execute(_MAILED_PAPERS, {"recipient": mail.recipient})}
    twice = next((paper for paper in mail.papers if paper in mailed_papers), None)
    condition = f"{_TO} AND id IN (SELECT mail FROM mailed WHERE paper = :paper)"
    return _one(connection, condition, recipient=mail.recipient, paper=twice) if twice else None


def _mailed(connection: sqlite3.Connection, recipient: str, day: date, batch: str) -> Mail | None:
    condition = f"{_TO} AND day = :day AND batch = :batch"
    values = {"recipient": recipient, "day": day.isoformat(), "batch": batch}
    if accepted := _one(connection, f"{condition} AND status = 'accepted'", **values):
        return accepted
    condition += f" AND {_OPEN}"
    (tries,) = connection.execute(f"SELECT count(*) FROM mail WHERE {condition}", values).fetchone()
    return _one(connection, condition, **values) if tries >= MOST_TRIES else None


def _settle(connection: sqlite3.Connection, number: int, fate: Fate, words: str, at: datetime) -> None:
    connection.execute(
        "UPDATE mail SET status = ?, told = ?, at = ? WHERE id = ? AND status <> 'accepted'",
        (fate.value, words, at.isoformat(), number),
    )


def _standing(
    connection: sqlite3.Connection, answer: str, paper_id: str, sent: datetime | None, now: datetime
) -> Standing:
    if _is_answered(connection, answer):
        return Standing(new=False)
    last_word = verdict_tables.last_word(connection, paper_id, now)
    return Standing(new=True, overruled=sent is not None and last_word is not None and sent < last_word)


def _is_answered(connection: sqlite3.Connection, answer: str) -> bool:
    return connection.execute("SELECT 1 FROM answered WHERE token = ?", (answer,)).fetchone() is not None


def _answered(connection: sqlite3.Connection, answer: str, at: datetime) -> None:
    connection.execute("INSERT OR IGNORE INTO answered VALUES (?, ?)", (answer, at.isoformat()))


def _one(connection: sqlite3.Connection, condition: str, order: str = "id DESC", **values: object) -> Mail | None:
    row = connection.execute(
        f"""
        SELECT id, recipient, day, batch, message_id, subject, status, told, at FROM mail
        WHERE {condition} ORDER BY {order} LIMIT 1
        """,
        values,
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

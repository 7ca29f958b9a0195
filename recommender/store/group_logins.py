"""How members log in: links, each used once by the browser that asked for it, and the sessions they begin.

Secrets are kept as their SHA-256: who reads the file can log in as nobody.
"""

import secrets
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import NamedTuple

from recommender.results.group import Account, AccountState, Login
from recommender.store.group_store import GroupStore, account_from_row
from recommender.store.rows import moment_to_text

_ACCOUNT = ", ".join(f"account.{name}" for name in "id address name profile state counted agenda authors".split())


class LinkState(Enum):
    """What a link is good for."""

    GOOD = "good"
    UNKNOWN = "unknown"  # never made, deleted with its account, or long gone
    USED = "used"
    LATE = "late"
    ELSEWHERE = "elsewhere"  # another browser asked for it


class Link(NamedTuple):
    """A login link, as one browser sees it."""

    state: LinkState
    account: Account | None = None
    back: str = "/"
    expires_at: datetime | None = None


class Logins:
    """Links and sessions, in the group's file and by its connection."""

    def __init__(self, store: GroupStore) -> None:
        self._store = store

    def add_link(self, secret: str, account: int, *, browser: str, back: str, expires_at: datetime) -> None:
        """Keep a link for a browser.

        Args:
            secret, browser: the secrets of the link, and of the browser that asked for it.
            back: the page that it wanted.
        """
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT INTO link (secret, account, browser, back, expires_at) VALUES (?, ?, ?, ?, ?)",
                (hashed(secret), account, hashed(browser), back, moment_to_text(expires_at)),
            )

    def drop_old(self, before: datetime) -> None:
        """Forget links and sessions that ended before a moment."""
        with self._store.transaction() as connection:
            for table in ("link", "session"):
                connection.execute(f"DELETE FROM {table} WHERE expires_at < ?", (moment_to_text(before),))

    def link(self, secret: str, browser: str, now: datetime) -> Link:
        """What a link is good for in a browser; changes nothing."""
        with self._store.reading() as connection:
            row = connection.execute(
                f"""
                SELECT link.browser, back, expires_at, used_at, {_ACCOUNT}
                FROM link JOIN account ON account.id = link.account WHERE secret = ?
                """,
                (hashed(secret),),
            ).fetchone()
            if row is None:
                return Link(LinkState.UNKNOWN)
            asked_by, back, expires_at, used_at, *columns = row
            account = account_from_row(tuple(columns))
        if account.state is AccountState.DISABLED:
            return Link(LinkState.UNKNOWN)
        state = LinkState.GOOD
        if asked_by != hashed(browser):
            state = LinkState.ELSEWHERE
        elif used_at:
            state = LinkState.USED
        elif expires_at <= moment_to_text(now):
            state = LinkState.LATE
        return Link(state, account, back, datetime.fromisoformat(expires_at))

    def use(self, secret: str, now: datetime) -> bool:
        """Use a link up; False: another request was faster."""
        with self._store.transaction() as connection:
            used = connection.execute(
                "UPDATE link SET used_at = ? WHERE secret = ? AND used_at IS NULL",
                (moment_to_text(now), hashed(secret)),
            )
            return used.rowcount == 1

    def start(self, account: int, browser: str, now: datetime, expires_at: datetime) -> str | None:
        """Log a browser in, and give the secret of its session; None: the account is gone or disabled.

        Args:
            browser: as it calls itself.
        """
        secret = secrets.token_urlsafe(32)
        with self._store.transaction() as connection:
            joined = connection.execute(
                "UPDATE account SET state = ? WHERE id = ? AND state <> ?",
                (AccountState.ACTIVE.value, account, AccountState.DISABLED.value),
            )
            if joined.rowcount != 1:
                return None
            connection.execute(
                "INSERT INTO session (secret, account, browser, made_at, expires_at) VALUES (?, ?, ?, ?, ?)",
                (hashed(secret), account, browser, moment_to_text(now), moment_to_text(expires_at)),
            )
        return secret

    def whose(self, secret: str, now: datetime) -> Account | None:
        """The account of a session; None: there is none, it has ended, or its account cannot log in."""
        with self._store.reading() as connection:
            row = connection.execute(
                f"""
                SELECT {_ACCOUNT} FROM session JOIN account ON account.id = session.account
                WHERE secret = ? AND expires_at > ? AND state = ?
                """,
                (hashed(secret), moment_to_text(now), AccountState.ACTIVE.value),
            ).fetchone()
            return account_from_row(row) if row else None

    def identified(self, issuer: str, subject: str) -> Account | None:
        """The account that a provider of OpenID Connect knows by this subject."""
        with self._store.reading() as connection:
            row = connection.execute(
                f"""
                SELECT {_ACCOUNT} FROM identity JOIN account ON account.id = identity.account
                WHERE issuer = ? AND subject = ?
                """,
                (issuer, subject),
            ).fetchone()
            return account_from_row(row) if row else None

    def identify(self, account: int, issuer: str, subject: str) -> bool:
        """Remember by which subject a provider knows an account; False: it knows another account by it."""
        with self._store.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO identity VALUES (?, ?, ?)", (issuer, subject, account))
            row = connection.execute(
                "SELECT account FROM identity WHERE issuer = ? AND subject = ?", (issuer, subject)
            ).fetchone()
            return bool(row[0] == account)

    def all_of(self, account: int, now: datetime) -> list[Login]:
        """The browsers that are logged in for an account, the newest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT id, browser, made_at, expires_at FROM session WHERE account = ? AND expires_at > ? "
                "ORDER BY id DESC",
                (account, moment_to_text(now)),
            ).fetchall()
        return [Login(number, browser, *map(datetime.fromisoformat, moments)) for number, browser, *moments in rows]

    def end(self, secret: str) -> None:
        """Log a browser out."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM session WHERE secret = ?", (hashed(secret),))

    def end_number(self, account: int, number: int) -> None:
        """Log one of an account's browsers out; another account's stays."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM session WHERE account = ? AND id = ?", (account, number))

    def end_all(self, account: int) -> None:
        """Log all browsers of an account out, and make its links useless."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM session WHERE account = ?", (account,))
            connection.execute("DELETE FROM link WHERE account = ?", (account,))


def hashed(secret: str) -> str:
    """A secret as it is stored. It has 256 random bits, so a fast hash is enough."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()

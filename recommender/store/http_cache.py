"""Rate limits and an HTTP cache shared by all processes; the file `web.db` is safe to delete."""

import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from recommender.errors import StoreError
from recommender.store.database import Database

_PAGES = 200  # answers kept at most: a reader has a handful of feeds
_LARGEST = 16 * 2**20  # bytes of a page: the feeds of 20 categories on a busy day have 5 MB


@dataclass(frozen=True, slots=True)
class Page:
    """The body of an answer, with the validators for a conditional request (RFC 9110, 13.1)."""

    body: bytes
    etag: str  # empty where the site sent none
    last_modified: str
    fetched_at: datetime


P = ParamSpec("P")
T = TypeVar("T")


def _renewed(use: "Callable[Concatenate[HttpCache, P], T]") -> "Callable[Concatenate[HttpCache, P], T]":
    """Throw a damaged file away where it is used, and do it again with a new one."""

    @wraps(use)
    def method(cache: "HttpCache", /, *arguments: P.args, **options: P.kwargs) -> T:
        try:
            return use(cache, *arguments, **options)
        except StoreError as error:
            if not error.damaged:
                raise
            cache._throw_away()
            return use(cache, *arguments, **options)

    return method


class HttpCache(Database):
    """`web.db`. Without it, sites are asked once more than needed.

    A damaged file, or one of another program, is thrown away and made anew.

    Args:
        warn: is told that the file was thrown away.
    """

    kind = "web"
    application_id = 0x72656377  # "recw"
    schema_version = 1

    def __init__(self, path: Path, warn: Callable[[str], None] = lambda text: None) -> None:
        self._warn = warn
        self.path = path
        try:
            super().__init__(path)
        except StoreError as error:
            if not error.damaged:
                raise
            self._throw_away()
            super().__init__(path)

    def _throw_away(self) -> None:
        """Delete the file; the next use makes a new one."""
        self.close()
        with self._worded():
            for part in ("-wal", "-shm", "-journal", ""):
                Path(f"{self.path}{part}").unlink(missing_ok=True)
        self._warn(f"{self.path} was damaged and is thrown away: it only spared requests, and is made anew.")

    def _prepare(self, connection: sqlite3.Connection, *, new: bool) -> None:
        super()._prepare(connection, new=True)  # an empty cache is as good as a new one

    @_renewed
    def reserve(self, site: str, clock: Callable[[], datetime], pace: timedelta) -> timedelta:
        """Reserve the site for one request now, or return how long to wait before trying again.

        Zero means reserved: no process may ask the site again for `pace`. The clock is read while other processes are
        locked out: a moment read before could be long past. Nothing is reserved ahead, so a process that dies or
        sleeps while it waits leaves no gap behind.
        """
        with self.transaction() as connection:
            now = clock()
            row = connection.execute("SELECT asked_at FROM site WHERE site = ?", (site,)).fetchone()
            asked_at = _moment(row[0]) if row else None
            # a moment far in the future: the clock was set back, so do not wait for it
            if asked_at is not None and abs(now - asked_at) < pace:
                return asked_at + pace - now
            connection.execute(
                """
                INSERT INTO site (site, asked_at) VALUES (?, ?)
                ON CONFLICT (site) DO UPDATE SET asked_at = excluded.asked_at
                """,
                (site, _text(now)),
            )
            return timedelta(0)

    @_renewed
    def back_off(self, site: str, until: datetime) -> None:
        """Ask the site no more before `until`; the newest call counts."""
        with self.transaction() as connection:
            connection.execute(
                """
                INSERT INTO site (site, rests_until) VALUES (?, ?)
                ON CONFLICT (site) DO UPDATE SET rests_until = excluded.rests_until
                """,
                (site, _text(until)),
            )

    @_renewed
    def resting(self, site: str) -> datetime | None:
        """The moment until which the site wants, or wanted, no requests; None if it never said so."""
        with self.reading() as connection:
            row = connection.execute("SELECT rests_until FROM site WHERE site = ?", (site,)).fetchone()
        return _moment(row[0]) if row else None

    @_renewed
    def page(self, url: str) -> Page | None:
        """The answer that was kept for this address."""
        with self.reading() as connection:
            row = connection.execute(
                "SELECT body, etag, last_modified, fetched_at FROM page WHERE url = ?", (url,)
            ).fetchone()
        if row is None:
            return None
        packed, etag, last_modified, fetched_at = row
        try:
            body = zlib.decompress(packed)
        except zlib.error:  # a damaged body is fetched again
            return None
        return Page(body, etag, last_modified, datetime.fromisoformat(fetched_at))

    @_renewed
    def keep(self, url: str, *, body: bytes, etag: str, last_modified: str, fetched_at: datetime) -> None:
        """Keep the answer of this address in the place of an earlier one; the oldest answers beyond _PAGES go.

        A body over _LARGEST bytes is not kept, and will be fetched again.
        """
        if len(body) > _LARGEST:
            return
        packed = zlib.compress(body)
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO page (url, etag, last_modified, fetched_at, body) VALUES (?, ?, ?, ?, ?)",
                (url, etag, last_modified, _text(fetched_at), packed),
            )
            connection.execute(
                "DELETE FROM page WHERE url NOT IN (SELECT url FROM page ORDER BY fetched_at DESC, url LIMIT ?)",
                (_PAGES,),
            )


def _text(moment: datetime) -> str:
    """UTC with microseconds, so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

"""When which site was asked, and what it answered: manners over all processes. Holds nothing that cannot be lost."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from recommender.store.database import Database

_PAGES = 200  # kept at most: a reader's feeds are a handful
_LARGEST = 16 * 2**20  # bytes of a page: the feeds of 20 categories on a busy day have 5 MB


@dataclass(frozen=True, slots=True)
class Page:
    """What a site answered, with what it wants to hear when it is asked whether that still holds."""

    body: bytes
    etag: str  # empty where the site sent none
    last_modified: str
    fetched_at: datetime


class HttpCache(Database):
    """`web.db`: may be deleted at any time; then sites are asked once more than needed."""

    kind = "web"
    application_id = 0x72656377  # "recw"
    schema_version = 1

    def turn(self, site: str, clock: Callable[[], datetime], pace: timedelta) -> timedelta:
        """Zero: this process may ask the site now, and nobody else for `pace`. Else how long to wait for a next try.

        The clock is read while other processes are locked out: a moment read before could be long past. A turn is
        never booked ahead, so a process that dies or sleeps while it waits leaves no gap and no stale booking.
        """
        with self._transaction() as connection:
            now = clock()
            row = connection.execute("SELECT asked_at FROM site WHERE site = ?", (site,)).fetchone()
            asked_at = _moment(row[0]) if row else None
            # asked long after now: the clock was set back, and nobody is to wait for the old one
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

    def rest(self, site: str, until: datetime) -> None:
        """Nobody asks the site before `until`; what it said last counts."""
        with self._transaction() as connection:
            connection.execute(
                """
                INSERT INTO site (site, rests_until) VALUES (?, ?)
                ON CONFLICT (site) DO UPDATE SET rests_until = excluded.rests_until
                """,
                (site, _text(until)),
            )

    def resting(self, site: str) -> datetime | None:
        """Until when the site wants to be left alone, or wanted to; None if it never said so."""
        with self._reading() as connection:
            row = connection.execute("SELECT rests_until FROM site WHERE site = ?", (site,)).fetchone()
        return _moment(row[0]) if row else None

    def page(self, url: str) -> Page | None:
        """What was kept of this address."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT body, etag, last_modified, fetched_at FROM page WHERE url = ?", (url,)
            ).fetchone()
        if row is None:
            return None
        packed, etag, last_modified, fetched_at = row
        try:
            body = zlib.decompress(packed)
        except zlib.error:  # a damaged page is fetched anew
            return None
        return Page(body, etag, last_modified, datetime.fromisoformat(fetched_at))

    def keep(self, url: str, *, body: bytes, etag: str, last_modified: str, fetched_at: datetime) -> None:
        """Keep what this address answered instead of what it answered before; the oldest pages make room.

        A very large body is not kept: it will be fetched anew.
        """
        if len(body) > _LARGEST:
            return
        packed = zlib.compress(body)
        with self._transaction() as connection:
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

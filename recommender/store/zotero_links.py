"""Which items of Zotero are which papers, and which likes stand there; in the reader's profile store."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from recommender.store.profile_store import ProfileStore
from recommender.store.rows import moment_from


class Placement(NamedTuple):
    """A like in Zotero."""

    placed: bool  # it stands in a collection; False: it stood there and was taken out
    liked_at: datetime  # which like this is: a paper that is liked anew is placed anew


class ZoteroLinks:
    """What a profile knows of one library of Zotero.

    Args:
        library: "local:users/0", "web:groups/12".
    """

    def __init__(self, profile_store: ProfileStore, library: str) -> None:
        self._store = profile_store  # one file, one connection
        self._library = library

    def items(self) -> dict[str, str]:
        """The paper of each item that was taken, by the item's key; empty for a key that is no paper's."""
        with self._store.reading() as connection:
            rows = connection.execute("SELECT key, paper FROM zotero_item WHERE library = ?", (self._library,))
            return dict(rows.fetchall())

    def likes(self) -> dict[str, Placement]:
        """What became of each like there, by paper id."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT paper, placed, liked_at FROM zotero_like WHERE library = ?", (self._library,)
            )
            return {paper: Placement(bool(placed), moment_from(at)) for paper, placed, at in rows}

    def keep(self, items: Mapping[str, str], likes: Mapping[str, Placement]) -> None:
        """Keep items by key and likes by paper id; newer ones replace older ones."""
        with self._store.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO zotero_item VALUES (?, ?, ?)",
                [(self._library, key, paper) for key, paper in items.items()],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO zotero_like VALUES (?, ?, ?, ?)",
                [
                    (self._library, paper, like.placed, like.liked_at.astimezone(UTC).isoformat())
                    for paper, like in likes.items()
                ],
            )

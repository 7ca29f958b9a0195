"""The schema of the cache of web pages; see `migrations`."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

web = Migrations("web")


@web()
def w001_visits(db: Database) -> None:
    """The last request to each site, the moment until which it wants none, and its answers with their validators."""
    db.table("site").create({"site": str, "asked_at": str, "rests_until": str}, pk="site", strict=True)
    db.table("page").create(
        {
            "url": str,
            "etag": str,
            "last_modified": str,
            "fetched_at": str,
            "body": bytes,  # zlib
        },
        pk="url",
        not_null={"etag", "last_modified", "fetched_at", "body"},
        strict=True,
    )

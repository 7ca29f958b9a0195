"""The newer changes of the profile's schema, which `migrations` applies in its order."""

from sqlite_utils import Database


def p013_reading_list_and_zotero(db: Database) -> None:
    """The reading list, whose changes are commands that `undo` takes back; papers opened; items and likes in Zotero."""
    db.table("reading").create(
        {"id": int, "command": int, "paper": str, "state": str, "at": str},  # "later" or "done"
        pk="id",
        not_null={"command", "paper", "state", "at"},
        foreign_keys=[("command", "command", "id"), ("paper", "paper", "id")],
        strict=True,
    )
    db.table("opened").create({"paper": str, "at": str, "by": str}, pk="paper", not_null={"at", "by"}, strict=True)
    db.table("zotero_item").create(
        {"library": str, "key": str, "paper": str},  # an empty paper: the key is of something else
        pk=("library", "key"),
        not_null={"paper"},
        strict=True,
    )
    db.table("zotero_like").create(
        {"library": str, "paper": str, "placed": int, "liked_at": str},  # 0: it was taken out there, and stays out
        pk=("library", "paper"),
        not_null={"placed", "liked_at"},
        strict=True,
    )


def p014_givers(db: Database) -> None:
    """By which way each rating came; what an agent rates is a suggestion, which counts once the reader confirms it."""
    db.table("command").add_column("giver", str, not_null_default="reader")
    db.table("command").add_column("counts", int, not_null_default=1)  # 0: suggestions
    db.execute("UPDATE command SET giver = name WHERE name IN ('mail', 'import')")
    undone, suggested = "SELECT undoes FROM command WHERE undoes > 0", "SELECT id FROM command WHERE counts = 0"
    newest = """SELECT paper, verdict, given_at, id AS event FROM event WHERE verdict IS NOT NULL AND id IN (
        SELECT max(id) FROM event WHERE command NOT IN ({}) GROUP BY paper)"""
    db.create_view("verdict", newest.format(f"{undone} UNION ALL {suggested}"), replace=True)
    db.create_view("suggestion", f"{newest.format(undone)} AND command IN ({suggested})")

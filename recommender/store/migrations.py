"""The schemas: one function a change, oldest first. Append new ones; never change what a released one does."""

import sqlite3

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from recommender.ids import paper_id
from recommender.store import library_migrations, profile_migrations
from recommender.store.group_migrations import group
from recommender.store.web_migrations import web

library = Migrations("library")
profile = Migrations("profile")

_OF_KIND = {"library": library, "profile": profile, "web": web, "group": group}


def apply(kind: str, connection: sqlite3.Connection) -> None:
    """Bring a database of this kind to today's schema; the caller holds a transaction."""
    _OF_KIND[kind].apply(Database(connection))


@library()
def l001_papers(db: Database) -> None:
    """One row a paper, over all categories, days and versions."""
    db.table("paper").create(
        {
            # a key of its own: VACUUM may renumber implicit rowids, and the full-text index refers to them
            "key": int,
            "id": str,
            "title": str,
            "abstract": str,
            "authors": str,  # JSON list
            "categories": str,  # JSON list, primary first
            "submitted": str,  # ISO date
        },
        pk="key",
        not_null={"id", "title", "abstract", "authors", "categories"},
        strict=True,
    )
    db.table("paper").create_index(["id"], unique=True)
    db.table("terms").create(
        {"paper": int, "version": int, "encoded": bytes},
        pk="paper",
        not_null={"version", "encoded"},
        foreign_keys=[("paper", "paper", "key")],
        strict=True,
    )


@library()
def l002_announcements(db: Database) -> None:
    """The days each paper was announced on, and the texts that were read."""
    db.table("announced").create(
        {"day": str, "category": str, "paper": int},
        pk=("day", "category", "paper"),
        foreign_keys=[("paper", "paper", "key")],
        strict=True,
    )
    db.table("announced").create_index(["paper"])
    db.table("digest").create(
        {"fingerprint": str, "name": str, "day": str, "category": str, "papers": int, "read_at": str},
        pk="fingerprint",
        not_null={"name", "day", "category", "papers", "read_at"},
        strict=True,
    )


@library()
def l003_full_text(db: Database) -> None:
    """A full-text index of titles and abstracts, stemmed and without accents, kept up to date by triggers."""
    db.table("paper").enable_fts(
        ["title", "abstract"], create_triggers=True, tokenize="porter unicode61 remove_diacritics 2"
    )


@library()
def l004_other_sources(db: Database) -> None:
    """DOIs and titles, to recognise one paper from several sources; the days with newer versions of papers."""
    paper = db.table("paper")
    paper.add_column("doi", str, not_null_default="")
    paper.add_column("title_id", str, not_null_default="")
    for key, title in db.execute("SELECT key, title FROM paper").fetchall():
        db.execute("UPDATE paper SET title_id = ? WHERE key = ?", (paper_id(title=title), key))
    paper.create_index(["title_id"])
    paper.create_index(["doi"])
    db.table("revised").create(
        {"day": str, "category": str, "paper": int},
        pk=("day", "category", "paper"),
        foreign_keys=[("paper", "paper", "key")],
        strict=True,
    )


@library()
def l005_fetching(db: Database) -> None:
    """The last request to each source for each day, and the progress of harvests."""
    db.table("fetched").create(
        {"source": str, "day": str, "at": str, "papers": int},
        pk=("source", "day"),
        not_null={"at", "papers"},
        strict=True,
    )
    db.table("harvest").create(
        {"category": str, "since": str, "until": str, "token": str, "reached": str, "done": int, "at": str},
        pk=("category", "since", "until"),
        not_null={"token", "reached", "done", "at"},
        strict=True,
    )


@library()
def l006_contents(db: Database) -> None:
    """The contents of each text, so that a text read before need not be parsed again."""
    db.table("digest").add_column("contents", str, not_null_default="")


@library()
def l007_blocks(db: Database) -> None:
    """Terms of 4,096 neighbouring papers in one row, for rankings of a whole library; emptied when one changes."""
    db.table("block").create(
        {"number": int, "version": str, "packed": bytes},
        pk="number",
        not_null={"version", "packed"},
        strict=True,
    )
    for event, row in (("INSERT", "new"), ("DELETE", "old")):
        db.execute(
            f"""
            CREATE TRIGGER block_{event.lower()} AFTER {event} ON terms BEGIN
                UPDATE block SET version = '', packed = x'' WHERE number = {row}.paper / 4096 AND version <> '';
            END
            """
        )


@library()
def l008_changes(db: Database) -> None:
    """A number that grows with every change, and an index that makes forgetting papers fast."""
    db.table("change").create({"id": int, "number": int}, pk="id", not_null={"number"}, strict=True)
    db.table("change").insert({"id": 1, "number": 0})
    db.table("revised").create_index(["paper"])


@library()
def l009_full_text_at_once(db: Database) -> None:
    """No trigger for new papers any more: the store adds all of them to the full text in one statement."""
    db.execute("DROP TRIGGER paper_ai")


@library()
def l010_authors(db: Database) -> None:
    """An index of authors' names: words alone, without accents. Like the full text, it gets new papers at once."""
    db.execute(
        """
        CREATE VIRTUAL TABLE author_fts USING fts5 (
            authors, tokenize='unicode61 remove_diacritics 2', detail=none, content=paper, content_rowid=key
        )
        """
    )
    forget = "INSERT INTO author_fts (author_fts, rowid, authors) VALUES ('delete', old.key, old.authors)"
    learn = "INSERT INTO author_fts (rowid, authors) VALUES (new.key, new.authors)"
    db.execute(f"CREATE TRIGGER author_delete AFTER DELETE ON paper BEGIN {forget}; END")
    db.execute(f"CREATE TRIGGER author_update AFTER UPDATE OF authors ON paper BEGIN {forget}; {learn}; END")
    db.execute("INSERT INTO author_fts (author_fts) VALUES ('rebuild')")


library()(library_migrations.l011_folded_full_text)
library()(library_migrations.l012_letters_by_name)


@profile()
def p001_verdicts(db: Database) -> None:
    """Verdicts: commands and their events are only ever appended; a view shows the current verdicts."""
    db.table("paper").create(
        {
            "id": str,
            "title": str,
            "abstract": str,
            "authors": str,
            "categories": str,
            "submitted": str,
        },
        pk="id",
        not_null={"title", "abstract", "authors", "categories"},
        strict=True,
    )
    db.table("command").create(
        {"id": int, "name": str, "told_at": str, "undoes": int},
        pk="id",
        not_null={"name", "told_at"},
        foreign_keys=[("undoes", "command", "id")],
        strict=True,
    )
    db.table("event").create(
        {
            "id": int,
            "command": int,
            "paper": str,
            "verdict": str,  # NULL: taken back
            "given_at": str,  # when the reader gave it; the command's time is when it was recorded
        },
        pk="id",
        not_null={"command", "paper", "given_at"},
        foreign_keys=[("command", "command", "id"), ("paper", "paper", "id")],
        strict=True,
    )
    db.table("event").create_index(["paper"])
    db.table("event").create_index(["command"])
    db.create_view(
        "verdict",
        """
        SELECT paper, verdict, given_at, id AS event FROM event
        WHERE verdict IS NOT NULL AND id IN (
            SELECT max(id) FROM event
            WHERE command NOT IN (SELECT undoes FROM command WHERE undoes IS NOT NULL)
            GROUP BY paper
        )
        """,
    )


@profile()
def p002_shortlists(db: Database) -> None:
    """Lists as they were shown, and the newest ranking as a whole."""
    db.table("shortlist").create(
        {
            "id": int,
            "kind": str,  # "today", "search", "similar": only papers of "today" count as seen
            "day": str,
            "made_at": str,
            "basis": str,  # fingerprint of everything that the scores depend on
            "considered": int,
            "status": str,
            "note": str,
        },
        pk="id",
        not_null={"kind", "day", "made_at", "basis", "considered", "status", "note"},
        strict=True,
    )
    db.table("shown").create(
        {
            "shortlist": int,
            "rank": int,
            "paper": str,  # its text is in the library
            "value": float,
            "probability": float,
            "reasons": str,  # JSON list
        },
        pk=("shortlist", "rank"),
        not_null={"paper", "value", "reasons"},
        foreign_keys=[("shortlist", "shortlist", "id")],
        strict=True,
    )
    db.table("shown").create_index(["paper"])
    db.table("ranking").create(
        {"id": int, "basis": str, "scores": str},  # one row, replaced: paper id → score, as JSON
        pk="id",
        not_null={"basis", "scores"},
        strict=True,
    )


@profile()
def p003_other_sources(db: Database) -> None:
    """The DOI of a rated paper."""
    db.table("paper").add_column("doi", str, not_null_default="")


@profile()
def p004_mails(db: Database) -> None:
    """Mails and what became of them, the answers to them, and the key that signs their links."""
    db.table("mail").create(
        {
            "id": int,
            "recipient": str,
            "day": str,
            "batch": str,  # fingerprint of the papers there were to choose from
            "message_id": str,
            "subject": str,
            "status": str,  # "sending", "accepted", "failed", "unknown"
            "told": str,  # the server's own words, or the reason of a failure
            "at": str,
        },
        pk="id",
        not_null={"recipient", "day", "batch", "message_id", "subject", "status", "told", "at"},
        strict=True,
    )
    db.table("mailed").create(
        {"mail": int, "rank": int, "paper": str},
        pk=("mail", "rank"),
        not_null={"paper"},
        foreign_keys=[("mail", "mail", "id")],
        strict=True,
    )
    db.table("mailed").create_index(["paper"])
    db.table("answered").create({"token": str, "at": str}, pk="token", not_null={"at"}, strict=True)
    db.table("unsubscribed").create({"recipient": str, "at": str}, pk="recipient", not_null={"at"}, strict=True)
    db.table("secret").create({"id": int, "key": str}, pk="id", not_null={"key"}, strict=True)


@profile()
def p005_same_question(db: Database) -> None:
    """All that a list was made from, so that the same question needs no new ranking; which papers were exploration."""
    db.table("shortlist").add_column("asked", str, not_null_default="")
    db.table("shown").add_column("exploring", int, not_null_default=0)


@profile()
def p006_rankings(db: Database) -> None:
    """The day of a ranking: one made ahead is kept beside that of the list shown last."""
    db.table("ranking").add_column("day", str, not_null_default="")
    db.execute(
        """
        UPDATE ranking SET day = ifnull(
            (SELECT day FROM shortlist WHERE kind IN ('today', 'mail') ORDER BY id DESC LIMIT 1), ''
        )
        """
    )


@profile()
def p007_notes_and_reasons_as_fields(db: Database) -> None:
    """No table changes: new rows have notes as JSON and reasons of five values, which older programs cannot read.

    The number makes them say that a newer version wrote the file. Rows from before stay, and are read as they are.
    """


@profile()
def p008_offered(db: Database) -> None:
    """What each list had to choose from, for whom; and the first day whose papers a list has."""
    db.table("offered").create(
        {
            "audience": str,  # as `ProfileStore.offered` takes it
            "paper": str,
            "day": str,  # of the list
            "announced": str,  # the day of the paper's announcement
        },
        pk=("audience", "paper"),
        not_null={"day", "announced"},
        strict=True,
    )
    db.table("shortlist").add_column("first_day", str, not_null_default="")


@profile()
def p009_last_word(db: Database) -> None:
    """When the reader last said something on a paper, also if it changed nothing: an older mail read later is late."""
    db.table("said").create({"paper": str, "at": str}, pk="paper", not_null={"at"}, strict=True)


@profile()
def p010_records(db: Database) -> None:
    """What else a library said of an imported paper: its type, citation key, journal, volume, pages."""
    db.table("record").create({"paper": str, "fields": str}, pk="paper", not_null={"fields"}, strict=True)


@profile()
def p011_notes(db: Database) -> None:
    """The reader's notes on papers, in the reader's own words; each paper that has one is in the table `paper`."""
    db.table("note").create({"paper": str, "text": str, "at": str}, pk="paper", not_null={"text", "at"}, strict=True)


@profile()
def p012_nights(db: Database) -> None:
    """What `recommend batch` did for the reader in a night; while `mailed_at` is empty, mail is to go out."""
    columns = {"day": str, "batch": str, "ranked_at": str, "mailed_at": str}  # batch: fingerprint of the day's papers
    db.table("night").create(columns, pk=("day", "batch"), not_null={"ranked_at", "mailed_at"}, strict=True)


profile()(profile_migrations.p013_reading_list_and_zotero)
profile()(profile_migrations.p014_givers)

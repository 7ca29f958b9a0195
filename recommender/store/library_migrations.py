"""The newer changes of the library's schema, which `migrations` applies in its order."""

from sqlite_utils import Database

from recommender.text.folding import searchable

_FILL = "INSERT INTO paper_fts (rowid, title, abstract) SELECT key, searchable(title), searchable(abstract) FROM paper"


def l011_folded_full_text(db: Database) -> None:
    """The full text has titles and abstracts folded, so that each way to write a word finds the others."""
    db.conn.create_function("searchable", 1, searchable, deterministic=True)
    for trigger in ("paper_ad", "paper_au"):
        db.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    db.execute("DROP TABLE paper_fts")
    db.execute(
        """
        CREATE VIRTUAL TABLE paper_fts USING fts5 (
            title, abstract, tokenize='porter unicode61 remove_diacritics 2', content=paper, content_rowid=key
        )
        """
    )
    forget = (
        "INSERT INTO paper_fts (paper_fts, rowid, title, abstract) "
        "VALUES ('delete', old.key, searchable(old.title), searchable(old.abstract))"
    )
    learn = (
        "INSERT INTO paper_fts (rowid, title, abstract) "
        "VALUES (new.key, searchable(new.title), searchable(new.abstract))"
    )
    db.execute(f"CREATE TRIGGER paper_ad AFTER DELETE ON paper BEGIN {forget}; END")
    db.execute(f"CREATE TRIGGER paper_au AFTER UPDATE OF title, abstract ON paper BEGIN {forget}; {learn}; END")
    db.execute(_FILL)


def l012_letters_by_name(db: Database) -> None:
    """The full text has Greek letters by their names, and short scripts beside their letters: it is filled anew."""
    db.conn.create_function("searchable", 1, searchable, deterministic=True)
    db.execute("INSERT INTO paper_fts (paper_fts) VALUES ('delete-all')")
    db.execute(_FILL)

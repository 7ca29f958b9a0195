"""A database of any earlier schema becomes one of today's, with what it held."""

import sqlite3
from contextlib import closing

import pytest
import sqlite_utils
from stores import open_library, search

from recommender.paper import Verdict
from recommender.store import migrations
from recommender.store.http_cache import HttpCache
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

OPEN = {Library: open_library, ProfileStore: ProfileStore, HttpCache: HttpCache}
SETS = {kind: getattr(migrations, kind.kind) for kind in OPEN}
EARLIER = [(kind, number) for kind in OPEN for number in range(1, kind.schema_version)]
PAPER = {"id": "2001.00001", "title": "Title", "abstract": "Text", "authors": "[]", "categories": "[]"}

NO_TRIGGER = 9  # from this schema on, the store adds new papers to the full text itself


@pytest.fixture(autouse=True)
def new_databases():
    """They are made as those of a reader are."""


def make_earlier(path, kind, number):
    """A file with the first `number` migrations, and one paper, liked if the file is of a profile."""
    names = [migration.name for migration in SETS[kind].pending(sqlite_utils.Database(memory=True))]
    with closing(sqlite3.connect(path)) as connection:
        database = sqlite_utils.Database(connection)
        SETS[kind].apply(database, stop_before=names[number])
        if kind is not HttpCache:
            database["paper"].insert(PAPER)
        if kind is Library and number >= NO_TRIGGER:
            database.execute("INSERT INTO paper_fts (rowid, title, abstract) SELECT key, title, abstract FROM paper")
        if kind is ProfileStore:
            database["command"].insert({"id": 1, "name": "like", "told_at": "2026-01-01T00:00:00+00:00"})
            event = {"command": 1, "paper": PAPER["id"], "verdict": "like", "given_at": "2026-01-01T00:00:00+00:00"}
            database["event"].insert(event)
        connection.execute(f"PRAGMA application_id = {kind.application_id}")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.commit()


def schema(path):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
        return rows, connection.execute("PRAGMA user_version").fetchone()


@pytest.mark.parametrize("kind", OPEN)
def test_the_schema_version_counts_the_migrations(kind):
    assert len(SETS[kind].pending(sqlite_utils.Database(memory=True))) == kind.schema_version


@pytest.mark.sample(6)
@pytest.mark.parametrize(("kind", "number"), EARLIER, ids=[f"{kind.kind}-{number}" for kind, number in EARLIER])
def test_an_earlier_schema_becomes_that_of_a_new_file(tmp_path, kind, number):
    make_earlier(tmp_path / "old.db", kind, number)
    with OPEN[kind](tmp_path / "new.db") as new:
        new.create()
    with OPEN[kind](tmp_path / "old.db") as old:
        stored = old.papers([PAPER["id"]])[PAPER["id"]]
        assert (stored.title, stored.abstract) == (PAPER["title"], PAPER["abstract"])
        if kind is ProfileStore:
            assert old.verdicts() == {PAPER["id"]: Verdict.LIKE}
        else:
            assert [paper.id for paper in search(old, "title text")] == [PAPER["id"]]
    assert schema(tmp_path / "old.db") == schema(tmp_path / "new.db")

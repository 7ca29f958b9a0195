"""A home of each schema that was ever in use, as its own version of the program made it: all of it is still there."""

import json
import sqlite3
import zipfile
from contextlib import closing

import pytest
from stores import search
from support import ENCODER, NOW, REPOSITORY, SEED, reader_of

from recommender.errors import StoreError
from recommender.services.backups import restore
from recommender.store import backups, copies
from recommender.store.home import Home
from recommender.store.library import Library
from recommender.store.outbox import Outbox
from recommender.store.profile_store import ProfileStore
from recommender.store.reading_list import ReadingList
from recommender.store.zotero_links import ZoteroLinks

HOMES = sorted((REPOSITORY / "tests" / "data" / "homes").glob("*.zip"))
TODAY = (Library.schema_version, ProfileStore.schema_version)


@pytest.fixture(params=HOMES, ids=lambda path: path.stem)
def old(request, home):
    """A home, and what its own version said of it."""
    home.mkdir()
    with zipfile.ZipFile(request.param) as archive:
        archive.extractall(home)
    expected = json.loads((home / "expected.json").read_text())
    return Home(home, home / "starters"), expected


def rows(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        return [list(row) for row in connection.execute(sql)]


def test_there_is_a_home_of_every_schema():
    schemas = [tuple(map(int, path.stem.split("-")[1::2])) for path in HOMES]
    assert {profile for _, profile in schemas} | {8} >= set(range(2, TODAY[1] + 1))  # 8 was in no home: 9 came with it
    assert {library for library, _ in schemas} | {4} >= set(range(3, TODAY[0] + 1))  # likewise 4
    assert TODAY in schemas, "keep a home of a new schema: see docs/contributing.md"


def test_ratings_lists_mails_and_answers_are_whole(old):
    home, expected = old
    with home.profile_store("ada") as store:
        history = [[entry.paper.id, entry.verdict.value, entry.given_at.isoformat()] for entry in store.feedback()]
        assert history == expected["history"]
        assert store.notes() == expected.get("notes", {})
        assert {each.paper.id: each.verdict.value for each in store.suggestions()} == expected.get("suggestions", {})
        givers = {entry.paper.id: entry.by.value for entry in store.feedback()}
        assert givers.items() >= expected.get("givers", {}).items()
        assert sorted(ReadingList(store).waiting()) == expected.get("waiting", [])
        assert sorted(ReadingList(store).opened()) == expected.get("opened", [])
        assert sorted(ZoteroLinks(store, "local:own").likes()) == expected.get("zotero", [])
        outbox = Outbox(store)
        accepted = {paper for *_, status, _, _, paper in expected["mailed"] if status == "accepted"}
        assert outbox.mailed_to("ada@example.org") == accepted
        assert all(outbox.answered(token) for (token,) in expected["answered"])
        assert outbox.key() == (expected["key"] or "")
        shown = {number for number, *_ in expected["shown"]}
        last = store.last_list(filled=True)
        assert last is None or last.number == max(shown)
        names = [store.undo(NOW)[0] for _ in range(3)]
    database = home.profile_file("ada")
    commands = [command for command in expected["commands"] if command[3] is None]
    undone = {command[3] for command in expected["commands"]}
    assert names == [name for number, name, *_ in reversed(commands) if number not in undone][:3]
    stored = rows(database, "SELECT s.id, kind, s.day, rank, paper FROM shown JOIN shortlist s ON s.id = shortlist")
    assert sorted(stored) == sorted(expected["shown"])
    assert copies.faults(database) == []


def test_its_library_is_whole_and_found_by_words(old):
    home, expected = old
    with home.library(ENCODER) as library:
        assert library.count() == expected["papers"]
        assert [paper.title for paper in search(library, "punched cards", 1)] != []
    assert copies.faults(home.library_file) == []


@pytest.mark.sample(2)
def test_a_copy_of_the_old_schema_is_kept_before_it_changes(old):
    home, expected = old
    for store, path, kind in (
        (home.profile_store("ada"), home.profile_file("ada"), "profile"),
        (home.library(ENCODER), home.library_file, "library"),
    ):
        store.close()
        kept = home.backups_folder / f"{path.stem}.schema-{expected[kind]}.db"
        changed = expected[kind] < store.schema_version
        assert kept.exists() is changed
        if changed:
            assert rows(kept, "PRAGMA user_version") == [[expected[kind]]]
            assert copies.faults(kept) == []
            assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.sample(2)
def test_it_works_on(old, run):
    _, expected = old
    made = run("today", "-p", "ada", SEED, "--json")
    assert (made.code, len(json.loads(made.out)["items"])) == (0, 10), made.err
    assert run("like", "1", "-p", "ada").code == 0
    checked = json.loads(run("doctor", "-p", "ada", "--json").out)
    wrong = {each["link"] for each in checked["findings"] if each["level"] == "wrong"}
    assert not wrong & {"library", "ratings", "settings"}
    shown = json.loads(run("history", "-p", "ada", "--json").out)
    assert len(shown["items"]) == len(expected["history"]) + 1


@pytest.mark.parametrize("kind", ["library", "profile"])
def test_a_newer_schema_is_refused_and_left_alone(home, kind):
    home.mkdir()
    with zipfile.ZipFile(HOMES[0]) as archive:
        archive.extractall(home)
    here = Home(home, home / "starters")
    path = here.library_file if kind == "library" else here.profile_file("ada")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer version") as refused:
        here.library(ENCODER) if kind == "library" else here.profile_store("ada")
    assert not refused.value.damaged
    assert path.read_bytes() == before
    assert not here.backups_folder.exists()


@pytest.mark.sample(2)
def test_its_backup_is_restored(old, tmp_path):
    home, expected = old
    plain = tmp_path / "old.db"
    copies.copy(home.profile_file("ada"), plain)  # as an older version would have copied it
    made = backups.pack(home, "ada", tmp_path / "b.zip", NOW)
    reader = reader_of(home.root, "ada")
    for source in (plain, made.path):
        reader.store.undo(NOW)
        restore(reader, source)
        assert [entry.paper.id for entry in reader.store.feedback()] == [paper for paper, *_ in expected["history"]]
    reader.close()

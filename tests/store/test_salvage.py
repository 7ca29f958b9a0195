"""Damaged databases: told as damaged, never used as new, and saved as far as they can be read."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import search
from support import ENCODER, NOW, REPOSITORY, SEED, make_paper

from recommender.errors import StoreError
from recommender.paper import Verdict
from recommender.store import backups, copies, mending
from recommender.store.database import Database
from recommender.store.home import Home
from recommender.store.http_cache import HttpCache
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

COUNT = 60
PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The bytes of a profile with a command for each of 60 likes."""
    path = tmp_path_factory.mktemp("sound") / "ada.db"
    with ProfileStore(path) as store:
        for number in range(COUNT):
            paper = make_paper(number, f"Title {number}", "word " * 100)
            store.judge([paper], Verdict.LIKE, command="like", at=NOW + timedelta(minutes=number))
    return path.read_bytes()


@pytest.fixture
def here(home):
    return Home(home, REPOSITORY / "profiles")


def write(home, content):
    home.profiles_folder.mkdir(parents=True, exist_ok=True)
    home.profile_file("ada").write_bytes(content)


def saved(home):
    """The ratings after mending; the file is sound, and the damaged one kept."""
    before = home.profile_file("ada").read_bytes()
    result = mending.mend_profile(home, "ada", NOW)
    assert copies.faults(home.profile_file("ada")) == []
    assert (result.kept / "ada.db").read_bytes() == before
    with home.profile_store("ada") as store:
        assert all(entry.verdict is Verdict.LIKE for entry in store.feedback())
        return store.verdicts().keys()


ANY_PLACE = st.floats(0, 1, exclude_max=True)


@pytest.mark.slow
@settings(max_examples=min(20, settings().max_examples))
@given(st.lists(st.tuples(ANY_PLACE, st.integers(0, 7)), min_size=1, max_size=30), ANY_PLACE)
def test_flipped_bits_and_cuts_invent_no_rating(tmp_path_factory, sound, flips, cut):
    folder = tmp_path_factory.mktemp("home")
    here = Home(folder, folder / "starters")
    content = bytearray(sound)
    for place, bit in flips:
        content[int(place * len(content))] ^= 1 << bit
    write(here, content)
    whole = {make_paper(number).id for number in range(COUNT)}
    names = saved(here)
    assert len(names - whole) <= len(flips)  # an id with a flipped bit is another id
    shutil.rmtree(folder / "backups")
    write(here, sound[: int(cut * len(sound))])  # a cut file invents nothing at all
    assert saved(here) <= whole


@pytest.mark.sample(2)
@pytest.mark.parametrize("page", [0, 1, 2, 12, 30])
def test_a_lost_page_without_ratings_loses_none(here, sound, page):
    content = bytearray(sound)
    content[page * PAGE : (page + 1) * PAGE] = os.urandom(PAGE)
    write(here, content)
    assert len(saved(here)) == COUNT


@pytest.mark.parametrize("size", [512, 1024, 65536])
def test_pages_of_another_size_are_read_as_they_are(here, sound, size):
    """VACUUM by another program may change it; a header of ours in its place made all of the file unreadable."""
    write(here, sound)
    with closing(sqlite3.connect(here.profile_file("ada"), isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute(f"PRAGMA page_size = {size}")
        connection.execute("VACUUM")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'shown'").fetchone()
    content = bytearray(here.profile_file("ada").read_bytes())
    content[(root - 1) * size : root * size] = os.urandom(size)
    write(here, content)
    assert len(saved(here)) == COUNT


@pytest.mark.parametrize("page", [0, 1])
def test_notes_are_saved_from_a_damaged_file(here, page):
    notes = {make_paper(number).id: f"note {number}\nand more" for number in range(COUNT)}
    with here.profile_store("ada") as store:
        for number in range(COUNT):
            store.write_note(make_paper(number), notes[make_paper(number).id], NOW)
    content = bytearray(here.profile_file("ada").read_bytes())
    content[page * PAGE : (page + 1) * PAGE] = os.urandom(PAGE)
    write(here, content)
    assert saved(here) == set()
    with here.profile_store("ada") as store:
        assert store.notes() == notes


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "content", [b"", b"\0" * 3 * PAGE, b"no database at all" * 500], ids=["empty", "zeros", "text"]
)
def test_what_cannot_be_read_at_all_comes_from_the_newest_sound_backup(home, here, run, sound, content):
    run("init", "ada", "--no-input")
    write(here, sound)
    backups.pack(here, "ada", here.backups_folder.parent / "b.zip", NOW)
    here.backups_folder.mkdir()
    for day, spoilt in ((1, False), (2, True)):
        path = here.daily_backup("ada", (NOW + timedelta(days=day)).date())
        backups.pack(here, "ada", path, NOW + timedelta(days=day))
        if spoilt:
            path.write_bytes(path.read_bytes()[:-2000] + b"\0" * 2000)
    write(here, content)
    for command in (("history",), ("today", SEED), ("like", "1"), ("status",), ("undo",), ("backup",)):
        ran = run(*command)
        assert (ran.code, "doctor --fix -p ada" in ran.err) == (7, True), command
        assert here.profile_file("ada").read_bytes() == content
    told = run("doctor")
    assert (told.code, "recommend doctor --fix -p ada" in told.out) == (9, True)
    mended = run("doctor", "--fix", "--json")
    assert mended.code == 0
    (ratings,) = [each for each in json.loads(mended.out)["findings"] if each["link"] == "ratings"]
    assert (ratings["mended"], f"{COUNT} more" in ratings["text"]) == (True, True)
    assert len(json.loads(run("history", "--json").out)["items"]) == COUNT
    assert run("doctor").code == 0


def test_the_log_beside_an_empty_file_is_kept_and_read(here, run, sound):
    write(here, sound)
    here.backups_folder.mkdir()
    backups.pack(here, "ada", here.daily_backup("ada", NOW.date()), NOW)
    code = textwrap.dedent(f"""
        import os, signal
        from datetime import datetime, UTC
        from pathlib import Path
        from recommender.paper import Paper, Verdict
        from recommender.store.profile_store import ProfileStore

        store = ProfileStore(Path({str(here.profile_file("ada"))!r}))
        store.judge([Paper("late", "t", "a")], Verdict.LIKE, command="like", at=datetime.now(UTC))
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    log = here.profiles_folder / "ada.db-wal"
    before = log.read_bytes()
    write(here, b"")
    assert run("history", "-p", "ada").code == 7
    assert log.read_bytes() == before
    names = saved(here)
    assert {"late", make_paper(0).id} <= names


def test_a_file_that_is_gone_with_its_log_left_is_no_new_profile(here, run, sound):
    write(here, sound)
    (here.profiles_folder / "ada.db-wal").write_bytes(b"log")
    here.profile_file("ada").unlink()
    for command in (("today", SEED), ("like", "2005.05896")):
        ran = run(*command, "-p", "example")  # another profile is not stopped
        assert ran.code == 0
    with pytest.raises(StoreError, match="is missing") as told:
        here.profile_store("ada")
    assert told.value.damaged


def test_ratings_from_before_a_reset_do_not_come_back(here):
    def like(*numbers, hours):
        with here.profile_store("ada") as store:
            for number in numbers:
                store.judge([make_paper(number)], Verdict.LIKE, command="like", at=NOW + timedelta(hours=hours))

    like(1, 2, 3, hours=0)
    here.backups_folder.mkdir()
    backups.pack(here, "ada", here.daily_backup("ada", NOW.date()), NOW)
    with here.profile_store("ada") as store:
        store.reset(here.profiles_folder / "ada.20260302-083000.backup")
    like(4, hours=1)
    result = mending.mend_profile(here, "ada", NOW)
    with here.profile_store("ada") as store:
        assert store.verdicts().keys() == {make_paper(4).id}
    assert (result.rows, result.added) == (1, 0)


def test_a_value_that_no_version_wrote_is_told_and_mended(here, start_after, run):
    start_after(("init", "ada", "--no-input"), ("today", SEED), ("like", "1", "2"))
    with closing(sqlite3.connect(here.profile_file("ada"))) as connection:
        connection.execute("UPDATE event SET verdict = 'likf' WHERE id = 1")
        connection.execute("UPDATE shown SET reasons = '[[\"wort\"' WHERE rank = 3")
        connection.execute("UPDATE paper SET authors = '[', title = CAST(x'ff' AS TEXT) WHERE id = '2005.05878'")
        connection.commit()
    for command in ("history", "undo", "like 2"):
        ran = run(*command.split())
        assert (ran.code, "doctor --fix -p ada" in ran.err) == (7, True), command
    assert run("doctor").code == 9
    assert run("doctor", "--fix").code == 0
    assert run("doctor").code == 0
    kept = [item["id"] for item in json.loads(run("history", "--json").out)["items"]]
    assert kept == ["2005.05878"]
    assert run("show", "3").code == 0


def test_a_damaged_library_keeps_its_papers_and_finds_them(here, start_after, run):
    start_after(("init", "ada", "--no-input"), ("today", SEED), ("like", "1", "2"))
    content = bytearray(here.library_file.read_bytes())
    place = content.find(b"Latent Fingerprint Registration via Matching") // PAGE
    content[place * PAGE : place * PAGE + 200] = b"\xff" * 200
    here.library_file.write_bytes(content)
    assert run("doctor").code == 9
    assert run("doctor", "--fix").code == 0
    with here.library(ENCODER) as library:
        assert library.count() >= 38
        title = next(iter(library.papers(["2005.05708"]).values())).title
        assert search(library, title, 1)[0].title == title
        assert len(library.encodings(["2005.05708"])) == 1
    assert run("today", SEED).code == 0
    assert list(here.root.glob("library.*.damaged"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM paper_fts_docsize WHERE id = 3",
        "UPDATE paper_fts_data SET block = x'0102' WHERE id = 10",
        "DELETE FROM author_fts_docsize",
    ],
)
def test_a_full_text_that_differs_from_the_papers_is_made_anew(here, start_after, run, sql):
    start_after(("init", "ada", "--no-input"), ("today", SEED))
    with closing(sqlite3.connect(here.library_file)) as connection:
        connection.execute(sql)
        connection.commit()
    assert run("doctor").code == 9
    assert run("doctor", "--fix").code == 0
    assert run("doctor").code == 0
    found = json.loads(run("search", "fingerprint registration", "--json").out)["items"]
    assert found[0]["id"] == "2005.05878"


@pytest.mark.parametrize(
    "content", [b"", b"x" * 5000, b"SQLite format 3\0" + b"\1" * 5000], ids=["empty", "text", "bits"]
)
def test_a_damaged_cache_of_pages_is_thrown_away_and_said(home, content):
    home.mkdir()
    path, said = home / "web.db", []
    path.write_bytes(content)
    with HttpCache(path, said.append) as cache:
        cache.back_off("example.org", NOW)
        assert cache.resting("example.org") == NOW
    assert [f"{path} was damaged" in text for text in said] == [True] * bool(content)


def test_a_cache_that_is_damaged_in_use_is_thrown_away_and_used_anew(home):
    home.mkdir()
    path, said = home / "web.db", []
    with HttpCache(path, said.append) as cache:
        for number in range(40):
            cache.keep(f"u{number}", body=os.urandom(3000), etag="", last_modified="", fetched_at=NOW)
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // PAGE):
        content[page * PAGE : page * PAGE + 12] = b"\xee" * 12
    path.write_bytes(content)
    with HttpCache(path, said.append) as cache:
        assert cache.page("u1") is None
        cache.keep("u1", body=b"body", etag="", last_modified="", fetched_at=NOW)
        assert cache.page("u1").body == b"body"
    assert len(said) == 1


@pytest.mark.parametrize("kind", [lambda path: Library(path, ENCODER), ProfileStore], ids=["library", "profile"])
def test_no_process_ever_meets_a_half_made_file(tmp_path, kind):
    with kind(tmp_path / "a" / "file.db") as store:
        store.create()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["file.db"]
    (tmp_path / "b.db").touch()
    with pytest.raises(StoreError, match="is empty") as told:
        kind(tmp_path / "b.db")
    assert told.value.damaged
    assert (tmp_path / "b.db").read_bytes() == b""


def test_one_profile_that_cannot_be_read_does_not_hide_the_others(here, start_after, run):
    start_after(("init", "ada", "--no-input"), ("today", SEED), ("like", "1"))
    (here.profiles_folder / "bob.db").touch()
    listed = run("profile", "list")
    assert listed.code == 0
    assert "1 liked" in listed.out
    assert "cannot be read" in listed.out
    assert "recommend doctor --fix -p bob" in listed.err
    # what it rated and kept is not known: the library is left as it is
    assert run("library", "prune", "--before", "2030-01-01", "--yes").code == 7


def test_a_copy_of_a_file_that_stays_locked_is_no_endless_wait(here, sound, tmp_path, monkeypatch):
    monkeypatch.setattr(Database, "patience", 0.1)
    write(here, sound)
    with closing(sqlite3.connect(here.profile_file("ada"), isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="another `recommend`"):
            copies.copy(here.profile_file("ada"), tmp_path / "copy.db")
    assert list(tmp_path.glob("*.new-*")) == []

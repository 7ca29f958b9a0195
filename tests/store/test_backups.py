"""Backups and what becomes of them: consistent while others write, restored whole or not at all."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import zipfile
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW, REPOSITORY, SEED, make_paper, reader_of, recommend

from recommender.errors import ProfileError, StoreError
from recommender.paper import Verdict
from recommender.profile import Profile
from recommender.services import backups as service
from recommender.services.upkeep import Upkeep
from recommender.store import backups, copies, restoring
from recommender.store.home import Home
from recommender.store.outbox import NewMail, Outbox
from recommender.store.profile_store import ProfileStore


@pytest.fixture
def here(home):
    return Home(home, REPOSITORY / "profiles")


def like(home, *numbers, name="ada", verdict=Verdict.LIKE):
    with home.profile_store(name) as store:
        store.judge([make_paper(number) for number in numbers], verdict, command="like", at=NOW)


def likes(home, name="ada"):
    with home.profile_store(name) as store:
        return {paper_id for paper_id, verdict in store.verdicts().items() if verdict is Verdict.LIKE}


def ids(*numbers):
    return {make_paper(number).id for number in numbers}


def restore(home, path, **options):
    return service.restore(reader_of(home.root, "ada", **options), path)


@pytest.mark.parametrize("name", ["b.zip", "b.db"])
def test_what_was_backed_up_comes_back_and_what_it_replaces_is_kept(here, tmp_path, name):
    like(here, 1, 2)
    backups.pack(here, "ada", tmp_path / name, NOW)
    like(here, 3)
    restored = restore(here, tmp_path / name)
    assert likes(here) == ids(1, 2)
    assert (restored.profile, restored.liked) == ("ada", 2)
    restore(here, restored.kept)
    assert likes(here) == ids(1, 2, 3)
    assert copies.faults(here.profile_file("ada")) == []


def test_a_backup_has_every_rating_that_was_told_while_another_process_writes(here, tmp_path):
    like(here, 0)
    code = textwrap.dedent(f"""
        from datetime import datetime, UTC
        from pathlib import Path
        from recommender.paper import Paper, Verdict
        from recommender.store.profile_store import ProfileStore

        NOW = datetime.now(UTC)
        with ProfileStore(Path({str(here.profile_file("ada"))!r})) as store:
            for number in range(10_000):
                store.judge([Paper(f"p{{number}}", "t", "a" * 3000)], Verdict.LIKE, command="like", at=NOW)
                print(number, flush=True)
    """)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        for turn in range(5):
            told = [int(process.stdout.readline()) for _ in range(5)]
            target = tmp_path / f"{turn}.db"
            backups.pack(here, "ada", target, NOW)
            with ProfileStore(target) as copy:
                assert {f"p{number}" for number in told} <= copy.verdicts().keys()
            assert copies.faults(target) == []
    finally:
        process.kill()
        process.communicate()


def test_a_log_that_a_killed_process_left_is_not_added_to_what_is_restored(here, tmp_path):
    like(here, *range(50))
    backups.pack(here, "ada", tmp_path / "b.zip", NOW)
    code = textwrap.dedent(f"""
        import os, signal
        from datetime import datetime, UTC
        from pathlib import Path
        from recommender.paper import Paper, Verdict
        from recommender.store.profile_store import ProfileStore

        store = ProfileStore(Path({str(here.profile_file("ada"))!r}))
        for number in range(100, 150):
            store.judge([Paper(f"p{{number}}", "t", "a")], Verdict.LIKE, command="like", at=datetime.now(UTC))
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    log = here.profiles_folder / "ada.db-wal"
    assert log.stat().st_size
    saved = log.read_bytes()
    restored = restore(here, tmp_path / "b.zip")
    assert likes(here) == ids(*range(50))
    with backups.unpacked(restored.kept) as kept, ProfileStore(kept.database) as store:
        assert store.count() == (100, 0)
    # likewise where the file itself is damaged
    here.profile_file("ada").write_bytes(b"")
    log.write_bytes(saved)
    restored = restore(here, tmp_path / "b.zip", now=NOW + timedelta(hours=1))
    assert likes(here) == ids(*range(50))
    assert {path.name for path in restored.kept.iterdir()} >= {"ada.db", "ada.db-wal"}
    with closing(sqlite3.connect(here.profile_file("ada"))) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def spoilt(home, folder):
    """Files that are no backup, each with the words that say so."""
    like(home, 1)
    good, plain = folder / "good.zip", folder / "good.db"
    backups.pack(home, "ada", good, NOW)
    backups.pack(home, "ada", plain, NOW)
    with closing(sqlite3.connect(folder / "theirs.db")) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    for name, sql in (
        ("newer", "PRAGMA user_version = 99"),
        ("trigger", "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event; END"),
        ("orphan", "PRAGMA foreign_keys = OFF; DELETE FROM paper"),
    ):
        shutil.copyfile(plain, folder / f"{name}.db")
        with closing(sqlite3.connect(folder / f"{name}.db")) as connection:
            connection.executescript(sql)
    (folder / "empty").touch()
    (folder / "text").write_text("no backup")
    (folder / "cut.zip").write_bytes(good.read_bytes()[:-100])
    (folder / "cut.db").write_bytes(plain.read_bytes()[:20_000])
    with zipfile.ZipFile(folder / "other.zip", "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    return {
        "theirs.db": "not a profile",
        "newer.db": "newer version",
        "trigger.db": "no profile of this program: t in it",
        "orphan.db": "damaged",
        "empty": "is empty",
        "text": "is no backup",
        "cut.zip": "is no backup|damaged",
        "cut.db": "damaged",
        "other.zip": "no backup of a profile",
        "nothing.zip": "No such file",
        ".": "directory|folder",
    }


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes among its files")
@pytest.mark.parametrize("name", ["b.zip", "b.db"])
def test_a_backup_takes_no_devices_place_and_follows_a_link(here, tmp_path, name):
    like(here, 1)
    pipe, link = tmp_path / name, tmp_path / f"link-{name}"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for target in (pipe, link):
        with pytest.raises(StoreError, match="is no file"):
            backups.pack(here, "ada", target, NOW)
    assert (pipe.is_fifo(), link.is_symlink()) == (True, True)
    pipe.unlink()
    backups.pack(here, "ada", link, NOW)
    assert (pipe.is_file(), link.is_symlink()) == (True, True)
    restore(here, link)


def test_a_file_that_is_no_backup_changes_nothing(here, tmp_path, monkeypatch):
    (tmp_path / "files").mkdir()
    cases = spoilt(here, tmp_path / "files")
    with here.profile_store("ada"):
        pass
    before = here.profile_file("ada").read_bytes()
    for name, says in cases.items():
        with pytest.raises(StoreError, match=says):
            restore(here, tmp_path / "files" / name)
        assert here.profile_file("ada").read_bytes() == before, name
    assert not here.backups_folder.exists()


flips = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=3)


@given(flips)
def test_a_backup_with_flipped_bits_is_restored_whole_or_refused(tmp_path_factory, flips):
    folder = tmp_path_factory.mktemp("home")
    here = Home(folder, folder / "starters")
    like(here, 1, 2)
    target = folder / "b.zip"
    backups.pack(here, "ada", target, NOW)
    like(here, 3)
    content = bytearray(target.read_bytes())
    for place, bit in flips:  # places as shares of the length
        content[int(place * len(content))] ^= 1 << bit
    target.write_bytes(content)
    try:
        restore(here, target)
    except (StoreError, ProfileError):
        assert likes(here) == ids(1, 2, 3)
    else:
        assert likes(here) == ids(1, 2)


def test_settings_come_back_with_the_ratings_and_wrong_ones_change_nothing(home, here, run, tmp_path):
    run("init", "ada", "--interests", "old", "--no-input")
    like(here, 1)
    target = tmp_path / "b.zip"
    assert run("backup", target).code == 0
    settings = here.own_settings_file("ada")
    was = settings.read_text()
    settings.write_text(was.replace("old", "new"))
    like(here, 2)
    ran = run("restore", target)
    assert (ran.code, settings.read_text(), likes(here)) == (0, was, ids(1))
    assert "Ratings, lists and settings of ada" in ran.out
    with zipfile.ZipFile(target) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in (parts | {"profile.toml": b"list_size = 0"}).items():
            archive.writestr(name, content)
    like(here, 2)
    assert run("restore", target).code == 5
    assert (settings.read_text(), likes(here)) == (was, ids(1, 2))


def test_a_backup_of_another_profile_is_refused_and_a_new_machine_takes_it(here, run, tmp_path):
    for name in ("ada", "bob"):
        run("init", name, "--no-input")
        like(here, 1, name=name)
    target = tmp_path / "bob.zip"
    assert run("backup", target, "-p", "bob").code == 0
    refused = run("restore", target, "-p", "ada")
    assert (refused.code, "is a backup of bob" in refused.err) == (5, True)
    shutil.rmtree(here.root)
    assert run("restore", target).code == 0
    assert here.own_names() == ["bob"]
    assert likes(here, "bob") == ids(1)


def test_no_paper_is_mailed_twice_after_a_restore_and_who_unsubscribed_stays_so(here, tmp_path):
    def send(number, store):
        outbox = Outbox(store)
        mail = NewMail("a@example.org", NOW.date(), f"{number}", f"<{number}@x>", "s", [make_paper(number).id])
        number = outbox.begin(mail, NOW).number
        with store.transaction() as connection:
            connection.execute("UPDATE mail SET status = 'accepted' WHERE id = ?", [number])

    like(here, 1)
    with here.profile_store("ada") as store:
        send(1, store)
        store.close()
        backups.pack(here, "ada", tmp_path / "b.zip", NOW)
        send(2, store)
        Outbox(store).unsubscribe("a@example.org", NOW)
    like(here, 5)
    restore(here, tmp_path / "b.zip")
    with here.profile_store("ada") as store:
        assert Outbox(store).mailed_to("a@example.org") == ids(1, 2)
        assert Outbox(store).unsubscribed() == {"a@example.org"}
    # and where the profile was begun anew, the backup's mails are added to the new ones
    here.profile_file("ada").unlink()
    with here.profile_store("ada") as store:
        send(3, store)
    restore(here, tmp_path / "b.zip", now=NOW + timedelta(hours=1))
    with here.profile_store("ada") as store:
        assert Outbox(store).mailed_to("a@example.org") == ids(1, 3)
    assert likes(here) == ids(1)


def test_what_is_in_the_way_is_only_replaced_if_it_is_a_backup(here, run, tmp_path):
    run("init", "ada", "--no-input")
    assert run("backup", tmp_path / "b.zip").code == 7  # nothing is rated yet
    like(here, 1)
    (tmp_path / "thesis.zip").write_bytes(b"years of work")
    refused = run("backup", tmp_path / "thesis.zip")
    assert (refused.code, (tmp_path / "thesis.zip").read_bytes()) == (7, b"years of work")
    for _ in range(2):
        assert run("backup", tmp_path / "b.zip").code == 0
    (tmp_path / "folder").mkdir()
    assert run("backup", tmp_path / "folder").code == 0
    (made,) = (tmp_path / "folder").iterdir()
    assert made.name.startswith("ada.")
    if os.name == "posix":
        assert made.stat().st_mode & 0o077 == 0


def test_damaged_ratings_are_never_backed_up_over_good_ones(here, run, tmp_path):
    run("init", "ada", "--no-input")
    like(here, *range(40))
    run("backup", tmp_path / "b.zip")
    before = (tmp_path / "b.zip").read_bytes()
    database = here.profile_file("ada")
    content = bytearray(database.read_bytes())
    content[8192:12288] = b"\7" * 4096
    database.write_bytes(content)
    refused = run("backup", tmp_path / "b.zip")
    assert (refused.code, "doctor --fix" in refused.err) == (7, True)
    assert (tmp_path / "b.zip").read_bytes() == before


def test_each_day_makes_one_backup_by_itself_and_the_last_seven_stay(here):
    like(here, 1)
    profile = Profile("ada")
    for day in range(10):
        reader = reader_of(here.root, profile, now=NOW + timedelta(days=day))
        for _ in range(2):
            Upkeep(reader).back_up_daily()
        reader.close()
    kept = service.make(reader_of(here.root, profile), None).path
    days = sorted(path.name for path in here.backups_folder.iterdir() if path != kept)
    assert days == [f"ada.{(NOW + timedelta(days=day)).date()}.zip" for day in range(3, 10)]
    assert [backup.liked for backup in service.stored(reader_of(here.root, profile))] == [1] * 8


@pytest.mark.slow
def test_today_backs_up_after_its_answer_and_goes_on_where_it_cannot(start_after, run, here):
    start_after(("init", "ada", "--no-input"), ("today", SEED), ("like", "1", "2"))
    assert not here.backups_folder.exists()  # nothing was rated when the list was made
    assert run("today", SEED).code == 0
    (made,) = here.backups_folder.iterdir()
    assert run("restore").out.startswith(made.name)
    assert made.stat().st_size < here.profile_file("ada").stat().st_size / 4
    shutil.rmtree(here.backups_folder)
    here.backups_folder.touch()  # a file in the way
    ran = run("today", SEED)
    assert (ran.code, "Today's backup of ada was not made" in ran.err) == (0, True)


@pytest.mark.slow
def test_a_restore_that_is_killed_leaves_the_old_profile_or_the_new_one(start_after, here, tmp_path):
    start_after(("init", "ada", "--no-input"), ("today", SEED), ("like", "1", "2"))
    assert recommend("backup", tmp_path / "b.zip", home=here.root).returncode == 0
    assert recommend("like", "3", home=here.root).returncode == 0
    code = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from recommender.store import backups, copies, restoring

        wanted, seen = int(sys.argv[1]), 0
        def kill(*_):
            global seen
            seen += sys._getframe(1).f_code.co_filename.endswith(("restoring.py", "copies.py", "backups.py"))
            if seen == wanted:
                os.kill(os.getpid(), signal.SIGKILL)
        sys.settrace(lambda frame, event, argument: kill)
        from recommender import Recommender
        with Recommender("ada") as ada:
            ada.upkeep.restore(sys.argv[2])
    """)
    states = set()
    for wanted in range(5, 230, 32):
        environment = os.environ | {"RECOMMEND_HOME": str(here.root)}
        subprocess.run([sys.executable, "-c", code, f"{wanted}", tmp_path / "b.zip"], env=environment, check=False)
        states.add(len(likes(here)))
        assert copies.faults(here.profile_file("ada")) == []
        assert here.profile("ada").name == "ada"
    assert states <= {2, 3}


def test_a_reset_is_taken_back_as_it_says(start_after, run, here):
    start_after(("init", "ada", "--no-input"), ("today", SEED), ("like", "1", "2"))
    told = run("profile", "reset", "--yes").out
    command = told.partition("`recommend ")[2].partition("`")[0].split()
    assert command[0] == "restore"
    assert run(*command).code == 0
    assert len(likes(here)) == 2


def test_an_export_is_restored_and_a_backup_imported(start_after, run, here, tmp_path):
    start_after(("init", "ada", "--no-input"), ("today", SEED), ("like", "1", "2"))
    assert run("profile", "export", tmp_path / "e.zip").code == 0
    assert run("backup", tmp_path / "b.zip").code == 0
    assert run("unmark", "1", "2").code == 0
    assert run("restore", tmp_path / "e.zip").code == 0
    assert len(likes(here)) == 2
    assert run("profile", "import", tmp_path / "b.zip", "--as", "bob").code == 0
    assert len(likes(here, "bob")) == 2
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert json.loads(archive.read("backup.json"))["liked"] == 2
    assert restoring.is_sound(here.profile_file("ada"))

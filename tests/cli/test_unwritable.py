"""On a full or read-only disk a home can be read, and what cannot be stored is said."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import NOBODY, SEED, make_paper, uncovered
from support import NOW as MOMENT

from recommender.errors import StoreError
from recommender.paper import Verdict
from recommender.store import snapshot
from recommender.store.home import Home
from recommender.store.profile_store import ProfileStore

DATA = Path(__file__).resolve().parent.parent / "data"
READING = [
    ("history",),
    ("today",),
    ("today", "--all"),
    ("best",),
    ("search", "image"),
    ("similar", "2"),
    ("why", "1"),
    ("show", "2"),
    ("profile", "show"),
    ("profile", "list"),
    ("status",),
    ("export",),
    ("export", "list", "-f", "csv"),
    ("feed",),
    ("where",),
    ("topics",),
    ("library", "stats"),
]
WRITING = [("like", "3"), ("undo",), ("follow", "Ada Lovelace"), ("init", "bob", "--no-input")]
LISTS = ("--all", "best", "search", "similar")


def full_disk(home):
    """No file may grow; what is printed goes into pipes."""
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))}


def read_only(home):
    """No file and no folder may be written, for root either."""
    for path in (home, *home.rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)
    return {}


def command_of(words):
    command = [sys.executable, "-m", "recommender", *words]
    if os.name == "posix" and os.geteuid() == 0:
        return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    return command


@pytest.fixture(params=[full_disk, read_only], ids=lambda disk: disk.__name__)
def ran(request, start_after, tmp_path) -> Callable:
    """Run a command on a home that cannot be written."""
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root may write everywhere, and nothing here takes that away")
    init = ("init", "ada", "--interests", "image fusion", "--digests", SEED, "--no-input")
    home = start_after(init, ("today",), ("like", "1", "2"), ("today",))
    disk = request.param(home)

    def run(*words):
        # coverage could not write what it measures either, and says so with a traceback
        environment = {**uncovered(), "RECOMMEND_HOME": str(home), "RECOMMEND_ARXIV": NOBODY, "TMPDIR": str(home)}
        done = subprocess.run(
            command_of(words),
            capture_output=True,
            text=True,
            env=environment,
            timeout=120,
            check=False,
            cwd=home,
            **disk,
        )
        assert "Traceback" not in done.stderr
        return done

    yield run
    for path in (home, *home.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert [path.name for path in home.rglob("*") if ".new-" in path.name or path.name.startswith("recommend-")] == []


@pytest.mark.sample(2)
@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_what_was_stored_can_be_read(ran, command):
    done = ran(*command)
    assert done.returncode == 0
    assert done.stdout
    warned = "ranks mean those of the list before" in done.stderr
    assert warned == any(word in LISTS for word in command)


@pytest.mark.sample(1)
@pytest.mark.parametrize("command", WRITING, ids=" ".join)
def test_what_cannot_be_stored_is_an_error(ran, command):
    done = ran(*command)
    assert (done.returncode, done.stdout) == (7, "")
    assert done.stderr.startswith("Error: ")


def unwritable(path):
    """As Database opens a file in a folder that takes nothing."""
    store = ProfileStore.__new__(ProfileStore)
    store.__dict__.update(ProfileStore(path.with_name("none.db")).__dict__, path=path)
    store._open_to_read(StoreError("the disk is full", unwritable=True))
    store._on_disk = True
    return store


def test_verdicts_that_are_still_in_the_log_are_read_too(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with ProfileStore(tmp_path / "ada.db") as store:
        store.judge([make_paper(1)], Verdict.LIKE, command="like", at=MOMENT)
        store.judge([make_paper(2)], Verdict.LIKE, command="like", at=MOMENT)
        for ending in ("", "-wal"):
            shutil.copy(tmp_path / f"ada.db{ending}", tmp_path / f"killed.db{ending}")
    assert (tmp_path / "killed.db-wal").stat().st_size
    with unwritable(tmp_path / "killed.db") as store:
        assert store.count() == (2, 0)
        with pytest.raises(StoreError, match="full"):
            store.judge([make_paper(3)], Verdict.LIKE, command="like", at=MOMENT)
        assert store.count() == (2, 0)
        store.copy_to(tmp_path / "copy.db")  # elsewhere there is room
    with ProfileStore(tmp_path / "copy.db") as copy:
        assert copy.count() == (2, 0)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("recommend-")] == []


def test_a_profile_of_an_older_version_is_read_without_bringing_it_up_to_date(tmp_path):
    shutil.copytree(DATA / "home-0.1", tmp_path / "home")
    file = Home(tmp_path / "home", tmp_path).profile_file("ada")
    before = file.read_bytes()
    with unwritable(file) as store:
        assert store.count() == (8, 3)
        assert store.last_list()
    assert file.read_bytes() == before


def test_a_file_that_cannot_be_read_either_is_told_by_the_first_error(tmp_path, monkeypatch):
    with ProfileStore(tmp_path / "ada.db") as store:
        store.create()

    def fail(_):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(snapshot, "opened", fail)
    with pytest.raises(StoreError, match="the disk is full"):
        unwritable(tmp_path / "ada.db")


def test_a_copy_that_fits_on_no_disk_is_told(tmp_path, monkeypatch):
    (tmp_path / "ada.db").touch()
    (tmp_path / "ada.db-wal").write_text("text")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        snapshot.opened(tmp_path / "ada.db")

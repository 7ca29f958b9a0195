"""A file of a store: a write is there at once or not at all, whatever else happens to the file."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from threading import Timer

import pytest
from stores import DAY, open_library, save, shortlist_of
from support import NOW, make_paper

from recommender.errors import StoreError
from recommender.paper import Note, NoteKind, Verdict
from recommender.store.database import Database
from recommender.store.http_cache import HttpCache
from recommender.store.profile_store import ProfileStore
from recommender.store.search import Query, find

OPEN = {"library": open_library, "profile": ProfileStore, "web": HttpCache}

USES = {
    "papers": (open_library, lambda store: store.papers(["x"])),
    "encodings": (open_library, lambda store: store.encodings(["x"])),
    "announced_before": (open_library, lambda store: store.announced_before(DAY, 5)),
    "search": (open_library, lambda store: find(store, Query(("x",)), 5)),
    "search_any": (open_library, lambda store: store.search_any(["x"], 5)),
    "count": (open_library, lambda store: store.count()),
    "state": (open_library, lambda store: store.state()),
    "last_digest": (open_library, lambda store: store.last_digest()),
    "has_read": (open_library, lambda store: store.has_read("x")),
    "save": (open_library, lambda store: save(store, make_paper(1))),
    "judge": (ProfileStore, lambda store: store.judge([make_paper(1)], Verdict.LIKE, command="like", at=NOW)),
    "undo": (ProfileStore, lambda store: store.undo(NOW)),
    "complete": (ProfileStore, lambda store: store.complete([make_paper(1)])),
    "record": (ProfileStore, lambda store: store.record(shortlist_of(), kind="today", basis="b", at=NOW)),
    "keep_ranking": (ProfileStore, lambda store: store.keep_ranking("b", DAY, {})),
    "reset": (ProfileStore, lambda store: store.reset(store.path.with_suffix(".copy"))),
}


@pytest.fixture(autouse=True)
def new_databases():
    """They are made as those of a reader are."""


WRITES = ["save", "judge", "undo", "complete", "record", "keep_ranking", "reset"]


@pytest.mark.parametrize("name", WRITES)
def test_a_write_to_a_locked_file_says_so_and_changes_nothing(tmp_path, monkeypatch, name):
    monkeypatch.setattr(Database, "patience", 0.05)
    kind, use = USES[name]
    with kind(tmp_path / "file.db") as store:
        store.create()  # an empty file would be told as damaged
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another `recommend` is writing"):
            use(store)
        other.execute("ROLLBACK")
        other.close()
        use(store)


@pytest.mark.parametrize("kind", OPEN.values(), ids=OPEN)
def test_a_file_that_somebody_else_is_just_making_is_waited_for(tmp_path, kind):
    """Earlier versions made a file in its place: it is empty until their first transaction ends."""
    with kind(tmp_path / "made.db") as made:
        made.create()
        mark = (f"PRAGMA application_id = {made.application_id}", f"PRAGMA user_version = {made.schema_version}")
    other = sqlite3.connect(tmp_path / "file.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = Timer(0.2, lambda: [other.execute(sql) for sql in ("CREATE TABLE paper (id)", *mark, "COMMIT")])
    done.start()
    with kind(tmp_path / "file.db"):
        pass
    done.join()
    other.close()


def test_a_file_that_stays_locked_while_it_is_to_be_made_is_no_endless_wait(tmp_path, monkeypatch):
    monkeypatch.setattr(Database, "patience", 0.05)
    other = sqlite3.connect(tmp_path / "file.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another `recommend` is writing"):
        open_library(tmp_path / "file.db")
    other.close()


@pytest.mark.slow
def test_processes_that_start_together_make_one_file(tmp_path):
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from recommender.store import migrations
        from recommender.store.http_cache import HttpCache

        sys.stdin.read()
        HttpCache(Path(sys.argv[1])).create()
        """
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, tmp_path / "file.db"], stdin=subprocess.PIPE) for _ in range(4)
    ]
    for process in started:  # each has all it needs in memory, and waits for its word
        process.stdin.close()
    assert [process.wait(timeout=60) for process in started] == [0] * 4


@pytest.mark.parametrize("name", USES)
def test_a_reader_is_never_stopped_by_a_writer(tmp_path, monkeypatch, name):
    monkeypatch.setattr(Database, "patience", 0.05)
    if name in WRITES:
        return
    kind, use = USES[name]
    with kind(tmp_path / "file.db") as store:
        store.create()
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        use(store)
        other.close()


@pytest.mark.parametrize("kind", [open_library, ProfileStore], ids=["library", "profile"])
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda path: path.write_bytes(b"not a database at all, but long enough to have a header" * 20),
            "not a readable",
        ),
        (lambda path: _sql(path, "PRAGMA user_version = 99"), "newer version"),
        (lambda path: _sql(path, "PRAGMA application_id = 7"), "not a (library|profile) of this program"),
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "not a readable"),
    ],
    ids=["no database", "newer schema", "foreign database", "cut off"],
)
def test_a_spoilt_file_is_refused_with_advice_and_left_alone(tmp_path, kind, spoil, says):
    path = tmp_path / "file.db"
    with kind(path) as store:
        store.create()
    _sql(path, "PRAGMA journal_mode = DELETE")
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=says), kind(path) as store:
        store.count()
    assert path.read_bytes() == before


def test_a_foreign_database_without_our_mark_is_not_touched(tmp_path):
    _sql(tmp_path / "other.db", "CREATE TABLE theirs (x)")
    with pytest.raises(StoreError, match="not a library of this program"):
        open_library(tmp_path / "other.db")


@pytest.mark.parametrize("name", [name for name in WRITES if name != "undo"])
def test_a_read_only_file_has_a_message_of_its_own(tmp_path, name):
    kind, use = USES[name]
    path = tmp_path / "file.db"
    with kind(path) as store:
        store.create()
    content = bytearray(path.read_bytes())
    content[18] = (
        3  # a write format newer than SQLite knows: read-only, also for root (sqlite.org/fileformat.html 1.3.3)
    )
    path.write_bytes(content)
    with pytest.raises(StoreError, match="read-only"), kind(path) as store:
        use(store)


@pytest.mark.parametrize("name", ["save", "judge", "record"])
def test_a_full_disk_is_reported_and_what_was_stored_stays(tmp_path, name):
    kind, use = USES[name]
    with kind(tmp_path / "file.db") as store:
        use(store)
        before = _dump(store.path)
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        big = make_paper(2, "big " * 50_000, "big " * 50_000)
        full = {
            "save": lambda: save(store, big, category="cs.CL"),
            "judge": lambda: store.judge([big], Verdict.LIKE, command="like", at=NOW),
            "record": lambda: store.record(
                shortlist_of(notes=(Note(NoteKind.TEXT, {"text": "n" * 100_000}),)), kind="today", basis="b", at=NOW
            ),
        }
        with pytest.raises(StoreError, match="disk is full"):
            full[name]()
        assert _dump(store.path) == before


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="RECOMMEND_HOME"):
        save(open_library(tmp_path / "file" / "library.db"), make_paper(1))


def test_a_mistake_of_ours_keeps_its_traceback(memory):
    with pytest.raises(sqlite3.OperationalError), memory.reading() as connection:
        connection.execute("SELECT nonsense")


@pytest.mark.slow
def test_many_processes_that_open_a_new_home_at_once_make_one_schema(tmp_path):
    code = (
        "from pathlib import Path; from recommender.store.profile_store import ProfileStore;"
        f"ProfileStore(Path({str(tmp_path / 'a.db')!r})).create()"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(6)]
    assert [(process.communicate()[1], process.returncode) for process in running] == [(b"", 0)] * 6


def test_two_writers_at_once_lose_nothing(tmp_path):
    path = tmp_path / "ada.db"
    ProfileStore(path).create()

    def write(first):
        with ProfileStore(path) as memory:
            for number in range(first, first + 60):
                memory.judge([make_paper(number)], Verdict.LIKE, command="like", at=NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(0, 240, 60)))
    with ProfileStore(path) as memory:
        assert memory.count() == (240, 0)


def test_what_was_committed_before_a_kill_is_there_after_it(tmp_path):
    """A process is killed at a random moment of its writing, several times over one file."""
    path = tmp_path / "ada.db"
    code = textwrap.dedent(f"""
        import sys
        from datetime import datetime, UTC
        from pathlib import Path
        from recommender.paper import Paper, Verdict
        from recommender.store.profile_store import ProfileStore

        first = int(sys.argv[1])
        with ProfileStore(Path({str(path)!r})) as memory:
            for number in range(first, first + 10_000):
                paper = Paper(f"p{{number}}", "t" * 5000, "a" * 5000)
                memory.judge([paper], Verdict.LIKE, command="like", at=datetime.now(UTC))
                print(number, flush=True)
    """)
    printed = set()
    for turn in range(4):
        process = subprocess.Popen([sys.executable, "-c", code, str(turn * 10_000)], stdout=subprocess.PIPE, text=True)
        for _ in range(7 + 13 * turn):
            printed.add(f"p{process.stdout.readline().strip()}")
        os.kill(process.pid, signal.SIGKILL)
        printed |= {f"p{line}" for line in process.communicate()[0].split("\n")[:-1]}
    with ProfileStore(path) as memory:
        verdicts = memory.verdicts()
        assert printed <= verdicts.keys()
        assert len(verdicts) <= len(printed) + 4  # at most one each was written but not printed yet
        assert memory.papers(verdicts).keys() == verdicts.keys()
    assert _sql(path, "PRAGMA integrity_check") == [("ok",)]


def _sql(path, statement):
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(statement).fetchall()
        connection.commit()
    finally:
        connection.close()
    return rows


def _dump(path):
    connection = sqlite3.connect(path)
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names if "fts" not in name}
    finally:
        connection.close()

"""Both stores: what goes in comes out, at once or not at all, whatever else happens to the file."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Timer

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import IN_MEMORY, NOW, SEED, make_paper

from recommender.errors import StoreError
from recommender.paper import (
    Digest,
    Document,
    Note,
    NoteKind,
    Paper,
    Reason,
    ReasonKind,
    Recommendation,
    Score,
    Shortlist,
    Status,
    Verdict,
)
from recommender.store import housekeeping
from recommender.store.database import Database
from recommender.store.home import Home
from recommender.store.http_cache import HttpCache
from recommender.store.library import Encoder, Library
from recommender.store.profile_store import ProfileStore
from recommender.store.rows import paper_to_row, texts_from_json

DAY = date(2026, 3, 2)
text = st.text(max_size=60)
papers = st.builds(
    Paper,
    id=st.text(min_size=1, max_size=20),
    title=text,
    abstract=text,
    authors=st.lists(text, max_size=3).map(tuple),
    categories=st.lists(text, max_size=3).map(tuple),
    submitted=st.none() | st.dates(),
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
reasons = st.builds(
    Reason,
    kind=st.sampled_from(ReasonKind),
    subject=text,
    weight=numbers,
    paper_id=st.none() | text,
    papers=st.integers(0, 99),
)
notes = st.builds(Note, st.sampled_from(NoteKind), st.dictionaries(text, text | st.integers() | st.lists(text)))
# what a list keeps of a score
scores = st.builds(
    Score,
    numbers,
    st.none() | st.floats(0, 1),
    st.lists(reasons, max_size=4).map(tuple),
    *map(st.just, (None, 0.0, ())),
)


def open_library(path, version=1):
    """A library whose cached terms are the titles."""
    return Library(path, Encoder(lambda paper: paper.title.encode("utf-8", "replace"), version))


@pytest.fixture
def library(home):
    with open_library(home / "library.db") as opened:
        yield opened


def save(library, *papers, day=DAY, category="cs.CV", fingerprint=None):
    library.save(
        [(day, Digest(day, category, papers))],
        name="digest.md",
        fingerprint=fingerprint or f"{day} {category}",
        read_at=NOW,
    )


def shortlist_of(*scored, day=DAY, notes=()):
    items = tuple(Recommendation(place, paper, score) for place, (paper, score) in enumerate(scored, start=1))
    return Shortlist("ada", day, items, len(items), Status.RANKED, notes)


# The library


@given(st.lists(papers, max_size=6, unique_by=lambda paper: paper.id))
def test_the_library_gives_back_any_paper_it_was_given(some):
    with open_library(IN_MEMORY) as library:
        save(library, *some)
        assert library.papers(paper.id for paper in some) == {paper.id: paper for paper in some}


def test_words_of_thousands_of_papers_do_not_count_where_rarer_ones_are_asked_for(library, monkeypatch):
    monkeypatch.setattr("recommender.store.full_text._COMMON_LEAST", 3)
    save(
        library, *(make_paper(number, f"Learning {number}") for number in range(1, 5)), make_paper(9, "Learning retina")
    )
    assert [paper.id for paper in library.search_any(["learning", "retina"], 9)] == ["2001.00009"]
    assert len(library.search_any(["learning"], 9)) == 5


def test_one_paper_of_two_categories_and_days_is_one_row(library):
    paper = make_paper(1)
    save(library, paper, category="cs.CV")
    save(library, paper, category="cs.CL")
    save(library, paper, day=DAY + timedelta(days=1))
    assert library.count() == 1


def test_a_newer_text_wins_and_a_blank_one_never_does(library):
    save(library, make_paper(1, "Old title", "Old abstract", authors=("Ada Lovelace",)))
    save(library, Paper("2001.00001", "New title", ""), category="cs.CL")
    assert library.papers(["2001.00001"])["2001.00001"] == make_paper(
        1, "New title", "Old abstract", authors=("Ada Lovelace",)
    )


def test_terms_are_cached_anew_when_the_text_or_the_encoding_changes(library):
    save(library, make_paper(1, "Old title"))
    save(library, make_paper(1, "New title"), category="cs.CL")
    assert library.encodings(["2001.00001"]) == {"2001.00001": b"New title"}
    with open_library(library.path, version=2) as later:
        assert later.encodings(["2001.00001"]) == {}
        save(later, make_paper(1, "New title"), fingerprint="again")
        assert later.encodings(["2001.00001"]) == {"2001.00001": b"New title"}


def test_a_text_read_before_is_known_by_its_fingerprint_until_the_encoding_changes(library):
    save(library, make_paper(1), fingerprint="abc")
    assert library.has_read("abc")
    assert not library.has_read("other")
    with open_library(library.path, version=2) as later:
        assert not later.has_read("abc")


def test_the_background_is_the_newest_papers_before_the_day(library):
    for number in range(1, 7):
        save(library, make_paper(number), day=DAY - timedelta(days=number))
    save(library, make_paper(2), day=DAY, category="cs.CL")  # announced again today: no background any more
    found = library.announced_before(DAY, 3, without={"2001.00003"})
    assert [paper.id for paper in found] == ["2001.00001", "2001.00004", "2001.00005"]


def test_the_background_passes_over_papers_that_are_not_wanted(library):
    for days in range(4):
        save(library, make_paper(days), day=DAY - timedelta(days))
    unwanted = {make_paper(number).id for number in (1, 2)}
    assert [paper.id for paper in library.announced_before(DAY, 1, unwanted)] == [make_paper(3).id]
    wanted = make_paper(3)
    assert library.background(DAY, 1, unwanted) == [Document(wanted.id, wanted.authors, wanted.title.encode())]
    with open_library(library.path, version=2) as later:  # no terms of this version are cached
        assert later.background(DAY, 1, unwanted) == library.background(DAY, 1, unwanted)


def test_counts_are_kept_for_each_profile_and_nothing_is_lost_without_them(home):
    here = Home(home, home)
    home.mkdir()
    (home / "library.counts").write_bytes(b"of an older version")
    assert here.counts("ada") == b""
    assert (home / "library.counts").exists()
    here.keep_counts("ada", b"12")
    assert (here.counts("ada"), here.counts("bob")) == (b"12", b"")
    assert [path.name for path in home.iterdir()] == ["cache"]
    (home / "cache" / "ada.counts").unlink()
    (home / "cache" / "ada.counts").mkdir()  # no file can take its place
    here.keep_counts("ada", b"3")
    assert here.counts("ada") == b""
    assert [path.name for path in (home / "cache").iterdir()] == ["ada.counts"]


def test_search_finds_stems_without_accents_and_keeps_up_with_changes(library):
    save(library, make_paper(1, "Fusing Poincaré maps"), make_paper(2, "Image fusion"), make_paper(3, "Graphs"))
    assert [paper.id for paper in library.search("poincare maps", 10)] == ["2001.00001"]
    save(library, make_paper(3, "Fusions of graphs"), category="cs.CL")
    assert {paper.id for paper in library.search("fusion", 10)} == {"2001.00002", "2001.00003"}


def test_search_falls_back_to_any_of_the_words(library):
    save(library, make_paper(1, "Image fusion"), make_paper(2, "Graph theory"))
    assert [paper.id for paper in library.search("fusion theory", 10)] != []
    assert [paper.id for paper in library.search("image fusion", 10)] == ["2001.00001"]


@given(st.text(max_size=40))
def test_no_words_can_break_the_search(words):
    with open_library(IN_MEMORY) as library:
        save(library, make_paper(1, words, words))
        library.search(words, 5)


@given(st.lists(st.text(max_size=9) | st.text('", \\[]a', max_size=9), max_size=4))
def test_any_list_of_texts_comes_back(texts):
    told = paper_to_row(Paper("x", "", "", tuple(texts)))["authors"]
    assert texts_from_json(told) == tuple(texts)


# The memory


@given(st.lists(st.tuples(papers, st.sampled_from(Verdict)), max_size=5, unique_by=lambda pair: pair[0].id))
def test_the_memory_gives_back_any_judged_paper(some):
    with ProfileStore(IN_MEMORY) as memory:
        for paper, verdict in some:
            memory.judge([paper], verdict, command="like", at=NOW)
        found = [(entry.paper, entry.verdict, entry.given_at) for entry in reversed(memory.feedback())]
        assert found == [(paper, verdict, NOW) for paper, verdict in some]


@given(
    st.lists(
        st.one_of(
            st.just("undo"),
            st.tuples(
                st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True), st.sampled_from([*Verdict, None])
            ),
        ),
        max_size=12,
    )
)
def test_undo_always_brings_back_what_was_before_the_command(commands):
    with ProfileStore(IN_MEMORY) as memory:
        stack = [{}]
        for command in commands:
            if command == "undo":
                assert (memory.undo(NOW) is None) == (len(stack) == 1)
                stack = stack[:-1] or stack
            else:
                wanted, verdict = command
                after = {**stack[-1], **{make_paper(number).id: verdict for number in wanted}}
                after = {key: value for key, value in after.items() if value}
                memory.judge([make_paper(number) for number in wanted], verdict, command="x", at=NOW)
                if after != stack[-1]:
                    stack.append(after)
            assert memory.verdicts() == stack[-1]


def test_a_command_that_changes_nothing_leaves_nothing_to_undo(memory):
    memory.judge([make_paper(1)], Verdict.LIKE, command="like", at=NOW)
    memory.judge([make_paper(1)], Verdict.LIKE, command="like", at=NOW)
    assert memory.version() == 1


def test_verdicts_are_appended_and_never_rewritten(memory):
    memory.judge([make_paper(1)], Verdict.LIKE, command="like", at=NOW)
    memory.judge([make_paper(1)], Verdict.DISLIKE, command="dislike", at=NOW)
    memory.undo(NOW)
    with sqlite3.connect(memory.path) as connection:
        events = connection.execute("SELECT verdict FROM event ORDER BY id").fetchall()
    connection.close()
    assert events == [("like",), ("dislike",)]


@given(st.lists(st.tuples(papers, scores), max_size=4, unique_by=lambda pair: pair[0].id), st.lists(notes).map(tuple))
def test_a_recorded_list_comes_back_with_scores_and_reasons(scored, notes):
    with ProfileStore(IN_MEMORY) as memory:
        memory.record(shortlist_of(*scored, notes=notes), kind="today", basis="b", at=NOW)
        shown = memory.last_list()
        assert [(item.paper_id, item.score) for item in shown.items] == [(p.id, score) for p, score in scored]
        assert shown.notes == notes
        memory.keep_ranking("b", DAY, {paper.id: score for paper, score in scored})
        assert memory.kept_ranking("b") == {paper.id: score for paper, score in scored}
        assert memory.kept_ranking("c") is None


def test_a_ranking_kept_with_its_reasons_as_texts_is_still_read(memory):
    reasons = json.dumps([["liked", "Fusion", 1.5, "2001.00001"]])
    kept = json.dumps([["2001.00002", 2.5, 0.4, reasons, [0.3, 0.5], 0.1, [["2001.00003", 0.2]]]])
    with sqlite3.connect(memory.path) as connection:
        connection.execute("INSERT INTO ranking (basis, scores) VALUES ('b', ?)", (kept,))
    connection.close()
    reason = Reason(ReasonKind.LIKED, "Fusion", 1.5, "2001.00001")
    assert memory.kept_ranking("b") == {
        "2001.00002": Score(2.5, 0.4, (reason,), (0.3, 0.5), 0.1, (("2001.00003", 0.2),))
    }


def test_the_same_list_twice_is_recorded_once(memory):
    for _ in range(2):
        memory.record(
            shortlist_of((make_paper(1), Score(1.0, 0.5, interval=(0.4, 0.6)))), kind="today", basis="b", at=NOW
        )
    with sqlite3.connect(memory.path) as connection:
        assert connection.execute("SELECT count(*) FROM shortlist").fetchone() == (1,)
    connection.close()


def test_only_lists_of_other_days_count_as_shown_before(memory):
    one, two = make_paper(1), make_paper(2)
    memory.record(shortlist_of((one, Score(1.0)), (two, Score(0.5))), kind="today", basis="b", at=NOW)
    memory.record(shortlist_of((two, Score(1.0)), day=DAY + timedelta(days=1)), kind="today", basis="b", at=NOW)
    memory.record(shortlist_of((make_paper(3), Score(1.0))), kind="search", basis="", at=NOW)
    assert memory.shown_on_other_days(DAY + timedelta(days=1)) == {one.id}
    assert memory.newest_day() == DAY + timedelta(days=1)


def test_a_judged_paper_without_abstract_is_completed_later(memory):
    memory.judge([Paper("2001.00001", "", "")], Verdict.LIKE, command="init", at=NOW)
    assert [paper.id for paper in memory.incomplete()] == ["2001.00001"]
    memory.complete([make_paper(1)])
    assert all(paper.abstract for paper in memory.incomplete())
    assert memory.feedback()[0].paper == make_paper(1)


def test_reset_forgets_everything_but_leaves_a_whole_copy(memory, tmp_path):
    memory.judge([make_paper(1)], Verdict.LIKE, command="like", at=NOW)
    memory.undo(NOW)
    memory.judge([make_paper(2)], Verdict.LIKE, command="like", at=NOW)
    memory.record(shortlist_of((make_paper(1), Score(1.0))), kind="today", basis="b", at=NOW)
    memory.reset(tmp_path / "copy.db")
    assert (memory.feedback(), memory.last_list(), memory.version()) == ((), None, 0)
    with ProfileStore(tmp_path / "copy.db") as copy:
        assert [entry.paper.id for entry in copy.feedback()] == [make_paper(2).id]


# The file


OPEN = {"library": open_library, "profile": ProfileStore, "web": HttpCache}
USES = {
    "papers": (open_library, lambda store: store.papers(["x"])),
    "encodings": (open_library, lambda store: store.encodings(["x"])),
    "announced_before": (open_library, lambda store: store.announced_before(DAY, 5)),
    "search": (open_library, lambda store: store.search("x", 5)),
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
WRITES = ["save", "judge", "undo", "complete", "record", "keep_ranking", "reset"]


@pytest.mark.parametrize("name", WRITES)
def test_a_write_to_a_locked_file_says_so_and_changes_nothing(tmp_path, monkeypatch, name):
    monkeypatch.setattr(Database, "patience", 0.05)
    kind, use = USES[name]
    with kind(tmp_path / "file.db") as store:
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another `recommend` is writing"):
            use(store)
        other.execute("ROLLBACK")
        other.close()
        use(store)


@pytest.mark.parametrize("kind", OPEN.values(), ids=OPEN)
def test_a_file_that_somebody_else_is_just_making_is_waited_for(tmp_path, kind):
    other = sqlite3.connect(tmp_path / "file.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    made = Timer(0.2, other.execute, ["ROLLBACK"])
    made.start()
    with kind(tmp_path / "file.db"):
        pass
    made.join()
    other.close()


def test_a_file_that_stays_locked_while_it_is_to_be_made_is_no_endless_wait(tmp_path, monkeypatch):
    monkeypatch.setattr(Database, "patience", 0.05)
    other = sqlite3.connect(tmp_path / "file.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another `recommend` is writing"):
        open_library(tmp_path / "file.db")
    other.close()


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
def test_a_read_only_file_is_told_apart(tmp_path, name):
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
def test_a_full_disk_is_told_and_what_was_stored_stays(tmp_path, name):
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


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
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
    told = set()
    for turn in range(4):
        process = subprocess.Popen([sys.executable, "-c", code, str(turn * 10_000)], stdout=subprocess.PIPE, text=True)
        for _ in range(7 + 13 * turn):
            told.add(f"p{process.stdout.readline().strip()}")
        os.kill(process.pid, signal.SIGKILL)
        told |= {f"p{line}" for line in process.communicate()[0].split("\n")[:-1]}
    with ProfileStore(path) as memory:
        verdicts = memory.verdicts()
        assert told <= verdicts.keys()
        assert len(verdicts) <= len(told) + 4  # at most one each was written but not told yet
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


# What changes are told by


@pytest.mark.parametrize(
    "change",
    [
        lambda library: save(library, make_paper(2), fingerprint="new"),
        lambda library: save(library, make_paper(1), day=DAY + timedelta(days=1), fingerprint="again"),
        lambda library: library.add([Paper("2001.00001", "Title 1", "An abstract.")]),
        lambda library: housekeeping.prune(library, DAY + timedelta(days=1), set()),
    ],
    ids=["a new paper", "another day", "a text that was not known", "forgotten papers"],
)
def test_every_change_of_the_library_is_told(tmp_path, change):
    with open_library(tmp_path / "library.db") as library:
        save(library, Paper("2001.00001", "Title 1", ""))
        before = library.state()
        assert library.state() == before
        change(library)
        assert library.state() > before


def test_beside_the_newest_ranking_only_that_of_the_last_list_stays(memory):
    days = [DAY + timedelta(days=age) for age in range(3)]
    scores = {day: {make_paper(1).id: Score(float(day.day))} for day in days}

    def ranked(day):
        memory.keep_ranking(f"{day}", day, scores[day])

    def kept():
        return [day for day in days if memory.kept_ranking(f"{day}")]

    ranked(days[0])
    assert memory.last_scores() == {}
    memory.record(shortlist_of((make_paper(1), Score(1.0)), day=days[0]), kind="today", basis="b", at=NOW)
    ranked(days[1])
    assert (kept(), memory.last_scores()) == (days[:2], scores[days[0]])
    ranked(days[2])
    assert (kept(), memory.last_scores()) == ([days[0], days[2]], scores[days[0]])
    memory.record(shortlist_of((make_paper(1), Score(1.0)), day=days[2]), kind="mail", basis="b", at=NOW)
    ranked(days[2])
    assert (kept(), memory.last_scores()) == ([days[2]], scores[days[2]])


def test_an_imported_profile_takes_nothing_of_one_that_was_removed_by_hand(home, run, tmp_path):
    run("today", "-p", "example", SEED)
    run("init", "ada", "--no-input")
    run("like", "-p", "ada", "2005.05896")
    run("profile", "export", "-p", "ada", tmp_path / "ada.zip")
    file = home / "profiles" / "ada.db"
    program = textwrap.dedent(
        """
        import os, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from recommender.paper import Paper, Verdict
        from recommender.store.profile_store import ProfileStore

        papers = [Paper(f"2001.{number:05}", "title", "word " * 1000) for number in range(30)]
        ProfileStore(Path(sys.argv[1])).judge(papers, Verdict.DISLIKE, command="dislike", at=datetime.now(UTC))
        os._exit(1)  # as if killed: what was written last is in a file of its own
        """
    )
    subprocess.run([sys.executable, "-c", program, file], check=False)
    assert file.with_name("ada.db-wal").exists()
    file.unlink()
    (home / "profiles" / "ada.toml").unlink()
    run("profile", "import", tmp_path / "ada.zip")
    assert "1 liked, 0 disliked" in run("status", "-p", "ada").out

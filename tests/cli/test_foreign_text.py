"""Nothing that others wrote steers the terminal, a log or a program, whichever command prints it."""

import io
import json
import os
import sys
from datetime import UTC, date, datetime

import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ENCODER, NOW, SEED, make_paper, recommend

from recommender.cli import keyboard
from recommender.cli.screen import Screen
from recommender.paper import Digest, Feedback, Paper, Verdict
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

EVIL = "\x1b]0;title\x07\x1b[2J\x9b31m\u202e\u2066\r\n2026-01-01 INFO Mailed\x08"
STEERING = set("\x1b\x07\x9b\x9d\u202e\u2066\r\x08")
RECORDS = (
    {"id": "2101.00001", "title": f"Fusion {EVIL} one", "abstract": EVIL + "x", "authors": [f"A{EVIL} B"], "categories":
     [f"cs.CV{EVIL}"]},
    {"url": f"http://example.org/{EVIL}x", "title": "By address", "abstract": "fusion", "authors": ["X"]},
    {"doi": f"10.1000/{EVIL}y", "title": "By DOI", "abstract": "fusion", "authors": ["X"]},
    {"id": "2101.00004"}, {EVIL: EVIL}, [EVIL],
)  # fmt: skip
OLD = Paper(f"http://example.org/{EVIL}", f"Old {EVIL}", EVIL, (EVIL,), (f"cs.CV{EVIL}",), doi=f"10.1000/{EVIL}")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@given(st.lists(st.text() | st.sampled_from([EVIL, "\x1b[1m", "\x1b[0m", "\x1b[31m", "\x1b[8m", "\x1b", "[1m"])))
def test_a_stream_lets_nothing_through_but_lines_and_own_colours(texts):
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        screen = Screen(stream)
        assert [screen.write(text) for text in texts] == list(map(len, texts))
        screen.writelines(texts)
        print(*texts, file=screen)
    assert not STEERING & set(file.getvalue())
    shown = terminal.getvalue()
    for colour in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m"):
        shown = shown.replace(colour, "")
    assert not STEERING & set(shown)


@pytest.fixture
def evil(tmp_path):
    """A file whose name and whose every field would steer a terminal."""
    path = tmp_path / f"{EVIL.replace('/', '')}.jsonl".replace("\r\n", "\n")
    path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    return path


def test_no_command_prints_what_steers(run, evil):
    run("init", "ada", "--no-input")
    commands = [
        ("today", evil), ("today", "--why", evil), ("like", "1"), ("show", "1"), ("why", "1"), ("history",),
        ("status",), ("today", f"{evil}x"), ("import", "--offline", evil), ("import", f"{evil}x"), ("show", EVIL),
        (f"to{EVIL}",), ("search", f"fusion {EVIL}"), ("open", "2", "--print"), ("best",), ("feed",),
        ("profile", "show"),
        *(("export", "all", "-f", form) for form in ("bibtex", "ris", "csv", "ids", "jsonl", "csl-json")),
    ]  # fmt: skip
    for command in commands:
        ran = run(*command)
        assert not STEERING & set(ran.out + ran.err), command
        assert "\n2026-01-01 INFO" not in ran.err


def test_what_an_older_version_stored_is_clean_where_it_goes_out(run, home):
    run("init", "ada", "--no-input")
    with Library(home / "library.db", ENCODER) as library:
        library.save([(date(2026, 3, 2), Digest(None, "", (OLD,)))], name=EVIL, fingerprint="x", read_at=NOW)
    with ProfileStore(home / "profiles" / "ada.db") as store:
        store.import_verdicts([Feedback(OLD, Verdict.LIKE, datetime(1, 1, 1, tzinfo=UTC))], command="import", at=NOW)
    for command in (("history",), ("show", OLD.id), ("status",), ("best",), ("search", "old"), ("library", "stats")):
        ran = run(*command)
        assert not STEERING & set(ran.out + ran.err), command
    for command in (("history", "--json"), ("export", "all", "-f", "jsonl"), ("export", "all", "-f", "csl-json")):
        out = run(*command).out
        assert not STEERING & set(out), command
        assert json.loads(out)


def test_json_gives_a_text_as_it_is_stored_by_an_escape(run, home):
    run("init", "ada", "--no-input")
    with ProfileStore(home / "profiles" / "ada.db") as store:
        store.import_verdicts([Feedback(OLD, Verdict.LIKE, NOW)], command="import", at=NOW)
    (item,) = json.loads(run("history", "--json").out)["items"]
    assert item["title"] == OLD.title


def test_the_log_has_one_line_for_each_thing_done(run, home, evil):
    run("init", "ada", "--no-input", "--digests", evil)
    settings = home / "profiles" / "ada.toml"
    settings.write_text(
        settings.read_text() + f'\n[mail]\nfrom = "a@example.org"\nto = ["a@example.org"]\nby = "maildir:{home}/M"\n'
    )
    run("run")
    log = (home / "logs" / "ada.log").read_text()
    assert not STEERING & set(log)
    assert not [line for line in log.splitlines() if "Mailed" in line[:30]]


def test_on_a_terminal_the_own_colours_stay_and_foreign_ones_go(home, evil):
    assert recommend("init", "ada", "--no-input", home=home).returncode == 0
    shown = pexpect.run(
        f"{sys.executable} -m recommender today {evil.rename(evil.with_name('d.jsonl'))}",
        env={**os.environ, "RECOMMEND_HOME": str(home), "TERM": "xterm"},
        encoding="utf-8",
        dimensions=(50, 80),
    )
    assert "\x1b[1m" in shown
    assert "\x1b[2J" not in shown
    assert "\x1b]" not in shown
    assert not set("\x07\x9b\u202e\x08") & set(shown)


# Days and paths that no program can reach


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "10000-01-01", "0000-00-00"])
@pytest.mark.parametrize(
    "command",
    [
        ("today", "--day"),
        ("best", "--since"),
        ("best", "--until"),
        ("fetch", "--since"),
        ("export", "list", "--day"),
        ("library", "prune", "--before"),
    ],
    ids=" ".join,
)
def test_a_day_out_of_reach_is_refused_as_wrong_use(run, command, day):
    run("init", "ada", "--no-input")
    ran = run(*command, day)
    assert ran.code == 2
    assert day in ran.err


@pytest.mark.slow
@pytest.mark.parametrize("day", ["0001-01-01", "0999-12-31", "9999-12-31"])
def test_papers_and_digests_of_any_day_are_listed_and_exported(run, tmp_path, day, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    run("init", "ada", "--no-input")
    record = {"id": "2101.00001", "title": "Fusion", "submitted": day, "published": day, "date": day, "verdict": "like"}
    (tmp_path / f"{day}.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / f"{day}.csv").write_text(f"Key,Title,Date,Date Added\na,Some paper,{day},{day} 00:00:00\n")
    (tmp_path / f"{day}.md").write_text(
        f"# ArXiv cs.CV --Wed, 13 May {day[:4]}\n### 1.A [x](https://arxiv.org/abs/2101.2)\n"
    )
    for command in (
        ("today", tmp_path / f"{day}.jsonl"), ("today", tmp_path), ("import", "--offline", tmp_path / f"{day}.csv"),
        ("import", "--offline", tmp_path / f"{day}.jsonl"), ("like", "1"), ("history",), ("evaluate",), ("status",),
        ("best",), ("search", f"since:{day} fusion"), ("search", f"until:{day[:4]} fusion"), ("feed",),
        *(("export", "all", "-f", form) for form in ("bibtex", "ris", "csv", "jsonl", "csl-json")),
    ):  # fmt: skip
        assert run(*command).code in (0, 2, 4, 10, 11, 12, 13, 14), command


@pytest.mark.sample(1)
@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("category", [(), ("--category", "cs.CV")], ids=["any", "cs.CV"])
def test_a_day_out_of_reach_that_an_older_version_stored_ends_no_command(run, home, day, category, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    run("init", "ada", "--no-input", *category)
    papers = tuple(make_paper(number, submitted=day, categories=("cs.CV",)) for number in range(1, 9))
    with Library(home / "library.db", ENCODER) as library:
        library.save([(day, Digest(None, "cs.CV", papers))], name="x", fingerprint="x", read_at=NOW)
    given = datetime.combine(day, datetime.min.time(), UTC)
    verdicts = [
        Feedback(paper, (Verdict.LIKE, Verdict.DISLIKE)[place % 2], given) for place, paper in enumerate(papers)
    ]
    with ProfileStore(home / "profiles" / "ada.db") as store:
        store.import_verdicts(verdicts[:6], command="import", at=NOW)
    for command in (
        ("today", "--offline"), ("today",), ("best",), ("search", "title"), ("history",), ("evaluate",), ("status",),
        ("profile", "show"), ("library", "stats"), ("similar", "2001.00001"), ("why", "2001.00001"), ("topics",),
        ("export", "all", "-f", "csv"), ("fetch",), ("like", "2001.00008"), ("undo",), ("today", "--day", "2020-01-01"),
    ):  # fmt: skip
        assert run(*command).code != 1, command


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "place", ["~nobody-of-this-name/x", "x" * 300, f"{'x' * 300}/y"], ids=["user", "name", "folder"]
)
def test_a_place_that_cannot_be_is_an_error_and_no_traceback(run, place):
    run("init", "ada", "--no-input")
    run("today", SEED)
    run("like", "1")
    for command in (
        ("today", place), ("import", "--offline", place), ("inbox", place), ("feed", place), ("export", "-o", place),
        ("evaluate", "--plot", place), ("mail", "--save", place, SEED),
    ):  # fmt: skip
        ran = run(*command)
        assert ran.code in (2, 4, 5, 7), command
        assert ran.err.splitlines()[-1].startswith("Error: ")
    assert run("init", "bob", "--no-input", "--digests", place).code == 0  # a note says that it does not exist yet


def test_settings_that_no_parser_or_file_system_takes_are_named(run, home):
    run("init", "ada", "--no-input")
    settings = home / "profiles" / "ada.toml"
    for text in ('digests = ["a\\u0000b"]', f"x = {'[' * 100_000}"):
        settings.write_text(text)
        ran = run("today")
        assert ran.code == 5
        assert str(settings) in ran.err


def test_a_profile_that_cannot_be_read_hides_no_other(run, home):
    for name in ("ada", "bob", "eve"):
        run("init", name, "--no-input")
        run("today", SEED, "-p", name)
    (home / "profiles" / "bob.db").write_bytes(b"no database" * 500)
    for rest in home.glob("profiles/bob.db-*"):
        rest.unlink()
    ran = run("profile", "list")
    assert ran.code == 0
    assert {"ada", "eve"} <= {line.split()[0] for line in ran.out.splitlines()}
    assert "bob.db: " in ran.err


def test_the_keyboard_screen_draws_foreign_lines_without_what_steers(monkeypatch):
    terminal = Terminal()
    terminal.fileno = lambda: 1
    monkeypatch.setattr(sys, "stdout", Screen(terminal))
    keys = keyboard.Terminal(plain=False)
    keys.draw([f"\x1b[1mTitle\x1b[0m {EVIL}"])
    drawn = terminal.getvalue()
    assert drawn.startswith("\x1b[H\x1b[2K\x1b[1mTitle\x1b[0m ")
    assert not set("\x07\x9b\u202e\x08") & set(drawn)
    assert "\x1b[2J" not in drawn

"""Whatever surrounds a command: closed streams, full outputs, missing folders, few open files, and signals."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import NOBODY, SEED

from recommender.cli import process

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the system's calls are those of POSIX")
COMMANDS = [("history",), ("today", "--json"), ("export",), ("--help",)]


@pytest.fixture
def start(start_after, tmp_path):
    """Start a command as a shell would, with its streams and limits as a test wants them."""
    home = start_after(("init", "ada", "--digests", SEED, "--no-input"), ("today",), ("like", "1"))
    (tmp_path / "tmp").mkdir()

    def popen(*words, environment=None, measured=True, **options):
        variables = {
            "RECOMMEND_ARXIV": NOBODY,
            **os.environ,
            "RECOMMEND_HOME": str(home),
            "TMPDIR": str(tmp_path / "tmp"),
            **(environment or {}),
        }
        command = [sys.executable, "-m", "recommender", *map(os.fspath, words)]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=variables, **{**streams, **options})

    return popen


def finished(running):
    """The exit code, and what stands on stderr, of a command that has ended without a traceback."""
    _, errors = running.communicate(timeout=60)
    text = (errors or b"").decode(errors="replace")
    assert "Traceback" not in text
    assert "Exception ignored" not in text
    return running.returncode, text


@pytest.mark.sample(2)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_a_closed_stream_is_one_that_takes_everything(start, command, closed):
    def close():
        for number in closed:
            os.close(number)

    options = {"stdout": None, "stderr": None} if len(closed) > 1 else {}
    running = start(*command, preexec_fn=close, **options)
    assert finished(running)[0] == 0


@pytest.mark.slow
def test_nothing_is_printed_into_a_database(start, tmp_path):
    for _ in range(2):
        start("today", "--all", preexec_fn=lambda: [os.close(number) for number in range(3)], stdout=None).communicate()
    assert finished(start("status"))[0] == 0
    output, _ = start("library", "stats").communicate()
    assert b"46" in output


@pytest.mark.sample(1)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_output_that_takes_nothing_is_an_error_and_a_full_stderr_is_none(start, command):
    with open("/dev/full", "w") as full:
        code, error = finished(start(*command, stdout=full))
        assert (code, error.startswith("Error: ")) == (7, True)
        assert finished(start(*command, stderr=full))[0] == 0


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("command", "codes"),
    [
        (("history",), {0}),
        (("today",), {0}),
        (("today", "x.md"), {4}),
        (("export", "-o", "x"), {7}),
        (("profile", "export"), {7}),
        (("init", "bob", "--digests", "x", "--no-input"), {7}),
        (("import", "x"), {4}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_folder_that_was_removed_under_the_command_is_told(start, tmp_path, command, codes):
    gone = tmp_path / "gone"
    gone.mkdir()
    code, _ = finished(start(*command, cwd=gone, preexec_fn=gone.rmdir, measured=False))
    assert code in codes


def test_a_user_without_a_folder_is_told_what_to_set(start, tmp_path):
    unknown = "import pwd; pwd.getpwuid = lambda _: pwd.getpwnam('nobody of this name')"
    program = [sys.executable, "-c", f"{unknown}; import recommender.__main__ as m; m.main()", "history"]
    without = ("HOME", "XDG_DATA_HOME", "RECOMMEND_HOME", "COVERAGE")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    ran = subprocess.run(program, env=variables, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (ran.returncode, "set HOME, or RECOMMEND_HOME" in ran.stderr) == (7, True)
    assert list(tmp_path.glob("~*")) == []


@pytest.mark.sample(2)
@pytest.mark.parametrize("most", [5, 6, 7, 8, 10, 12])
@pytest.mark.parametrize("command", [("today", "--all"), ("best",), ("like", "4")], ids=" ".join)
def test_few_open_files_are_an_error_and_no_traceback(start, command, most):
    running = start(
        *command, measured=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    )
    code, _ = finished(running)
    assert code in (0, 7)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", ["note 1", "search", "follow", "mute", "boost", "like", "profile set interests", "init"]
)
def test_words_in_another_encoding_are_refused_and_lose_no_letters(start, command):
    code, text = finished(start(*command.split(), b"gr\xf6\xdfe"))
    assert (code, "is not written in UTF-8" in text) == (2, True)


def test_a_note_from_standard_input_may_be_in_another_encoding(start):
    running = start("note", "1", "-", stdin=subprocess.PIPE)
    assert running.communicate(b"gr\xf6\xdfe", timeout=60)[0] == "größe\n".encode()


@pytest.mark.parametrize("command", ["history", "today --offline", "export list --day today"])
@pytest.mark.parametrize("zone", ["UTC-25", "UTC+24", "<XYZ>-99"])
def test_a_time_zone_of_more_than_a_day_is_told_what_to_set(start, command, zone):
    code, text = finished(start(*command.split(), environment={"TZ": zone}))
    assert (code, f"TZ={zone} is no time zone" in text) == (2, True)


@pytest.mark.slow
def test_names_that_are_no_text_are_places_all_the_same(start, tmp_path):
    odd = os.fsdecode(b"\xff\xfe")
    (tmp_path / f"{odd}.md").write_bytes(SEED.read_bytes())
    for command in (
        ("today", tmp_path / f"{odd}.md"),
        ("export", "-o", tmp_path / f"{odd}.bib"),
        ("profile", "export", tmp_path / f"{odd}.zip"),
        ("profile", "import", tmp_path / f"{odd}.zip", "--as", "copy"),
        ("status", "-p", "ada"),
    ):
        environment = {"RECOMMEND_PROFILE": "ada"}
        assert finished(start(*command, environment=environment))[0] == 0, command
    for command in (("follow", odd), ("mute", odd), ("like", odd)):
        assert finished(start(*command, "-p", "ada"))[0] == 2


SLOW = """
import signal, sys, time
from recommender.sources.libraries import zotero

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which tests under nohup ignore, and what they start

def slow(_):
    print("reading", flush=True)
    time.sleep(600)
    yield

zotero._read_items = slow
sys.argv = ["recommend", "import", sys.argv[1]]
from recommender.cli import main
main()
"""


@pytest.mark.sample(1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_temporary_files_go_with_a_signal_that_ends_the_command(start, tmp_path, number, zotero_file):
    variables = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    running = subprocess.Popen(
        [sys.executable, "-c", SLOW, zotero_file], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout.readline() == b"reading\n"
    assert os.listdir(tmp_path / "tmp")
    running.send_signal(number)
    _, errors = running.communicate(timeout=120)
    assert running.returncode == (130 if number == signal.SIGINT else -number)
    assert b"Traceback" not in errors
    assert os.listdir(tmp_path / "tmp") == []


@pytest.fixture
def zotero_file(tmp_path):
    import sqlite3
    from contextlib import closing

    from recommender.sources.libraries.zotero import _TABLES

    with closing(sqlite3.connect(tmp_path / "zotero.sqlite")) as database:
        for table in _TABLES:
            database.execute(f"CREATE TABLE {table} (x)")
        database.commit()
    return tmp_path / "zotero.sqlite"


def test_a_signal_that_is_ignored_stays_ignored(start, tmp_path):
    running = start("history", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    time.sleep(0.05)
    running.send_signal(signal.SIGHUP)
    assert finished(running)[0] == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(24, "Too many open files"), "the limits of this process"),
        (OSError(13, "Permission denied", "/x"), "/x: Permission denied; check its rights"),
        (FileNotFoundError(2, "No such file or directory"), "was the folder removed"),
        (MemoryError(), "not enough memory"),
        (OSError(), "OSError"),
    ],
)
def test_what_is_wrong_outside_is_said_in_a_sentence(error, words):
    assert words in process.worded(error)

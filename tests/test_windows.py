"""What differs on Windows, as far as it can be played elsewhere: files in use, devices, consoles, editors, tasks.

None of this was run on Windows itself; docs/how-to/windows-macos.md says so.
"""

import codecs
import errno
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from unicodedata import normalize
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import REPOSITORY, SEED

from recommender import files
from recommender.cli import commands, process
from recommender.errors import ProfileError, StoreError
from recommender.profile import check_name
from recommender.ranking import _sparsetools
from recommender.scheduling import Job, Timetable, job, schtasks
from recommender.store import merged, removal, settings, snapshot
from recommender.store.home import Home
from recommender.store.settings_edit import changed
from recommender.text import persons

# Files that are in use


class InUse:
    """Replacing and deleting fail as on Windows, where a program has a file open, so many times."""

    def __init__(self, monkeypatch, times, winerror=32):
        self.left, self.winerror = times, winerror
        self.originals = {name: getattr(Path, name) for name in ("replace", "unlink")}
        monkeypatch.setattr(files, "sleep", lambda seconds: None)
        for name in self.originals:
            monkeypatch.setattr(Path, name, self.standing_for(name))

    def standing_for(self, name):
        def act(path, *arguments, **options):
            if self.left and ".new-" not in path.name * (name == "unlink"):  # our own new file is ours alone
                self.left -= 1
                error = PermissionError(13, "The process cannot access the file", str(path))
                error.winerror = self.winerror
                raise error
            return self.originals[name](path, *arguments, **options)

        return act


@pytest.mark.parametrize("winerror", [5, 32, 33])
def test_a_file_that_is_in_use_for_a_moment_is_replaced_all_the_same(tmp_path, monkeypatch, winerror):
    path = tmp_path / "a"
    path.write_text("old")
    InUse(monkeypatch, 3, winerror)
    files.write(path, "new")
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_a_file_that_stays_in_use_is_named_and_unchanged(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("old")
    InUse(monkeypatch, 100)
    with pytest.raises(StoreError, match="close the program that has it open"):
        files.write(path, "new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_another_lack_of_rights_is_not_waited_for(tmp_path, monkeypatch):
    in_use = InUse(monkeypatch, 100, winerror=None)
    with pytest.raises(StoreError, match="choose another place"):
        files.write(tmp_path / "a", "new")
    assert in_use.left == 99


@pytest.mark.parametrize(
    "arguments", [("backup",), ("profile", "set", "list_size", "7"), ("feed", "{folder}/list.xml"), ("today", SEED)]
)
def test_commands_wait_for_files_in_use(run, start_after, tmp_path, monkeypatch, arguments):
    start_after(("init", "ada", "--interests", "fusion", "--no-input"), ("today", SEED), ("like", "1"))
    InUse(monkeypatch, 2)
    ran = run(*(str(each).format(folder=tmp_path) for each in arguments))
    assert ran.code == 0, ran.err


def test_a_profile_whose_file_is_in_use_says_what_to_do(start_after, monkeypatch):
    home = Home(start_after(("init", "ada", "--interests", "fusion", "--no-input"), ("today", SEED)), SEED.parent)
    InUse(monkeypatch, 1)
    with pytest.raises(StoreError, match="close the program that has it open"):
        removal.remove_profile(home, "ada")
    removal.remove_profile(home, "ada")
    assert not home.own_names()


@pytest.fixture
def strict(monkeypatch):
    """Let no file be deleted or replaced that this process itself has open or mapped, as on Windows."""

    def refusing(name):
        original = getattr(os, name)

        def act(*paths, **options):
            folder = options.get("dir_fd") or options.get("src_dir_fd")
            base = os.readlink(f"/proc/self/fd/{folder}") if folder is not None else os.getcwd()
            for path in (os.path.realpath(os.path.join(base, os.fspath(each))) for each in paths):
                if path in opened():
                    error = PermissionError(13, f"{name}: this process itself has it open", path)
                    error.winerror = 32
                    refused.append(path)
                    raise error
            return original(*paths, **options)

        return act

    refused = []
    monkeypatch.setattr(files, "sleep", lambda seconds: None)
    for name in ("unlink", "remove", "replace", "rename"):
        monkeypatch.setattr(os, name, refusing(name))
    yield refused
    assert not refused


def opened():
    """The real paths of all files that this process has open or mapped."""
    paths = set()
    for entry in os.listdir("/proc/self/fd"):
        try:
            paths.add(os.readlink(f"/proc/self/fd/{entry}"))
        except OSError:
            continue
    mapped = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    return paths | {line.split(maxsplit=5)[5] for line in mapped if "/" in line}


BIBTEX = (
    "@article{a, title={Infrared and Visible Image Fusion}, author={Ada Lovelace}, eprint={2005.05839}, year={2020}}"
)
DAY = [
    [("today", SEED), ("today", SEED, "-n", "5"), ("why", "1"), ("like", "1"), ("undo",), ("status",)],
    [("backup",), ("backup", "{folder}/b.zip"), ("restore", "{folder}/b.zip", "--yes")],
    [("profile", "export", "{folder}/e.zip"), ("profile", "import", "{folder}/e.zip", "--as", "eve")],
    [("import", "{folder}/a.bib"), ("export", "likes"), ("feed", "{folder}/f.xml"), ("feed", "{folder}/f.xml")],
    [
        ("profile", "set", "list_size", "7"),
        ("mute", "survey"),
        ("follow", "Ada Lovelace"),
        ("library", "prune", "--yes"),
    ],
    [("doctor", "--deep"), ("doctor", "--fix"), ("search", "fusion"), ("best",), ("evaluate",), ("plot", "map")],
    [("batch", "--workers", "1", "--no-mail"), ("batch", "--workers", "1", "--no-mail"), ("library", "stats")],
]


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="the system does not tell which files are open")
@pytest.mark.sample(2)
@pytest.mark.parametrize("commands", DAY, ids=lambda commands: commands[0][0])
def test_no_command_deletes_or_replaces_what_it_has_open(run, start_after, tmp_path, strict, commands):
    start_after(("init", "ada", "--interests", "fusion", "--no-input"), ("today", SEED), ("like", "1", "2", "3"))
    (tmp_path / "a.bib").write_text(BIBTEX)
    for command in commands:
        ran = (
            run(*(str(each).format(folder=tmp_path) for each in command), "-p", "ada")
            if command[0] != "batch"
            else run(*command)
        )
        assert "another program" not in ran.err
        assert ran.code != 7, ran.err


def test_a_database_that_cannot_be_written_is_read_from_memory_with_its_log(tmp_path, monkeypatch, strict):
    monkeypatch.setattr(merged, "_KEEPS_OPEN_FILES", False)
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE t (a)")
        writer.execute("INSERT INTO t VALUES (1)")
        with closing(snapshot.opened(path)) as connection:
            assert connection.execute("SELECT a FROM t").fetchall() == [(1,)]


# Names


@pytest.mark.parametrize("name", ["con", "nul", "aux", "com1", "lpt9"])
def test_devices_are_no_profiles_there(monkeypatch, name):
    assert check_name(name) == name  # a home made elsewhere goes on working there
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(ProfileError, match="device of Windows"):
        check_name(name)
    assert check_name(f"{name}x") == f"{name}x"


@pytest.mark.parametrize("name", ["Ada", "ADA", "a b", "a.b", "ä", "a:b", "a\\b", "..", "a "])
def test_no_two_profiles_differ_by_what_a_file_system_overlooks(name):
    with pytest.raises(ProfileError):
        check_name(name)


@given(st.sampled_from(["Müller", "Dvořák", "Ångström", "Nguyễn", "Łukasz Żółć"]), st.sampled_from(["NFC", "NFD"]))
def test_names_are_the_same_however_a_mac_composes_them(name, form):
    assert persons.key(normalize(form, name)) == persons.key(name)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_are_muted_however_a_mac_composes_them(run, home, tmp_path, form):
    digest = tmp_path / "d.md"
    digest.write_text(SEED.read_text(encoding="utf-8").replace("Image", "Schrödinger"), encoding="utf-8")
    run("init", "ada", "--interests", "fusion", "--no-input")
    assert run("mute", normalize(form, "Schrödinger")).code == 0
    assert "Schrödinger" not in run("today", digest, "-n", "46").out


# Consoles


@pytest.mark.sample(3)
@pytest.mark.parametrize("page", ["cp1252", "cp437", "cp850"])
@pytest.mark.parametrize(
    "arguments",
    [["today", SEED], ["today", SEED, "--short"], ["show", "1"], ["why", "1"], ["status"], ["doctor"], ["--help"]],
    ids=lambda arguments: arguments[0] + str(len(arguments)),
)
def test_no_command_fails_where_a_code_page_lacks_characters(start_after, page, arguments):
    home = start_after(("init", "ada", "--interests", "fusion", "--no-input"), ("today", SEED))
    environment = {**os.environ, "RECOMMEND_HOME": str(home), "PYTHONIOENCODING": page, "PYTHONUTF8": "0"}
    ran = subprocess.run(
        [sys.executable, "-m", "recommender", *map(str, arguments)],
        env=environment,
        capture_output=True,
        cwd=REPOSITORY,
        check=False,
    )
    assert (ran.returncode, b"Traceback" in ran.stderr) == (0, False), ran.stderr
    assert ran.stdout.decode(page)


@pytest.mark.parametrize(("page", "shown"), [("cp1252", "Orség-> a-b"), ("cp437", "Orség-> a-b")])
def test_what_a_code_page_lacks_is_written_by_the_nearest_it_has(start_after, tmp_path, page, shown):
    home = start_after(("init", "ada", "--interests", "fusion", "--no-input"))
    digest = tmp_path / "d.md"
    digest.write_text(SEED.read_text(encoding="utf-8").replace("Image", "Őrség→ a−b"), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "recommender", "today", digest, "--short"],
        env={**os.environ, "RECOMMEND_HOME": str(home), "PYTHONIOENCODING": page, "PYTHONUTF8": "0"},
        capture_output=True,
        cwd=REPOSITORY,
        check=True,
    )
    text = ran.stdout.decode(page)
    assert shown in text
    assert "?" not in text


def test_documents_are_utf8_whatever_the_code_page_is(start_after, tmp_path):
    home = start_after(("init", "ada", "--interests", "fusion", "--no-input"))
    digest = tmp_path / "d.md"
    digest.write_text(SEED.read_text(encoding="utf-8").replace("Image", "Őrség→"), encoding="utf-8")
    environment = {**os.environ, "RECOMMEND_HOME": str(home), "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    ran = subprocess.run(
        [sys.executable, "-m", "recommender", "today", digest, "--json"],
        env=environment,
        capture_output=True,
        cwd=REPOSITORY,
        check=True,
    )
    assert "Őrség→" in ran.stdout.decode("utf-8") or "\\u0151rs\\u00e9g\\u2192" in ran.stdout.decode("ascii")


# Settings as editors of Windows write them


def test_settings_with_a_byte_order_mark_and_its_line_ends_are_read_and_keep_both(tmp_path):
    content = codecs.BOM_UTF8 + b'interests = "fusion"\r\nlist_size = 7\r\n'
    assert settings.from_bytes(content, "ada", tmp_path / "ada.toml").list_size == 7
    assert changed(content, "list_size", 8, tmp_path) == content.replace(b"7", b"8")


def test_a_password_with_a_byte_order_mark_and_its_line_end_is_the_password(home):
    (home / "profiles").mkdir(parents=True)
    file = home / "profiles" / "ada.smtp-password"
    file.write_bytes(codecs.BOM_UTF8 + b"secret\r\n")
    file.chmod(0o600)
    assert Home(home, home).password("ada", "smtp") == "secret"


@pytest.mark.parametrize("path", [r"C:\Users\ada\papers", r"C:\new", r"D:\temp"])
def test_a_path_with_backslashes_in_double_quotes_is_refused_with_the_way_to_write_it(path, tmp_path):
    content = f'digests = ["{path}"]\n'.encode()
    with pytest.raises(ProfileError, match="with / or in single quotes"):
        settings.from_bytes(content, "ada", tmp_path / "ada.toml")


# Signals


def test_a_signal_ends_with_the_exit_code_of_a_shell_where_none_can_be_raised(monkeypatch):
    monkeypatch.setattr(process.os, "name", "nt")
    monkeypatch.setattr(process.signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as stopped:
        process.end_by(15)
    assert stopped.value.code == 128 + 15  # not 15, which `batch` gives


def test_a_reader_of_a_pipe_that_has_gone_is_no_error(run, monkeypatch):
    def gone(_text=""):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(process, "_ON_WINDOWS", True)
    monkeypatch.setattr(commands, "main", lambda **_: gone())
    monkeypatch.setattr(process, "is_output_broken", lambda: True)
    ran = run("today")
    assert (ran.code, ran.err) == (141, "")


# Compiled routines


def test_scipy_is_imported_where_its_modules_find_their_libraries_only_then(monkeypatch):
    tried, imported = [], []
    scipy = _sparsetools.find_spec("scipy")
    real = _sparsetools.module_from_spec

    def fails_at_first(spec):
        tried.append(spec.name)
        if len(tried) == 1:
            raise ImportError("DLL load failed while importing _sparsetools")
        return real(spec)

    def imports(name):
        imported.append(name)
        monkeypatch.setitem(sys.modules, "scipy", sys)

    for name in [name for name in sys.modules if name.partition(".")[0] == "scipy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(_sparsetools, "module_from_spec", fails_at_first)
    monkeypatch.setattr(_sparsetools, "find_spec", lambda name: scipy)
    monkeypatch.setattr(_sparsetools, "import_module", imports)
    monkeypatch.setattr(_sparsetools, "_ON_WINDOWS", True)
    assert _sparsetools._module() is not None
    assert (len(tried), imported) == (2, ["scipy"])


# The Task Scheduler


def test_a_task_runs_the_command_with_its_home(tmp_path):
    told = "import os, sys; print(os.environ['RECOMMEND_HOME'], sys.argv[1:]); sys.exit(4)"
    command = [sys.executable, "-c", told, "-p", "ada"]
    ran = subprocess.run(
        [sys.executable, "-P", "-c", schtasks._RUN, "/home/a b", *command], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (4, "/home/a b ['-p', 'ada']\n")


@given(st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")))
def test_a_task_is_xml_whatever_a_path_holds(home):
    when = Timetable((0, 6), clock_time(23, 30))
    text = schtasks.task(Job("ada", ("/python", "run"), home, when))
    (arguments,) = ElementTree.fromstring(text.encode("utf-16")).iter(f"{{{_TASK}}}Arguments")
    assert (arguments.text or "").endswith(subprocess.list2cmdline([home, "/python", "run"]))
    assert schtasks.timetable(text) == when


_TASK = "http://schemas.microsoft.com/windows/2004/02/mit/task"


@pytest.mark.parametrize("text", ["", "<Monday/>", "<StartBoundary>2026-01-01T07:00:00<", "<StartBoundary>xT99:99"])
def test_the_timetable_of_a_task_changed_by_hand_is_not_guessed(text):
    assert schtasks.timetable(text) is None


@pytest.fixture
def berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield ZoneInfo("Europe/Berlin")
    monkeypatch.undo()
    time.tzset()


def test_the_clock_of_the_system_is_that_of_its_zone(berlin, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    zone = job.machine_zone()
    for hours in range(0, 366 * 24, 5):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        assert moment.astimezone(zone).isoformat() == moment.astimezone(berlin).isoformat()
        assert moment.astimezone(zone).astimezone(UTC) == moment or moment.astimezone(berlin).fold
    assert f"{datetime(2026, 7, 1, tzinfo=zone):%Z}" == "CEST"


# Modules

AS_ON_WINDOWS = """
import importlib, os, pathlib, pkgutil, signal, sys, types, warnings
import recommender

def all_modules():
    return [module.name for module in pkgutil.walk_packages(recommender.__path__, "recommender.")]

for name in all_modules():
    importlib.import_module(name)  # what they need of others is loaded as it is here
for name in [name for name in sys.modules if name.partition(".")[0] == "recommender" and name != "recommender"]:
    del sys.modules[name]
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
sys.modules["msvcrt"] = types.ModuleType("msvcrt")
sys.platform = "win32"
for module, names in {
    os: "fchmod fchown fork getuid geteuid getpgid killpg mkfifo setsid set_blocking chown",
    signal: "SIGHUP SIGKILL SIGTSTP SIGSTOP SIGWINCH pthread_sigmask set_wakeup_fd",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
for name in all_modules():
    importlib.import_module(name)
print(len(all_modules()))
"""
"""Imports everything without what Windows lacks; `os.name` cannot be played."""


@pytest.mark.slow
def test_each_module_can_be_imported_without_what_windows_lacks():
    ran = subprocess.run(
        [sys.executable, "-c", AS_ON_WINDOWS], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 200


def test_what_windows_lacks_is_used_only_where_the_system_was_asked():
    lacking = re.compile(
        r"\b(?:os\.(?:f?chown|fchmod|fork|get[eu]uid|geteuid|killpg|mkfifo|setsid)|signal\.SIG(?:HUP|KILL|TSTP))\b"
    )
    asked = re.compile(r"os\.name|sys\.platform|hasattr\(|launchctl|\bgui/")
    for path in (REPOSITORY / "recommender").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if lacking.search(text):
            assert asked.search(text), path

"""What differs on Windows, as far as it can be played elsewhere: files in use, devices, consoles, editors, tasks.

None of this was run on Windows itself; docs/how-to/windows-macos.md says so.
"""

import codecs
import os
import subprocess
import sys
import time
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
from recommender.cli import process
from recommender.errors import ProfileError, StoreError
from recommender.profile import check_name
from recommender.ranking import _sparsetools
from recommender.scheduling import Job, Timetable, job, schtasks
from recommender.store import removal, settings
from recommender.store.home import Home
from recommender.store.settings_edit import changed
from recommender.text import names

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
    assert names.key(normalize(form, name)) == names.key(name)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_are_muted_however_a_mac_composes_them(run, home, tmp_path, form):
    digest = tmp_path / "d.md"
    digest.write_text(SEED.read_text(encoding="utf-8").replace("Image", "Schrödinger"), encoding="utf-8")
    run("init", "ada", "--interests", "fusion", "--no-input")
    assert run("mute", normalize(form, "Schrödinger")).code == 0
    assert "Schrödinger" not in run("today", digest, "-n", "46").out


# Consoles


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

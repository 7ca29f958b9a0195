"""Files beside profiles that are none: every listing passes over them, and `doctor` names them."""

import json
import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.profile import GROUP
from recommender.store import strays
from recommender.store.home import Home

NAMES = [
    ".#ada.toml",
    "#ada.toml#",
    "._ada.toml",
    "._ada.db",
    ".ada.toml.swp",
    "ada.toml~",
    "ada (conflicted copy).toml",
    "ada (1).db",
    "ada 2.toml",
    "ada - Copy.toml",
    "Copy of ada.toml",
    "ada-DESKTOP-7.toml",
    "ada.sync-conflict-20261126-ABC.db",
    "ada.20261126.db",
    "ada.2026-11-26.toml",
    "ada-20261126.db",
    "ada-2026-11-26.toml",
    "ada_20261126-0930.toml",
    "ada-backup.toml",
    "ada-copy-2.db",
    "ada_old.toml",
    "ada.db.bak",
    "desktop.ini",
    ".DS_Store",
]
COMMANDS = [
    ("history",),
    ("status",),
    ("profile", "list"),
    ("library", "prune", "--before", "2000-01-01", "--yes"),
    ("doctor",),
]


@pytest.fixture
def ada(home, run):
    run("init", "ada", "--no-input")
    return home / "profiles"


@pytest.mark.parametrize("content", [b"", b"no database and no TOML = = ="], ids=["empty", "nonsense"])
def test_no_listing_stumbles_over_any_of_them(ada, run, content):
    for name in NAMES:
        (ada / name).write_bytes(content)
    (ada / ".#bob.toml").symlink_to("user@host.1234:5678")  # as Emacs locks a file
    (ada / "folder.toml").mkdir()
    assert strays.profile_names(ada) == ["ada"]
    for command in COMMANDS:
        ran = run(*command)
        assert ran.code == 0, (command, ran.err)
    found = json.loads(run("doctor", "--json").out)["findings"]
    (told,) = [each for each in found if each["link"] == "files"]
    assert told["level"] == "note"
    assert told["text"].startswith(f"{len(NAMES) + 2} files")


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_whatever_lies_beside_a_profile_is_a_profile_or_a_stray(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("profiles")
    (folder / "ada.toml").touch()
    try:
        (folder / name).touch()
    except OSError:  # no name for this file system: ".", or too long
        return
    names = strays.profile_names(folder)
    assert "ada" in names
    assert ((folder / name) in strays.strays(folder)) != (
        name.rpartition(".")[0] in names and name.endswith((".toml", ".db"))
    )


@pytest.mark.parametrize("parts", [False, True])
@pytest.mark.parametrize("use", ["smtp", "imap", "zotero", "zotero_local"])
@pytest.mark.parametrize("name", ["ada", GROUP])
def test_no_password_is_a_stray_and_that_of_a_group_stays_where_it_is(ada, name, use, parts):
    home = Home(ada.parent, ada.parent)
    password = home.keep_password(name, use, "secret")
    if parts:
        for part in range(256):
            (ada / f"{part:02x}").mkdir()
    assert home.password(name, use) == "secret"
    assert password not in strays.strays(ada)


def test_a_profile_whose_settings_say_its_name_is_one_whatever_it_is_called(ada, run):
    assert run("init", "ada-backup", "--no-input").code == 0
    (ada / "ada-old.toml").write_bytes((ada / "ada.toml").read_bytes())
    assert strays.profile_names(ada) == ["ada", "ada-backup"]
    assert run("profile", "show", "-p", "ada-old").code == 0  # who names it means it


def test_a_file_that_a_dead_process_began_is_left_over_after_an_hour(ada, run):
    dead = subprocess.Popen(["true"])
    dead.wait()
    new, old, mine = (
        ada / f".ada.toml.new-{dead.pid}",
        ada / f".ada.db.7.new-{dead.pid}",
        ada / f".ada.db.new-{os.getpid()}",
    )
    for path in (new, old, mine):
        path.touch()
    for path in (old, mine):
        os.utime(path, (1, 1))
    found = run("doctor", "--fix", "--json")
    assert found.code == 0
    (told,) = [each for each in json.loads(found.out)["findings"] if each["link"] == "files"]
    assert (told["mended"], str(old) in told["text"]) == (True, True)
    assert (new.exists(), old.exists(), mine.exists()) == (True, False, True)

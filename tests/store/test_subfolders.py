"""A home of very many profiles: they lie in subfolders by the hash of their names, and every command finds them."""

import json
from zlib import crc32

import pytest
from support import REPOSITORY, SEED

from recommender.errors import ProfileError
from recommender.store.home import Home


def part_of(name):
    return f"{crc32(name.encode()) & 0xFF:02x}"


@pytest.fixture
def parts(home):
    """A home with all subfolders."""
    for number in range(256):
        (home / "profiles" / f"{number:02x}").mkdir(parents=True)
    return Home(home, REPOSITORY / "profiles")


def test_a_new_profile_lies_in_its_subfolder_and_every_command_finds_it(parts, run):
    assert run("init", "ada", "--interests", "image fusion", "--no-input").code == 0
    folder = parts.profiles_folder / part_of("ada")
    assert parts.profile_file("ada") == folder / "ada.db"
    for command in (
        ("today", SEED),
        ("like", "1"),
        ("undo",),
        ("like", "2"),
        ("mute", "word:survey"),
        ("status",),
        ("profile", "list"),
        ("backup",),
    ):
        assert run(*command).code == 0, command
    assert sorted(path.name for path in folder.iterdir()) == ["ada.db", "ada.toml"]
    assert not list(parts.profiles_folder.glob("*.*"))
    assert "ada" in run("profile", "list").out
    checked = json.loads(run("doctor", "--json").out)
    assert not [each for each in checked["findings"] if each["link"] == "files"]


def test_an_export_comes_back_into_a_subfolder(parts, run, tmp_path):
    run("init", "ada", "--interests", "image fusion", "--no-input")
    run("today", SEED)
    run("like", "1")
    assert run("profile", "export", tmp_path / "ada.zip").code == 0
    assert run("profile", "import", tmp_path / "ada.zip", "--as", "bob").code == 0
    assert parts.profile_file("bob") == parts.profiles_folder / part_of("bob") / "bob.db"
    assert parts.own_names() == ["ada", "bob"]
    assert run("undo", "-p", "bob").code == 0


def test_a_profile_beside_the_subfolders_stays_where_it_is(home, run):
    run("init", "ada", "--interests", "image fusion", "--no-input")
    (home / "profiles" / part_of("ada")).mkdir()
    here = Home(home, REPOSITORY / "profiles")
    assert here.own_names() == ["ada"]
    assert run("today", SEED).code == 0
    assert here.profile_file("ada") == home / "profiles" / "ada.db"
    assert here.profile_file("ada").exists()


def test_a_file_in_a_wrong_subfolder_is_no_profile(parts):
    wrong = next(folder for folder in parts.profile_folders()[1:] if folder.name != part_of("ada"))
    (wrong / "ada.toml").write_text("")
    assert parts.own_names() == []
    with pytest.raises(ProfileError):
        parts.profile("ada")


def test_a_home_without_subfolders_has_none(home):
    here = Home(home, REPOSITORY / "profiles")
    assert here.profile_folders() == [home / "profiles"]
    assert here.profile_file("ada") == home / "profiles" / "ada.db"

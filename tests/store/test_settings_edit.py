"""Settings that the program, a person and an editor change at the same time lose nothing."""

import os
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import recommend

from recommender.errors import ProfileError, StoreError
from recommender.profile import Profile
from recommender.store import settings, settings_edit
from recommender.store.turns import in_turn


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "profiles" / "ada.toml"
    settings_edit.create(file, Profile("ada", interests="fusion"))
    return file


def follow(path, name):
    return settings_edit.change(path, "ada", "follow", lambda profile: [*profile.follow, name])


def in_place(path, text):
    """Save as editors do that keep the file: it is empty for a moment."""
    with path.open("r+b") as file:
        file.truncate()
        file.flush()
        time.sleep(0.05)
        file.write(text.encode())


def by_renaming(path, text):
    """Save as editors do that write a new file first."""
    new = path.with_name("4913~")
    new.write_text(text)
    os.replace(new, path)


@pytest.mark.parametrize("save", [in_place, by_renaming])
def test_what_an_editor_saves_while_the_program_writes_is_kept_with_both_changes(path, save):
    saved = []

    def update(profile):
        if not saved:  # the program has read the file and not written it yet
            saved.append(path.read_text().replace("list_size = 10", "list_size = 23"))
            save(path, saved[0])
        return [*profile.follow, "Ada Lovelace"]

    before, after = settings_edit.change(path, "ada", "follow", update)
    assert (before.list_size, after.list_size, after.follow) == (23, 23, ("Ada Lovelace",))
    assert settings.read(path, "ada") == after


def test_a_file_that_an_editor_has_emptied_is_not_taken_for_settings(path):
    text = path.read_text().replace("list_size = 10", "list_size = 23")
    with ThreadPoolExecutor() as pool:
        saving = pool.submit(in_place, path, text)
        while path.stat().st_size:
            time.sleep(0.001)
        follow(path, "Ada Lovelace")
        saving.result()
    after = settings.read(path, "ada")
    assert (after.list_size, after.follow) == (23, ("Ada Lovelace",))


def test_changes_from_everywhere_at_once_are_all_kept(path):
    names = [f"Author Number{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: follow(path, name), names))
    assert sorted(settings.read(path, "ada").follow) == sorted(names)
    assert os.listdir(path.parent) == ["ada.toml"]


@pytest.mark.slow
def test_changes_of_processes_to_different_settings_are_all_kept(home):
    recommend("init", "ada", "--no-input", home=home)
    commands = [("follow", "Ada Lovelace"), ("mute", "word:fusion"), ("boost", "word:image")] * 2
    commands = [(*words[:-1], f"{words[-1]}{'X' * (number > 2)}") for number, words in enumerate(commands)]
    with ThreadPoolExecutor(6) as pool:
        ran = list(pool.map(lambda words: recommend(*words, home=home), commands))
    assert [each.stderr for each in ran if each.returncode] == []
    profile = settings.read(home / "profiles" / "ada.toml", "ada")
    assert (len(profile.follow), len(profile.mute), len(profile.boost)) == (2, 2, 2)


def test_of_two_new_profiles_of_one_name_the_first_stays(tmp_path):
    file = tmp_path / "ada.toml"
    results = []

    def make(interests):
        try:
            settings_edit.create(file, Profile("ada", interests=interests))
            results.append(interests)
        except ProfileError:
            pass

    threads = [threading.Thread(target=make, args=[f"topic {number}"]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [settings.read(file, "ada").interests] == results


def test_a_file_that_is_saved_again_and_again_is_left_alone(path, monkeypatch):
    monkeypatch.setattr(settings_edit, "_CALM", 0)

    def update(profile):
        path.write_text(f"{path.read_text()}# once more\n")
        return ["Ada Lovelace"]

    with pytest.raises(StoreError, match="again and again"):
        settings_edit.change(path, "ada", "follow", update)
    assert settings.read(path, "ada").follow == ()
    assert os.listdir(path.parent) == ["ada.toml"]


def test_a_clock_that_is_wrong_stops_nothing(path):
    for moment in (0, time.time() + 86_400):
        os.utime(path, (moment, moment))
        follow(path, str(moment))
    assert len(settings.read(path, "ada").follow) == 2


def test_a_change_that_changes_nothing_writes_nothing(path):
    before = path.stat()
    settings_edit.change(path, "ada", "follow", lambda profile: profile.follow)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_who_holds_the_settings_too_long_is_told(path):
    with in_turn(path.parent), pytest.raises(StoreError, match="try again in a moment"), in_turn(path.parent, 0.05):
        pass


def test_a_folder_that_cannot_be_held_is_told(tmp_path):
    (tmp_path / "profiles").write_text("")
    with pytest.raises(StoreError, match="profiles"):
        settings_edit.create(tmp_path / "profiles" / "ada.toml", Profile("ada"))


@pytest.mark.parametrize("text", ["x = " + "[" * 100_000, 'interests = "a\0b"', "interests = '\x1b'"])
def test_a_file_that_no_parser_takes_is_told(path, text):
    path.write_text(text)
    with pytest.raises(ProfileError, match=r"ada\.toml"):
        follow(path, "Ada Lovelace")
    assert path.read_text() == text


def test_a_name_that_is_no_text_is_told_and_not_written(path, run, home):
    before = path.read_bytes()
    with pytest.raises(ProfileError, match="UTF-8"):
        follow(path, "\udcff")
    assert path.read_bytes() == before
    with pytest.raises(ProfileError, match="UTF-8"):
        settings_edit.create(path.with_name("bob.toml"), Profile("bob", interests="\udcff"))
    assert os.listdir(path.parent) == ["ada.toml"]


@pytest.mark.parametrize(
    ("toml", "left"),
    [
        ('[mail]\nfrom = "a@b.org"\nto = "a@b.org"\nby = "sendmail:"\n', ""),
        ('mail = { from = "a@b.org", to = "a@b.org", by = "sendmail:" }\n', ""),
        ('mail.from = "a@b.org"\nmail.to = "a@b.org"\nmail.by = "sendmail:"\n', ""),
        (
            'list_size = 3 # kept\n[mail]\nfrom = "a@b.org"\n[[topics]]\nname = "x"\n',
            'list_size = 3 # kept\n[[topics]]\nname = "x"\n',
        ),
    ],
)
def test_a_table_is_taken_out_however_it_is_written(path, toml, left):
    assert settings_edit.changed(toml.encode(), "mail", (), path).decode().strip() == left.strip()


@given(st.binary(max_size=200))
def test_any_bytes_are_settings_or_refused(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("home") / "ada.toml"
    file.write_bytes(content)
    os.utime(file, (0, 0))
    try:
        follow(file, "Ada Lovelace")
    except ProfileError:
        assert file.read_bytes() == content
    else:
        assert "Ada Lovelace" in settings.read(file, "ada").follow


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_settings_keep_their_rights_and_are_followed_where_they_are_linked(path, tmp_path):
    there = tmp_path / "dotfiles.toml"
    path.rename(there)
    there.chmod(0o640)
    path.symlink_to(there)
    follow(path, "Ada Lovelace")
    assert path.is_symlink()
    assert stat.S_IMODE(there.stat().st_mode) == 0o640
    assert settings.read(there, "ada").follow == ("Ada Lovelace",)

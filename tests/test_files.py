"""Files written whole or not at all, and private where they should be."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from recommender.errors import StoreError
from recommender.files import as_argument, check, expanded, make_private, make_private_folder, write

posix = pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o022, 0o000, 0o077], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_writing_replaces_an_older_file(tmp_path):
    target = tmp_path / "file.txt"
    write(target, "old")
    write(target, "new ½")
    assert target.read_text(encoding="utf-8") == "new ½"


def test_a_place_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "file").touch()
    for target in (tmp_path, tmp_path / "missing" / "file.txt", tmp_path / "file" / "file.txt"):
        with pytest.raises(StoreError, match=str(target)):
            check(target)
        with pytest.raises(StoreError, match=str(target)):
            write(target, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
def test_a_full_disk_is_reported():
    with pytest.raises(StoreError, match="choose another place"):
        write(Path("/dev/full"), "text")


def test_bytes_are_written_as_they_are(tmp_path):
    write(tmp_path / "file", b"\x00\r\n\xff")
    assert (tmp_path / "file").read_bytes() == b"\x00\r\n\xff"


def test_a_link_is_followed_and_stays(tmp_path):
    (tmp_path / "link").symlink_to("file")
    write(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "text"


def test_folders_are_made_only_where_asked_for(tmp_path):
    target = tmp_path / "some" / "folder" / "file"
    with pytest.raises(StoreError, match="does not exist"):
        write(target, "text")
    write(target, "text", make_folder=True)
    assert target.read_text() == "text"
    with pytest.raises(StoreError, match=r"Not a directory|File exists"):
        write(target / "below", "text", make_folder=True)


def test_a_file_that_cannot_be_replaced_is_as_it_was_and_nothing_is_left_beside_it(tmp_path, monkeypatch):
    write(tmp_path / "file", "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        write(tmp_path / "file", "new")
    monkeypatch.undo()
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StoreError, match="No space left"):
        write(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


@posix
def test_a_private_file_and_its_folders_are_private_whatever_the_umask_says(tmp_path, umask):
    target = tmp_path / "home" / "profiles" / "ada.toml"
    write(target, "text", private=True, make_folder=True)
    make_private(tmp_path / "home" / "library.db")
    modes = [mode(path) for path in (target.parent.parent, target.parent, target, tmp_path / "home" / "library.db")]
    assert modes == [0o700, 0o700, 0o600, 0o600]
    write(tmp_path / "export.bib", "text")
    assert mode(tmp_path / "export.bib") == 0o666 & ~umask


@posix
def test_a_private_file_is_private_from_its_first_byte_on(tmp_path, umask, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda file: seen.append(stat.S_IMODE(os.fstat(file).st_mode)))
    write(tmp_path / "file", "text", private=True)
    (tmp_path / "file").chmod(0o640)
    write(tmp_path / "file", "newer", private=True)
    assert seen == [0o600, 0o640]


@posix
@pytest.mark.parametrize("rights", [0o600, 0o644, 0o400, 0o755])
@pytest.mark.parametrize("private", [True, False])
def test_a_rewritten_file_keeps_its_rights(tmp_path, rights, private, umask):
    (tmp_path / "file").write_text("old")
    (tmp_path / "file").chmod(rights)
    (tmp_path / "link").symlink_to("file")
    write(tmp_path / "link", "new", private=private)
    assert (mode(tmp_path / "file"), (tmp_path / "file").read_text()) == (rights, "new")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may write for others")
def test_a_file_that_root_rewrites_still_belongs_to_its_owner(tmp_path):
    (tmp_path / "file").write_text("old")
    os.chown(tmp_path / "file", 1234, 1234)
    write(tmp_path / "file", "new")
    state = (tmp_path / "file").stat()
    assert (state.st_uid, state.st_gid) == (1234, 1234)


def test_a_link_to_nowhere_gets_its_file_where_it_points(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there/file")
    make_private(tmp_path / "link")
    assert (tmp_path / "there" / "file").is_file()


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_nothing_is_left_of_a_file_whose_writing_was_interrupted(tmp_path, monkeypatch, interrupt):
    def stop(_):
        raise interrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(interrupt):
        write(tmp_path / "file", "text")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["a" * 300, "a" * 255, "nul\0"])
def test_a_name_that_no_disk_takes_is_reported(tmp_path, name):
    if len(name) == 255:  # the longest name there is; its temporary file has a shorter one
        write(tmp_path / name, "text")
        assert os.listdir(tmp_path) == [name]
        return
    with pytest.raises(StoreError):
        write(tmp_path / name, "text")
    with pytest.raises(StoreError):
        write(tmp_path / name / "file", "text", make_folder=True)


def test_the_folder_of_a_user_that_is_unknown_is_left_as_it_is_written(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert (expanded("~/x"), expanded("~nobody-of-this-name/x")) == (
        Path("/home/ada/x"),
        Path("~nobody-of-this-name/x"),
    )


def test_a_folder_that_another_process_makes_meanwhile_is_used(tmp_path, monkeypatch):
    plain = Path.mkdir

    def twice(path, *arguments, **options):
        plain(path, *arguments, **options)
        plain(path, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", twice)
    make_private_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.skipif(os.name != "posix", reason="the shells of Windows read arguments in another way")
@pytest.mark.parametrize("name", ["plain.zip", "my backup.zip", "it's 100 % of $HOME `x`.zip", 'a"b\\c.zip'])
def test_a_path_in_a_named_command_is_read_by_a_shell_as_it_is(tmp_path, name):
    path = tmp_path / name
    shell = subprocess.run(["/bin/sh", "-c", f"printf %s {as_argument(path)}"], capture_output=True, check=True)
    assert shell.stdout.decode() == str(path)

"""Files written whole or not at all."""

import os
from pathlib import Path

import pytest

from recommender.errors import StoreError
from recommender.files import check, write


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

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreError, match="No space left"):
        write(tmp_path / "file", "new")
    monkeypatch.undo()
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StoreError, match="No space left"):
        write(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]

"""Library files that are imported again by themselves: once a change, never half, and never against a rating here."""

import os
import time
from types import SimpleNamespace

import pytest
from support import reader_of

from recommender.errors import SourceError
from recommender.paper import Verdict
from recommender.profile import Profile
from recommender.services import watched
from recommender.store.home import Home

MAIL = '[mail]\nfrom = "a@b.c"\nto = ["a@b.c"]\nby = "maildir:out"\n'


def entry(number):
    fields = f"title = {{On image fusion {number}}}, eprint = {{2001.{number:05}}}, abstract = {{Text}}"
    return f"@article{{k{number}, {fields}}}\n"


@pytest.fixture
def bib(tmp_path, monkeypatch):
    """A file that was saved a minute ago."""
    monkeypatch.setattr(watched, "_PAUSE", 0.01)
    return saved(tmp_path / "papers.bib", 1, 2)


def saved(path, *numbers, ago=60.0):
    path.write_text("".join(map(entry, numbers)))
    os.utime(path, (time.time() - ago,) * 2)
    return path


def changed(home, *places):
    reader = reader_of(home, Profile("ada", watch=tuple(map(str, places))))
    try:
        return list(watched.import_changed(reader))
    finally:
        reader.close()


def verdicts(home):
    with Home(home, home / "starters").profile_store("ada") as store:
        return store.verdicts()


def test_a_file_is_imported_when_it_has_changed_and_only_then(home, bib):
    ((_, first),) = changed(home, bib)
    assert len(first.verdicts) == 2
    assert changed(home, bib) == []
    os.utime(bib, (time.time() - 30,) * 2)  # touched, with the same content
    assert changed(home, bib) == []
    saved(bib, 1, 2, 3)
    ((_, second),) = changed(home, bib)
    assert [each.paper.id for each in second.verdicts] == ["2001.00003"]


def test_what_the_file_no_longer_has_stays_liked(home, bib):
    changed(home, bib)
    changed(home, saved(bib, 2))
    assert set(verdicts(home)) == {"2001.00001", "2001.00002"}


def test_a_rating_taken_back_here_does_not_come_back_by_itself(home, bib):
    changed(home, bib)
    reader = reader_of(home)
    first = reader.store.papers(["2001.00001"])["2001.00001"]
    reader.store.judge([first], None, command="unmark", at=reader.now)
    reader.close()
    ((_, report),) = changed(home, saved(bib, 1, 2, 4))
    assert [each.paper.id for each in report.verdicts] == ["2001.00004"]
    assert set(verdicts(home)) == {"2001.00002", "2001.00004"}


def test_an_import_that_was_undone_does_not_come_back_by_itself(home, bib):
    changed(home, bib)
    reader = reader_of(home)
    reader.store.undo(reader.now)
    reader.close()
    changed(home, saved(bib, 1, 2, 4))
    assert verdicts(home) == {"2001.00004": Verdict.LIKE}


def test_a_file_that_is_being_written_is_waited_for(home, bib, monkeypatch):
    monkeypatch.setattr(watched, "_CALM", 60)
    bib.write_text("")
    left = [entry(number) for number in range(1, 9)]

    def pause(seconds):
        """Another program writes some more, and is done at the end."""
        if left:
            with bib.open("a") as file:
                file.write(left.pop())
        else:
            os.utime(bib, (time.time() - 90,) * 2)

    monkeypatch.setattr(watched, "time", SimpleNamespace(sleep=pause, time=time.time, monotonic=time.monotonic))
    ((_, report),) = changed(home, bib)
    assert len(report.verdicts) == 8


def test_a_file_that_is_written_for_ever_is_left_to_the_next_run(home, bib, monkeypatch):
    monkeypatch.setattr(watched, "_PATIENCE", 0.05)
    ((_place, error),) = changed(home, saved(bib, 1, ago=0))
    assert isinstance(error, SourceError)
    assert "being written" in str(error)
    assert verdicts(home) == {}
    ((_, report),) = changed(home, saved(bib, 1))
    assert len(report.verdicts) == 1


def test_a_file_that_changes_while_it_is_read_is_read_again_the_next_time(home, bib, monkeypatch):
    read = watched.exchange.read

    def read_and_change(reader, place):
        entries = read(reader, place)
        saved(bib, 1, 2, 3, ago=50)
        return entries

    monkeypatch.setattr(watched.exchange, "read", read_and_change)
    ((_, error),) = changed(home, bib)
    assert "changed while it was read" in str(error)
    monkeypatch.undo()
    ((_, report),) = changed(home, bib)
    assert [each.paper.id for each in report.verdicts] == ["2001.00003"]


def test_a_missing_or_broken_file_stops_no_other(home, bib, tmp_path):
    broken = tmp_path / "broken.bib"
    broken.write_bytes(b"\0\1\2" * 100)
    os.utime(broken, (time.time() - 60,) * 2)
    results = dict(changed(home, tmp_path / "none.bib", broken, bib))
    assert [type(result).__name__ for result in results.values()] == ["SourceError", "SourceError", "ImportReport"]
    assert "it is watched" in str(results[str(tmp_path / "none.bib")])
    assert len(verdicts(home)) == 2


def test_a_run_imports_what_has_changed_and_says_so_in_the_log(home, run, bib):
    run("init", "ada", "--no-input", "--category", "cs.CV")
    settings = home / "profiles" / "ada.toml"
    settings.write_text(f'watch = "{bib}"\n{settings.read_text()}\n{MAIL}')
    run("run")
    run("run")
    log = (home / "logs" / "ada.log").read_text()
    assert log.count("Imported 2 papers from") == 1
    assert len(verdicts(home)) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes in folders")
def test_a_watched_pipe_or_device_is_named_and_stops_no_other_file(home, bib, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    os.utime(tmp_path / "pipe", (time.time() - 60,) * 2)
    results = changed(home, tmp_path / "pipe", "/dev/null", bib)
    assert ["a pipe or a device" in str(result) for _, result in results] == [True, True, False]
    assert len(verdicts(home)) == 2

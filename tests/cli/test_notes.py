"""`recommend note`: kept, shown, listed, exported and brought back."""

import json

import pytest
from support import SEED

PAPER = "2005.05839"


@pytest.fixture
def listed(run):
    assert run("today", "-p", "example", SEED).code == 0
    return run


def test_a_note_is_kept_shown_replaced_and_removed(listed):
    run = listed
    assert run("note", PAPER).out == ""
    assert "No note" in run("note", PAPER).err
    assert run("note", PAPER, "compare", "with", "section 4").out == "compare with section 4\n"
    assert run("note", PAPER).out == "compare with section 4\n"
    assert "Your note: compare with section 4" in run("show", PAPER).out
    replaced = run("note", PAPER, "another")
    assert (replaced.out, replaced.err) == ("another\n", "In the place of: compare with section 4\n")
    assert run("note", PAPER, "--remove").out == "Removed the note.\n"
    assert run("note", PAPER, "--remove").out == "There was no note.\n"
    assert "note" not in run("show", PAPER).out


def test_a_rank_names_a_paper_and_all_notes_are_listed(listed):
    run = listed
    assert "No notes yet" in run("note").err
    first = json.loads(run("today", "-p", "example", SEED, "--json").out)["items"][0]
    run("note", "1", "-", stdin=b"one\r\n\r\n\r\ntwo \x1b[31mred\n")
    assert run("note").out == f"{first['title']} ({first['id']})\n  one\n  \n  two red\n"


def test_notes_are_in_json_and_in_the_history(listed):
    run = listed
    run("like", PAPER)
    run("note", PAPER, "compare")
    assert json.loads(run("show", PAPER, "--json").out)["note"] == "compare"
    (item,) = json.loads(run("history", "--json").out)["items"]
    assert item["note"] == "compare"
    assert "compare" in run("history").out


def test_undo_leaves_a_note_alone(listed):
    run = listed
    run("note", PAPER, "compare")
    run("like", PAPER)
    run("undo")
    assert "Nothing to undo" in run("undo").out
    assert run("note", PAPER).out == "compare\n"


def test_a_note_that_is_too_long_is_refused_and_the_one_before_stays(listed):
    run = listed
    run("note", PAPER, "compare")
    refused = run("note", PAPER, "x" * 5001)
    assert (refused.code, "5,001 characters" in refused.err) == (2, True)
    assert run("note", PAPER).out == "compare\n"
    assert run("note", PAPER, "x" * 5000).code == 0


@pytest.mark.parametrize("words", [(" ",), ("",), ("-",), ("text", "--remove")])
def test_an_empty_note_is_a_mistake(listed, words):
    listed("note", PAPER, "compare")
    assert listed("note", PAPER, *words).code == 2
    assert listed("note", PAPER).out == "compare\n"


def test_a_note_on_no_paper_is_refused(listed):
    assert listed("note", "99", "x").code == 6
    assert listed("note", "nonsense", "x").code == 6


@pytest.mark.parametrize("kind", ["bibtex", "ris", "csl-json", "jsonl", "csv"])
def test_notes_come_back_by_export_and_import_and_none_is_overwritten(listed, tmp_path, kind):
    run = listed
    second = json.loads(run("today", "-p", "example", SEED, "--json").out)["items"][1]["id"]
    run("like", "1", "2")
    run("note", "1", "-", stdin=b"first: 50 % & more\nsecond")
    run("note", "2", "theirs")
    file = tmp_path / "export"
    run("export", "all", "-f", kind, "-o", file)
    run("init", "bob", "--no-input")
    run("note", "-p", "bob", second, "mine")
    assert run("import", "-p", "bob", "--offline", file).code == 0
    notes = run("note", "-p", "bob").out
    assert "  first: 50 % & more\n  second\n" in notes
    assert ("  mine\n" in notes, "theirs" in notes) == (True, False)


def test_notes_go_with_an_exported_profile_and_with_a_backup(listed, tmp_path):
    run = listed
    run("init", "ada", "--no-input")
    run("note", "-p", "ada", PAPER, "compare")
    run("profile", "export", "-p", "ada", tmp_path / "ada.zip")
    run("profile", "import", tmp_path / "ada.zip", "--as", "copy")
    assert run("note", "-p", "copy", PAPER).out == "compare\n"
    assert run("backup", "-p", "ada", tmp_path / "backup.zip").code == 0
    run("note", "-p", "ada", PAPER, "--remove")
    assert run("restore", "-p", "ada", tmp_path / "backup.zip").code == 0
    assert run("note", "-p", "ada", PAPER).out == "compare\n"


def test_a_paper_with_a_note_is_not_pruned(listed):
    run = listed
    papers = json.loads(run("today", "-p", "example", SEED, "--json", "--all", "-n", "46").out)["items"]
    run("profile", "reset", "-p", "example", "--yes")
    run("note", papers[20]["id"], "compare")
    run("library", "prune", "--before", "2030-01-01", "--yes")
    assert run("show", papers[20]["id"]).code == 0

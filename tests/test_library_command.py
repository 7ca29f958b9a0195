"""The library's size, and making it smaller without losing what a reader judged."""

import json
import os
import subprocess
import sys

import pytest
from conftest import SEED, Ran

FUSION = "2005.05896"


@pytest.fixture
def filled(run, tmp_path):
    run("today", "-p", "example", SEED)
    run("like", FUSION)
    newer = SEED.read_text().replace("13 May 2020", "20 May 2020").replace("2005.0", "2005.1")
    (tmp_path / "newer.md").write_text(newer)
    run("today", "-p", "example", tmp_path / "newer.md")


def count(run):
    return int(run("library", "stats").out.splitlines()[0].split()[-1])


def test_stats_tell_papers_days_and_room(run, filled, home):
    out = run("library", "stats").out
    assert "papers      92" in out
    assert "2020-05-13 to 2020-05-20, 2 days" in out
    assert f"MB in {home / 'library.db'}" in out


def test_stats_of_an_empty_library_are_no_error(run):
    ran = run("library", "stats")
    assert (ran.code, count(run)) == (0, 0)


def test_pruning_forgets_old_papers_but_no_judged_one(run, filled):
    ran = run("library", "prune", "--before", "2020-05-20", "--yes")
    assert ran.out.startswith("45 papers forgotten")
    assert count(run) == 47
    assert json.loads(run("show", FUSION, "--json").out)["verdict"] == "like"
    assert run("show", "2005.05776").code == 6
    assert "unrolling" not in run("search", "unrolling", "retinal").err


def test_what_was_forgotten_comes_back_when_it_is_read_again(run, filled):
    run("library", "prune", "--before", "2020-05-20", "--yes")
    assert run("today", "-p", "example", SEED, "--all").code == 0
    assert count(run) == 92


def test_a_search_finds_no_forgotten_paper(run, filled):
    before = json.loads(run("search", "fusion", "--json").out)["considered"]
    run("library", "prune", "--before", "2020-05-20", "--yes")
    after = json.loads(run("search", "fusion", "--json").out)
    assert 0 < after["considered"] < before


def test_nothing_is_forgotten_without_a_yes(run, filled):
    ran = run("library", "prune", "--before", "2020-05-20", stdin=b"n\n")
    assert ran.code == 130
    assert count(run) == 92


def test_a_terminal_is_told_to_wait_and_is_left_clean(run, filled, home):
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "recommender", "library", "stats"]
    told = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, text=True, check=True).stdout
    os.close(theirs)
    waiting = "Looking through the library ..."
    assert os.read(ours, 1000).decode() == f"{waiting}\r{' ' * len(waiting)}\r"
    os.close(ours)
    assert run("library", "stats") == Ran(0, told, "")  # on a pipe nothing but the answer

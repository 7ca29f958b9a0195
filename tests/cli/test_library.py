"""The library's size, and making it smaller without losing what a reader judged."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from datetime import date, timedelta

import pytest
from support import ENCODER, NOW, SEED, Ran, make_paper

from recommender.paper import Digest
from recommender.store import housekeeping
from recommender.store.library import Harvest, Library

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


def test_pruning_removes_old_papers_but_none_that_was_rated_or_listed(run, filled):
    ran = run("library", "prune", "--before", "2020-05-20", "--yes")
    assert ran.out.startswith("35 papers removed")
    assert count(run) == 57
    assert json.loads(run("show", FUSION, "--json").out)["verdict"] == "like"
    assert run("show", "2005.05776").code == 6
    assert "unrolling" not in run("search", "unrolling", "retinal").err


def test_what_was_pruned_comes_back_when_it_is_read_again(run, filled):
    run("library", "prune", "--before", "2020-05-20", "--yes")
    assert run("today", "-p", "example", SEED, "--all").code == 0
    assert count(run) == 92


def test_a_search_finds_no_pruned_paper(run, filled):
    before = json.loads(run("search", "network", "--json").out)["considered"]
    run("library", "prune", "--before", "2020-05-20", "--yes")
    after = json.loads(run("search", "network", "--json").out)
    assert 0 < after["considered"] < before


def test_nothing_is_deleted_without_a_yes(run, filled):
    ran = run("library", "prune", "--before", "2020-05-20", stdin=b"n\n")
    assert ran.code == 130
    assert count(run) == 92


def test_a_terminal_shows_that_work_goes_on_and_is_clean_afterwards(run, filled, home):
    ours, theirs = os.openpty()
    at_once = "import recommender.cli.waiting as waiting; waiting._PATIENCE = waiting._PAUSE = 0.001; "
    command = [sys.executable, "-c", f"{at_once}from recommender.cli import main; main()", "library", "stats"]
    # os.environ, because readline, which pytest may load, sets COLUMNS behind its back
    told = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=theirs, text=True, check=True, env={**os.environ}
    ).stdout
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # the other end is closed
        while piece := os.read(ours, 1000):
            shown += piece
    os.close(ours)
    shown = shown.decode()
    assert "Looking through the library ..." in shown
    assert shown.rpartition("\r")[0].rpartition("\r")[2].isspace()  # what was drawn last is erased
    assert run("library", "stats") == Ran(0, told, "")  # on a pipe nothing but the answer


def test_what_was_listed_can_be_rated_and_explained_after_pruning(run, tmp_path):
    run("today", "-p", "example", SEED)
    before = run("why", "2"), run("feed", tmp_path / "before.xml")
    run("library", "prune", "--before", "2030-01-01", "--yes")
    assert (run("why", "2"), run("feed", tmp_path / "after.xml").code) == (before[0], 0)
    assert (tmp_path / "after.xml").read_text().count("<entry>") == 10
    assert "title not known" not in run("like", "2").out


DAY = date(2026, 3, 2)
DIGEST = "0123456789abcdef" * 4  # as long as the fingerprint of a text


def digest_of(day, *numbers, replaced=()):
    papers = tuple(map(make_paper, numbers))
    return day, Digest(day, "cs.CV", papers, replaced=tuple(map(make_paper, replaced)))


@pytest.mark.parametrize(
    "parts",
    [
        [digest_of(DAY + timedelta(days=4), 2, replaced=[1])],
        [digest_of(DAY + timedelta(days=4), 2), digest_of(DAY, 3)],
    ],
    ids=["a newer version of a forgotten paper", "two days in one text"],
)
def test_a_text_of_which_a_part_was_pruned_is_read_again_as_a_whole(library, parts):
    def read():
        save(library, parts, DIGEST)

    save(library, [digest_of(DAY, 1)], "f" * 64)
    read()
    before = library.digests(DIGEST)
    housekeeping.prune(library, DAY + timedelta(days=2), set())
    assert not library.has_read(DIGEST)
    read()
    assert library.digests(DIGEST) == before


def test_what_was_pruned_can_be_fetched_again(library):
    until = DAY + timedelta(days=1)
    done = Harvest("cs.CV", DAY, until, "", until + timedelta(days=1), 1, NOW)
    save(library, [digest_of(DAY, 1)], "page", harvest=done)
    library.note_fetch("cs.CV", DAY, 1, NOW)
    housekeeping.prune(library, until, set())
    assert (library.harvest("cs.CV", DAY, until), library.fetched("cs.CV", DAY)) == (None, None)


@pytest.mark.slow
def test_pruning_takes_time_by_the_paper_however_many_newer_versions_there_are(tmp_path):
    def statements(papers):
        with Library(tmp_path / f"{papers}.db", ENCODER) as library:
            save(library, [digest_of(DAY, *range(papers))], "old")
            later = range(papers, 2 * papers)
            save(library, [digest_of(DAY + timedelta(days=9), *later, replaced=later)], "new")
            steps = 0

            def step():
                nonlocal steps
                steps += 1

            library._connection.set_progress_handler(step, 1000)  # of SQLite's own machine
            housekeeping.prune(library, DAY + timedelta(days=5), set())
            return steps

    assert statements(1600) < 6 * statements(400)  # the square of it were sixteen times


def save(library, digests, fingerprint, **harvest):
    library.save(digests, name="x", fingerprint=fingerprint, read_at=NOW, **harvest)

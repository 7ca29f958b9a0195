"""What a newcomer trips over in the first ten minutes."""

import re
from datetime import UTC, datetime

import answers
import pytest
from faults import Reply, Server, without_proxy
from support import SEED, make_paper, recommend

from recommender.cli.session import Session
from recommender.text.taxonomy import CATEGORIES

SECOND = SEED.read_text().replace("13 May 2020", "14 May 2020").replace("2005.0", "2006.0")


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "digests"
    place.mkdir()
    (place / SEED.name).write_bytes(SEED.read_bytes())
    (place / "2020-05-14.cs.CV.md").write_text(SECOND)
    return place


def number(run, pattern="papers +([0-9]+)"):
    return int(re.search(pattern, run("status").out)[1])


@pytest.mark.parametrize(
    ("typed", "meant"), [("todya", "today"), ("explain", "why"), ("serach", "search"), ("config", "where settings")]
)
def test_a_command_that_is_none_says_which_was_meant(run, typed, meant):
    ran = run(typed)
    assert (ran.code, f"Did you mean {meant}" in ran.err) == (2, True)


@pytest.mark.parametrize(("typed", "meant"), [("cs.CVV", "cs.CV"), ("CS.LG", "cs.LG"), ("hepth", "hep-th")])
def test_a_category_that_arxiv_does_not_have_is_refused_and_one_like_it_named(run, typed, meant):
    ran = run("init", "ada", "--category", typed, "--no-input")
    assert (ran.code, f"did you mean {meant}" in ran.err) == (5, True)
    assert run("init", "ada", "--category", meant, "--no-input").code == 0


def test_the_categories_are_arxivs():
    assert {"cs.CV", "cond-mat.str-el", "hep-th", "q-bio", "physics.optics", "eess.IV"} <= CATEGORIES
    assert len(CATEGORIES) > 160


def test_a_profile_named_as_a_shipped_one_starts_from_it(run):
    run("init", "example", "--no-input")
    assert "10 of 46 papers" in run("today", "-p", "example").out


def test_init_says_what_comes_next(run):
    out = run("init", "ada", "--category", "cs.CV", "--no-input").out
    assert all(word in out for word in ("recommend today -p ada", "recommend import", "[mail]", "schedule install"))


def test_the_whole_folder_is_fetched_and_of_some_days_only_these(run, folder):
    run("init", "ada", "--digests", folder, "--no-input")
    assert "46 records, 46 papers new" in run("fetch", "--since", "2020-05-14", "--until", "2020-05-20").out
    assert number(run) == 46
    run("fetch")
    assert number(run) == 92


def test_a_day_may_be_said_in_a_word(run, folder, monkeypatch):
    class Then(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2020, 5, 15, 12, tzinfo=UTC)

    monkeypatch.setattr("recommender.cli.session.datetime", Then)
    run("init", "ada", "--digests", folder, "--no-input")
    for word, day in [("yesterday", "14 May"), ("wed", "13 May"), ("Thursday", "14 May"), ("2020-5-13", "13 May")]:
        assert day in run("today", "--day", word).out.partition("\n")[0], word
    assert run("today", "--day", "someday").code == 2


def test_an_address_is_read_as_a_digest(run, monkeypatch):
    without_proxy(monkeypatch)
    server = Server()
    with server.running():
        feed = answers.feed("cs.CV", Session().now.date(), [make_paper(1, "Birds walk", categories=("cs.CV",))])
        address = server.script("/feed", Reply(body=feed))
        run("init", "ada", "--no-input")
        assert "Birds walk" in run("today", address).out
        assert "--offline" in run("today", address, "--offline").err


def test_an_import_is_taken_back_in_one_line(run, tmp_path):
    entries = "".join(f"@article{{a{n}, title={{Walks of birds {n}}}, author={{Ada Lovelace}}}}\n" for n in range(9))
    (tmp_path / "library.bib").write_text(entries)
    run("init", "ada", "--no-input")
    run("import", tmp_path / "library.bib", "--offline")
    assert run("undo").out.splitlines()[0] == "Took back `import` of 9 papers."


def test_an_error_that_was_mended_is_forgotten(run, folder):
    run("init", "ada", "--digests", folder, "--no-input")
    (moved := folder.with_name("elsewhere"))
    folder.rename(moved)
    assert run("today").code == 4
    run("history")
    assert "no such file" in run("status").out
    moved.rename(folder)
    assert run("today").code == 0
    assert "last error   none" in run("status").out


def test_ranks_after_an_effect_mean_the_order_that_it_printed(run):
    run("today", "-p", "example")
    out = run("like", "2", "--effect", "-p", "example").out
    (place, title) = re.search(r"→ ([0-9]+) +(.{20})", out).groups()
    assert title in run("like", place, "-p", "example").out


def test_a_rank_says_which_list_it_means(run):
    run("today", "-p", "example")
    assert "the list of 13 May 2020" in run("like", "1", "-p", "example").out
    run("search", "segmentation", "-p", "example")
    assert "the search of" in run("like", "1", "-p", "example").out


def test_a_list_without_matches_says_when_there_will_be_some(run):
    assert "known after 5 likes" in run("today", "-p", "example").out
    run("like", "1-4", "-p", "example")
    assert "known after 1 more like." in run("today", "-p", "example").out
    run("like", "1", "-p", "example")
    assert "papers of earlier days" in " ".join(run("today", "-p", "example").out.split())


def test_output_that_programs_read_is_utf8_whatever_the_console_is(start_after, tmp_path):
    home = start_after(("init", "ada", "--no-input"))
    (tmp_path / "d.jsonl").write_text('{"id": "2601.00001", "title": "鸟类 Erdős"}\n', encoding="utf-8")
    environment = {"PYTHONIOENCODING": "cp1252"}
    assert "鸟类" in recommend("today", tmp_path / "d.jsonl", "--json", home=home, environment=environment).stdout

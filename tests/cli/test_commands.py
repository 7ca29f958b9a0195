"""The command as its users meet it: what it prints, how it ends, and what it leaves behind."""

import gzip
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import termios
import textwrap
import time
from contextlib import suppress
from functools import partial
from itertools import combinations
from pathlib import Path

import pexpect
import platformdirs
import pytest
from support import SEED, liked, recommend, uncovered

from recommender.api import Recommender
from recommender.cli import SECTIONS
from recommender.cli.today import EMPTY_LIST_CODES
from recommender.paper import History, Status
from recommender.ranking import rank
from recommender.ranking import tokens as text
from recommender.sources.formats.markdown import read_digest
from recommender.store.database import Database
from recommender.text.short import columns

FUSION, OTHER_FUSION = "2005.05896", "2005.05839"  # both on infrared and visible image fusion
MEDICAL = {
    "2005.05868": "surgical kinematics",
    "2005.05481": "localization in the gastrointestinal tract",
    "2005.05432": "white blood cell classification",
    "2005.05371": "noise removal from medical images",
    "2005.05761": "adipose tissue in abdomen MRI",
    "2005.05594": "retinal fundus images",
    "2005.05576": "chest X-rays and COVID-19",
    "2005.05550": "accelerated MRI reconstruction",
    "2005.05431": "medical image analysis",
}


def digest(*entries: tuple[str, str], day: str = "Wed, 13 May 2020", category: str = "cs.CV") -> str:
    lines = [f"# ArXiv {category} --{day}"]
    for number, (paper_id, title) in enumerate(entries, start=1):
        lines += [f"### {number}.{title}  [ :arrow_down: ](https://arxiv.org/pdf/{paper_id}.pdf)", f">  On {title}."]
    return "\n".join(lines)


@pytest.fixture
def ada(run):
    """A profile without interests or digests."""
    assert run("init", "ada", "--no-input").code == 0
    return "ada"


@pytest.fixture
def seed(start_after):
    """Ada's first list of the seed digest."""
    start_after(("init", "ada", "--no-input"), ("today", SEED))


def listed(run, *arguments):
    return json.loads(run("today", "--json", *arguments).out)


def ids(answer):
    return [item["id"] for item in answer["items"]]


def stored(home: Path):
    """Everything in all databases, and every other file."""
    content = {}
    for path in sorted(home.rglob("*")):
        if path.name == "web.db":  # who was asked when: nothing a reader owns
            continue
        if path.suffix == ".db":
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            content[path.name] = list(connection.iterdump())
            connection.close()
        elif path.is_file() and not path.name.startswith("last-error") and path.suffix not in (".db-wal", ".db-shm"):
            content[path.name] = path.read_bytes()
    return content


# The list


def test_a_newcomer_gets_a_ranked_list_of_the_shipped_digest(run):
    ran = run("today", "-p", "example")
    assert ran.code == 0
    assert "10 of 46 papers" in ran.out
    assert re.search(r"^ +1 ", ran.out, re.MULTILINE)
    assert ran.err == ""


def test_a_list_fits_80_columns_and_is_plain_in_a_pipe(run, ada):
    run("today", SEED)
    run("like", FUSION)
    ran = run("today", "--all", SEED)
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "\x1b" not in ran.out


def test_the_profile_option_stands_before_or_after_the_command(run):
    before, after = run("-p", "example", "today"), run("today", "-p", "example")
    assert before == after
    assert before.code == 0


def test_the_environment_names_the_profile(run, monkeypatch):
    monkeypatch.setenv("RECOMMEND_PROFILE", "example")
    assert run("today").code == 0


def test_without_verdicts_and_interests_the_digests_own_order_is_kept_and_said(run, ada):
    answer = listed(run, SEED)
    assert ids(answer)[:3] == ["2005.05896", "2005.05878", "2005.05868"]
    assert "the digest's own order" in answer["note"]


def test_after_a_like_the_other_paper_on_its_topic_leads(run, seed):
    run("like", FUSION)
    answer = listed(run, "-n", "46", SEED)
    assert ids(answer)[0] == OTHER_FUSION
    assert FUSION not in ids(answer)
    liked = [reason for reason in answer["items"][0]["reasons"] if reason["kind"] == "liked"]
    assert liked[0]["paper"] == FUSION


def test_after_a_dislike_the_other_paper_on_its_topic_falls_below_the_median(run, seed):
    run("dislike", FUSION)
    answer = listed(run, "-n", "46", SEED)
    assert ids(answer).index(OTHER_FUSION) > len(ids(answer)) / 2


def test_three_likes_in_medical_imaging_bring_most_other_medical_papers_into_the_top_ten(run, seed):
    run("like", "2005.05576", "2005.05550", "2005.05431")
    assert len(set(ids(listed(run, SEED))) & MEDICAL.keys()) >= 5  # of six


@pytest.mark.slow
def test_after_three_likes_in_medical_imaging_most_of_the_days_best_ten_are_medical():
    """Over every choice of three of the nine medical papers: of the day's best ten, six on average."""
    papers = {paper.id: paper for paper in read_digest(SEED.read_text(encoding="utf-8")).papers}
    encoded = {paper.id: text.encode(paper) for paper in papers.values()}
    found = []
    for chosen in combinations(sorted(MEDICAL), 3):
        scores = rank(History(liked(*(papers[paper_id] for paper_id in chosen))), list(papers.values()), encoded)
        by_id = dict(zip(papers, scores, strict=True))
        best = sorted(papers, key=lambda paper_id: -by_id[paper_id].value)[:10]
        found.append(len(set(best) & MEDICAL.keys()))
    assert sum(found) / len(found) >= 6
    assert min(found) >= 4


def test_the_json_answer_is_stable(run, seed):
    run("like", FUSION)
    answer = listed(run, "-n", "1", SEED)
    assert {key: value for key, value in answer.items() if key != "items"} == {
        "version": 1,
        "profile": "ada",
        "day": "2020-05-13",
        "status": "ranked",
        "note": "No match yet: it needs 4 more likes.",
        "notes": [{"kind": "match-needs-likes", "likes": 1, "needed": 5}],
        "considered": 46,
    }
    (item,) = answer["items"]
    assert set(item) == {
        *("rank", "id", "title", "authors", "categories", "submitted", "abstract", "url", "pdf"),
        *("match", "probability", "interval", "score", "reasons", "exploring", "verdict"),
    }
    assert item["title"] == "Bayesian Fusion for Infrared and Visible Images"
    assert all(set(reason) == {"kind", "text", "subject", "weight", "paper", "shared"} for reason in item["reasons"])


def test_reasons_can_be_left_out(run, seed):
    run("like", FUSION)
    assert "like your" in run("today", SEED).out
    assert "like your" not in run("today", "--no-why", SEED).out


def test_titles_are_shown_without_latex_and_html(run, ada, tmp_path):
    (tmp_path / "d.md").write_text(digest(("2005.00001", r"SD$^2$ with <i>\textit{Sparse}</i> &amp; dense drafters")))
    assert "SD² with Sparse & dense drafters" in run("today", tmp_path / "d.md").out


# What is read


def test_a_digest_may_be_packed_or_come_from_standard_input(run, ada, tmp_path):
    plain = ids(listed(run, SEED))
    (tmp_path / "day.gz").write_bytes(gzip.compress(SEED.read_bytes()))
    assert ids(listed(run, tmp_path / "day.gz")) == plain
    for stdin in (SEED.read_bytes(), gzip.compress(SEED.read_bytes())):
        assert ids(json.loads(run("today", "--json", "-", stdin=stdin).out)) == plain


def test_the_categories_of_a_day_make_one_list_with_each_paper_once(run, ada, tmp_path):
    (tmp_path / "a.md").write_text(digest(("2005.00001", "One"), ("2005.00002", "Two")))
    (tmp_path / "b.md").write_text(digest(("2005.00002", "Two"), ("2005.00003", "Three"), category="cs.CL"))
    answer = listed(run, tmp_path / "a.md", tmp_path / "b.md")
    assert sorted(ids(answer)) == ["2005.00001", "2005.00002", "2005.00003"]
    assert answer["considered"] == 3


def test_of_a_folder_the_newest_day_is_listed_or_the_one_asked_for(run, ada, tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "2020-05-13.md").write_text(digest(("2005.00001", "One")))
    (tmp_path / "d" / "2020-05-14.md").write_text(digest(("2005.00002", "Two"), day="Thu, 14 May 2020"))
    assert listed(run, tmp_path / "d")["day"] == "2020-05-14"
    assert ids(listed(run, "--day", "2020-05-13", tmp_path / "d")) == ["2005.00001"]


def test_the_profiles_own_folder_is_read_for_its_categories_only(run, tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "2020-05-13.cs.CV.md").write_text(digest(("2005.00001", "One")))
    (tmp_path / "d" / "2020-05-13.cs.CL.md").write_text(digest(("2005.00002", "Two"), category="cs.CL"))
    run("init", "ada", "--digests", tmp_path / "d", "--category", "cs.CL", "--no-input")
    assert ids(listed(run)) == ["2005.00002"]


def test_an_entry_that_cannot_be_read_is_counted_and_named(run, ada, tmp_path):
    (tmp_path / "d.md").write_text(digest(("2005.00001", "One")) + "\n### 2.No link here\n>  Lost.\n")
    ran = run("today", tmp_path / "d.md")
    assert ran.code == 0
    assert "1 entry could not be read" in ran.err
    assert "line 4" in ran.err
    assert "No link here" in ran.err


@pytest.mark.parametrize("name", ["bad.md", "missing.md", "empty"])
def test_one_bad_file_of_several_does_not_lose_the_others(run, ada, tmp_path, name):
    (tmp_path / "bad.md").write_bytes(b"\0\1\2")
    (tmp_path / "empty").mkdir()
    for places in ((tmp_path / name, SEED), (SEED, tmp_path / name), (SEED, tmp_path / name)):  # also when repeated
        ran = run("today", *places)
        assert ran.code == 0
        assert "Left out" in ran.err
        assert name in ran.err
    assert run("today", tmp_path / name).code == 4


# Empty and short lists


def test_a_rated_paper_leaves_the_list_and_the_next_one_enters(run, seed):
    first = ids(listed(run, SEED))
    run("like", "1-3")
    second = ids(listed(run, SEED))
    assert not set(first[:3]) & set(second)
    assert len(second) == 10


def test_a_paper_shown_on_another_day_does_not_come_back_but_the_same_day_keeps_its_own(run, ada, tmp_path):
    (tmp_path / "a.md").write_text(digest(("2005.00001", "One"), ("2005.00002", "Two")))
    (tmp_path / "b.md").write_text(digest(("2005.00002", "Two"), ("2005.00003", "Three"), day="Thu, 14 May 2020"))
    assert len(ids(listed(run, tmp_path / "a.md"))) == 2
    assert len(ids(listed(run, tmp_path / "a.md"))) == 2
    answer = listed(run, tmp_path / "b.md")
    assert ids(answer) == ["2005.00003"]
    assert "1 shown on another day" in answer["note"]
    assert len(ids(listed(run, "--all", tmp_path / "b.md"))) == 2


def test_each_kind_of_empty_list_has_its_own_status_code_and_word(run, ada, tmp_path):
    (tmp_path / "a.md").write_text(digest(("2005.00001", "One"), ("2005.00002", "Two")))
    (tmp_path / "b.md").write_text(digest(("2005.00002", "Two"), day="Thu, 14 May 2020"))
    run("today", tmp_path / "a.md")

    def ends(*arguments):
        ran = run("today", "--json", *arguments)
        answer = json.loads(ran.out)
        assert answer["items"] == []
        assert answer["note"]
        return Status(answer["status"]), ran.code

    results = [ends(tmp_path / "b.md"), ends("--day", "2020-05-15", tmp_path / "a.md")]
    run("dislike", "2005.00001", "2005.00002")
    results += [ends(tmp_path / "a.md")]
    (tmp_path / "c.md").write_text(digest(("2005.00003", "Three"), day="Fri, 15 May 2020"))
    (tmp_path / "old.md").write_text(digest(("2005.00003", "Three"), ("2005.00001", "One"), day="Mon, 4 May 2020"))
    run("today", tmp_path / "c.md")
    results += [ends(tmp_path / "old.md")]
    statuses = [Status.ALL_SEEN, Status.NO_PAPERS, Status.ALL_JUDGED, Status.OLDER_DIGEST]
    assert results == [(status, EMPTY_LIST_CODES[status]) for status in statuses]


def test_an_empty_list_says_why_on_stderr_and_nothing_on_stdout(run, seed):
    run("dislike", *{*ids(listed(run, "-n", "46", SEED))})
    ran = run("today", SEED)
    assert (ran.code, ran.out) == (11, "")
    assert "All 46 papers: rated already." in ran.err


def test_all_lists_rated_papers_with_their_verdict(run, seed):
    run("like", FUSION)
    answer = listed(run, "--all", SEED)
    assert len(ids(answer)) == 46
    assert {item["id"]: item["verdict"] for item in answer["items"]}[FUSION] == "like"
    assert f"liked · {FUSION}" in run("today", "--all", SEED).out


# Verdicts


def test_a_like_answers_with_the_title_and_what_it_changes(run, seed):
    ran = run("like", "1")
    assert "liked  Efficient and Interpretable Infrared and Visible Image Fusion" in ran.out
    assert "1 liked, 0 disliked" in ran.out
    assert "Used in your next list" in ran.out


def test_the_effect_of_a_verdict_is_what_the_next_list_shows(run, seed):
    before = [item["title"] for item in listed(run, "-n", "46", SEED)["items"] if item["id"] != FUSION]
    ran = run("like", FUSION, "--effect")
    assert re.search(r"Of 45 papers left, \d+ moved up and \d+ down", ran.out)
    after = [item["title"] for item in listed(run, "-n", "46", SEED)["items"]]
    moves = re.findall(r"(\d+) → (\d+) +(.*)", ran.out)
    assert moves
    for old, new, title in moves:
        assert before[int(old) - 1].startswith(title.rstrip("…"))
        assert after[int(new) - 1].startswith(title.rstrip("…"))


def test_the_effect_of_a_first_verdict_without_any_list_is_none(run, ada, home, tmp_path):
    run("today", "-p", "example", SEED)
    assert "No other paper of the day moved" in run("like", FUSION, "--effect", "-p", "ada").out


@pytest.mark.parametrize(
    "reference",
    [
        "1",
        "2005.05896",
        "arXiv:2005.05896v2",
        "https://arxiv.org/abs/2005.05896",
        "http://arxiv.org/pdf/2005.05896v1.pdf",
    ],
)
def test_a_paper_is_meant_by_rank_id_or_address(run, seed, reference):
    assert FUSION in run("like", reference).out


def test_a_range_of_ranks_means_each_of_them(run, seed):
    run("like", "2-4", "3", "7")
    assert "4 liked" in run("profile", "show").out


def test_a_second_like_of_the_same_paper_changes_nothing(run, seed):
    run("like", "1")
    assert "liked already" in run("like", FUSION).out
    assert "was liked" in run("dislike", FUSION).out


def test_ranks_keep_their_meaning_after_verdicts_until_the_next_list(run, seed):
    run("like", "1")
    assert "Latent Fingerprint" in run("like", "2").out


def test_undo_takes_back_the_last_command_whole(run, seed):
    run("like", "1-3")
    run("dislike", "1")
    assert "liked" in run("undo").out
    assert "3 liked, 0 disliked" in run("profile", "show").out
    run("undo")
    assert "0 liked, 0 disliked" in run("profile", "show").out
    assert run("undo").out.startswith("Nothing to undo")


def test_history_is_newest_first(run, seed):
    run("like", "1")
    run("dislike", "5")
    lines = run("history").out.splitlines()
    assert ["disliked" in lines[0], "liked" in lines[1], len(lines)] == [True, True, 2]
    answer = json.loads(run("history", "--json", "-n", "1").out)
    assert [item["verdict"] for item in answer["items"]] == ["dislike"]


# Looking


def test_show_gives_the_whole_abstract_and_every_reason(run, seed):
    run("like", FUSION)
    run("today", SEED)
    ran = run("show", "1")
    assert "Bayesian fusion model is established" in " ".join(ran.out.split())
    assert "https://arxiv.org/abs/2005.05839" in ran.out
    assert "like your “Efficient and Interpretable" in ran.out
    assert json.loads(run("show", "1", "--json").out)["id"] == OTHER_FUSION


@pytest.mark.parametrize(
    "command", [("show", "2005.99999"), ("why", "2005.99999"), ("history",), ("reading",), ("reading", "--unopened")]
)
def test_a_paper_known_by_its_id_alone_is_shown_with_words_for_its_title(run, seed, command):
    run("like", "2005.99999")
    run("later", "2005.99999")
    assert "(title not known yet)" in run(*command).out


def test_why_lists_reasons_that_add_up_to_the_score(run, seed):
    run("like", FUSION)
    run("dislike", "2005.05632")
    for item in listed(run, SEED)["items"]:
        assert sum(reason["weight"] for reason in item["reasons"]) == pytest.approx(item["score"], abs=1e-6)
    assert "score" in run("why", "1").out


def test_search_finds_all_words_in_any_form_and_its_ranks_can_be_liked(run, seed):
    ran = run("search", "fusing", "images")
    assert OTHER_FUSION in ran.out
    first = json.loads(run("search", "--json", "fusing", "images").out)["items"][0]["id"]
    assert first in run("like", "1").out


def test_a_search_keeps_the_quotes_of_a_name_that_the_shell_takes_away(run, seed, tmp_path):
    text = {"title": "Sparse maps", "abstract": "Text", "authors": ["Ada K. Lovelace"], "categories": ["cs.CV"]}
    papers = tmp_path / "papers.jsonl"
    papers.write_text("".join(f"{json.dumps({'id': f'2005.0000{n}', **text})}\n" for n in (1, 2)))
    run("today", papers, "--day", "2020-05-13")
    for question in (["author:Ada Lovelace"], ['author:"A. Lovelace" maps'], ["Lovelace,", "Ada"]):
        assert json.loads(run("search", "--json", *question).out)["considered"] == 2
    assert "No paper with 'author:\"Ada Turing\"'" in run("search", "author:Ada Turing").err


def test_a_search_says_where_papers_have_only_some_of_the_words(run, seed):
    ran = run("search", "zebrafish", "fusion")
    assert "No paper has all of the words; these have some of them." in ran.out
    answer = json.loads(run("search", "--json", "zebrafish", "fusion").out)
    assert answer["notes"] == [{"kind": "some-words", "complete": 0}]


def test_a_search_without_a_find_says_so_and_leaves_the_ranks_alone(run, seed):
    ran = run("search", "zebrafish")
    assert "No paper with 'zebrafish' among the 46" in ran.err
    assert FUSION in run("like", "1").out


def test_similar_finds_the_twin_topic_and_says_of_no_paper_that_it_was_liked(run, seed):
    answer = json.loads(run("similar", FUSION, "--json").out)
    assert ids(answer)[0] == OTHER_FUSION
    assert FUSION not in ids(answer)
    kinds = [reason["kind"] for reason in answer["items"][0]["reasons"]]
    assert "similar" in kinds
    assert not {"liked", "author"} & {*kinds}
    assert "your" not in run("similar", FUSION).out


def test_a_search_does_not_count_as_shown_for_the_days_to_come(run, seed, tmp_path):
    run("search", "segmentation")
    assert len(ids(listed(run, SEED))) == 10


def test_open_prints_the_address(run, seed):
    assert run("open", "1", "--print").out == "https://arxiv.org/abs/2005.05896\n"
    assert run("open", "1", "--pdf", "--print").out == "https://arxiv.org/pdf/2005.05896\n"


# Profiles


def test_a_profile_shows_what_it_learned(run, seed):
    run("like", *list(MEDICAL)[1:])
    out = run("profile", "show").out
    favoured = re.search(r"positive words +(.*?)\nnegative words", out, re.DOTALL)[1]
    assert {"medical", "MRI", "clinical"} & set(re.split(r"[,\s]+", favoured))
    assert "topic     " in out
    assert "Deep Medical Image Analysis" in out
    assert max(map(len, out.partition("\n\n")[2].splitlines())) <= 80


def test_init_writes_settings_that_can_be_read_back(run, tmp_path):
    ran = run("init", "ada", "--interests", 'say "fusion" & \\ more', "--category", "cs.CV", "--digests", tmp_path)
    assert ran.code == 0
    shown = run("profile", "show", "-p", "ada").out
    assert 'say "fusion" & \\ more' in shown
    assert str(tmp_path) in shown


def test_init_never_overwrites_settings(run, ada, home):
    before = (home / "profiles" / "ada.toml").read_bytes()
    ran = run("init", "ada", "--interests", "other", "--no-input")
    assert ran.code == 5
    assert "exists already" in ran.err
    assert (home / "profiles" / "ada.toml").read_bytes() == before


def test_init_starts_from_a_shipped_profile_and_a_list_of_papers(run, home, tmp_path):
    run("today", "-p", "example")
    (tmp_path / "mine.txt").write_text(f"I read https://arxiv.org/abs/{FUSION}v1 and arXiv:1706.03762.")
    ran = run("init", "ada", "--from", "robotics", "--liked", tmp_path / "mine.txt", "--no-input")
    assert "2 entries, 2 liked" in ran.out
    assert "1 without an abstract" in ran.out
    assert "127.0.0.1:9 cannot be reached" in ran.err
    assert "manipulation" in run("profile", "show", "-p", "ada").out


def test_a_paper_liked_by_id_alone_counts_once_a_digest_brings_its_text(run, tmp_path):
    (tmp_path / "mine.txt").write_text(FUSION)
    run("init", "ada", "--liked", tmp_path / "mine.txt", "--no-input")
    assert ids(listed(run, SEED))[0] == OTHER_FUSION
    assert "Efficient and Interpretable" in run("history").out


def test_init_asks_for_what_was_not_given(home, tmp_path):
    child = pexpect.spawn(
        sys.executable,
        ["-m", "recommender", "init"],
        env={**os.environ, "RECOMMEND_HOME": str(home)},
        encoding="utf-8",
        timeout=30,
    )
    for question, answer in [
        ("Name of the profile", "ada"),
        ("What do you work on", "image fusion"),
        ("arXiv categories", "cs.CV, eess.IV"),
        ("Folder or file with arXiv's mails or lists", str(tmp_path)),
    ]:
        child.expect(question)
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert 'categories = ["cs.CV", "eess.IV"]' in (home / "profiles" / "ada.toml").read_text()


def test_a_profile_moves_to_another_machine_bit_for_bit(run, seed, tmp_path, monkeypatch):
    run("like", "1-3")
    run("undo")
    run("like", "2")
    before = json.loads(run("history", "--json").out)
    assert run("profile", "export", tmp_path / "ada.zip").code == 0
    monkeypatch.setenv("RECOMMEND_HOME", str(tmp_path / "other"))
    assert run("profile", "import", tmp_path / "ada.zip").code == 0
    assert json.loads(run("history", "--json").out) == before
    assert "Took back" in run("undo").out


def test_an_import_never_overwrites_a_profile(run, seed, tmp_path, home):
    run("profile", "export", tmp_path / "ada.zip")
    run("like", "1")
    before = stored(home)
    ran = run("profile", "import", tmp_path / "ada.zip")
    assert ran.code == 5
    assert "--as" in ran.err
    assert stored(home) == before


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\3\4 cut off"])
def test_a_file_that_is_no_export_is_refused(run, tmp_path, home, content):
    (tmp_path / "x.zip").write_bytes(content)
    ran = run("profile", "import", tmp_path / "x.zip")
    assert ran.code == 5
    assert "profile export" in ran.err


def test_reset_asks_keeps_a_copy_and_says_where(run, seed, home):
    run("like", "1-3")
    assert run("profile", "reset", stdin=b"n\n").code == 130
    assert "3 liked" in run("profile", "show").out
    assert run("profile", "reset", "--yes").code == 0
    assert "0 liked" in run("profile", "show").out
    (copy,) = (home / "profiles").glob("*.backup")
    copy.replace(home / "profiles" / "ada.db")
    assert "3 liked" in run("profile", "show").out


def test_a_tried_starter_gives_way_to_a_profile_the_reader_made(run):
    run("today", "-p", "example")
    assert "example" in run("status").out
    run("init", "ada", "--no-input")
    assert run("status").out.startswith("profile      ada")


def test_several_profiles_need_a_choice(run):
    run("init", "ada", "--no-input")
    run("init", "bob", "--no-input")
    ran = run("status")
    assert ran.code == 5
    assert "ada, bob" in ran.err


# About


@pytest.mark.parametrize("xdg", [None, "", " ", "/srv/data", "/srv/my data/", "data", "~/data"])
def test_without_a_home_of_its_own_it_lies_where_the_platform_wants_it(monkeypatch, xdg):
    monkeypatch.delenv("RECOMMEND_HOME")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    if xdg is not None:
        monkeypatch.setenv("XDG_DATA_HOME", xdg)
    assert Recommender().places().home == platformdirs.user_data_path("recommender", appauthor=False)


def test_where_prints_every_place_or_just_one(run, ada, home):
    assert str(home / "library.db") in run("where").out
    assert run("where", "memory").out == f"{home / 'profiles' / 'ada.db'}\n"


def test_status_shows_papers_verdicts_the_last_digest_list_and_error(run, seed):
    run("like", "1")
    run("like", "99")
    out = run("status").out
    for words in ("46 read so far", "1 liked, 0 disliked", "cs.CV of 13 May 2020", "10 of 46 papers", "no rank '99'"):
        assert words in out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_shells_script(run, shell):
    ran = run("completion", shell)
    assert ran.code == 0
    assert "_RECOMMEND_COMPLETE" in ran.out


def test_completion_completes_commands_and_profiles(home):
    environment = {"_RECOMMEND_COMPLETE": "bash_complete", "COMP_WORDS": "recommend today -p ex", "COMP_CWORD": "3"}
    assert "example" in recommend(home=home, environment=environment).stdout


# Bad input


BAD = {
    "missing file": (lambda path: ["today", path / "none.md"], 4, "no such file"),
    "folder without digests": (lambda path: ["today", path], 4, "no digest in this folder"),
    "empty file": (lambda path: ["today", written(path, b"")], 4, "it is empty"),
    "prose": (lambda path: ["today", written(path, b"Dear all,\nno digest today.\n")], 4, "### 1.Title"),
    "binary file": (lambda path: ["today", written(path, bytes(range(256)) * 99)], 4, "binary"),
    "PDF": (lambda path: ["today", written(path, b"%PDF-1.7 ...")], 4, "PDF"),
    "cut off gz": (lambda path: ["today", written(path, gzip.compress(os.urandom(9999))[:500])], 4, "cut off"),
    "empty standard input": (lambda path: ["today", "-"], 4, "standard input"),
    "unknown profile": (lambda path: ["today", "-p", "nobody", SEED], 5, "no profile 'nobody'"),
    "impossible profile": (lambda path: ["today", "-p", "../x", SEED], 5, "cannot be a profile's name"),
    "no digest set": (lambda path: ["today"], 5, "nothing says where papers come from"),
    "rank out of range": (lambda path: ["like", "11"], 6, "ranks 1 to 10"),
    "rank zero": (lambda path: ["like", "0"], 6, "ranks 1 to 10"),
    "good and bad rank": (lambda path: ["like", "1", "11"], 6, "ranks 1 to 10"),
    "reversed range": (lambda path: ["like", "5-2"], 6, "'5-2'"),
    "unknown paper": (lambda path: ["show", "1706.03762"], 6, "no paper '1706.03762' here yet"),
    "no reference": (lambda path: ["like", "that one"], 6, "no rank"),
    "no such category": (lambda path: ["init", "x", "--category", "CV!", "--no-input"], 5, "no arXiv category"),
    "no such starter": (lambda path: ["init", "x", "--from", "y", "--no-input"], 5, "no shipped profile"),
    "ids in no text": (lambda path: ["init", "x", "--liked", written(path, b"none"), "--no-input"], 4, "no arXiv id"),
    "unknown option": (lambda path: ["today", "--fast"], 2, "No such option"),
    "unknown command": (lambda path: ["tomorrow"], 2, "No such command"),
    "impossible day": (lambda path: ["today", "--day", "2020-13-45", SEED], 2, "2020-13-45"),
    "export over a file": (lambda path: ["profile", "export", written(path, b"mine")], 7, "exists already"),
}


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file.md"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_a_message_a_code_and_changes_nothing(run, seed, home, tmp_path, case):
    (tmp_path / "bad").mkdir()
    arguments, code, says = BAD[case]
    before = stored(home)
    ran = run(*arguments(tmp_path / "bad"))
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err
    assert stored(home) == before


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("list_sise = 5", "did you mean 'list_size'"),
        ("list_size = 0", "from 1 to"),
        ('list_size = "5"', "whole number"),
        ("interests = 5", "text in quotes"),
        ("categories = 5", "list like"),
        ('categories = ["cs.cv"]', "did you mean cs.CV"),
        ('categories = ["CS.CV"]', "did you mean cs.CV"),
        ('categories = "cs.CV, cs.LG"', 'expected is a list like ["cs.CV", "eess.IV"]'),
        ('categories = ["Computer Vision"]', "is no arXiv category"),
        ('digests = ["maildir:"]', "names no file or folder"),
        ("interests = ", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(run, ada, home, setting, says):
    (home / "profiles" / "ada.toml").write_text(setting)
    ran = run("today", SEED)
    assert ran.code == 5
    assert says in ran.err
    assert "ada.toml" in ran.err


@pytest.mark.slow
def test_a_file_of_50_mb_is_refused_or_read_without_hanging(run, seed, home, tmp_path):
    path = tmp_path / "big.md"
    path.write_bytes(b"### [" * 10_000_000)
    before, started = stored(home), time.monotonic()
    assert run("today", path).code == 4
    assert time.monotonic() - started < 30
    assert stored(home) == before


@pytest.mark.parametrize("command", [("today", SEED), ("like", "1"), ("status",)], ids=lambda command: command[0])
@pytest.mark.parametrize("name", ["library.db", "profiles/ada.db"])
@pytest.mark.parametrize("content", [b"no database" * 500, "newer"], ids=["no database", "newer schema"])
def test_a_damaged_database_is_reported_and_not_changed(run, seed, home, command, name, content):
    path = home / name
    if content == "newer":
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
        content = path.read_bytes()
    else:
        path.write_bytes(content)
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
    ran = run(*command)
    assert ran.code == 7
    assert str(path) in ran.err
    assert path.read_bytes() == content


def test_a_database_that_stays_locked_is_reported(run, seed, home, monkeypatch):
    monkeypatch.setattr(Database, "patience", 0.05)
    other = sqlite3.connect(home / "profiles" / "ada.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ran = run("like", "1")
    other.close()
    assert ran.code == 7
    assert "another `recommend` is writing" in ran.err


def test_a_home_that_cannot_be_written_is_reported(run, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("RECOMMEND_HOME", str(tmp_path / "file"))
    for command in (["init", "x", "--no-input"], ["today", "-p", "example"]):
        ran = run(*command)
        assert ran.code == 7
        assert "RECOMMEND_HOME" in ran.err or "file" in ran.err


def test_a_full_disk_is_reported_and_nothing_is_lost(seed, home):
    """The kernel refuses every write that makes a file larger, as a full disk does."""
    before = stored(home)
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "from recommender.cli import main; sys.argv = ['recommend', 'like', '1']; main()"
    )
    # measured coverage could not be written either, and compiled modules would be cut off for all that come later
    environment = {**uncovered(), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, "RECOMMEND_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 7
    assert "Traceback" not in ran.stderr
    assert stored(home) == before


# Ends


def test_a_closed_pipe_ends_quietly(seed, home):
    process = subprocess.Popen(
        [sys.executable, "-m", "recommender", "today", "--all", "--json", str(SEED)],
        env={**os.environ, "RECOMMEND_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), error) == (141, b"")


def test_ctrl_c_while_ranking_leaves_everything_as_it_was(seed, home, run, tmp_path):
    run("like", "1-3")
    before = stored(home)
    fifo = tmp_path / "slow"
    os.mkfifo(fifo)  # the command waits for a digest that never comes
    process = subprocess.Popen(
        [sys.executable, "-m", "recommender", "today", str(fifo)],
        env={**os.environ, "RECOMMEND_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with fifo.open("w"):
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert "What was stored before stays as it was" in error
    assert stored(home) == before


@pytest.mark.slow
def test_two_commands_at_once_lose_no_verdict(seed, home):
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "recommender", "like", str(rank)],
            env={**os.environ, "RECOMMEND_HOME": str(home)},
            stdout=subprocess.DEVNULL,
        )
        for rank in range(1, 9)
    ]
    assert [process.wait() for process in processes] == [0] * 8
    assert "8 liked" in recommend("profile", "show", home=home).stdout


def test_colour_is_for_terminals_and_no_color_is_honoured(seed, home):
    def shown(**extra):
        return pexpect.run(
            f"{sys.executable} -m recommender today {SEED}",
            env={**os.environ, "RECOMMEND_HOME": str(home), "TERM": "xterm", **extra},
            encoding="utf-8",
            dimensions=(50, 80),
            preexec_fn=partial(termios.tcsetwinsize, 0, (50, 80)),  # pexpect sets it too, but may be late
        )

    assert "\x1b[1m" in shown()
    assert "\x1b[" not in shown(NO_COLOR="1")
    assert "\x1b[" not in shown(TERM="dumb")
    assert "\x1b" not in recommend("today", SEED, home=home).stdout


def test_a_title_cannot_steer_the_terminal(run, ada, tmp_path):
    (tmp_path / "d.md").write_text(digest(("2005.00001", "Evil \x1b[2J\x1b]0;title\x07 \u202e fusion")))
    out = run("today", tmp_path / "d.md").out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_a_terminal_that_knows_only_ascii_still_gets_its_list(seed, home):
    ran = recommend("today", SEED, home=home, environment={"PYTHONIOENCODING": "ascii"})
    assert ran.returncode == 0


def test_an_empty_list_leaves_the_ranks_of_the_one_before(run, seed):
    assert run("today", SEED, "--day", "2019-01-01").code == 10
    ran = run("like", "1", "--effect")
    assert "liked  Efficient and Interpretable" in ran.out
    assert "Of 45 papers left" in ran.out


def test_ctrl_c_while_python_still_loads_the_program_is_no_traceback():
    program = """
        import sys

        class Interrupts:
            def find_spec(self, name, path=None, target=None):
                if name == "recommender.cli":
                    raise KeyboardInterrupt

        sys.meta_path.insert(0, Interrupts())
        import recommender.__main__
    """
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (130, "")


def all_of(terminal):
    """What a terminal got from programs that have ended; one read may give a part."""
    content = b""
    with suppress(OSError):  # how Linux says that this was all
        while data := os.read(terminal, 100_000):
            content += data
    os.close(terminal)
    return content.decode()


def test_a_bar_is_erased_when_its_work_is_done():
    ours, theirs = os.openpty()
    program = (
        "from recommender.cli.progress import TerminalProgress; print(*TerminalProgress().steps(range(12), 'Reading'))"
    )
    ran = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=theirs, text=True, check=True)
    os.close(theirs)
    assert ran.stdout.split() == list(map(str, range(12)))
    assert all_of(ours).endswith("\x1b[A\x1b[2K")


@pytest.mark.sample(2)
@pytest.mark.parametrize("label", ["Reading", "Downloading the papers of 24 November 2026", "深度学习" * 20])
@pytest.mark.parametrize("width", [30, 40, 80])
def test_a_bar_fits_the_terminal_so_that_it_can_be_erased(label, width):
    ours, theirs = os.openpty()
    program = f"""
        import time
        from recommender.cli.progress import TerminalProgress
        for _ in TerminalProgress().steps(range(12), {label!r}):
            time.sleep(0.01)
    """
    environment = {**os.environ, "COLUMNS": str(width), "PYTHONIOENCODING": "utf-8"}
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], stderr=theirs, env=environment, check=True)
    os.close(theirs)
    drawn = all_of(ours)
    lines = re.split(r"[\r\n]+", re.sub(r"\x1b\[[?0-9]*[A-Za-z]", "", drawn))
    assert "100%" in drawn
    assert max(map(columns, lines)) <= width


def test_whoever_has_set_nothing_up_sees_the_example_and_what_comes_next(run):
    first = run("today", "-n", "3")
    assert first.code == 0
    assert first.out.startswith("example · Wed 13 May 2020 · 3 of 46 papers")
    assert "`recommend init` makes a profile of your own" in first.err
    assert run("like", "1").code == 0  # no name is needed from now on
    again = run("today")
    assert again.code == 0
    assert "recommend init" not in again.err
    run("init", "ada", "--interests", "fusion", "--no-input")
    assert "ada" in run("today", SEED).out


def test_files_of_ones_own_want_a_profile_of_ones_own(run):
    ran = run("today", SEED)
    assert ran.code == 5
    assert "recommend init" in ran.err


def test_every_command_is_in_one_section_of_the_help(run):
    names = [name for modules in SECTIONS.values() for names in modules.values() for name in names]
    assert len(set(names)) == len(names)
    shown = run("--help").out
    assert [title for title in SECTIONS if f"\n{title}:\n" in shown] == list(SECTIONS)
    assert re.findall(r"^  ([a-z]+)  +[A-Z]", shown, re.MULTILINE) == names

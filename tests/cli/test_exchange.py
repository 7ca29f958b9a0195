"""A reader's library comes in and goes out by the command line."""

import json
import re
from datetime import date

import answers
import feedparser
import pytest
from faults import Reply, Server, closed_port, without_proxy
from support import SEED, make_paper

FUSION = "2005.05896"
BIB = """
@article{one, title = {Infrared and Visible Fusion by {GAN}s}, author = {Lovelace, Ada and Erd{\\H o}s, P.},
  abstract = {We fuse images.}, doi = {10.1000/abc}, eprint = {2001.00001}, archivePrefix = {arXiv}}
@article{two, title = {A Book of Fusion}, author = {Knuth, Donald}, doi = {10.1000/DEF}, year = 1968}
@misc{three, title = {Only an Id}, eprint = {2001.00003}, archiveprefix = {arXiv}}
@article{four, author = {Nobody}}
"""


@pytest.fixture
def arxiv(monkeypatch):
    without_proxy(monkeypatch)
    with Server().running() as server:
        monkeypatch.setenv("RECOMMEND_ARXIV", server.url)
        yield server


@pytest.fixture
def bib(tmp_path, run):
    run("init", "ada", "--no-input")
    path = tmp_path / "library.bib"
    path.write_text(BIB, encoding="utf-8")
    return path


def history(run):
    return {item["id"]: item for item in json.loads(run("history", "--json").out)["items"]}


def test_an_import_takes_each_entry_for_a_like_and_says_what_was_left_out(run, bib):
    ran = run("import", bib, "--offline")
    assert ran.code == 0
    assert "4 entries, 3 liked" in ran.out or "3 entries, 3 liked" in ran.out
    assert "line" in ran.err
    assert set(history(run)) == {"2001.00001", "doi:10.1000/def", "2001.00003"}


@pytest.mark.parametrize(
    "text",
    ["title,url\n,http://x.org\n", "@article{k, author = {Nobody}}", '[{"type": "article"}]', "TY  - JOUR\nER  -\n"],
)
@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_library_of_which_nothing_can_be_read_is_no_success(run, tmp_path, text, options):
    run("init", "ada", "--no-input")
    (tmp_path / "library").write_text(text)
    ran = run("import", tmp_path / "library", "--offline", *options)
    assert (ran.code, "nothing of it can be read" in ran.err or "no entry" in ran.err) == (4, True)


def test_a_text_of_which_only_ids_count_is_said_to_be_one(run, tmp_path):
    run("init", "ada", "--no-input")
    (tmp_path / "README.md").write_text("# Papers\n\n- [A](https://arxiv.org/abs/2005.05859)\n- [B](https://b.org)\n")
    ran = run("import", tmp_path / "README.md", "--offline")
    assert (ran.code, "1 entry, 1 liked" in ran.out) == (0, True)
    assert "the arXiv ids count and nothing else" in ran.err


def test_a_library_to_like_is_shown_the_way(run, tmp_path):
    run("init", "ada", "--no-input")
    (tmp_path / "library.bib").write_text(BIB, encoding="utf-8")
    ran = run("like", tmp_path / "library.bib")
    assert (ran.code != 0, "`recommend import`" in ran.err) == (True, True)


def test_the_papers_of_a_conference_are_ranked_from_its_bibtex_file(run, tmp_path):
    run("init", "ada", "--interests", "ice sheets", "--no-input")
    (tmp_path / "accepted.bib").write_text(
        "@inproceedings{a, title={On fire}, author={Lovelace, Ada}, doi={10.1000/1}}\n"
        "@inproceedings{b, title={Ice sheets that melt}, abstract={They melt.}, doi={10.1000/2}}\n"
        "@inproceedings{c, author={Lovelace, Ada}, eprint={2005.05859}}\n"
    )
    ran = run("today", tmp_path / "accepted.bib", "--json")
    first, second = json.loads(ran.out)["items"]
    assert (first["title"], first["abstract"]) == ("Ice sheets that melt", "They melt.")
    assert (second["title"], second["authors"]) == ("On fire", ["Ada Lovelace"])
    assert "no title, only 2005.05859" in ran.err


def test_each_library_that_cannot_be_read_is_named(run, tmp_path):
    run("init", "ada", "--no-input")
    ran = run("import", tmp_path / "one.bib", tmp_path / "two.bib")
    assert (ran.code, "one.bib" in ran.err, "two.bib" in ran.err) == (4, True, True)


def test_a_dash_is_standard_output_for_text_and_refused_for_the_rest(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ada.md").write_text(
        "# ArXiv cs.CV --Wed, 13 May 2020\n### 1.Fusion [x](https://arxiv.org/abs/2005.05896)\n> Abstract\n"
    )
    run("init", "ada", "--no-input")
    run("today", "ada.md")
    run("like", "1")
    with (tmp_path / "home" / "profiles" / "ada.toml").open("a") as settings:
        settings.write('[mail]\nfrom = "ada@example.org"\nto = ["ada@example.org"]\nby = "smtp://localhost:1"\n')
    texts = {
        ("export", "-o", "-"): "@misc",
        ("feed", "-"): "<feed",
        ("mail", "ada.md", "--save", "-", "--offline"): "Subject:",
        ("plot", "words", "-o", "-"): "<svg",
    }
    for command, beginning in texts.items():
        ran = run(*command)
        assert (command, ran.code, beginning in ran.out) == (command, 0, True)
    others = [
        "backup -",
        "restore -",
        "profile export -",
        "profile import -",
        "evaluate --plot -",
        "init bob --actions -",
        "group backup -",
        "group restore -",
    ]
    for words in others:
        ran = run(*words.split())
        assert (words, ran.code, "name a file" in ran.err) == (words, 2, True)
    assert not (tmp_path / "-").exists()


def test_a_second_import_adds_nothing(run, bib):
    run("import", bib, "--offline")
    before = history(run)
    ran = run("import", bib, "--offline")
    assert "nothing new" in ran.out
    assert history(run) == before


def test_a_dry_run_changes_nothing(run, bib, home):
    ran = run("import", bib, "--dry-run")
    assert "3 would be liked" in ran.out
    assert "Nothing was changed." in ran.out
    assert history(run) == {}


def test_an_import_is_one_step_to_undo(run, bib):
    run("import", bib, "--offline")
    assert "Took back `import`" in run("undo").out
    assert history(run) == {}


def test_missing_abstracts_come_from_arxiv_in_one_request(run, bib, arxiv):
    paper = make_paper(3, "Only an Id", "Now with its abstract.", authors=("Grace Hopper",))
    arxiv.script("/api/query", Reply(body=answers.answer([paper])))
    ran = run("import", bib)
    assert "1 fetched from arXiv" in ran.out
    assert len(arxiv.asked) == 1
    assert history(run)["2001.00003"]["abstract"] == "Now with its abstract."


def test_without_network_papers_count_by_their_title_until_a_later_import(run, bib, arxiv):
    arxiv.script("/api/query", Reply(403))
    ran = run("import", bib)
    assert ran.code == 0
    assert "Missing abstracts were not fetched" in ran.err
    assert history(run)["2001.00003"]["abstract"] == ""
    arxiv.script("/api/query", Reply(body=answers.answer([make_paper(3, "Only an Id", "Now with its abstract.")])))
    run("import", bib)
    run("today", SEED)
    assert history(run)["2001.00003"]["abstract"] == "Now with its abstract."


def test_what_was_rated_here_keeps_its_verdict(run, bib):
    run("today", SEED)
    run("dislike", FUSION)
    bib.write_text(f"@misc{{x, title={{t}}, eprint={{{FUSION}}}, archiveprefix={{arXiv}}}}")
    ran = run("import", bib, "--offline")
    assert "1 rated before" in ran.out
    assert history(run)[FUSION]["verdict"] == "dislike"


def test_a_paper_known_from_a_digest_is_known_by_its_title(run, bib):
    run("today", SEED)
    title = history_title(run, FUSION)
    bib.write_text(f"@article{{x, title = {{{{{title.upper()}}}}}, doi = {{10.1000/ghi}}}}")
    run("import", bib, "--offline")
    assert set(history(run)) == {FUSION}


def history_title(run, paper):
    return json.loads(run("show", paper, "--json").out)["title"]


def test_a_paper_liked_under_its_journals_doi_leaves_the_list(run, bib):
    title = next(line for line in SEED.read_text().splitlines() if FUSION in line).partition(".")[2].partition("[")[0]
    bib.write_text(f"@article{{x, title = {{{title.strip()}}}, doi = {{10.1000/ghi}}}}")
    run("import", bib, "--offline")
    listed = json.loads(run("today", SEED, "--json", "-n", "46").out)["items"]
    assert FUSION not in {item["id"] for item in listed}


def test_as_gives_all_entries_one_verdict(run, bib):
    run("import", bib, "--offline", "--as", "read")
    assert {item["verdict"] for item in history(run).values()} == {"read"}


@pytest.mark.sample(2)
@pytest.mark.parametrize("form", ["bibtex", "ris", "csl-json", "jsonl", "csv"])
def test_an_export_goes_back_in_with_verdicts_and_dates(run, bib, tmp_path, form):
    run("import", bib, "--offline")
    run("dislike", "doi:10.1000/def")
    before = history(run)
    assert run("export", "all", "-f", form, "-o", tmp_path / "out").code == 0
    run("init", "bob", "--no-input")
    run("import", tmp_path / "out", "--offline", "-p", "bob")
    after = {item["id"]: item for item in json.loads(run("history", "--json", "-p", "bob").out)["items"]}
    kept = ("title", "authors", "abstract", "verdict", "given_at")
    assert {key: [item[field] for field in kept] for key, item in after.items()} == {
        key: [item[field] for field in kept] for key, item in before.items()
    }


def test_a_days_list_can_be_given_out(run, bib):
    listed = json.loads(run("today", SEED, "--json").out)["items"]
    ran = run("export", "list", "-f", "ids")
    assert ran.out.split() == [item["id"] for item in listed]
    assert run("export", "list", "--day", "2019-01-01").err.startswith("Nothing to export")


def test_a_feed_of_the_lists_is_what_a_feed_reader_expects(run, bib, tmp_path):
    listed = json.loads(run("today", SEED, "--json").out)["items"]
    assert run("feed", tmp_path / "papers.atom").code == 0
    read = feedparser.parse((tmp_path / "papers.atom").read_bytes())
    assert not read.bozo
    assert read.version == "atom10"
    assert [entry.link for entry in read.entries] == [item["url"] for item in listed]
    assert (
        read.entries[0].title == "Efficient and Interpretable Infrared and Visible Image Fusion Via Algorithm Unrolling"
    )
    assert read.entries[0].summary.startswith("No. 1 of 13 May 2020")
    assert len({entry.id for entry in read.entries}) == len(listed)
    assert all(entry.updated_parsed for entry in read.entries)
    assert run("feed").out.strip() == (tmp_path / "papers.atom").read_text().strip()


def test_a_feed_cannot_go_where_no_folder_is(run, bib, tmp_path):
    run("today", SEED)
    ran = run("feed", tmp_path / "no" / "papers.atom")
    assert ran.code == 7
    assert "does not exist" in ran.err


def test_a_like_of_a_paper_never_seen_fetches_its_text(run, bib, arxiv):
    paper = make_paper(7, "Never Seen", "But fetched.", submitted=date(2026, 1, 5))
    arxiv.script("/api/query", Reply(body=answers.answer([paper])))
    ran = run("like", "https://arxiv.org/abs/2001.00007v2")
    assert "liked  Never Seen (2001.00007)" in ran.out
    assert history(run)["2001.00007"]["abstract"] == "But fetched."


def test_a_like_of_a_paper_arxiv_does_not_have_is_an_error(run, bib, arxiv):
    arxiv.script("/api/query", Reply(body=answers.answer([])))
    ran = run("like", "2001.00007")
    assert ran.code == 6
    assert "arXiv has none" in ran.err
    assert history(run) == {}


def test_a_like_without_network_is_kept_by_the_id_and_said(run, bib, arxiv):
    arxiv.script("/api/query", Reply(403))
    ran = run("like", "2001.00007")
    assert ran.code == 0
    assert "Only the id of 2001.00007 is known" in ran.err
    assert set(history(run)) == {"2001.00007"}


def test_fetch_since_a_day_fills_the_library(run, bib, arxiv):
    papers = [(date(2026, 1, 6), make_paper(number, categories=("cs.CV",))) for number in range(1, 5)]
    arxiv.script("/oai", Reply(body=answers.oai(papers)))
    ran = run("fetch", "--since", "2026-01-05", "--until", "2026-01-09", "--category", "cs.CV")
    assert (ran.code, ran.out) == (0, "cs.CV, 2026-01-05 to 2026-01-09: 4 records, 4 papers new to the library.\n")
    assert "Title 2" in run("search", "Title", "2").out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("fetch",), 5, "categories"),
        (("fetch", "--since", "2026-01-05"), 5, "--category cs.CV"),
        (("fetch", "--until", "2026-01-05"), 2, "need --since"),
        (("fetch", "--since", "2026-01-05", "--until", "2026-01-01", "--category", "cs.CV"), 2, "is before"),
        (("fetch", "--since", "2026-01-05", "--category", "cs CV"), 4, "no arXiv category"),
        (("import", "missing.bib"), 4, "missing.bib"),
        (("import", "-"), 4, "standard input"),
        (("export", "dislikes"), 0, "Nothing to export"),
    ],
)
def test_wrong_use_says_what_to_do(run, bib, arguments, code, says):
    ran = run(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err


def test_an_imported_entry_is_exported_with_its_type_key_and_journal(run, tmp_path):
    run("init", "ada", "--no-input")
    entry = "@article{myKey, title = {Beds of Ice}, author = {Lovelace, Ada}, journal = {Polar Letters}, volume = 7}"
    (tmp_path / "library.bib").write_text(entry)
    run("import", tmp_path / "library.bib", "--offline")
    out = run("export").out
    assert "@article{myKey," in out
    assert "journal = {Polar Letters}" in out


def test_a_file_that_cannot_be_read_is_named_and_stops_no_other(run, tmp_path):
    run("init", "ada", "--no-input")
    (tmp_path / "a.txt").write_text("arXiv:2005.05859")
    (tmp_path / "b.txt").write_bytes(b"\x7fELF\0\0\0\1\2")
    (tmp_path / "c.txt").write_text("arXiv:2005.05860")
    ran = run("import", "--offline", *sorted(tmp_path.glob("?.txt")))
    assert ran.code == 0
    assert "2 liked" in ran.out
    assert f"Left out: {tmp_path / 'b.txt'}: binary data" in ran.err
    assert run("import", "--offline", tmp_path / "b.txt", tmp_path / "nothing").code == 4


def test_a_closed_zotero_is_said_so_and_what_to_do(run, arxiv):
    run("init", "ada", "--no-input")
    port = closed_port()
    ran = run("import", f"http://localhost:{port}/api/users/0/items")
    assert (ran.code, ran.out) == (4, "")
    assert ran.err == f"Error: Zotero does not run here (localhost:{port} does not answer); start it and try again\n"


def test_a_zotero_that_answers_no_other_program_names_the_switch(run, arxiv):
    run("init", "ada", "--no-input")
    ran = run("import", arxiv.script("/api/users/0/items", Reply(403)))
    assert (ran.code, ran.out) == (4, "")
    assert "Settings → Advanced → “Allow other applications" in ran.err


@pytest.mark.slow
def test_large_counts_are_written_in_one_way(run, tmp_path):
    records = [{"id": f"2501.{number:05}", "title": f"Fusion {number}", "rating": "like"} for number in range(1, 1201)]
    library = tmp_path / "library.jsonl"
    library.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    run("init", "ada", "--interests", "fusion")
    for command in (
        ("import", library, "--dry-run"),
        ("import", library),
        ("import", library),
        ("status",),
        ("doctor",),
        ("profile", "list"),
        ("profile", "show"),
        ("library", "stats"),
        ("search", "fusion"),
        ("similar", "2501.00001"),
        ("undo",),
    ):
        ran = run(*command)
        shown = re.sub(r"\d{4}-\d\d|\b\d\d?\.\d+|2501\.\d+", "", ran.out + ran.err)
        assert not re.search(r"(?<![\w/.,:-])\d{4,} [a-z]", shown), ran.out
    assert "1,200 liked" in run("import", library).out

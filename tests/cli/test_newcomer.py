"""What a newcomer trips over in the first ten minutes."""

import gzip
import re
from datetime import UTC, datetime

import answers
import pytest
from faults import Reply, Server, without_proxy
from support import SEED, make_paper, recommend

from recommender.cli.session import Session
from recommender.store import settings
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
    assert "it needs 5 likes" in run("today", "-p", "example").out
    run("like", "1-4", "-p", "example")
    assert "it needs 1 more like." in run("today", "-p", "example").out
    run("like", "1", "-p", "example")
    assert "papers of earlier days" in " ".join(run("today", "-p", "example").out.split())


def test_output_that_programs_read_is_utf8_whatever_the_console_is(start_after, tmp_path):
    home = start_after(("init", "ada", "--no-input"))
    (tmp_path / "d.jsonl").write_text('{"id": "2601.00001", "title": "鸟类 Erdős"}\n', encoding="utf-8")
    environment = {"PYTHONIOENCODING": "cp1252"}
    assert "鸟类" in recommend("today", tmp_path / "d.jsonl", "--json", home=home, environment=environment).stdout


@pytest.mark.parametrize("kind", ["", "maildir:", "mbox:"])
def test_a_folder_or_file_may_have_its_kind_before_it_wherever_one_is_named(run, home, tmp_path, kind):
    for name in ("cur", "new", "tmp"):
        (tmp_path / "mails" / name).mkdir(parents=True)
    (tmp_path / "mails" / "new" / "1.md").write_bytes(SEED.read_bytes())
    place = f"{kind}{tmp_path / 'mails'}"
    assert run("init", "ada", "--digests", place, "--no-input").err == ""
    assert "10 of 46" in run("today").out
    assert "46 papers" in run("today", place).out
    settings = home / "profiles" / "ada.toml"
    mail = f'[mail]\nfrom = "a@b.org"\nto = ["a@b.org"]\nby = "maildir:{tmp_path / "sent"}"\nreplies = "{place}"\n'
    settings.write_text(settings.read_text() + mail)
    assert run("inbox").code == run("inbox", place).code == 0
    assert "nothing is there" not in run("doctor").out
    (tmp_path / "papers.txt").write_text("2005.05896")
    assert "1 liked" in run("import", f"{kind}{tmp_path / 'papers.txt'}", "--offline").out


@pytest.mark.parametrize("category", ["astro-ph.EP", "cond-mat.str-el", "physics.optics", "hep-th", "cs", "cs.ZZ"])
def test_papers_that_are_all_of_other_categories_are_said_to_be_there(run, home, tmp_path, category):
    (tmp_path / "2026-03-02.jsonl").write_text('{"id": "2603.00001", "title": "T", "categories": ["math.NT"]}\n')
    run("init", "ada", "--no-input")
    settings = home / "profiles" / "ada.toml"
    settings.write_text(f'categories = ["{category}"]\ndigests = ["{tmp_path.as_posix()}"]\n')
    ran = run("today")
    assert ran.code == 10
    assert "2026-03-02 in your `categories`; there are 1 in others" in " ".join(ran.err.split())
    assert run("today", tmp_path).code == 0  # named files are listed whole


def test_arxiv_may_be_written_as_it_writes_itself(run, home):
    run("init", "ada", "--no-input")
    path = home / "profiles" / "ada.toml"
    path.write_text('categories = ["cs.CV"]\ndigests = ["arXiv"]\n')
    assert settings.read(path, "ada").digests == ("arxiv",)


@pytest.mark.parametrize("arguments", [("today", ""), ("import", ""), ("import", "mbox:")])
def test_an_empty_name_is_not_the_working_directory(run, arguments):
    run("init", "ada", "--no-input")
    ran = run(*arguments)
    assert (ran.code, "names no file or folder" in ran.err) == (4, True)


def test_a_packed_library_is_read_from_a_file_and_from_standard_input(run, tmp_path):
    run("init", "ada", "--no-input")
    packed = gzip.compress(b"2005.00001\n2005.00002\n")
    (tmp_path / "ids.txt.gz").write_bytes(packed)
    for ran in (run("import", "-", "--dry-run", stdin=packed), run("import", tmp_path / "ids.txt.gz", "--dry-run")):
        assert "2 would be liked" in ran.out


def test_a_folder_and_an_empty_file_are_no_library_and_said_to_be_so(run, tmp_path):
    run("init", "ada", "--no-input")
    (tmp_path / "empty.bib").touch()
    assert "a folder; name the file of your library in it" in run("import", tmp_path).err
    assert "it is empty" in run("import", tmp_path / "empty.bib").err


SHIPPED = "the settings of a profile of your own, which `recommend init NAME --from example` makes"


@pytest.mark.parametrize("command", ["zotero sync", "mail", "inbox"])
def test_no_message_sends_a_reader_to_a_file_of_the_program(run, command):
    ran = run(*command.split(), "-p", "example")
    assert ran.code == 5
    assert SHIPPED in ran.err
    assert ".toml" not in ran.err


def test_where_settings_of_a_shipped_profile_are_is_said_with_what_they_are(run):
    assert "(ships with the program;" in run("where", "-p", "example").out
    assert "which ships with the program" in run("profile", "show", "-p", "example").out
    assert "which ships with the program" in run("doctor", "-p", "example").out


@pytest.mark.slow
def test_a_run_does_what_is_set_up_without_mail_and_writes_down_what_it_did(run, home, folder, tmp_path):
    library = tmp_path / "library.bib"
    library.write_text("@article{a, title={Walks of birds}, author={Ada Lovelace}}\n")
    run("init", "ada", "--digests", folder, "--no-input")
    settings = home / "profiles" / "ada.toml"
    settings.write_text(f'{settings.read_text()}\nwatch = ["{library}"]\n')
    ran = run("run")
    assert (ran.code, ran.out, ran.err) == (0, "", "")  # a script hears nothing
    log = (home / "logs" / "ada.log").read_text()
    assert "INFO Imported 1 paper from" in log
    assert "INFO Fetched 92 new papers; " in log
    assert "to choose from on 2020-05-14" in log


def test_a_run_that_has_nothing_to_do_says_what_could_be_set_up(run):
    run("init", "ada", "--no-input")
    ran = run("run")
    assert ran.code == 5
    assert (
        "nothing is set up that could run by itself; add categories, digests, [mail], [zotero] or watch to" in ran.err
    )


def test_a_run_that_fetches_fails_where_a_source_does(run, tmp_path):
    run("init", "ada", "--category", "cs.CV", "--no-input")
    assert run("run").code == 4


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("table", ["status", "profile show", "profile list", "library stats", "doctor", "restore"])
def test_what_a_row_of_a_table_goes_on_with_stands_below_its_last_column(run, home, monkeypatch, columns, table):
    run("init", "ada", "--from", "example", "--interests", "images of organs, MRI and CT " * 4, "--no-input")
    settings = home / "profiles" / "ada.toml"
    settings.write_text(settings.read_text() + 'mute = ["word:survey", "word:benchmark", "word:challenge"]\n')
    run("today")
    run("like", "1", "2")
    run("backup")
    monkeypatch.setenv("COLUMNS", "2000")
    labels = [line.partition(" ")[0] for line in run(*table.split()).out.splitlines()]
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = run(*table.split()).out.splitlines()
    assert [line.split()[0] for line in lines if line[:1].strip()] == [name for name in labels if name]
    assert all(len(line) <= columns or len(line.split()) == 1 for line in lines)


def test_a_path_of_the_home_is_never_broken(run, monkeypatch, home):
    run("init", "ada", "--no-input")
    monkeypatch.setenv("COLUMNS", "30")
    assert str(home / "profiles" / "ada.toml") in run("where").out


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        (("import", "nothing.bib"), "name a library's file"),
        (("profile", "import", "nothing.zip", "--as", "bob"), "name a file of `recommend profile export`"),
        (("restore", "nothing.zip"), "`recommend restore` alone lists backups"),
        (("inbox", "nothing"), "name a file that you can read"),
        (("today", "nothing.md"), "name a digest or a folder"),
        (("batch", "--profiles", "nobody"), "`recommend profile list` names them"),
        (("fetch", "--since", "2199-01-01"), "is a day to come"),
        (("search", ""), "Missing argument"),
        (("search", " ", ""), "Missing argument"),
    ],
)
def test_an_error_says_what_to_do_next(run, command, advice):
    run("init", "ada", "--no-input")
    ran = run(*command)
    assert ran.code
    assert advice in ran.err

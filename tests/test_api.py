"""The door for programs: what it promises is exactly what is there, typed, and it works from an installed wheel."""

import ast
import http.server
import inspect
import json
import re
import subprocess
import sys
import threading
import zipfile
from datetime import date

import pytest
from support import REPOSITORY, SEED

import recommender
from recommender import ListOptions, Recommender, UnknownPaper, Verdict
from recommender.store.profile_store import ProfileStore

PAGE = REPOSITORY / "docs" / "api.md"


def examples() -> list[str]:
    """The scripts that the page on the API shows, the first one the longest."""
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_all_names_are_there_and_no_others_are_promised():
    assert sorted(recommender.__all__) == list(recommender.__all__)
    for name in recommender.__all__:
        assert getattr(recommender, name) is not None
    assert set(dir(recommender)) == set(recommender.__all__)
    with pytest.raises(AttributeError):
        recommender.nothing_of_this_name  # noqa: B018


def test_the_names_that_type_checkers_see_are_the_ones_that_are_loaded():
    tree = ast.parse((REPOSITORY / "recommender" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    typed = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert typed | {"__version__"} == set(recommender.__all__)


def test_importing_the_package_loads_none_of_its_modules():
    program = "import sys, recommender; print([name for name in sys.modules if name.startswith('recommender.')])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


METHODS = [
    (name, member) for name, member in inspect.getmembers(Recommender, inspect.isfunction) if not name.startswith("_")
]


@pytest.mark.parametrize(("name", "method"), METHODS, ids=[name for name, _ in METHODS])
def test_every_method_is_typed_and_says_what_it_does(name, method):
    assert inspect.getdoc(method)
    signature = inspect.signature(method)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(
        parameter.annotation is not inspect.Parameter.empty
        for parameter in signature.parameters.values()
        if parameter.name != "self"
    )


def methods_of_the_door():
    for name in ("api.py", "api_home.py", "api_group.py"):
        tree = ast.parse((REPOSITORY / "recommender" / name).read_text(encoding="utf-8"))
        (door,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        yield from (node for node in door.body if isinstance(node, ast.FunctionDef))


def test_every_type_that_a_method_takes_or_gives_can_be_imported_from_the_package():
    written = [
        ast.unparse(annotation)
        for method in methods_of_the_door()
        for annotation in [
            method.returns,
            *(argument.annotation for argument in ast.walk(method.args) if isinstance(argument, ast.arg)),
        ]
        if annotation
    ]
    types = set(re.findall(r"\b[A-Z]\w+", " ".join(written)))
    standard = {"Any", "Callable", "EmailMessage", "Mapping", "Path", "PathLike", "Self", "Sequence", "None"}
    assert types - standard <= set(recommender.__all__)


def test_every_method_of_the_door_calls_one_service_in_one_line():
    for method in methods_of_the_door():
        if not method.name.startswith("_"):
            statements = method.body[1:]  # after the docstring
            assert 1 <= len(statements) <= 2, method.name


def test_a_day_is_listed_rated_and_explained(home):
    with Recommender("example", home=home) as reader:
        first = reader.today(SEED, options=ListOptions(size=5))
        assert [item.rank for item in first.items] == [1, 2, 3, 4, 5]
        (change,) = reader.like(3)  # a rank may be a number
        assert (change.paper, change.before, change.after) == (first.items[2].paper, None, Verdict.LIKE)
        assert reader.verdicts() == {change.paper.id: Verdict.LIKE}
        explained = reader.explain("1")
        assert explained.score.value == pytest.approx(
            sum(reason.weight for reason in explained.score.reasons), abs=1e-3
        )
        assert reader.undo().command == "like"
        assert reader.count() == (0, 0)
        with pytest.raises(UnknownPaper):
            reader.like("99")


def test_two_readers_of_one_home_do_not_disturb_each_other(home):
    with Recommender("example", home=home) as one, Recommender("robotics", home=home) as other:
        one.today(SEED)
        other.today(SEED)
        one.like("1")
        assert other.count() == (0, 0)
        assert other.today(SEED) == other.today(SEED)
    assert {path.stem for path in (home / "cache").glob("*.counts")} <= {"example", "robotics"}


def test_warnings_go_to_the_log_where_no_face_hears_them(home, tmp_path, caplog):
    (tmp_path / "a.md").write_bytes(SEED.read_bytes())
    (tmp_path / "b.md").write_bytes(b"%PDF-1.4")
    with Recommender("example", home=home) as reader:
        assert reader.today(tmp_path / "a.md", tmp_path / "b.md").items
    assert "Left out" in caplog.text


def test_settings_that_are_changed_count_at_once(home):
    with Recommender(home=home) as reader:
        reader.create_profile(recommender.NewProfile("ada", interests="image fusion"))
        assert reader.follow("Ada Lovelace").after == ("Ada Lovelace",)
        assert reader.profile.follow == ("Ada Lovelace",)
        assert reader.mute("survey").after == ("word:survey",)
        assert reader.boost("category:cs.RO", steps=2).after == ("category:cs.RO +2",)


def test_a_new_profile_has_ratings_of_its_own(home):
    with Recommender("example", home=home) as reader:
        reader.today(SEED)
        reader.like("1", "2")
        reader.create_profile(recommender.NewProfile("ada"))
        assert (reader.name, reader.count(), reader.lists()) == ("ada", (0, 0), [])
        reader.dislike("2005.05418")
        assert reader.preview_mail(SEED).recipient
    with Recommender("example", home=home) as reader:
        assert reader.count() == (2, 0)
    with Recommender("ada", home=home) as reader:
        assert reader.count() == (0, 1)


@pytest.mark.usefixtures("impatient")
def test_a_change_of_the_settings_keeps_what_was_changed_elsewhere(home):
    with Recommender(home=home) as one, Recommender("ada", home=home) as other:
        one.create_profile(recommender.NewProfile("ada"))
        for reader in (one, other):
            assert reader.profile.follow == ()
        one.follow("Ada Lovelace")
        one.mute("survey")
        one.boost("fusion")
        assert other.follow("Bryan Hooi").after == ("Ada Lovelace", "Bryan Hooi")
        assert other.mute("benchmark").after == ("word:survey", "word:benchmark")
        assert other.boost("image").after == ("word:fusion +1", "word:image +1")
        assert other.follow().before == one.follow().before


def test_a_closed_recommender_opens_again_and_closes_again(home):
    reader = Recommender("example", home=home)
    reader.today(SEED)
    for _ in range(2):
        reader.close()
        store = reader._reader.store
        assert reader.count() == (0, 0)
    reader.close()
    assert store._opened is None


def test_another_thread_is_told_to_make_its_own_and_the_first_goes_on(home):
    def call():
        try:
            reader.like(2)
        except recommender.StoreError as error:
            said.append(error)

    said: list[recommender.StoreError] = []
    with Recommender("example", home=home) as reader:
        reader.today(SEED)
        reader.like(1)
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        assert "make a Recommender of its own in each thread" in str(said[0])
        assert "doctor" not in str(said[0])  # the file is not damaged
        assert reader.count() == (1, 0)


def test_asking_the_network_again_and_again_opens_one_cache(home):
    with Recommender("example", home=home) as reader:
        first, second = reader._reader.network(), reader._reader.network()
        assert first.client._cache is second.client._cache


def test_an_import_is_reported_when_the_ranking_ahead_of_it_fails(home, tmp_path, monkeypatch):
    def fail(*_):
        raise recommender.StoreError("the disk is full")

    library = tmp_path / "library.bib"
    library.write_text("@article{a, title={Image Fusion}, eprint={2005.00001}, archivePrefix={arXiv}}", "utf-8")
    with Recommender("example", home=home) as reader:
        reader.today(SEED)
        monkeypatch.setattr(ProfileStore, "keep_ranking", fail)
        assert len(reader.import_library(library, offline=True).verdicts) == 1
        assert reader.count() == (1, 0)


@pytest.mark.sample(1)
@pytest.mark.parametrize("most", [-3, 0, 1, 10**30])
def test_at_most_so_many_are_given_whatever_number_is_asked_for(home, most):
    with Recommender("example", home=home) as reader:
        reader.today(SEED)
        reader.like("1-3")
        reader.reading.later("4-6")
        given = [
            reader.history(most),
            reader.search("image", most).items,
            reader.similar("2005.05839", most).items,
            reader.best(most).items,
            reader.browse.search("image", most).items,
            reader.reading.waiting(size=most).items,
            reader.reading.waiting(best=True, size=most).items,
            reader.reading.unopened(size=most).items,
            reader.lists(most),
            reader.evaluate(most).days,
        ]
    assert [len(each) for each in given if len(each) > max(most, 0)] == []
    assert all(given) or most < 1


def test_a_home_without_a_name_is_the_usual_one_and_no_folder_that_happens_to_be_the_current_one(
    home, tmp_path, monkeypatch
):
    monkeypatch.setenv("RECOMMEND_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert Recommender(home="").places().home == home
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("day", [date.min, date(1899, 12, 31), date(2200, 1, 1), date.max])
def test_a_day_that_no_list_can_be_of_is_an_error_in_words(home, day):
    with Recommender() as maker:
        maker.create_profile(recommender.NewProfile("ada", categories=("cs.CV",)))
    with Recommender("ada") as ada:
        for ask in (ada.today, ada.triage.day, ada.browse.today):
            with pytest.raises(recommender.SourceError, match="no list is of"):
                ask(day=day, offline=True)


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_a_name_that_no_file_can_have_is_an_error_in_words(home, tmp_path, name):
    with Recommender("example") as ada:
        ada.like(ada.today(offline=True).items[0].paper.id)
        for ask in (ada.today, ada.preview_mail, ada.answers, ada.read_library, ada.import_library):
            with pytest.raises(recommender.RecommenderError):
                ask(name)
        for write in (ada.upkeep.back_up, ada.upkeep.restore, ada.export_profile, ada.import_profile):
            with pytest.raises(recommender.RecommenderError):
                write(tmp_path / name)
    for door in (Recommender, recommender.Batch, recommender.Group):
        with pytest.raises(recommender.StoreError, match="choose another place"):
            door(home=tmp_path / name)


def test_files_may_be_paths(home, tmp_path):
    library, mails = tmp_path / "library.bib", tmp_path / "mails.mbox"
    library.write_text("@article{a, title={Image Fusion}, eprint={2005.00001}, archivePrefix={arXiv}}", "utf-8")
    mails.touch()
    with Recommender("example", home=home) as reader:
        assert len(reader.read_library(library).entries) == 1
        assert len(reader.import_library(library, offline=True).verdicts) == 1
        assert reader.preview_mail(SEED).shortlist.items
        assert reader.answers(mails).verdicts == ()
        with pytest.raises(recommender.ProfileError):  # no address is set
            reader.mail(SEED)
        written = reader.export_profile(str(tmp_path / "example.zip"))
        assert reader.import_profile(str(written), "copy").name == "copy"


def test_an_export_of_something_unknown_says_what_there_is(home):
    with (
        Recommender("example", home=home) as reader,
        pytest.raises(ValueError, match="likes, dislikes, read, all, later, list"),
    ):
        reader.export("nonsense")


@pytest.mark.parametrize("name", [name for name in recommender.__all__ if name != "__version__"])
def test_every_exception_is_a_recommender_error(name):
    exported = getattr(recommender, name)
    is_error = isinstance(exported, type) and issubclass(exported, Exception)
    assert not is_error or issubclass(exported, recommender.RecommenderError)


class Webhook(http.server.BaseHTTPRequestHandler):
    """Takes every post."""

    def do_POST(self):
        self.server.posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def webhook(monkeypatch):
    """A server that an example posts to; `posted` is what came."""
    with http.server.HTTPServer(("127.0.0.1", 0), Webhook) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv("WEBHOOK", f"http://127.0.0.1:{server.server_port}/")
        yield server
        server.shutdown()


@pytest.mark.sample(4)
@pytest.mark.parametrize("number", range(11))
def test_an_example_of_the_page_runs(start_after, tmp_path, webhook, number):
    start_after(("init", "ada", "--interests", "image fusion", "--no-input"), ("today", SEED), ("like", "1", "2"))
    (tmp_path / "digest.md").write_bytes(SEED.read_bytes())
    (tmp_path / "example.py").write_text(examples()[number], encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "example.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout or "min_match" in examples()[number]  # of which there may be none
    assert "WEBHOOK" not in examples()[number] or webhook.posted["text"].count("arxiv.org") == 3


def test_there_are_ten_examples_beside_the_first_one():
    assert len(examples()) == 11


def test_the_list_of_methods_is_that_of_the_code():
    import readme

    text = PAGE.read_text(encoding="utf-8")
    assert readme.with_methods(text) == text, "run `make readme`"


def test_records_are_flat_rows(home):
    with Recommender("example", home=home) as reader:
        listed = reader.today(SEED)
        reader.like(1)
        [row] = recommender.records(reader.history())
        assert row["id"] == listed.items[0].paper.id
        assert (row["verdict"], row["by"]) == ("like", "reader")
        rows = recommender.records(listed.items)
        assert [row["rank"] for row in rows] == list(range(1, 11))
        assert {"title", "authors", "score", "match", "exploring"} <= rows[0].keys()
        assert recommender.records(reader.export("likes"))[0]["verdict"] == "like"
        assert recommender.records(reader.moves(reader.dislike(2)))


@pytest.mark.slow
def test_the_examples_pass_strict_type_checks_against_an_installed_wheel(tmp_path):
    """Built without the network: what the build needs is installed with the tests."""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            tmp_path,
            REPOSITORY,
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:  # the manual page and completions, where installers look for them
        shared = {name.partition(".data/data/")[2]: archive.read(name) for name in archive.namelist()}
    docs = REPOSITORY / "docs"
    for path in (path for path in (docs / "share").rglob("*") if path.is_file()):
        assert shared[path.relative_to(docs).as_posix()] == path.read_bytes()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel],
        check=True,
        capture_output=True,
    )
    assert (site / "recommender" / "py.typed").is_file()
    names = [f"example_{number}.py" for number in range(len(examples()))]
    for name, text in zip(names, examples(), strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--python-executable",
            python,
            "--cache-dir",
            tmp_path / "cache",
            *names,
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr

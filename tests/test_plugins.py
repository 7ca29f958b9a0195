"""Sources and deliveries of other packages: an example is installed and used; whatever one does harms no other."""

import json
import subprocess
import sys
from datetime import date
from functools import partial
from importlib import metadata

import pytest
from support import REPOSITORY, SEED, recommend

from recommender import Paper, ids, plugins
from recommender.testing import check_delivery, check_source

pytestmark = pytest.mark.slow  # each test installs, and waits for what hangs

PACKAGE = REPOSITORY / "tests" / "plugin_package"
DAY = date(2020, 5, 13)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder that the example package is installed in, as pip does it, without the network."""
    folder = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--target", folder]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, PACKAGE], check=True, capture_output=True)
    return folder


@pytest.fixture
def example(installed, monkeypatch):
    """The installed package, in this process."""
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.setattr(plugins, "SECONDS", 0.5)
    monkeypatch.setattr(plugins.call, "__defaults__", (0.5,))
    monkeypatch.setattr(plugins.papers_of, "__defaults__", (0.5,))
    yield
    for name in [name for name in sys.modules if name.startswith("recommender_example")]:
        del sys.modules[name]


@pytest.fixture
def profile(home, run):
    """A profile whose digests and deliveries a test sets."""

    def made(*digests, by=""):
        (home / "profiles").mkdir(parents=True, exist_ok=True)
        mail = f'[mail]\nfrom = "me@example.org"\nto = ["ada@example.org"]\nby = "{by}"\n' if by else ""
        text = f'interests = "image fusion"\ndigests = {json.dumps(list(digests))}\n{mail}'
        (home / "profiles" / "ada.toml").write_text(text)

    return made


@pytest.mark.slow
def test_they_are_found_by_their_entry_points(example):
    assert {"example", "example-broken"} <= set(plugins.names(plugins.SOURCES))
    assert plugins.load(plugins.DELIVERIES, "example")
    assert plugins.load(plugins.SOURCES, "nobody") is None


@pytest.mark.slow
def test_an_installed_source_brings_papers_in_and_an_installed_delivery_takes_the_list_out(installed, home, tmp_path):
    """By the command alone, as a reader would use them."""
    (home / "profiles").mkdir(parents=True)
    target = tmp_path / "lists.txt"
    (home / "profiles" / "ada.toml").write_text(
        'interests = "image fusion"\ndigests = ["example://fusion"]\n'
        f'[mail]\nfrom = "me@example.org"\nto = ["ada@example.org"]\nby = "example:{target}"\n'
    )
    ran = partial(recommend, home=home, environment={"PYTHONPATH": f"{installed}:{REPOSITORY}"})
    listed = json.loads(ran("today", "--json").stdout)
    assert {item["id"] for item in listed["items"]} == {"2005.90001", "doi:10.1000/example.2"}
    mailed = ran("mail")
    assert (mailed.returncode, "Mailed 2 papers" in mailed.stdout) == (0, True), mailed.stderr
    assert "Image Fusion by Example" in target.read_text()
    assert "was mailed to" in ran("mail").stdout
    assert target.read_text().count("ada@example.org:") == 1
    doctor = json.loads(ran("doctor", "--json").stdout)
    assert not [each for each in doctor["findings"] if each["level"] == "wrong"]


def test_papers_that_came_on_an_earlier_day_are_new_on_none(example, profile, run):
    profile("example://fusion")
    run("today")
    assert run("today", "--refresh").code == 0
    assert json.loads(run("library", "stats", "--json").out)["papers"] == 2


@pytest.mark.parametrize("wrong", ["raises", "ends", "hangs", "nothing", "text", "nonsense"])
def test_a_source_that_fails_is_named_and_the_others_are_read(example, profile, run, wrong):
    profile(f"example-broken://{wrong}", str(SEED))
    ran = run("today", "--json")
    assert ran.code == 0, ran.err
    listed = json.loads(ran.out)
    assert len(listed["items"]) == 10
    [note] = [note for note in listed["notes"] if note["kind"] == "source-failed"]
    assert f"example-broken://{wrong}: " in note["message"]
    assert "\x1b" not in note["message"]


def test_what_a_source_prints_is_no_part_of_the_answer(example, profile, run):
    profile("example-broken://prints")
    ran = run("today", "--json")
    assert [item["id"] for item in json.loads(ran.out)["items"]] == ["2005.90006"]
    assert "as if it were an answer" in ran.err


@pytest.mark.parametrize("wrong", ["raises", "ends", "hangs", "nothing", "text", "nonsense"])
def test_a_source_that_fails_alone_ends_with_its_message(example, profile, run, wrong):
    profile(f"example-broken://{wrong}")
    ran = run("today")
    assert (ran.code, ran.out) == (4, "")
    assert f"example-broken://{wrong}: " in ran.err


def test_of_an_answer_that_is_half_nonsense_the_other_half_counts(example, profile, run):
    profile("example-broken://half")
    listed = json.loads(run("today", "--json").out)
    assert [(item["id"], item["title"], item["authors"]) for item in listed["items"]] == [
        ("2005.90004", "One of Two", ["A B"])
    ]
    assert [note["entries"] for note in listed["notes"] if note["kind"] == "entries-skipped"] == [2]


def test_an_endless_answer_is_cut(example, profile, run, monkeypatch):
    monkeypatch.setattr(plugins, "MOST_PAPERS", 50)
    profile("example-broken://endless")
    assert json.loads(run("today", "--json").out)["considered"] == 50


def test_a_source_or_delivery_that_nobody_installed_is_named(profile, run):
    profile("nobody://here")
    assert "no source 'nobody' is installed" in run("today").err
    profile(str(SEED), by="nobody:here")
    ran = run("mail")
    assert (ran.code, "no such way to send mail" in ran.err) == (5, True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("raises", "half of it went out"),
        ("hangs", "did not answer within"),
        ("ends", "SystemExit"),
        ("refuses", "the channel is closed"),
    ],
)
def test_a_delivery_that_fails_says_so_and_is_tried_again_at_most_once(example, profile, run, wrong, said):
    profile(str(SEED), by=f"example-broken:{wrong}")
    first = run("mail")
    assert (first.code, said in first.err) == (8, True), first.err
    run("mail")
    third = run("mail")
    if wrong == "refuses":  # it said that nothing went out
        assert third.code == 8
    else:
        assert "not sent again" in third.out


def test_whatever_a_delivery_answers_the_list_counts_as_mailed(example, profile, run):
    profile(str(SEED), by="example-broken:nonsense")
    assert run("mail").code == 0
    assert "was mailed to" in run("mail").out


def test_one_that_cannot_be_loaded_is_named(monkeypatch, profile, run):
    point = metadata.EntryPoint("unloadable", "no_such_module:papers", plugins.SOURCES)
    monkeypatch.setattr(plugins, "entry_points", lambda **_: [point])
    profile("unloadable://x")
    ran = run("today")
    assert (ran.code, "cannot be loaded: ModuleNotFoundError" in ran.err) == (4, True)
    point = metadata.EntryPoint("unloadable", "math:pi", plugins.SOURCES)
    assert "is no function" in run("today").err


@pytest.mark.parametrize(
    ("code", "said"), [("import sys; sys.exit(0)", "SystemExit"), ("import time; time.sleep(9)", "did not answer")]
)
def test_one_that_ends_the_process_or_hangs_when_it_is_loaded_is_named(
    example, monkeypatch, tmp_path, profile, run, code, said
):
    (tmp_path / "ends_or_hangs.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    point = metadata.EntryPoint("unloadable", "ends_or_hangs:papers", plugins.SOURCES)
    monkeypatch.setattr(plugins, "entry_points", lambda **_: [point])
    profile("unloadable://x", str(SEED))
    ran = run("today", "--json")
    assert (ran.code, len(json.loads(ran.out)["items"])) == (0, 10)
    assert said in ran.out


# The contract suite


def test_the_example_keeps_the_contract(example, tmp_path):
    from recommender_example import deliver, papers

    assert len(check_source(papers, "fusion", DAY)) == 2
    check_delivery(deliver, str(tmp_path / "list.txt"), wrong_address=str(tmp_path))
    assert "图像融合" in (tmp_path / "list.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", ["raises", "ends", "hangs", "nothing", "text", "nonsense", "half", "", "endless"])
def test_a_source_that_breaks_the_contract_is_told_how(example, monkeypatch, wrong):
    from recommender_example.broken import papers

    monkeypatch.setattr(plugins, "MOST_PAPERS", 50)
    with pytest.raises(AssertionError, match=r"\w"):
        check_source(papers, wrong, DAY, seconds=0.5)


@pytest.mark.parametrize("wrong", ["raises", "hangs", "ends", "refuses", "changes", "nonsense"])
def test_a_delivery_that_breaks_the_contract_is_told_how(example, wrong):
    from recommender_example.broken import deliver

    with pytest.raises(AssertionError, match=r"\w"):
        check_delivery(deliver, wrong)


def test_a_delivery_must_refuse_a_wrong_address_by_its_own_error(example):
    from recommender_example.broken import deliver

    check_delivery(deliver, "fine", wrong_address="refuses")
    for wrong in ("fine", "raises"):
        with pytest.raises(AssertionError, match="wrong address"):
            check_delivery(deliver, "fine", wrong_address=wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {"id": "2005.90001"},
        Paper("", "T", ""),
        Paper(" x", "T", ""),
        Paper("x" * 2001, "T", ""),
        Paper("2005.90001", " ", ""),
        Paper("2005.90001", "T", b"bytes"),
        Paper("2005.90001", "T", "", ("A", 1)),
        Paper("2005.90001", "T", "", (), ["cs.CV"]),
        Paper("2005.90001", "T", "", submitted="2026-01-01"),
        Paper("2005.90001", "T", "", doi=None),
    ],
)
def test_what_is_no_paper_is_said(wrong):
    assert plugins.fault(wrong)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("3", ""),
        ("2-5", ""),
        ("biorxiv:2026.01.02", ""),
        ("2005.90001v2", "2005.90001"),
        ("arXiv:2005.90001", "2005.90001"),
        ("10.1000/X", "doi:10.1000/x"),
        ("doi:10.1000/X", "doi:10.1000/x"),
        ("https://arxiv.org/abs/2005.90001", "2005.90001"),
    ],
)
def test_an_id_that_a_reader_could_not_write_is_none(given, meant):
    """As a rank it would mean another paper, and with a version the paper would be there twice."""
    assert f"write {meant}" * bool(meant) in plugins.fault(Paper(given, "Title", ""))
    assert "is no id that" in plugins.fault(Paper(given, "Title", ""))


@pytest.mark.parametrize(
    "paper_id", ["2005.90001", "hep-th/9901001", "doi:10.1000/x", "https://example.org/a?b=c", ids.paper_id(title="T")]
)
def test_a_paper_is_one(paper_id):
    assert plugins.fault(Paper(paper_id, "Title", "", ("A",), ("cs.CV",), DAY)) == ""

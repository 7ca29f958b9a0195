"""Every benchmark says which folder it wants, whatever is missing in the one it is given."""

import gzip
import json
import re
import sys
from importlib import import_module
from pathlib import Path

import pytest
from support import REPOSITORY, SEED

from benchmarks.data import papers_of

pytestmark = pytest.mark.slow

# The modules in benchmarks/ that are run with a folder ...
BENCHMARKS = ("commands", "growth", "language", "limits", "pages", "paper_map", "peers", "reading", "saving", "quality")
# ... and all others.
NO_BENCHMARKS = {
    "data",
    "homes",
    "plots",
    "processes",
    "one_ranking",
    "make_folder",
    "crowd",
    "batch",
    "nights",
    "group",
    "sizes",
}
RECORD = {"id": "2503.00001", "title": "A title", "summary": "A text.", "authors": ["Ada"], "categories": ["cs.CV"]}
QUALITY_OPTIONS = ("--ablate", "--authors", "--dislikes", "--interests", "--candidates", "--speed")


def nothing(folder: Path) -> None:
    """An empty folder."""


def missing(folder: Path) -> None:
    folder.rmdir()


def a_file(folder: Path) -> None:
    folder.rmdir()
    folder.touch()


def an_empty_digest(folder: Path) -> None:
    digest_of(folder, b"")


def a_digest_that_is_no_archive(folder: Path) -> None:
    digest_of(folder, None)


def a_digest_of_other_records(folder: Path) -> None:
    digest_of(folder, b'{"id": "2503.00001"}\n')


def a_digest_that_is_no_json(folder: Path) -> None:
    digest_of(folder, b"# ArXiv cs.CV\n")


def digest_of(folder: Path, text: bytes | None) -> None:
    path = folder / "digests" / "raw" / "2025-04-01.jsonl.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no archive" if text is None else gzip.compress(text))
    (folder / "empty.md").touch()


def outcome(name: str, *arguments: object, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the benchmark says when it ends at once."""
    module = import_module(f"benchmarks.{name}" + (".__main__" if name == "quality" else ""))
    monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        module.main()
    return str(ended.value)


def test_every_benchmark_is_tested():
    modules = {path.stem for path in (REPOSITORY / "benchmarks").glob("[!_]*.py")}
    assert modules == {*BENCHMARKS} - {"quality"} | NO_BENCHMARKS


@pytest.mark.parametrize(
    "content",
    [
        *(missing, nothing, a_file, an_empty_digest),
        *(a_digest_that_is_no_archive, a_digest_of_other_records, a_digest_that_is_no_json),
    ],
    ids=lambda content: content.__name__,
)
@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_folder_without_papers_is_an_error_that_says_what_is_wanted(name, content, tmp_path, monkeypatch):
    folder = tmp_path / "real"
    folder.mkdir()
    content(folder)
    said = outcome(name, folder, monkeypatch=monkeypatch)
    assert said.startswith("error: ")
    assert str(folder) in said
    assert "FOLDER must hold" in said
    assert re.search(r"^  python -m benchmarks\.", said, re.MULTILINE), "an example of how to get one"


@pytest.mark.parametrize("option", ["--every=1", *QUALITY_OPTIONS])
@pytest.mark.parametrize("days", [1, 12])
def test_the_quality_benchmark_wants_readers_too(option, days, tmp_path, monkeypatch):
    raw = tmp_path / "digests" / "raw"
    raw.mkdir(parents=True)
    for day in range(1, days + 1):
        (raw / f"2025-04-{day:02}.jsonl.gz").write_bytes(gzip.compress(json.dumps(RECORD).encode()))
    said = outcome("quality", tmp_path, option, monkeypatch=monkeypatch)
    assert said.startswith("error: ")
    assert "likes-dev" in said
    assert "python -m benchmarks.make_folder FOLDER" in said


@pytest.mark.parametrize("likes", ["", '{"user": "ada", "paper": "arxiv:1", "kind": "list-add"}\n'])
def test_likes_of_nobody_known_are_an_error(likes, tmp_path, monkeypatch):
    folder = tmp_path / "likes-dev"
    folder.mkdir()
    for name, text in (("users.jsonl", ""), ("likes.jsonl.gz", likes), ("papers.jsonl.gz", "")):
        (folder / name).write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    an_empty_digest(tmp_path)
    assert outcome("quality", tmp_path, monkeypatch=monkeypatch).startswith("error: ")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_the_help_says_which_folder_is_wanted(name, monkeypatch, capsys):
    assert outcome(name, "--help", monkeypatch=monkeypatch) == "0"
    assert "FOLDER must hold" in capsys.readouterr().out


def test_a_folder_made_of_a_library_is_one_that_benchmarks_read(home, run, tmp_path, monkeypatch, capsys):
    assert run("init", "ada", "--no-input").code == 0
    run("today", SEED)
    run("like", "1")
    made = tmp_path / "made"
    monkeypatch.setattr(sys, "argv", ["make_folder", str(made)])
    import_module("benchmarks.make_folder").main()
    assert "46 papers of 1 days" in capsys.readouterr().out
    papers = papers_of(made)
    assert len(papers) == 46
    assert all(paper.title and paper.abstract for paper in papers)
    (like,) = gzip.decompress((made / "likes-dev" / "likes.jsonl.gz").read_bytes()).splitlines()
    assert json.loads(like)["user"] == "ada"
    assert "is not empty" in outcome_of_a_second_run(capsys)


def outcome_of_a_second_run(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        import_module("benchmarks.make_folder").main()
    return capsys.readouterr().err


def test_an_empty_library_makes_no_folder(home, tmp_path, monkeypatch):
    assert "the library holds no papers" in outcome("make_folder", tmp_path / "made", monkeypatch=monkeypatch)

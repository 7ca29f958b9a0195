"""The benchmarks of single parts run from end to end on a few papers."""

import gzip
import json
import sys
from importlib import import_module
from pathlib import Path

import pytest
from support import REPOSITORY

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with forty made-up papers."""
    path = tmp_path / "real" / "digests" / "raw" / "2025-03-03.jsonl.gz"
    path.parent.mkdir(parents=True)
    records = [
        {
            "id": f"2503.{number:05}",
            "title": f"Diffusion of images {number}",
            "summary": f"A model of images, number {number}.",
            "authors": ["Ada Lovelace"],
            "categories": ["cs.CV"],
        }
        for number in range(40)
    ]
    path.write_bytes(gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode()))
    return tmp_path / "real"


@pytest.fixture
def printed(monkeypatch, capsys, tmp_path):
    """What a benchmark prints."""
    for name in ("RECOMMEND_HOME", "RECOMMEND_PROFILE", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, str(tmp_path / "unused"))  # benchmarks set their own: taken back after the test

    def run(name: str, *arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        import_module(f"benchmarks.{name}").main()
        return capsys.readouterr().out

    return run


@pytest.mark.rare
def test_every_command_is_a_row(folder, printed):
    said = printed("commands", folder, "--runs", 1, "--papers", 20, "--likes", 5, "--day", 10)
    rows = [line.split(" | ")[0] for line in said.splitlines()[2:]]
    assert rows[-2:] == ["| `best`", "| `status`"]
    assert len(rows) == 13


def test_the_product_is_compared_with_dense_arrays(folder, printed, monkeypatch):
    monkeypatch.setattr("benchmarks.limits.DENSE", 2**16)
    said = printed("limits", folder, "--papers", 100)
    assert said.startswith("100 papers, ")
    assert "the sparse product" in said


def test_a_map_is_measured(folder, printed):
    said = printed("paper_map", folder, "--rated", 30, "--listed", 10)
    assert "fitted to 27, 3 placed" in said
    assert "dots that moved in 20 days: 0" in said


def test_digests_are_read_and_counted(printed):
    assert printed("reading", REPOSITORY / "profiles" / "sample").startswith("1 files, 46 papers, ")


def test_a_library_is_imported_and_records_are_downloaded(folder, printed, home):
    del home  # nothing of the machine's own home
    said = printed("saving", folder, "--entries", 30, "--records", 2000)
    assert "30 likes, 0 skipped" in said
    assert "2,000 records" in said
    assert "  2,000 papers, " in said

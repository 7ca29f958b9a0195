"""The speed comparison compares the same work of all tools."""

import gzip
import json
import random
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import peers
from benchmarks.data import papers_of
from benchmarks.homes import Sizes
from benchmarks.peers import OURS, TOOLS, Tool, prepare, summary, tools_in
from benchmarks.processes import Cost, measure

pytestmark = pytest.mark.slow

SIZES = Sizes(library=400, likes=20, day=40)
TOPICS = [[f"{start}{word}" for word in range(20)] for start in "abcdefghijklmnopqrst"]  # 5 % of the papers each


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library and a day of every topic, and likes of the first one alone between them."""
    draw = random.Random(1)
    about = [number % len(TOPICS) for number in range(SIZES.library)] + [0] * SIZES.likes
    about += [number % len(TOPICS) for number in range(SIZES.day)]
    records = [
        {
            "id": f"2503.{number:05}",
            "title": f"{topic} {' '.join(draw.sample(TOPICS[topic], 3))}",
            "summary": " ".join(draw.choices(TOPICS[topic], k=25)),
            "authors": ["Ada Lovelace"],
            "categories": ["cs.CV"],
        }
        for number, topic in enumerate(about)
    ]
    path = tmp_path_factory.mktemp("source") / "digests" / "raw" / "2026-01-01.jsonl.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode()))
    return path.parents[2]


@pytest.fixture(scope="module")
def made(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is measured, made from it."""
    folder = tmp_path_factory.mktemp("made")
    papers = papers_of(source)
    assert len(papers) == sum(SIZES)
    prepare(papers, folder, SIZES)
    return folder


@pytest.fixture
def tools(made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Tool]:
    shutil.copytree(made, tmp_path / "made")
    monkeypatch.setenv("RECOMMEND_HOME", str(tmp_path / "made" / "ours"))
    profile = tmp_path / "made" / "ours" / "profiles" / "ada.toml"
    profile.write_text(profile.read_text().replace(str(made), str(tmp_path / "made")))
    return {tool.name: tool for tool in tools_in(tmp_path / "made")}


@pytest.fixture
def day(made: Path) -> list[str]:
    return [paper["id"] for paper in json.loads((made / "others" / "day.json").read_text())]


def listed(printed: list[str], day: list[str]) -> list[str]:
    """The day's papers by their order in what was printed."""
    return [paper_id for paper_id in re.findall(r"\d{4}\.\d{5}", "\n".join(printed)) if paper_id in day]


@pytest.mark.rare
@pytest.mark.parametrize("name", [OURS, *TOOLS])
def test_every_tool_lists_ten_papers_of_the_day_and_first_those_like_the_likes(name, tools, day):
    planted = {day[0], day[len(TOPICS)]}
    tool = tools[name]
    tool.reset()
    _, printed = measure(tool.new_day)
    new = listed(printed, day)
    assert len(new) == len(set(new)) == 10
    assert set(new[:2]) == planted
    tool.like(printed)
    _, printed = measure(tool.again)
    again = listed(printed, day)
    assert len(again) == len(set(again)) == 10
    assert planted - {new[0]} == {again[0]}, "what was liked is not listed again, what is like it comes first"


@pytest.mark.parametrize("name", TOOLS.values())
def test_a_like_of_another_topic_brings_up_what_is_like_it(name, made, day, tmp_path):
    folder = shutil.copytree(made / "others", tmp_path / "others")
    tool = import_module(f"benchmarks.tools.{name}")
    before = tool.rank(folder)
    liked, alike = next((one, other) for one, other in zip(day, day[len(TOPICS) :], strict=False) if one not in before)
    likes = json.loads((folder / "likes.json").read_text())
    (folder / "likes.json").write_text(json.dumps([liked, *likes]))
    assert alike in tool.rank_again(folder)[:3]  # the first topic's two papers are there as well


def test_after_a_reset_no_ranking_and_no_verdict_is_left(tools, made, tmp_path):
    for number, name in enumerate(TOOLS):
        tools[name].reset()
        folder = tmp_path / "made" / f"other {number}"
        (folder / "features.p").touch()
        tools[name].like(["2601.10420"])
        tools[name].reset()
        fresh = made / "others"
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
            path.name: path.read_bytes() for path in fresh.iterdir()
        }


def test_a_process_is_measured_whole():
    cost, printed = measure([sys.executable, "-c", "x = b'1' * 400_000_000; print('a\\nb'); sum(range(3_000_000))"])
    assert printed == ["a", "b"]
    assert cost.memory > 350
    assert cost.seconds > 0.02
    assert cost.processor > 0.02


def test_a_process_that_fails_is_no_figure():
    with pytest.raises(subprocess.CalledProcessError):
        measure([sys.executable, "-c", "raise SystemExit(3)"])


def test_ratios_are_taken_within_a_round_and_not_between_medians():
    def costs(*seconds: float) -> list[tuple[Cost, Cost]]:
        return [(Cost(one, one, 10), Cost(9, 9, 9)) for one in seconds]

    found = summary(costs(3, 20, 8), costs(1, 10, 2), work=0)
    assert found.cost == Cost(8, 8, 10)
    assert found.ratios == (3, 2, 4)
    assert str(found) == "8.00 | 8.00 | 3.0 (2.0–4.0) | 10"


@pytest.mark.rare
def test_one_command_prints_one_table_and_draws_it(source, monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setattr(peers, "TOOLS", {name: TOOLS[name] for name in list(TOOLS)[:1]})  # the rest is above
    monkeypatch.setattr(peers, "IMPORTS", "pass")
    picture = tmp_path / "peers.svg"
    sizes = ["--papers", SIZES.library, "--likes", SIZES.likes, "--day", SIZES.day]
    command = ["peers", source, *sizes, "--runs", 1, "--plot", picture]
    monkeypatch.setattr(sys, "argv", list(map(str, command)))
    peers.main()
    told = capsys.readouterr().out
    assert (
        "a library of 400 papers, 20 likes, a new day of 40: 460 real papers, none of them used twice" in told.lower()
    )
    rows = [line.split(" | ") for line in told.splitlines() if line.startswith("| ")]
    assert [row[0] for row in rows] == ["| tool", "| ---", f"| {OURS}", "| arxiv-sanity-lite"]
    assert {len(row) for row in rows} == {9}
    assert words(picture.read_text()).count("arxiv-sanity-lite") == 2  # for a new day, and after a rating


def test_a_library_that_came_in_no_whole_days_is_refused(source, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["peers", str(source), "--papers", "30", "--day", "20"])
    with pytest.raises(SystemExit):
        peers.main()
    assert "multiple of --day" in capsys.readouterr().err


def words(picture: str) -> str:
    return " ".join(ET.fromstring(picture).itertext())

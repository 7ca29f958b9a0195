"""The growth benchmark finds what grows too fast, and measures every size it says."""

import gzip
import json
import random
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from support import ENCODER

from benchmarks import growth
from benchmarks.growth import run, slope, table
from benchmarks.homes import Case, Homes, mixed
from benchmarks.processes import Cost
from recommender.paper import Paper
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

pytestmark = pytest.mark.slow

WORDS = "infrared fusion diffusion image network galaxy protein sentence lens orbit".split()
BASE = Case(papers=20, likes=5, day=5)


def paper(number: int) -> Paper:
    draw = random.Random(number)
    title, *sentences = (" ".join(draw.choices(WORDS, k=6)) for _ in range(5))
    return Paper(f"2503.{number:05}", title, ". ".join(sentences), (f"Ada {number}",), ("cs.CV",))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with made-up papers, as the benchmark reads it."""
    path = tmp_path / "data" / "digests" / "raw" / "2025-03-03.jsonl.gz"
    path.parent.mkdir(parents=True)
    records = [
        {"id": p.id, "title": p.title, "summary": p.abstract, "authors": p.authors, "categories": p.categories}
        for p in map(paper, range(60))
    ]
    path.write_bytes(gzip.compress("".join(json.dumps(each) + "\n" for each in records).encode()))
    return path.parents[2]


@pytest.fixture
def homes(tmp_path: Path) -> Homes:
    for name in ("kept", "other"):
        (tmp_path / name).mkdir()
    return Homes([paper(number) for number in range(60)], BASE, tmp_path / "kept", tmp_path / "other")


# Figures


@pytest.mark.parametrize(("power", "found"), [(0, 0), (0.5, 0.5), (1, 1), (2, 2)])
def test_a_slope_is_the_power_of_growth(power, found):
    assert slope([(size, 3 * size**power) for size in (10, 100, 1_000, 10_000)]) == pytest.approx(found, abs=1e-9)


def test_a_slope_is_of_the_upper_half_where_what_is_constant_counts_less():
    flat_then_linear = [(1, 7), (10, 7), (100, 7), (1_000, 70)]
    assert slope(flat_then_linear) == pytest.approx(1)
    assert slope(flat_then_linear[1:]) == pytest.approx(1)


def test_two_points_have_a_slope_and_one_has_none():
    assert slope([(1, 1), (10, 100)]) == pytest.approx(2)
    assert slope([(1, 1)]) is None
    assert slope([]) is None


def test_a_table_names_what_grows_faster_than_its_work():
    told = table("papers", {size: {"square": Cost(size**2, 1, 9), "even": Cost(size, 1, 9)} for size in (10, 100)})
    assert "| slope | 2.00 / 0.00 / 0.00 | 1.00 / 0.00 / 0.00 |" in told
    assert told.endswith("Slopes over 1.1: square (2.00).")


def test_a_process_is_charged_what_it_took_itself():
    ours = bytearray(200 * 2**20)  # MB that this process holds are none of the started one's
    idle, busy = run("-c", "pass"), run("-c", "x = bytearray(50 * 2**20); sum(range(3_000_000))")
    assert idle.memory < 40 < busy.memory < len(ours) / 2**20
    assert idle.processor < busy.processor


def test_a_command_that_fails_ends_the_measurement_with_its_words():
    with pytest.raises(SystemExit, match="the reason"):
        run("-c", "import sys; sys.exit('the reason')")


# Homes


def test_a_home_holds_what_its_case_says(homes):
    case = Case(papers=20, likes=8, day=7, profiles=3)
    home = homes.of(case)
    with Library(home / "library.db", ENCODER) as library, ProfileStore(home / "profiles" / "reader-2.db") as memory:
        assert len(library.first_announced()) == 20
        assert memory.count() == (8, 0)
    assert len(list((home / "profiles").glob("*.toml"))) == 3
    (digest,) = (home / "digests").iterdir()
    assert digest.read_text(encoding="utf-8").count("###") == 7


def test_a_library_grown_on_is_the_one_made_at_once(homes, tmp_path):
    homes.of(Case(papers=10, likes=5, day=5))
    (tmp_path / "at once").mkdir()
    at_once = Homes(homes.papers, BASE, tmp_path / "at once", homes.folder)
    libraries = [each.of(Case(papers=100, likes=5, day=5)) / "library.db" for each in (homes, at_once)]
    with Library(libraries[0], ENCODER) as grown, Library(libraries[1], ENCODER) as made:
        assert grown.first_announced() == made.first_announced()
        assert grown.papers(grown.first_announced()) == made.papers(made.first_announced())


def test_a_kept_home_is_used_again(homes):
    first = homes.of(BASE)
    made = (first / "library.db").stat().st_mtime_ns
    assert homes.of(BASE) == first
    assert (first / "library.db").stat().st_mtime_ns == made


def test_papers_told_again_are_mixed_the_same_each_time(homes):
    own, others = paper(1), homes.papers
    again = mixed(own, others, random.Random(7))
    assert again == mixed(own, others, random.Random(7))
    assert again.id == own.id
    assert again.abstract != own.abstract
    known = {sentence for other in others for sentence in other.abstract.split(". ")}
    assert set(again.abstract.split(". ")) <= known


# The whole


@pytest.mark.rare
def test_every_size_of_every_table_is_measured(data, tmp_path, monkeypatch, capsys):
    plot, kept = tmp_path / "growth.svg", tmp_path / "kept"
    for name in ("OPENBLAS_NUM_THREADS", "RECOMMEND_PROFILE", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, "1")  # the benchmark sets its own: taken back after the test
    options = ["--papers", "40", "--scale", "0.002", "--runs", "1", "--keep", str(kept), "--plot", str(plot)]
    monkeypatch.setattr(sys, "argv", ["growth", str(data), *options])
    growth.main()
    printed = capsys.readouterr().out
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.splitlines() if line.startswith("|")]
    sizes = [row[0] for row in rows if row[0].isdigit()]
    assert sizes == "5 20 40 5 20 40 5 40 5 10 1 5 5 20 100".split()  # papers, disk, likes, day, profiles, background
    assert sum(row[0] == "slope" for row in rows) == 6
    waits = [cell for row in rows for cell in row[1:] if cell.count("/") == 2 and row[0] != "slope"]
    assert len(waits) > 60
    assert all(re.fullmatch(r"\d+\.\d\d / \d+\.\d\d / \d+", wait) for wait in waits)
    assert sorted(home.name.partition("-")[0] for home in kept.iterdir()) == ["20", "40", "5"]
    drawn = " ".join(ElementTree.parse(plot).getroot().itertext())
    assert all(step.name.replace("`", "") in drawn for step in growth.STEPS["papers"] if step not in growth.BEST)

"""Charts of the benchmarks say what they show, and are the same for the same figures."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from benchmarks.plots import Bar, bars, lines, reliability, save

pytestmark = pytest.mark.slow

NAMES = ["today, a < b", "like 3", 'search "x" & y']
SVG = "{http://www.w3.org/2000/svg}"
CHARTS = {
    "bars": lambda: bars("a < b", "seconds", {"new": [Bar(name, 0.5, "0.5 s") for name in NAMES], "again": []}),
    "lines": lambda: lines("a < b", "papers", "seconds", {name: [(10, 0.1), (20, 0.2)] for name in NAMES}),
    "reliability": lambda: reliability("a < b", {name: [(0.1, 0.2), (0.9, 0.8)] for name in NAMES}),
}


def drawn(figure: Figure, folder: Path) -> str:
    save(figure, folder / "chart.svg")
    return (folder / "chart.svg").read_text(encoding="utf-8")


def words(picture: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_well_formed_and_says_every_name(chart, tmp_path):
    said = words(drawn(CHARTS[chart](), tmp_path))
    assert {"a < b", *NAMES} <= set(said)


@pytest.mark.parametrize("chart", CHARTS)
def test_the_same_figures_give_the_same_bytes_without_a_date(chart, tmp_path):
    picture = drawn(CHARTS[chart](), tmp_path)
    assert drawn(CHARTS[chart](), tmp_path) == picture
    assert not re.search(r"<dc:date>|20\d\d-\d\d-\d\d", picture)


def test_ticks_are_labelled_as_people_say_them(tmp_path):
    said = words(drawn(lines("x", "papers", "seconds", {"today": [(1_000, 0.01), (1_000_000, 10)]}), tmp_path))
    assert {"1k", "10k", "100k", "1M", "0.01", "0.1", "1", "10"} <= set(said)


def test_a_bar_ten_times_as_long_reaches_a_power_of_ten_further():
    figure = bars(
        "x", "seconds", {"": [Bar("one", 0.3, "0.3 s", True), Bar("two", 3, "3 s"), Bar("three", 30, "30 s")]}
    )
    figure.draw_without_rendering()
    first, second, third = (bar.get_window_extent().x1 for bar in figure.axes[0].patches)
    assert second - first == pytest.approx(third - second, abs=0.2)
    assert first > 0


def test_lines_are_named_in_the_order_of_their_ends():
    figure = lines("x", "papers", "seconds", {"low": [(1, 9), (10, 1)], "high": [(1, 1), (10, 9)]})
    assert [text.get_text() for text in figure.legends[0].texts] == ["high", "low"]


def test_many_lines_can_be_distinguished():
    figure = lines("x", "papers", "seconds", {str(number): [(1, 1), (10, number + 1)] for number in range(12)})
    assert len({(line.get_color(), line.get_linestyle()) for line in figure.axes[0].lines}) == 12

"""Pictures of how good a ranking was."""

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from recommender.delivery.charts import Step, bars, svg
from recommender.results.evaluation import CalibrationBin

SVG = "{http://www.w3.org/2000/svg}"
STEPS = [Step("1", 0.2, 0.1, 0.3), Step("10", 0.5, 0.4, 0.6), Step("1000", 0.75, 0.7, 0.8)]
BINS = [CalibrationBin(200, 0.1, 0.05), CalibrationBin(1, 0.8, 1.0)]
SHARE = st.floats(0, 1)


def words(picture: str) -> str:
    return " ".join(ET.fromstring(picture).itertext())


def test_a_picture_is_well_formed_whatever_its_heading_says():
    picture = svg('a < b & "c" </svg>', "nDCG@10", STEPS, BINS)
    assert 'a < b & "c" </svg>' in words(picture)


def test_a_picture_scales_and_needs_nothing_from_outside():
    picture = svg("ada", "nDCG@10", STEPS, BINS)
    assert ET.fromstring(picture).attrib["viewBox"] == "0 0 760 380"
    assert picture.count("http") == 1  # SVG's own namespace
    assert "prefers-color-scheme: dark" in picture


def test_every_step_and_every_bin_is_drawn_and_said():
    picture = svg("ada", "nDCG@10", STEPS, BINS)
    root = ET.fromstring(picture)
    assert len(root.findall(f"{SVG}circle[@class='c-dot']")) == len(STEPS)
    assert len(root.findall(f"{SVG}circle[@class='c-bubble']")) == len(BINS)
    for said in ("1000", "0.75", "match 80%, liked 100% of 1 paper", "200 papers"):
        assert said in words(picture)


def test_without_matches_the_picture_says_so():
    assert "no match was predicted yet" in words(svg("ada", "nDCG@10", STEPS, []))
    assert words(svg("ada", "nDCG@10", [], []))


@given(
    st.lists(st.builds(Step, st.integers(0, 10**6).map(str), SHARE, SHARE, SHARE), max_size=9),
    st.lists(st.builds(CalibrationBin, st.integers(1, 10**5), SHARE, SHARE), max_size=10),
)
def test_everything_drawn_lies_inside(steps, bins):
    root = ET.fromstring(svg("ada", "nDCG@10", steps, bins))
    for circle in root.iter(f"{SVG}circle"):
        assert 0 <= float(circle.attrib["cx"]) <= 760
        assert 0 <= float(circle.attrib["cy"]) <= 380


def test_bars_grow_with_their_values_and_fit():
    lines = bars(STEPS, 40)
    assert [line.split()[0] for line in lines] == ["1", "10", "1000"]
    assert [line.split()[-1] for line in lines] == ["0.20", "0.50", "0.75"]
    assert sorted(len(line) for line in lines) == [len(line) for line in lines]
    assert max(map(len, lines)) <= 40
    assert max(map(len, bars([Step("1000", 1.0, 1.0, 1.0)], 40))) <= 40
    assert bars([], 40) == []

"""Pictures of what was learned: valid, small, readable without colours or sight, and honest where little is known."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from picturemaps import TODAY, full_map
from support import NOW

from recommender.delivery import charts
from recommender.delivery.charts.drawing import width_of
from recommender.delivery.pictures import PICTURES, picture_json
from recommender.paper import Paper, Verdict
from recommender.results.evaluation import Calibration, CalibrationBin, CurvePoint, Estimate, LearningCurve
from recommender.results.pictures import (
    Calendar,
    CalendarDay,
    DayState,
    Dot,
    InterestHistory,
    LearnedWord,
    LearnedWords,
    MapTopic,
    MatchHistory,
    MonthOfLists,
    PaperMap,
    TopicMonths,
)

SVG = "{http://www.w3.org/2000/svg}"
# Titles as attackers, other scripts and damaged files have them.
ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="<>&\"'/=;‮⁦\x00\x1b\x07\ufffe\ud800אب汉$\\{}^", max_size=60),
    st.sampled_from(["</title></svg><script>alert(1)</script>", "]]><!--", "W" * 900, "&amp;lt;", "اللغة العربية"]),
)
SHARE = st.floats(0, 1)
COUNT = st.integers(0, 5000)


@dataclass(frozen=True)
class Drawn:
    """A picture, read again as another program would."""

    text: str

    @property
    def root(self):
        return ET.fromstring(self.text.encode("utf-8"))

    @property
    def words(self):
        return " ".join(self.root.itertext())

    @property
    def size(self):
        return len(self.text.encode("utf-8"))


def dots(verdict):
    numbers = st.integers(0, 99_999)
    papers = st.builds(lambda number, title: Paper(f"2001.{number:05}", title, ""), numbers, ANY_TEXT)
    rank, topic = (st.just(0), st.integers(-1, 2)) if verdict else (st.integers(1, 100), st.just(-1))
    dot = st.builds(Dot, papers, SHARE, SHARE, st.just(verdict), topic, rank, st.none() | SHARE, SHARE)
    return st.lists(dot, max_size=20).map(tuple)


MAPS = st.builds(
    lambda topics, liked, disliked, today: PaperMap(
        len(liked) + len(disliked), TODAY if today else None, topics, (*liked, *disliked), today
    ),
    st.lists(st.builds(MapTopic, ANY_TEXT, COUNT, SHARE, SHARE), min_size=3, max_size=9).map(tuple),
    dots(Verdict.LIKE),
    dots(Verdict.DISLIKE),
    dots(None),
)
MONTHS = st.integers(1, 12).map(lambda count: tuple(f"2026-{month:02}" for month in range(1, count + 1)))


def histories(months):
    counts = st.lists(COUNT, min_size=len(months), max_size=len(months)).map(tuple)
    row = st.builds(TopicMonths, ANY_TEXT, COUNT, counts, st.booleans(), st.booleans())
    return st.builds(InterestHistory, st.just(months), st.lists(row, max_size=9).map(tuple), row)


WORDS = st.lists(st.builds(LearnedWord, ANY_TEXT, st.floats(-5, 5), COUNT), max_size=12).map(tuple)
BINS = st.lists(st.builds(CalibrationBin, st.integers(1, 10**5), SHARE, SHARE), min_size=1, max_size=10).map(tuple)
ESTIMATES = st.builds(Estimate, SHARE, SHARE, SHARE)
POINTS = st.lists(st.builds(CurvePoint, COUNT, ESTIMATES), max_size=9).map(tuple)
DAY = st.tuples(st.sampled_from(DayState), COUNT, COUNT, ANY_TEXT)
FIGURES = {
    "map": MAPS,
    "interests": MONTHS.flatmap(histories),
    "words": st.builds(LearnedWords, WORDS, WORDS, COUNT, COUNT),
    "calibration": st.builds(
        MatchHistory,
        COUNT,
        st.none() | st.builds(Calibration, COUNT, SHARE, COUNT, COUNT, BINS),
        st.lists(st.builds(MonthOfLists, st.just("2026-03"), st.just(10), st.integers(0, 10)), max_size=12).map(tuple),
    ),
    "days": st.lists(DAY, min_size=1, max_size=371).map(
        lambda days: Calendar(
            tuple(CalendarDay(TODAY - timedelta(days=age), *day) for age, day in reversed(list(enumerate(days))))
        )
    ),
}
DRAW = {
    "map": charts.paper_map,
    "interests": charts.interests,
    "words": charts.words,
    "calibration": charts.past_lists,
    "days": charts.days,
}
each_kind = pytest.mark.parametrize("kind", list(DRAW))


@pytest.mark.sample(2)
@each_kind
@given(st.data())
def test_any_text_gives_valid_xml_without_scripts_or_inline_styles(kind, data):
    figures = data.draw(FIGURES[kind])
    inline = data.draw(st.booleans())
    frame = charts.Frame(inline=inline, width=data.draw(st.sampled_from([320, 360, 760])), prefix="p1")
    drawn = Drawn(DRAW[kind](data.draw(ANY_TEXT), figures, frame))
    elements = {element.tag.removeprefix(SVG) for element in drawn.root.iter()}
    allowed = {"svg", "title", "desc", "g", "path", "rect", "circle", "line", "text", "a"}
    assert elements <= (allowed if inline else allowed | {"style"})
    for element in drawn.root.iter():
        assert "style" not in element.attrib
        assert not any(name.startswith("on") for name in element.attrib)
        assert element.attrib.get("href", "https://").startswith("https://")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", drawn.words)


@pytest.mark.sample(2)
@each_kind
@given(st.data())
def test_a_picture_says_what_it_shows_and_its_ids_are_its_own(kind, data):
    drawn = Drawn(DRAW[kind]("ada", data.draw(FIGURES[kind]), charts.Frame(inline=True, prefix="p1")))
    root = drawn.root
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert ids == [f"p1-{kind}-title", f"p1-{kind}-desc"]
    assert [root.attrib["aria-labelledby"], root.attrib["aria-describedby"]] == ids
    assert root.find(f"{SVG}title").text.startswith("ada: ")
    assert len(root.find(f"{SVG}desc").text) > 20
    # what is inside an image cannot be reached by a keyboard or a screen reader
    has_links = root.find(f".//{SVG}a") is not None
    assert root.attrib["role"] == ("group" if has_links else "img")
    assert all(link.find(f".//{SVG}title") is not None for link in root.iter(f"{SVG}a"))


@pytest.mark.sample(2)
@each_kind
@given(st.data())
def test_everything_drawn_lies_inside(kind, data):
    root = Drawn(DRAW[kind]("ada", data.draw(FIGURES[kind]), charts.Frame(width=360))).root
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for element in root.iter():
        for name, most in (("x", width), ("cx", width), ("y", height), ("cy", height)):
            assert 0 <= float(element.attrib.get(name, 0)) <= most
        start = re.match(r"M(-?[\d.]+) (-?[\d.]+)", element.attrib.get("d", ""))
        if start:
            assert 0 <= float(start[1]) <= width
            assert 0 <= float(start[2]) <= height


@pytest.mark.sample(2)
@each_kind
@given(st.data())
def test_figures_for_programs_are_of_the_picture(kind, data):
    figures = data.draw(FIGURES[kind])
    assert picture_json("ada", kind, figures).startswith('{\n  "version": 1,\n  "profile": "ada"')
    assert PICTURES[kind].draw is DRAW[kind]


@pytest.mark.parametrize("liked", [600, 300, 0])
@pytest.mark.parametrize(
    "title", ["A title of usual length, about eighty letters, as most papers have them today", "&" * 900, "汉" * 900]
)
def test_a_map_of_700_papers_is_at_most_60_kilobytes(title, liked):
    assert Drawn(charts.paper_map("ada", full_map(lambda number: f"{number} {title}", liked))).size <= 60_000


def test_a_small_map_has_whole_titles_and_links():
    papers = full_map(lambda number: f"Paper {number} on a subject whose name is long enough to be cut elsewhere")
    papers = papers._replace(rated=papers.rated[:100], today=papers.today[:20])
    drawn = Drawn(charts.paper_map("ada", papers))
    titles = {element.text for element in drawn.root.iter(f"{SVG}title")}
    assert "Paper 7 on a subject whose name is long enough to be cut elsewhere" in titles
    assert "3. Paper 3 on a subject whose name is long enough to be cut elsewhere · 50 %" in titles
    links = [element.attrib["href"] for element in drawn.root.iter(f"{SVG}a")]
    assert len(links) == 20
    assert "https://arxiv.org/abs/2001.00603" in links


def test_a_page_decides_where_links_lead():
    frame = charts.Frame(inline=True, paper_address=lambda paper: f"/paper/{paper}?a=1&b=2", day_address="/{}".format)
    links = Drawn(charts.paper_map("ada", full_map(str), frame)).root.iter(f"{SVG}a")
    assert next(links).attrib["href"].startswith("/paper/2001.")
    day = CalendarDay(TODAY, DayState.RATED, 20, 3)
    days = Drawn(charts.days("ada", Calendar((day, day._replace(state=DayState.UNREAD))), frame)).root
    assert [element.attrib["href"] for element in days.iter(f"{SVG}a")] == ["/2026-11-26"]


@given(MAPS)
def test_labels_of_a_map_do_not_overlap(papers):
    root = Drawn(charts.paper_map("ada", papers)).root
    boxes = []
    for label in root.findall(f".//{SVG}g[@class='c-halo c-label']/{SVG}text"):
        x, y, size = (float(label.attrib[name]) for name in ("x", "y", "font-size"))
        half = width_of(label.text) * size / 24
        boxes.append((x - half, x + half, y - size, y))
    for (left, right, top, bottom), (other_left, other_right, other_top, other_bottom) in combinations(boxes, 2):
        assert right <= other_left or other_right <= left or bottom <= other_top + 0.1 or other_bottom <= top + 0.1


@pytest.mark.parametrize("kind", ["map", "words"])
def test_a_page_has_a_picture_for_wide_windows_and_one_for_phones(kind):
    words = LearnedWords((LearnedWord("fusion", 0.5, 3),), (), 3, 0)
    figures = {"map": full_map(str), "words": words}[kind]
    both = charts.for_page(lambda frame: DRAW[kind]("ada", figures, frame), charts.Frame(inline=True, width=720))
    wide, narrow = Drawn(f"<div>{both}</div>").root
    assert [svg.attrib["class"] for svg in (wide, narrow)] == [
        f"chart chart-{kind} c-wide",
        f"chart chart-{kind} c-narrow",
    ]
    assert [svg.attrib["width"] for svg in (wide, narrow)] == ["720", "328"]
    ids = re.findall(r' id="([^"]+)"', both)
    assert len(ids) == len(set(ids)) == 4


@given(MAPS)
def test_a_small_map_has_all_dots_and_no_words(papers):
    small = charts.small_map(papers, charts.Frame(inline=True, width=200))
    if not papers.rated:
        assert small == ""
        return
    drawn = Drawn(small)
    assert (drawn.words, drawn.root.attrib["aria-hidden"], "<a " in small) == ("", "true", False)
    spots = [tuple(map(int, spot)) for spot in re.findall(r"M(-?\d+) (-?\d+)h0", small)]
    assert len(spots) == len(papers.rated) + len(papers.today)
    assert all(0 <= x <= 200 and 0 <= y <= 150 for x, y in spots)


def test_a_small_map_of_as_many_papers_as_a_map_has_is_small():
    assert Drawn(charts.small_map(full_map(str), charts.Frame(inline=True, width=200))).size < 8_000


@given(st.none() | st.builds(LearningCurve, st.just(NOW), COUNT, POINTS), st.sampled_from([328, 720]))
def test_a_learning_curve_says_its_figures_or_what_is_missing(curve, width):
    drawn = Drawn(charts.learning_curve("ada", curve, charts.Frame(inline=True, width=width)))
    if curve and curve.points:
        assert f"with {curve.points[0].verdicts}" in drawn.words
        assert len(drawn.root.findall(f".//{SVG}circle")) == len(curve.points)
    else:
        assert charts.missing_curve(curve) in drawn.words


def test_a_picture_in_a_page_leaves_its_style_to_the_page():
    words = LearnedWords((LearnedWord("fusion", 0.5, 3),), (), 3, 0)
    inline, file = (Drawn(charts.words("ada", words, charts.Frame(inline=inline))) for inline in (True, False))
    assert "<style" not in inline.text
    classes = {name for names in re.findall(r'class="([^"]*)"', inline.text) for name in names.split()}
    assert all(name.startswith(("c-", "chart")) for name in classes)  # or a page's own classes would apply
    assert 'class="c-page"' not in inline.text
    assert charts.STYLE in file.text
    selectors = re.findall(r"^([^@}\n][^{]*) \{", charts.STYLE.replace("} .", "}\n."), re.MULTILINE)
    assert len(selectors) > 20
    assert all(each.strip().startswith(".chart") for line in selectors for each in line.split(","))
    # every class has its own look without the sheet: a page's policy allows attributes
    assert re.search(r'<rect class="c-up" fill="#\w+"', inline.text)


@pytest.mark.parametrize(
    ("kind", "figures", "said"),
    [
        ("map", PaperMap(0), "needs 10 liked or disliked papers; there are 0. Rate papers of your list"),
        ("map", PaperMap(3), "there are 3"),
        ("map", PaperMap(30), "`recommend run` draws it"),
        ("interests", InterestHistory((), (), TopicMonths("", 0, ())), "Nothing is liked yet"),
        ("words", LearnedWords((), (), 0, 3), "learned from papers that you like"),
        ("words", LearnedWords((), (), 1, 0), "1 liked paper and nothing to compare with"),
        (
            "calibration",
            MatchHistory(3, None, ()),
            "needs 20 papers that lists of past days showed with a match; there are 3",
        ),
        ("days", Calendar((CalendarDay(TODAY, DayState.AHEAD),)), "`recommend today` makes the first list"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 12 else "",
)
def test_with_too_little_to_show_a_picture_says_what_to_do(kind, figures, said):
    drawn = Drawn(DRAW[kind]("ada", figures))
    shown = " ".join(" ".join(line.itertext()) for line in drawn.root.iter(f"{SVG}text"))
    assert said in shown
    assert said in drawn.root.find(f"{SVG}desc").text
    assert said in PICTURES[kind].missing(figures)


def test_a_map_of_few_papers_says_that_it_is_rough():
    few = full_map(str)
    few = few._replace(rated=few.rated[:30])
    assert "Rough still" in Drawn(charts.paper_map("ada", few)).words
    assert "Rough still" not in Drawn(charts.paper_map("ada", full_map(str))).words


@pytest.mark.parametrize(("known", "side"), [(3, 20), (200, 20), (371, 11)])
def test_a_calendar_begins_with_the_first_day_that_is_known(known, side):
    kinds = [DayState.AHEAD] * (371 - known) + [DayState.RATED] * known
    days = [CalendarDay(TODAY - timedelta(days=370 - number), kind, 20, 1) for number, kind in enumerate(kinds)]
    root = Drawn(charts.days("ada", Calendar(tuple(days)))).root
    squares = root.findall(f".//{SVG}g[@class='c-read']/{SVG}g/{SVG}rect")
    assert len(squares) == known
    assert {round(float(square.attrib["width"])) for square in squares} == {side}


def test_each_state_of_a_day_has_a_shape_of_its_own_and_a_word():
    days = [CalendarDay(date(2026, 11, 2) + timedelta(days=number), state) for number, state in enumerate(DayState)]
    drawn = Drawn(charts.days("ada", Calendar(tuple(days))))
    for word in (
        "list shown and rated",
        "nothing rated",
        "no list",
        "the run failed",
        "without papers here",
        "weekend",
    ):
        assert f"{word}: 1" in drawn.words
    shapes = set()
    for element in drawn.root.findall(f"./{SVG}g"):
        shapes |= {(next(iter(element.iter(f"{SVG}{tag}")), None) is not None, tag) for tag in ("rect", "circle")}
    assert len(shapes) > 2

"""Cards and titles fit every terminal, whatever stands in them."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from support import make_paper

from recommender.delivery.cards import Marks, Size, View, card, clock, ratings_text, screen, sum_text, without_colour
from recommender.delivery.layout import Layout
from recommender.paper import Reason, ReasonKind, Recommendation, Score, Verdict
from recommender.results.day import DayCounts
from recommender.text.lines import one_line
from recommender.text.readable import readable
from recommender.text.short import columns

texts = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        ["", "深度学习方法用于红外图像融合" * 20, "word " * 200, "x" * 900, "F$^3$Set \x1b[31m \u202egnirts"]
    ),
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]")
verdicts = st.one_of(st.none(), st.sampled_from(Verdict))
reasons = st.lists(
    st.builds(Reason, st.sampled_from(ReasonKind), texts.map(readable), st.floats(-9, 9)), max_size=4
).map(tuple)


@st.composite
def items(draw):
    papers = draw(st.lists(st.tuples(texts, texts, st.lists(texts, max_size=5)), min_size=1, max_size=40))
    return [
        Recommendation(
            rank,
            make_paper(
                rank, title, abstract, authors=tuple(authors), categories=("cs.CV",), submitted=date(2026, 3, 2)
            ),
            Score(0.0, draw(st.one_of(st.none(), st.floats(0, 1))), draw(reasons)),
        )
        for rank, (title, abstract, authors) in enumerate(papers, start=1)
    ]


@given(items(), st.data(), st.integers(1, 210), st.integers(1, 60), st.booleans(), st.booleans(), st.booleans(), texts)
def test_no_screen_is_larger_than_the_terminal(papers, data, width, height, is_list, is_whole, colour, message):
    place = data.draw(st.integers(0, len(papers) - 1))
    marks = Marks({item.paper.id: data.draw(verdicts) for item in papers}, {papers[0].paper.id})
    page = data.draw(st.integers(0, 9))
    view = View("1/2 · 0:00", "ada", papers, place, marks, [("l", "like"), ("?", "keys")], is_list, is_whole, page)
    for shown in (view, view._replace(message=one_line(message)), view._replace(text=lambda layout: ["a", "b"] * 40)):
        lines = screen(shown, Size(width, height), Layout(colour=colour)).lines
        assert len(lines) == height or (height < 4 and len(lines) <= height)
        for line in lines:
            assert columns(without_colour(line)) <= width
            assert not CONTROL.search(without_colour(line))
            assert colour or "\x1b" not in line


@given(items(), st.integers(20, 210), st.integers(16, 60), st.data())
def test_titles_stay_where_they_are_while_one_moves_and_a_message_comes(papers, width, height, data):
    view = View("1/2", "", papers, 0, Marks(), [("l", "like")], is_list=True)
    size, layout = Size(width, height), Layout()
    first = screen(view, size, layout).first
    rows = screen(view, size, layout).lines
    moved = screen(view._replace(place=min(2, len(papers) - 1), message="liked: a"), size, layout)
    assert moved.first == first == 0
    assert [line[1:width] for line in moved.lines[2:6]] == [line[1:width] for line in rows[2:6]] or width >= 110


@given(items(), st.integers(110, 210), st.integers(20, 60))
def test_from_110_columns_on_titles_and_the_paper_stand_side_by_side(papers, width, height):
    view = View("1/2", "", papers, 0, Marks(), [("l", "like")])
    lines = screen(view, Size(width, height), Layout()).lines
    assert any(" │ " in line for line in lines)
    assert not any(" │ " in line and "│" not in papers[0].paper.title for line in lines[:2])


def test_pages_of_a_text_show_all_of_it():
    view = View("1/1", "", [], 0, Marks(), [("q", "back")], text=lambda layout: [f"line {n}." for n in range(100)])
    pages = screen(view, Size(80, 24), Layout()).pages
    shown = "\n".join(
        line for page in range(pages) for line in screen(view._replace(page=page), Size(80, 24), Layout()).lines
    )
    assert all(f"line {n}." in shown for n in range(100))


def test_a_folded_card_has_two_lines_of_the_abstract_and_a_whole_one_all():
    item = Recommendation(1, make_paper(1, "A title", "word " * 100), Score(0.0, 0.82))
    folded, whole = (card(item, Layout(), Marks(), whole=whole) for whole in (False, True))
    assert len(folded) - folded.index("") - 1 == 2
    assert folded[-1].endswith("…")
    assert " ".join(whole[whole.index("") + 1 :]) == ("word " * 100).strip()
    assert "████████░░ 82 %" in "\n".join(folded)
    assert "█" not in "\n".join(card(item, Layout(), Marks(), whole=False, drawn=False))


def test_a_rated_card_says_so():
    item = Recommendation(1, make_paper(1), Score(0.0))
    assert "LIKED · 2001.00001" in card(item, Layout(), Marks({"2001.00001": Verdict.LIKE}), whole=False)
    assert "SELECTED · 2001.00001" in card(item, Layout(), Marks(selected={"2001.00001"}), whole=False)


def test_a_card_shows_the_readers_note_whole_or_its_beginning():
    item = Recommendation(1, make_paper(1), Score(0.0))
    noted = Marks(notes={"2001.00001": "compare\nwith \x1b[31msection 4 " + "and more " * 60})
    folded, whole = ("\n".join(card(item, Layout(), noted, whole=whole)) for whole in (False, True))
    assert "Note: compare with section 4 and more" in folded
    assert (folded.count("and more") < 12, "\x1b" in folded) == (True, False)
    assert folded.count("and more") < whole.count("and more") < 60


def test_sums_and_durations():
    assert [clock(seconds) for seconds in (0, 68.9, 3600 + 128)] == ["0:00", "1:08", "1:02:08"]
    assert ratings_text([Verdict.READ, Verdict.LIKE, Verdict.LIKE]) == "2 liked, 1 read"
    assert sum_text(DayCounts(40, 94, 120, 6, 0), 10) == (
        "260 papers announced = 40 shown + 120 muted + 94 under your threshold of 10 % + 6 rated before"
    )
    assert sum_text(DayCounts(1, 0, 0, 0, 0), 0) == "1 paper announced = 1 shown"

"""Whatever the letters of titles, names and reasons: no line is wider than the terminal."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from support import NOW

from recommender.delivery.layout import Layout
from recommender.delivery.terminal import day_heading, history_text, list_text, moves_text, paper_text, score_text
from recommender.paper import Feedback, Paper, Reason, ReasonKind, Recommendation, Score, Shortlist, Verdict
from recommender.text.short import columns

TEXTS = st.text(st.sampled_from("abc -鸟類。「한ＡＢ́é"), min_size=1, max_size=90)
PAPERS = st.builds(
    Paper,
    st.sampled_from(["2601.00001", "hep-th/9901001", "title:8f0d1c3d003823a5"]),
    TEXTS,
    TEXTS,
    st.lists(TEXTS, max_size=3).map(tuple),
    st.just(("cs.CV", "cs.LG", "eess.IV")),
)
SCORES = st.builds(
    Score,
    st.just(1.0),
    st.sampled_from([None, 0.5]),
    st.lists(st.builds(Reason, st.sampled_from(ReasonKind), TEXTS, st.floats(-2, 2), st.just("2601.00009"))).map(tuple),
    interval=st.sampled_from([None, (0.2, 0.9)]),
)


@given(st.lists(st.tuples(PAPERS, SCORES), min_size=1, max_size=3), st.integers(40, 100))
def test_no_line_is_wider_than_the_terminal(entries, width):
    layout = Layout(width=width)
    items = tuple(Recommendation(rank, *entry) for rank, entry in enumerate(entries, start=1))
    shortlist = Shortlist("ada", date(2026, 11, 26), items, 3, first_day=date(2026, 11, 25))
    texts = [
        list_text(shortlist, day_heading(shortlist), layout, {items[0].paper.id: Verdict.LIKE}),
        *(paper_text(paper, layout) for paper, _ in entries),
        *(score_text(score, layout) for _, score in entries),
        history_text([Feedback(paper, Verdict.DISLIKE, NOW) for paper, _ in entries], layout),
        moves_text([(paper, 120, 3) for paper, _ in entries], layout),
    ]
    lines = [line for text in texts for line in text.split("\n") if "://" not in line]
    assert [line for line in lines if columns(line) > width] == []

"""Labels on a picture."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.delivery.charts.labels import Box, Label, place

AREA = Box(0, 0, 700, 500)
SPOT = st.tuples(st.floats(0, 700), st.floats(0, 500))
LABELS = st.lists(
    st.builds(
        Label,
        st.floats(0, 700),
        st.floats(0, 500),
        st.floats(5, 250),
        st.just(18.0),
        st.sampled_from([32.0, 300.0]),
        st.sampled_from([0.0, 12.0]),
    ),
    max_size=20,
)


@given(LABELS, st.lists(SPOT, max_size=60))
def test_labels_do_not_overlap_and_lie_inside(labels, dots):
    boxes = place(labels, dots, AREA)
    assert len(boxes) == len(labels)
    placed = [box for box in boxes if box]
    assert all(AREA.contains(box) for box in placed)
    assert not any(one.overlaps(other) for one, other in combinations(placed, 2))
    for label, box in zip(labels, boxes, strict=True):
        if box:
            assert box.right - box.left == pytest.approx(label.width)
            assert box.bottom - box.top == pytest.approx(label.height)


@given(st.lists(SPOT, max_size=60))
def test_eight_topics_always_find_room(dots):
    assert all(place([Label(350, 250, 200, 18, 300)] * 8, dots, AREA))


def test_a_label_moves_off_a_crowd():
    crowd = [(350 + x, 250 + y) for x in range(-20, 21, 4) for y in range(-6, 7, 4)]
    (alone,) = place([Label(350, 250, 60, 18, 300)], [], AREA)
    (moved,) = place([Label(350, 250, 60, 18, 300)], crowd, AREA)
    assert alone == Box(320, 241, 380, 259)
    assert not any(moved.contains(Box(x, y, x, y)) for x, y in crowd)


def test_a_label_that_must_not_cover_its_subject_is_beside_it():
    (box,) = place([Label(350, 250, 20, 13, 32, 12)], [], AREA)
    assert not box.contains(Box(350, 250, 350, 250))


def test_without_room_there_is_no_label():
    assert place([Label(350, 250, 800, 18, 300)], [], AREA) == [None]

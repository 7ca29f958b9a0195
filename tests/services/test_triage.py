"""The parts of a day always add up to what was announced."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import SEED, make_paper

from recommender import Recommender
from recommender.paper import Note, NoteKind, Reason, ReasonKind, Recommendation, Score, Shortlist
from recommender.services.selection import best_first
from recommender.services.triage import divided

scores = st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=30)
counts = st.integers(0, 500)


def shortlist(matches, figures, followed=()):
    reason = Reason(ReasonKind.FOLLOWED, "Ada Lovelace", 1.0)
    items = tuple(
        Recommendation(rank, make_paper(rank), Score(-rank, match, (reason,) if rank in followed else ()))
        for rank, match in enumerate(matches, start=1)
    )
    notes = (Note(NoteKind.LEFT_OUT, {"papers": sum(figures.values()) + len(items), **figures, "below": 0}),)
    return Shortlist("ada", date(2026, 3, 2), items, sum(figures.values()) + len(items), notes=notes)


@given(scores, st.integers(0, 100), counts, counts, counts)
def test_the_parts_add_up_and_each_open_paper_is_in_one_of_them(matches, threshold, rated, shown, muted):
    whole = shortlist(matches, {"rated": rated, "shown": shown, "muted": muted})
    day = divided(whole, threshold)
    assert day.counts.announced == whole.considered
    assert (day.counts.rated, day.counts.earlier, day.counts.muted) == (rated, shown, muted)
    assert sorted(item.rank for item in (*day.cards, *day.under)) == [item.rank for item in whole.items]
    assert all(item.score.match * 100 < threshold for item in day.under)


def test_a_paper_by_a_followed_author_is_never_below_the_threshold():
    day = divided(shortlist([0.9, 0.01, 0.02], {"rated": 0, "shown": 0, "muted": 0}, followed=[2]), 50)
    assert ([item.rank for item in day.cards], [item.rank for item in day.under]) == ([1, 2], [3])


@pytest.fixture
def ada(home):
    (home / "profiles").mkdir(parents=True)
    (home / "profiles" / "ada.toml").write_text('interests = "image fusion"\nmute = ["word:survey", "word:network"]\n')
    with Recommender("ada", home=home) as ada:
        yield ada


def test_a_real_day_adds_up_however_often_it_is_asked_for(ada):
    for _ in range(3):
        for day in (ada.triage.day(SEED), ada.triage.day(SEED, offline=True)):  # the second time it is repeated
            assert day.counts.announced == day.shortlist.considered == 46
            assert len(day.cards) == day.counts.shown > 10
            assert [item.paper for item in day.cards] == best_first(
                (item.paper for item in day.cards), {item.paper.id: item.score for item in day.cards}
            )
        ada.like(1)
        ada.read(2, 3)
    assert day.counts.rated == 6
    assert day.counts.muted > 0


def test_ranks_are_handles_from_the_cards_to_the_titles(ada):
    ada.today(SEED)
    ada.like(*range(1, 6))
    day = ada.triage.day(SEED, min_match=100)
    last = day.shortlist.items[-1]
    assert ada.like(last.rank)[0].paper == last.paper


def test_the_days_list_stays_the_usual_one_and_cards_never_reached_count_as_nothing(ada):
    day = ada.triage.day(SEED)
    ((_, listed),) = ada.lists()
    assert len(listed.items) == 10 < len(day.cards)
    assert [item.paper for item in listed.items] == [item.paper for item in ada.today(SEED).items]


def test_a_day_that_was_cleared_is_not_caught_up_with_later(ada, tmp_path):
    first = ada.triage.day(SEED)
    later = tmp_path / "later.md"
    later.write_text(SEED.read_text().replace("13 May 2020", "14 May 2020"))
    second = ada.triage.day(later)
    shown = {item.paper.id for item in ada.lists()[-1][1].items}
    assert second.counts.earlier == 10
    assert {item.paper.id for item in second.cards} == {item.paper.id for item in first.cards} - shown

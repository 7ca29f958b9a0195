"""Who gave a rating: kept with each; what an agent rates weighs nothing until the reader confirms it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import IN_MEMORY, NOW, make_paper

from recommender.paper import Feedback, Giver, Verdict
from recommender.store.profile_store import ProfileStore

LATER = NOW + timedelta(hours=1)


def suggest(store, *numbers, verdict=Verdict.LIKE, command="like"):
    papers = [make_paper(number) for number in numbers]
    return store.judge(papers, verdict, command=command, at=NOW, by=Giver.AGENT, counts=False)


def like(store, *numbers, by=Giver.READER):
    return store.judge([make_paper(number) for number in numbers], Verdict.LIKE, command="like", at=NOW, by=by)


def suggested(store):
    return {entry.paper.id: entry.verdict for entry in store.suggestions()}


def ids(*numbers):
    return {make_paper(number).id for number in numbers}


@pytest.mark.parametrize("giver", [giver for giver in Giver if giver is not Giver.IMPORT])
def test_a_rating_keeps_who_gave_it(memory, giver):
    like(memory, 1, by=giver)
    assert [entry.by for entry in memory.feedback()] == [giver]


def test_an_imported_rating_says_so(memory):
    memory.import_verdicts([Feedback(make_paper(1), Verdict.LIKE, NOW)], command="import", at=NOW)
    assert [entry.by for entry in memory.feedback()] == [Giver.IMPORT]


def test_what_an_agent_rates_is_read_by_nothing_that_ranks(memory):
    like(memory, 1)
    before = (memory.feedback(), memory.verdicts(), memory.count(), memory.version(), memory.last_command())
    suggest(memory, 2, 3)
    assert (memory.feedback(), memory.verdicts(), memory.count(), memory.version(), memory.last_command()) == before
    assert suggested(memory).keys() == ids(2, 3)


def test_an_agent_never_takes_the_place_of_what_the_reader_said(memory):
    like(memory, 1)
    assert suggest(memory, 1, verdict=Verdict.DISLIKE) == []
    memory.judge([make_paper(1)], Verdict.DISLIKE, command="dislike", at=NOW, by=Giver.AGENT)
    assert (memory.verdicts()[make_paper(1).id], suggested(memory)) == (Verdict.LIKE, {})


def test_the_reader_confirms_some_and_takes_that_back(memory):
    suggest(memory, 1, 2)
    changes = memory.confirm([make_paper(1), make_paper(9)], LATER)
    assert [(change.paper.id, change.before, change.after) for change in changes] == [
        (make_paper(1).id, None, Verdict.LIKE)
    ]
    assert (memory.verdicts().keys(), suggested(memory).keys()) == (ids(1), ids(2))
    assert [(entry.by, entry.given_at) for entry in memory.feedback()] == [(Giver.AGENT, NOW)]
    name, _ = memory.undo(LATER)
    assert (name, memory.verdicts(), suggested(memory).keys()) == ("confirm", {}, ids(1, 2))


@pytest.mark.parametrize("verdict", [*Verdict, None])
def test_a_rating_by_the_reader_settles_a_suggestion(memory, verdict):
    suggest(memory, 1)
    memory.judge([make_paper(1)], verdict, command="x", at=LATER)
    assert (suggested(memory), memory.verdicts().get(make_paper(1).id)) == ({}, verdict)
    memory.undo(LATER)
    assert (suggested(memory).keys(), memory.verdicts()) == (ids(1), {})


def test_undo_takes_back_what_the_reader_did_and_that_of_an_agent_what_it_did(memory):
    like(memory, 1)
    suggest(memory, 2)
    suggest(memory, 3)
    assert memory.undo(LATER, agent=True)[1][0].paper.id in ids(3)
    assert memory.undo(LATER)[1][0].paper.id in ids(1)
    assert memory.undo(LATER) is None
    assert suggested(memory).keys() == ids(2)
    memory.confirm(None, LATER)
    memory.undo(LATER, agent=True)
    assert memory.verdicts().keys() == ids(2), "what the reader confirmed, no agent takes back"


def test_all_that_agents_gave_can_be_taken_back_at_once(memory):
    like(memory, 1)
    suggest(memory, 2, 3)
    memory.confirm([make_paper(2)], LATER)
    memory.judge([make_paper(4)], Verdict.LIKE, command="like", at=NOW, by=Giver.AGENT)
    assert {change.paper.id for change in memory.undo_agents(LATER)} == ids(2, 3, 4)
    assert (memory.verdicts().keys(), suggested(memory)) == (ids(1), {})
    assert memory.undo_agents(LATER) == []


def test_a_rating_by_an_agent_is_no_word_of_the_reader(memory):
    suggest(memory, 1)
    with memory.reading() as connection:
        assert connection.execute("SELECT count(*) FROM said").fetchone() == (0,)


numbers = st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True)
steps = st.one_of(
    st.tuples(st.just("reader"), numbers, st.sampled_from([*Verdict, None])),
    st.tuples(st.just("agent"), numbers, st.sampled_from(Verdict)),
    st.tuples(st.sampled_from(["confirm", "undo", "agent undo"]), numbers, st.none()),
)


@given(st.lists(steps, max_size=12))
def test_without_a_confirmation_no_deed_of_an_agent_changes_what_counts(steps):
    """The same steps with and without those of agents lead to the same ratings, one by one."""
    with ProfileStore(IN_MEMORY) as with_agent, ProfileStore(IN_MEMORY) as alone:
        for who, wanted, verdict in steps:
            papers = [make_paper(number) for number in wanted]
            if who == "agent":
                suggest(with_agent, *wanted, verdict=verdict)
            elif who == "agent undo":
                with_agent.undo(NOW, agent=True)
            elif who == "reader":
                # only what changes a rating, so that both stores record it and `undo` means the same command
                changing = [paper for paper in papers if alone.verdicts().get(paper.id) is not verdict]
                for store in (with_agent, alone):
                    store.judge(changing, verdict, command="x", at=NOW)
            elif who == "undo":
                for store in (with_agent, alone):
                    store.undo(NOW)
            assert [entry._replace(by=None) for entry in with_agent.feedback()] == [
                entry._replace(by=None) for entry in alone.feedback()
            ]


@given(st.lists(steps, max_size=12))
def test_after_all_agents_were_undone_nothing_of_them_is_left(steps):
    with ProfileStore(IN_MEMORY) as store:
        for who, wanted, verdict in steps:
            papers = [make_paper(number) for number in wanted]
            match who:
                case "agent":
                    suggest(store, *wanted, verdict=verdict)
                case "agent undo":
                    store.undo(NOW, agent=True)
                case "reader":
                    store.judge(papers, verdict, command="x", at=NOW)
                case "confirm":
                    store.confirm(papers, NOW)
                case "undo":
                    store.undo(NOW)
        store.undo_agents(NOW)
        assert store.suggestions() == ()
        assert all(entry.by is Giver.READER for entry in store.feedback())

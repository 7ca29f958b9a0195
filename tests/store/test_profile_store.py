"""Ratings and lists: what goes in comes out, and every command can be taken back."""

import json
import sqlite3
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from stores import DAY, notes, papers, scores, shortlist_of
from support import IN_MEMORY, NOW, make_paper

from recommender.paper import Paper, Reason, ReasonKind, Score, Verdict
from recommender.store.profile_store import ProfileStore


@given(st.lists(st.tuples(papers, st.sampled_from(Verdict)), max_size=5, unique_by=lambda pair: pair[0].id))
def test_the_store_gives_back_any_rated_paper(rated):
    with ProfileStore(IN_MEMORY) as memory:
        for paper, verdict in rated:
            memory.judge([paper], verdict, command="like", at=NOW)
        feedback = [(entry.paper, entry.verdict, entry.given_at) for entry in reversed(memory.feedback())]
        assert feedback == [(paper, verdict, NOW) for paper, verdict in rated]


@given(
    st.lists(
        st.one_of(
            st.just("undo"),
            st.tuples(
                st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True), st.sampled_from([*Verdict, None])
            ),
        ),
        max_size=12,
    )
)
def test_undo_always_brings_back_what_was_before_the_command(commands):
    with ProfileStore(IN_MEMORY) as memory:
        stack = [{}]
        for command in commands:
            if command == "undo":
                assert (memory.undo(NOW) is None) == (len(stack) == 1)
                stack = stack[:-1] or stack
            else:
                wanted, verdict = command
                after = {**stack[-1], **{make_paper(number).id: verdict for number in wanted}}
                after = {key: value for key, value in after.items() if value}
                memory.judge([make_paper(number) for number in wanted], verdict, command="x", at=NOW)
                if after != stack[-1]:
                    stack.append(after)
            assert memory.verdicts() == stack[-1]


def test_a_note_stays_whatever_is_rated_and_undone(memory):
    noted = make_paper(1)
    memory.write_note(noted, "first\nsecond", NOW)
    memory.judge([noted], Verdict.LIKE, command="like", at=NOW)
    memory.undo(NOW)
    assert memory.undo(NOW) is None
    assert memory.notes() == {noted.id: "first\nsecond"}
    assert memory.papers([noted.id]) == {noted.id: noted}
    assert (memory.feedback(), memory.count(), memory.rated_elsewhere()) == ((), (0, 0), [])


def test_a_note_takes_the_place_of_the_one_before_and_an_empty_one_removes_it(memory):
    memory.write_note(make_paper(1), "first", NOW)
    memory.write_note(make_paper(2), "other", NOW + timedelta(hours=1))
    memory.write_note(make_paper(1), "second", NOW + timedelta(hours=2))
    assert list(memory.notes().items()) == [(make_paper(1).id, "second"), (make_paper(2).id, "other")]
    memory.write_note(make_paper(1), "", NOW)
    assert memory.notes() == {make_paper(2).id: "other"}


def test_a_note_that_is_imported_takes_no_place(memory):
    memory.write_note(make_paper(1), "mine", NOW)
    assert memory.import_notes([(make_paper(1), "theirs"), (make_paper(2), "new")], NOW) == 1
    assert memory.import_notes([(make_paper(2), "again")], NOW) == 0
    assert memory.notes() == {make_paper(1).id: "mine", make_paper(2).id: "new"}


def test_a_reset_removes_notes_and_keeps_them_in_the_copy(tmp_path):
    with ProfileStore(tmp_path / "ada.db") as store:
        store.write_note(make_paper(1), "mine", NOW)
        store.reset(tmp_path / "copy.db")
        assert store.notes() == {}
    with ProfileStore(tmp_path / "copy.db") as copy:
        assert copy.notes() == {make_paper(1).id: "mine"}


def test_a_command_that_changes_nothing_leaves_nothing_to_undo(memory):
    memory.judge([make_paper(1)], Verdict.LIKE, command="like", at=NOW)
    memory.judge([make_paper(1)], Verdict.LIKE, command="like", at=NOW)
    assert memory.version() == 1


def test_verdicts_are_appended_and_never_rewritten(memory):
    memory.judge([make_paper(1)], Verdict.LIKE, command="like", at=NOW)
    memory.judge([make_paper(1)], Verdict.DISLIKE, command="dislike", at=NOW)
    memory.undo(NOW)
    with sqlite3.connect(memory.path) as connection:
        events = connection.execute("SELECT verdict FROM event ORDER BY id").fetchall()
    connection.close()
    assert events == [("like",), ("dislike",)]


@given(st.lists(st.tuples(papers, scores), max_size=4, unique_by=lambda pair: pair[0].id), st.lists(notes).map(tuple))
def test_a_recorded_list_comes_back_with_scores_and_reasons(scored, notes):
    with ProfileStore(IN_MEMORY) as memory:
        memory.record(shortlist_of(*scored, notes=notes), kind="today", basis="b", at=NOW)
        shown = memory.last_list()
        assert [(item.paper_id, item.score) for item in shown.items] == [(p.id, score) for p, score in scored]
        assert shown.notes == notes
        memory.keep_ranking("b", DAY, {paper.id: score for paper, score in scored})
        assert memory.kept_ranking("b") == {paper.id: score for paper, score in scored}
        assert memory.kept_ranking("c") is None


def test_a_ranking_kept_with_its_reasons_as_texts_is_still_read(memory):
    reasons = json.dumps([["liked", "Fusion", 1.5, "2001.00001"]])
    kept = json.dumps([["2001.00002", 2.5, 0.4, reasons, [0.3, 0.5], 0.1, [["2001.00003", 0.2]]]])
    with sqlite3.connect(memory.path) as connection:
        connection.execute("INSERT INTO ranking (basis, scores) VALUES ('b', ?)", (kept,))
    connection.close()
    reason = Reason(ReasonKind.LIKED, "Fusion", 1.5, "2001.00001")
    assert memory.kept_ranking("b") == {
        "2001.00002": Score(2.5, 0.4, (reason,), (0.3, 0.5), 0.1, (("2001.00003", 0.2),))
    }


def test_the_same_list_twice_is_recorded_once(memory):
    for _ in range(2):
        memory.record(
            shortlist_of((make_paper(1), Score(1.0, 0.5, interval=(0.4, 0.6)))), kind="today", basis="b", at=NOW
        )
    with sqlite3.connect(memory.path) as connection:
        assert connection.execute("SELECT count(*) FROM shortlist").fetchone() == (1,)
    connection.close()


def test_only_lists_of_other_days_count_as_shown_before(memory):
    one, two = make_paper(1), make_paper(2)
    memory.record(shortlist_of((one, Score(1.0)), (two, Score(0.5))), kind="today", basis="b", at=NOW)
    memory.record(shortlist_of((two, Score(1.0)), day=DAY + timedelta(days=1)), kind="today", basis="b", at=NOW)
    memory.record(shortlist_of((make_paper(3), Score(1.0))), kind="search", basis="", at=NOW)
    assert memory.shown_on_other_days(DAY + timedelta(days=1)) == {one.id}
    assert memory.newest_day() == DAY + timedelta(days=1)


def test_a_rated_paper_without_abstract_is_completed_later(memory):
    memory.judge([Paper("2001.00001", "", "")], Verdict.LIKE, command="init", at=NOW)
    assert memory.lacking()["abstract"] == ["2001.00001"]
    memory.complete([make_paper(1)])
    assert memory.lacking()["abstract"] == []
    assert memory.feedback()[0].paper == make_paper(1)


def test_reset_deletes_everything_but_leaves_a_whole_copy(memory, tmp_path):
    memory.judge([make_paper(1)], Verdict.LIKE, command="like", at=NOW)
    memory.undo(NOW)
    memory.judge([make_paper(2)], Verdict.LIKE, command="like", at=NOW)
    memory.record(shortlist_of((make_paper(1), Score(1.0))), kind="today", basis="b", at=NOW)
    memory.reset(tmp_path / "copy.db")
    assert (memory.feedback(), memory.last_list(), memory.version()) == ((), None, 0)
    with ProfileStore(tmp_path / "copy.db") as copy:
        assert [entry.paper.id for entry in copy.feedback()] == [make_paper(2).id]


def test_beside_the_newest_ranking_only_that_of_the_last_list_stays(memory):
    days = [DAY + timedelta(days=age) for age in range(3)]
    scores = {day: {make_paper(1).id: Score(float(day.day))} for day in days}

    def ranked(day):
        memory.keep_ranking(f"{day}", day, scores[day])

    def kept():
        return [day for day in days if memory.kept_ranking(f"{day}")]

    ranked(days[0])
    assert memory.last_scores() == {}
    memory.record(shortlist_of((make_paper(1), Score(1.0)), day=days[0]), kind="today", basis="b", at=NOW)
    ranked(days[1])
    assert (kept(), memory.last_scores()) == (days[:2], scores[days[0]])
    ranked(days[2])
    assert (kept(), memory.last_scores()) == ([days[0], days[2]], scores[days[0]])
    memory.record(shortlist_of((make_paper(1), Score(1.0)), day=days[2]), kind="mail", basis="b", at=NOW)
    ranked(days[2])
    assert (kept(), memory.last_scores()) == ([days[2]], scores[days[2]])

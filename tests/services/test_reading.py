"""The reading list: what waits, what was opened as far as it is known, and `undo` of both kinds of commands."""

import json
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support import IN_MEMORY, NOW, SEED, make_paper, reader_of

from recommender.errors import UnknownPaper
from recommender.paper import Feedback, Verdict
from recommender.profile import Profile
from recommender.services.reading import Reading
from recommender.store.profile_store import ProfileStore
from recommender.store.reading_list import DONE, LATER, ReadingList

PAPERS = [make_paper(number, f"Image fusion {number}") for number in range(1, 7)]


@pytest.fixture
def store(home):
    with ProfileStore(home / "profiles" / "ada.db") as opened:
        yield opened


@pytest.fixture
def waiting(home, run):
    """The command, after a list was shown."""
    assert run("today", SEED, "-p", "example").code == 0
    return lambda *command: run(*command, "-p", "example")


def reading(home, store, now=NOW):
    return Reading(reader_of(home, Profile("ada"), now, store=store))


def ids(shortlist):
    return [item.paper.id for item in shortlist.items]


def test_what_waits_stands_there_the_oldest_first_until_it_is_done(home, store):
    kept = ReadingList(store)
    kept.put(PAPERS[:2], LATER, NOW)
    kept.put([PAPERS[2]], LATER, NOW + timedelta(hours=1))
    kept.put([PAPERS[0]], DONE, NOW + timedelta(hours=2))
    assert ids(reading(home, store).waiting()) == [PAPERS[1].id, PAPERS[2].id]
    assert kept.put([PAPERS[1]], LATER, NOW) == []  # it waits already


def test_ranks_of_the_list_are_handles(waiting):
    waiting("later", "3", "5")
    waits = json.loads(waiting("reading", "--json").out)["items"]
    waiting("like", "2")
    (rated,) = json.loads(waiting("history", "--json").out)["items"]
    assert rated["id"] == waits[1]["id"]


def test_later_is_taken_back_by_undo_and_ratings_stay(waiting):
    waiting("like", "1")
    waiting("later", "2", "3")
    out = waiting("undo").out
    assert "Took back `later`" in out
    assert "1 liked" in out
    assert waiting("reading").out == ""
    assert "`like`" in waiting("undo").out


def test_a_paper_counts_as_opened_by_the_command_and_not_by_its_printed_address(waiting, monkeypatch):
    monkeypatch.setenv("BROWSER", "true")
    waiting("like", "1", "2")
    waiting("open", "1", "--print")
    assert "Nothing was opened yet" in waiting("reading", "--opened").err
    waiting("open", "1")
    assert "1 of 1 paper opened" in waiting("reading", "--opened").out
    unopened = waiting("reading", "--unopened")
    assert "1 of 1 paper liked and never opened" in unopened.out
    assert "Links in mails" in unopened.err


def test_imported_likes_and_papers_done_with_are_no_unopened_ones(home, store):
    store.judge(PAPERS[:2], Verdict.LIKE, command="like", at=NOW)
    store.import_verdicts([Feedback(PAPERS[2], Verdict.LIKE, NOW)], command="import", at=NOW)
    ReadingList(store).put([PAPERS[0]], DONE, NOW)
    assert ids(reading(home, store).unopened()) == [PAPERS[1].id]


def test_the_reminder_is_silent_as_long_as_nothing_is_known_of_openings(home, store):
    store.judge(PAPERS[:5], Verdict.LIKE, command="like", at=NOW)
    later = reading(home, store, NOW + timedelta(days=2))
    assert later.reminder(3) == ()
    ReadingList(store).open(PAPERS[5], "page", NOW)
    assert [paper.id for paper in later.reminder(3)] == sorted((paper.id for paper in PAPERS[2:5]), reverse=True)
    assert reading(home, store).reminder(3) == ()  # liked this very day
    assert reading(home, store, NOW + timedelta(days=90)).reminder(3) == ()


def test_an_unknown_paper_changes_nothing(home, store):
    with pytest.raises(UnknownPaper):
        reading(home, store).later("no such paper")
    assert store.version() == 0


def test_the_best_come_first_if_asked(home, store):
    store.judge([make_paper(9, "Image fusion of radar")], Verdict.LIKE, command="like", at=NOW)
    ReadingList(store).put([make_paper(10, "Graph colouring"), make_paper(11, "Radar image fusion")], LATER, NOW)
    lists = reading(home, store)
    assert ids(lists.waiting()) == ["2001.00010", "2001.00011"]
    assert ids(lists.waiting(best=True, size=1)) == ["2001.00011"]


def test_an_export_has_the_list_and_a_search_finds_in_it(waiting):
    waiting("later", "2")
    (paper_id,) = waiting("export", "later", "-f", "ids").out.split()
    assert waiting("search", "--later").out.count(paper_id) == 1
    waiting("like", "2005.05594")
    liked = waiting("search", "--liked").out
    assert paper_id not in liked
    assert "among your likes" in liked
    assert "No paper among your likes has" in waiting("search", "zebrafish", "--liked").err
    assert waiting("search").code == 2


class Undoing(RuleBasedStateMachine):
    """Ratings, the reading list and `undo` in any order: each undo leads back to the state before its command."""

    def __init__(self):
        super().__init__()
        self.store = ProfileStore(IN_MEMORY)
        self.store.create()
        self.before: list[tuple[object, object]] = []

    @property
    def state(self):
        return self.store.verdicts(), set(ReadingList(self.store).waiting())

    @rule(papers=st.lists(st.sampled_from(PAPERS), min_size=1, unique=True), verdict=st.sampled_from([*Verdict, None]))
    def rate(self, papers, verdict):
        before = self.state
        self.store.judge(papers, verdict, command="like", at=NOW)
        self._remember(before)

    @rule(papers=st.lists(st.sampled_from(PAPERS), min_size=1, unique=True), state=st.sampled_from([LATER, DONE]))
    def put(self, papers, state):
        before = self.state, self.store.version()
        if ReadingList(self.store).put(papers, state, NOW):
            self.before.append(before[0])
        else:
            assert (self.state, self.store.version()) == before

    @precondition(lambda self: self.before)
    @rule()
    def undo(self):
        assert self.store.undo(NOW)
        assert self.state == self.before.pop()

    @invariant()
    def undo_takes_back_what_it_names(self):
        assert (self.store.last_command() is None) == (not self.before)

    def _remember(self, before):
        if self.state != before:
            self.before.append(before)

    def teardown(self):
        self.store.close()


TestUndoing = Undoing.TestCase

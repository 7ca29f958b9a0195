"""Which papers a list takes, given their scores."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW, SEED, make_paper, reader_of

from recommender.delivery import remarks
from recommender.paper import Digest, NoteKind, Nudge, NudgeKind, Outcome, Score, Status, Verdict
from recommender.profile import Profile
from recommender.services import lists, rankings
from recommender.services import today as today_service
from recommender.services.ingest import Candidates, ReadText, collect
from recommender.services.offered import Offered
from recommender.services.rankings import score
from recommender.services.reader import Reader
from recommender.services.requests import ListOptions, Request
from recommender.services.selection import diversify
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

PAPERS = [make_paper(number) for number in range(1, 31)]


def scores_of(values, *, alike=(), familiarity=None):
    """Known scores by paper id; `alike` are pairs of places with their cosine."""
    found = {}
    for place, value in enumerate(values):
        twins = tuple((PAPERS[better].id, cosine) for better, worse, cosine in alike if worse == place)
        found[PAPERS[place].id] = Score(value, 0.5, (), None, (familiarity or {}).get(place, 0.5), twins)
    return found


def places(items):
    return [PAPERS.index(item.paper) for item in items]


def test_a_near_twin_makes_room_for_the_next_paper():
    scores = scores_of([5.0, 4.9, 4.0, 3.9, 1.0], alike=[(0, 1, 0.9)])
    assert places(diversify(PAPERS[:5], scores, 3, 0, 0)) == [0, 1, 2]
    assert places(diversify(PAPERS[:5], scores, 3, 3, 0)) == [0, 2, 3]


def test_where_all_papers_fit_none_makes_room():
    scores = scores_of([5.0, 4.9, 4.0], alike=[(0, 1, 0.9)])
    assert places(diversify(PAPERS[:3], scores, 3, 10, 1)) == [0, 1, 2]


def test_the_least_familiar_of_the_next_papers_ends_the_list_and_is_marked():
    scores = scores_of([9.0 - place for place in range(30)], familiarity={7: 0.01, 29: 0.0})
    items = diversify(PAPERS, scores, 5, 0, 1)
    assert places(items) == [0, 1, 2, 3, 7]
    assert [item.exploring for item in items] == [False] * 4 + [True]


def test_nothing_is_explored_while_no_match_is_known():
    scores = {paper.id: Score(1.0) for paper in PAPERS}
    assert not any(item.exploring for item in diversify(PAPERS, scores, 5, 3, 2))


@given(
    st.lists(st.floats(-9, 9), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29), st.floats(0, 1)), max_size=20),
    st.integers(1, 35),
    st.integers(0, 10),
    st.integers(0, 5),
)
def test_a_list_has_each_paper_once_the_number_asked_for_and_rising_ranks(values, alike, size, variety, explore):
    values = sorted(values, reverse=True)
    scores = scores_of(values, alike=[pair for pair in alike if pair[0] < pair[1] < len(values)])
    items = diversify(PAPERS[: len(values)], scores, size, variety, explore)
    assert len(items) == min(size, len(values))
    assert len({item.paper.id for item in items}) == len(items)
    assert [item.rank for item in items] == list(range(1, len(items) + 1))
    assert items[0].paper == PAPERS[0]


def make(reader: Reader, candidates: Candidates, options: ListOptions):
    """The list of these candidates, made and recorded as `today` does it."""
    seen = reader.store.shown_on_other_days(candidates.day)
    made, basis = today_service.choose(reader, candidates, options, seen, reader.store.newest_day())
    reader.store.record(made, kind="today", basis=basis, at=NOW)
    return made


@pytest.fixture
def list_of(home, library: Library, memory: ProfileStore):
    """Lists day after day: `list_of(1, papers, ...)` is the list of the first day."""
    reader = reader_of(home, Profile("ada", list_size=4), library=library, store=memory)

    def of_day(day, papers, **options):
        digest = Digest(date(2026, 3, day), "cs.CV", tuple(papers))
        candidates = collect(reader, None, Offered(memory.listed_days()), [ReadText(f"day {day}", str(day), (digest,))])
        return make(reader, candidates, ListOptions(**options))

    return of_day


def test_what_became_of_shown_papers_is_known_from_the_next_day_on(list_of, memory):
    background = [make_paper(number, f"Theorem {number}", f"Proof {number}") for number in range(100, 170)]
    list_of(1, background)
    memory.judge(background[:6], Verdict.LIKE, command="like", at=NOW)
    shown = list_of(2, PAPERS[:8], explore=0).items
    assert all(item.score.probability is not None for item in shown)
    memory.judge([shown[0].paper], Verdict.LIKE, command="like", at=NOW)
    expected = tuple(Outcome(item.score.value, item is shown[0]) for item in shown)
    assert memory.outcomes(date(2026, 3, 2)) == ()
    assert memory.outcomes(date(2026, 3, 3)) == expected


def test_a_liked_share_above_the_usual_raises_the_match(list_of, memory):
    background = [make_paper(number, f"Theorem {number}", f"Proof {number}") for number in range(100, 170)]
    list_of(1, background)
    memory.judge(background[:6], Verdict.LIKE, command="like", at=NOW)
    before = list_of(2, PAPERS[:8]).items
    memory.judge([item.paper for item in before], Verdict.LIKE, command="like", at=NOW)
    after = list_of(3, PAPERS[8:16], explore=0).items
    usual = max(item.score.probability for item in before)
    assert min(item.score.probability for item in after) > usual


def test_a_day_on_which_nothing_matches_well_enough_says_so(list_of, memory):
    background = [make_paper(number, f"Theorem {number}", f"Proof {number}") for number in range(100, 170)]
    list_of(1, background)
    memory.judge(background[:6], Verdict.LIKE, command="like", at=NOW)
    made = list_of(2, PAPERS[:8], min_match=100)
    assert (made.items, made.status) == ((), Status.BELOW_THRESHOLD)
    assert remarks.notes(made.notes) == "All 8 papers: match less than 100 %."
    assert len(list_of(2, PAPERS[:8], min_match=0).items) == 4


# Rules, and matches that are not known


@pytest.fixture
def list_for(home, library: Library, memory: ProfileStore):
    """As `list_of`, for a profile: `list_for(profile, 1, papers)`."""

    def of_day(profile, day, papers):
        reader = reader_of(home, profile, library=library, store=memory)
        digest = Digest(date(2026, 3, day), "cs.CV", tuple(papers))
        candidates = collect(reader, None, Offered(memory.listed_days()), [ReadText(f"day {day}", str(day), (digest,))])
        return make(reader, candidates, ListOptions(variety=0, explore=0))

    return of_day


def test_a_list_says_once_when_matches_will_be_known(list_of, memory):
    background = [make_paper(number, f"Theorem {number}", f"Proof {number}") for number in range(100, 170)]
    first = list_of(1, background)
    assert [note.kind for note in first.notes][-1] is NoteKind.MATCH_NEEDS_LIKES
    memory.judge(background[:3], Verdict.LIKE, command="like", at=NOW)
    assert remarks.notes(list_of(2, PAPERS[:8]).notes) == "No match yet: it needs 2 more likes."
    memory.judge(background[3:6], Verdict.LIKE, command="like", at=NOW)
    assert not list_of(2, PAPERS[:8]).notes


def test_likes_without_papers_of_other_days_give_no_match_and_the_list_says_so(list_of, memory):
    memory.judge(PAPERS[:6], Verdict.LIKE, command="like", at=NOW)
    assert [note.kind for note in list_of(1, PAPERS[6:12]).notes] == [NoteKind.MATCH_NEEDS_PAPERS]


def test_a_followed_author_is_listed_below_the_threshold_and_changes_no_match(list_for, memory):
    background = [make_paper(number, f"Theorem {number}", f"Proof {number}") for number in range(100, 170)]
    followed = PAPERS[7]._replace(authors=("Ada Lovelace",))
    papers = [*PAPERS[:7], followed]
    list_for(Profile("ada"), 1, background)
    memory.judge(background[:6], Verdict.LIKE, command="like", at=NOW)
    plain = list_for(Profile("ada"), 2, papers)
    made = list_for(Profile("ada", min_match=100, follow=("A. Lovelace",)), 2, papers)
    assert [item.paper.id for item in made.items] == [followed.id]
    (match,) = [item.score.probability for item in plain.items if item.paper.id == followed.id]
    assert made.items[0].score.probability == match


def test_outcomes_rest_on_evidence_and_not_on_rules(list_for, memory):
    background = [make_paper(number, f"Theorem {number}", f"Proof {number}") for number in range(100, 170)]
    boosting = Profile("ada", boost=(Nudge(NudgeKind.CATEGORY, "cs", 1.5),))
    list_for(boosting, 1, background)
    memory.judge(background[:6], Verdict.LIKE, command="like", at=NOW)
    shown = list_for(boosting, 2, [paper._replace(categories=("cs.CV",)) for paper in PAPERS[:8]]).items
    values = [outcome.value for outcome in memory.outcomes(date(2026, 3, 3))]
    assert values == pytest.approx([item.score.value - 1.5 for item in shown])


# The same question


@pytest.fixture
def asking(run, tmp_path):
    """A profile with a folder of digests; its settings file and the folder."""
    folder = tmp_path / "digests"
    folder.mkdir()
    (folder / "2020-05-13.md").write_bytes(SEED.read_bytes())
    run("init", "ada", "--interests", "image fusion", "--digests", folder, "--no-input")
    return tmp_path / "home" / "profiles" / "ada.toml", folder


def of_another_day(folder):
    (folder / "2020-05-14.md").write_text(SEED.read_text().replace("13 May", "14 May").replace("2005.0", "2005.1"))


def _same_size_and_time(path):
    before = path.stat()
    path.write_text(path.read_text().replace("2005.05896", "2005.05999"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "nothing": lambda run, settings, folder: None,
    "a like": lambda run, settings, folder: run("like", "2"),
    "a verdict taken back": lambda run, settings, folder: (run("like", "2"), run("today"), run("undo")),
    "a muted word": lambda run, settings, folder: run("mute", "word:infrared"),
    "other settings": lambda run, settings, folder: settings.write_text(
        settings.read_text().replace("list_size = 10", "list_size = 3")
    ),
    "a new day": lambda run, settings, folder: of_another_day(folder),
    "another text": lambda run, settings, folder: (folder / "2020-05-13.md").write_text(
        "\n".join(SEED.read_text().splitlines()[:20])
    ),
    "a search in between": lambda run, settings, folder: run("search", "retinal"),
    "an imported library": lambda run, settings, folder: run("import", "-", "--offline", stdin=b"arXiv:2005.05900"),
    "another text as long and as old": lambda run, settings, folder: _same_size_and_time(folder / "2020-05-13.md"),
    "a file beside a link to nowhere": lambda run, settings, folder: (
        (folder / "latest").symlink_to("nowhere"),
        run("today"),
        of_another_day(folder),
    ),
    "another profile's digest": lambda run, settings, folder: (
        run("init", "bob", "--no-input"),
        of_another_day(folder),
    ),
}


@pytest.mark.sample(4)
@pytest.mark.parametrize("change", CHANGES)
def test_the_last_list_answers_again_only_while_nothing_changed(run, asking, change):
    run("today", "-p", "ada")
    run("today", "-p", "ada")
    CHANGES[change](run, *asking)
    answered = run("today", "-p", "ada")
    assert answered == run("today", "-p", "ada", "--refresh")


def test_an_answer_from_the_last_list_is_the_same_to_the_letter(run, asking):
    (asking[1] / "2020-05-12.md").write_text(SEED.read_text().replace("13 May", "12 May").replace("2005.0", "2005.2"))
    run("today", asking[1] / "2020-05-12.md")
    run("today")
    run("like", "1-6")
    of_another_day(asking[1])
    first = run("today")
    assert "of 46 papers" in first.out  # what was left of the day before is not new
    assert "outside your usual topics" in first.out
    assert run("today") == first


def test_a_folder_that_is_named_is_another_question_than_the_same_in_the_settings(run, asking):
    settings, folder = asking
    other = SEED.read_text().replace("cs.CV", "cs.CL").replace("2005.0", "2005.2")
    (folder / "2020-05-13.cs.CL.md").write_text(other)
    settings.write_text(settings.read_text().replace("categories = []", 'categories = ["cs.CV"]'))
    assert "10 of 46 papers" in run("today").out
    assert "10 of 92 papers" in run("today", folder).out
    assert "10 of 46 papers" in run("today").out


def test_a_list_of_more_papers_that_shows_the_same_ones_says_how_many_it_chose_from(run, asking, tmp_path):
    other = tmp_path / "other.md"
    entries = "".join(
        f"### {number}.Law {number} [ x ](https://arxiv.org/pdf/2005.1100{number}.pdf)\n> Contracts and courts.\n"
        for number in range(1, 6)
    )
    other.write_text("# ArXiv cs.CY --Wed, 13 May 2020\n" + entries)
    run("init", "bob", "--no-input")  # of whom nothing is known: the order is the digest's own
    seed = asking[1] / "2020-05-13.md"
    assert "10 of 46 papers" in run("today", "-p", "bob", seed).out
    first = run("today", "-p", "bob", seed, other)
    assert "10 of 51 papers" in first.out
    assert run("today", "-p", "bob", seed, other) == first


def _meanwhile(monkeypatch, happens):
    """While a list is being chosen."""
    choose = today_service.choose

    def slowly(*arguments):
        chosen = choose(*arguments)
        happens()
        return chosen

    monkeypatch.setattr(today_service, "choose", slowly)


@pytest.mark.parametrize("what", ["a like", "a fetch"])
def test_what_is_said_or_fetched_while_a_list_is_made_is_in_the_next(home, library, memory, monkeypatch, what):
    def happens():
        if what == "a like":
            memory.judge([PAPERS[0]], Verdict.LIKE, command="like", at=NOW)
        else:
            save(library, DAY, PAPERS[6:8], "more")

    reader = reader_of(home, Profile("ada", interests="title", digests=("here",)), library=library, store=memory)
    text = ReadText("x", "x", (Digest(DAY, "cs.CV", tuple(PAPERS[:6])),))
    monkeypatch.setattr(today_service, "collect", lambda *_: collect(reader, None, Offered(), [text]))
    monkeypatch.setattr(today_service, "_question", lambda *_: "of this folder")

    def repeated(options):
        return lists.repeated(reader, rankings.list_key(reader, options, "of this folder"))

    today_service.today(reader, Request(), ListOptions())
    assert repeated(ListOptions()) is not None
    _meanwhile(monkeypatch, happens)
    today_service.today(reader, Request(), ListOptions(size=3))
    assert repeated(ListOptions(size=3)) is None


# Kept rankings

DAY = date(2026, 3, 2)


def save(library, day, papers, name):
    library.save([(day, Digest(day, "cs.CV", tuple(papers)))], name=name, fingerprint=name, read_at=NOW)


def worded(number):
    return make_paper(number, f"fusion word{number % 9} law{number % 4}", f"images thing{number % 5} of {number % 11}")


def test_a_ranking_is_not_kept_when_its_background_changed(home, library, memory):
    old, new = [worded(number) for number in range(1, 70)], [worded(number) for number in range(100, 110)]
    reader, before = reader_of(home, Profile("ada"), library=library, store=memory), DAY - timedelta(days=1)
    save(library, before, old, "before")
    memory.judge(old[:6], Verdict.LIKE, command="like", at=NOW)
    first, basis = score(reader, new, DAY)
    assert score(reader, new, DAY) == (first, basis)
    save(library, DAY, old[10:50], "cross-lists of the day, which leave the background")
    second, other = score(reader, new, DAY)
    assert basis != other
    assert first != second


def test_a_ranking_made_ahead_leaves_the_reasons_of_the_last_list(run, asking):
    run("today")
    run("like", "1-5")
    run("today")
    told = run("why", "1")
    of_another_day(asking[1])
    run("fetch")
    assert run("why", "1") == told
    assert run("today").out.startswith("ada · Thu 14 May 2020")


def test_the_effect_of_a_verdict_is_shown_for_the_day_on_the_screen(run, asking):
    run("today")
    of_another_day(asking[1])
    run("fetch")
    assert "Of 45 papers left" in run("like", "1", "--effect").out


def test_the_effect_of_a_verdict_is_shown_where_the_same_papers_came_under_another_day(run, asking, tmp_path):
    run("today")
    run("like", "1-3")
    run("today")
    again = tmp_path / "again.md"
    again.write_text(SEED.read_text().replace("13 May", "14 May"))
    run("today", again)
    assert "moved up" in run("like", "2", "--effect").out

"""The figures of pictures: the map that stays still, interests, words, past matches and the calendar."""

import logging
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import save
from support import NOW, make_paper, reader_of

from recommender import services
from recommender.paper import Recommendation, Score, Shortlist, Status, Verdict
from recommender.results.evaluation import CurvePoint, Estimate, EvaluatedDay, LearningCurve, Measures
from recommender.results.pictures import DayState
from recommender.services import curve, nightly, paper_map, profiles
from recommender.services.pictures import Pictures

DAY = EvaluatedDay(date(2026, 11, 25), 9, 3, {"ours": Measures(0.5, 0.1, 1.0, 0.9)}, {}, ())
SUBJECTS = (
    "neural machine translation of low resource languages with attention decoders and parallel sentences",
    "cosmic lensing of distant galaxy clusters in redshift surveys with simulated dark matter haloes",
    "protein folding dynamics of enzymes, amino acid residues, ligand binding and membranes",
)


def paper(number):
    words = SUBJECTS[number % len(SUBJECTS)]
    return make_paper(number, f"{words[: 20 + number % 20]} {number}", f"We study {words}.", authors=("A. Author",))


@pytest.fixture
def reader(home, library, memory):
    """A reader with a library of a few papers and an empty history."""
    library.add([paper(number) for number in range(200, 240)])
    (home / "profiles" / "ada.toml").write_text('digests = "/nowhere"\n')
    with_stores = reader_of(home, library=library, store=memory)
    yield with_stores
    with_stores.close()


def rate(reader, numbers, verdict=Verdict.LIKE, at=NOW):
    reader.store.judge([paper(number) for number in numbers], verdict, command="rate", at=at)


def show(reader, numbers, day, *, match=0.5, kind="today"):
    items = tuple(Recommendation(rank, paper(number), Score(1.0, match)) for rank, number in enumerate(numbers, 1))
    shortlist = Shortlist("ada", day, items, 50, Status.RANKED if items else Status.NO_PAPERS)
    reader.store.record(shortlist, kind=kind, basis="", at=NOW)


def places(drawn):
    return {dot.paper.id: (dot.x, dot.y) for dot in (*drawn.rated, *drawn.today)}


# The map


def test_no_dot_moves_from_day_to_day_nor_when_its_paper_is_rated(reader):
    rate(reader, range(60))
    show(reader, range(200, 210), NOW.date())
    first = Pictures(reader).map()
    assert [dot.rank for dot in first.today] == list(range(1, 11))
    assert {dot.paper.id for dot in first.rated} == {paper(number).id for number in range(60)}
    before = places(first)

    rate(reader, [200, 201])
    rate(reader, [202], Verdict.DISLIKE)
    rate(reader, [203], Verdict.READ)  # leaves the map
    rate(reader, [7], None)  # its rating is taken back
    show(reader, range(205, 220), NOW.date() + timedelta(days=1))
    for make in (False, True):
        drawn = Pictures(reader).map(make=make)
        now = places(drawn)
        assert {paper_id: now[paper_id] for paper_id in before if paper_id in now} == {
            paper_id: place for paper_id, place in before.items() if paper_id in now
        }
        assert set(before) - set(now) == {paper(7).id, paper(203).id, paper(204).id}
        verdicts = {dot.paper.id: dot.verdict for dot in drawn.rated}
        assert verdicts[paper(202).id] is Verdict.DISLIKE
        assert [dot.rank for dot in drawn.today] == list(range(1, 16))


@pytest.fixture
def mapped(reader):
    rate(reader, range(30))
    Pictures(reader).map()
    return reader


@pytest.mark.slow
@given(numbers=st.sets(st.integers(200, 239), max_size=19), verdicts=st.data())
@settings(max_examples=min(10, settings().max_examples))
def test_whatever_is_listed_and_rated_after_it_the_map_stays(mapped, numbers, verdicts):
    before = places(Pictures(mapped).map(make=False))
    show(mapped, sorted(numbers), NOW.date())
    listed = places(Pictures(mapped).map())
    for number in numbers:
        rate(mapped, [number], verdicts.draw(st.sampled_from([Verdict.LIKE, Verdict.DISLIKE])))
    assert places(Pictures(mapped).map()).items() <= (before | listed).items()
    rate(mapped, numbers, None)


def test_topics_are_where_their_likes_are(reader):
    rate(reader, range(30))
    rate(reader, range(60, 70), Verdict.DISLIKE)
    drawn = Pictures(reader).map()
    assert len(drawn.topics) == len(SUBJECTS)
    for number, topic in enumerate(drawn.topics):
        own = [dot for dot in drawn.rated if dot.topic == number]
        assert topic.likes == len(own) == 10
        assert min(dot.x for dot in own) <= topic.x <= max(dot.x for dot in own)
    assert all(dot.topic == -1 for dot in drawn.rated if dot.verdict is Verdict.DISLIKE)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_ratings_give_no_map_and_their_number(reader, count):
    rate(reader, range(count))
    drawn = Pictures(reader).map()
    assert (drawn.ratings, drawn.rated, drawn.enough) == (count, (), False)


def test_a_page_gets_no_map_before_one_is_made_and_run_makes_it(reader):
    rate(reader, range(30))
    waiting = Pictures(reader).map(make=False)
    assert (waiting.ratings, waiting.rated, waiting.enough) == (30, (), True)
    paper_map.prepare(reader)
    assert len(Pictures(reader).map(make=False).rated) == 30


def test_a_map_is_fitted_again_only_after_many_ratings(reader):
    rate(reader, range(40))
    first = Pictures(reader).map()
    rate(reader, range(40, 55))
    assert places(first).items() <= places(Pictures(reader).map()).items()
    rate(reader, range(55, 65))
    again = places(Pictures(reader).map())
    assert not places(first).items() <= again.items()
    assert places(Pictures(reader).map(make=False)) == again


@pytest.mark.slow
@pytest.mark.parametrize("damaged", [b"", b"{}\n", b"\xff\xfe\x00", b'{"topics": 3, "key": ""}\n'])
def test_a_damaged_map_is_made_anew(reader, damaged):
    rate(reader, range(30))
    first = Pictures(reader).map()
    kept = reader.home.cached("ada", "map")
    head, _, body = kept.partition(b"\n")
    for data in (damaged, damaged + body, kept[:-1], head + b"\n"):
        reader.home.keep_cached("ada", "map", data)
        assert Pictures(reader).map(make=False).rated == ()
        assert Pictures(reader).map() == first


def test_a_reset_forgets_the_map(reader):
    rate(reader, range(30))
    Pictures(reader).map()
    profiles.reset(reader)
    assert reader.home.cached("ada", "map") == b""
    assert Pictures(reader).map().ratings == 0


# The learning curve


@pytest.mark.parametrize(
    "damaged",
    [
        *(b"", b"{", b"[]", b"3", b"\xff", b"[" * 100_000),
        b'{"made_at": "2026-01-01", "days": 3, "points": [[1]]}',
        b'{"made_at": "2026-01-01T00:00:00+00:00", "days": 3, "points": [[1, NaN, 0, 0]]}',
    ],
)
def test_a_damaged_learning_curve_is_none(reader, damaged):
    reader.home.keep_cached("ada", "curve", damaged)
    assert Pictures(reader).curve() is None


def test_the_last_learning_curve_is_kept_until_a_reset(reader):
    report = services.evaluation.replay(reader)
    assert Pictures(reader).curve() == LearningCurve(NOW.astimezone(), report.curve_days, ())  # nothing to measure
    point = CurvePoint(30, Estimate(0.5, 0.4, 0.6))
    curve.keep(reader, report._replace(curve=(point,), curve_days=7, tested_likes=9, days=(DAY, DAY)))
    assert Pictures(reader).curve() == LearningCurve(NOW.astimezone(), 7, (point,))
    profiles.reset(reader)
    assert Pictures(reader).curve() is None


# The others


def test_interests_are_counted_by_topic_and_month_and_add_up(reader):
    for month, numbers in ((1, range(12)), (3, range(12, 18))):
        rate(reader, numbers, at=datetime(2026, month, 5, tzinfo=NOW.tzinfo))
    rate(reader, [200], Verdict.DISLIKE)
    history = Pictures(reader).interests()
    assert history.months == ("2026-01", "2026-02", "2026-03")
    rows = [*history.topics, history.others]
    assert [sum(row.by_month[place] for row in rows) for place in range(3)] == [12, 0, 6]
    assert sum(row.likes for row in rows) == 18


def test_words_say_what_they_add_and_in_how_many_papers_they_are(reader):
    rate(reader, range(0, 30, 3))
    rate(reader, range(1, 31, 3), Verdict.DISLIKE)
    learned = Pictures(reader).words()
    assert (learned.liked, learned.disliked) == (10, 10)
    raising, lowering = ({word.text for word in words} for words in (learned.positive, learned.negative))
    assert "translation" in " ".join(raising)
    assert "galaxy" in " ".join(lowering)
    assert all(word.effect > 0 for word in learned.positive)
    assert all(word.effect < 0 for word in learned.negative)
    assert all(1 <= word.papers <= 20 for word in (*learned.positive, *learned.negative))


def test_past_matches_are_compared_with_likes(reader):
    for age in range(1, 6):
        show(reader, range(200 + 5 * age, 205 + 5 * age), NOW.date() - timedelta(days=age), match=0.4)
    rate(reader, [205, 206, 210, 215])
    rate(reader, [207], Verdict.DISLIKE)
    show(reader, range(100, 105), NOW.date(), match=0.9)  # nobody had the time to rate it
    matches = Pictures(reader).calibration()
    assert matches.papers == matches.calibration.papers == 25
    (only,) = matches.calibration.bins
    assert (only.papers, only.predicted, only.liked) == (25, pytest.approx(0.4), pytest.approx(4 / 25))
    assert sum(month.papers for month in matches.months) == 25
    assert sum(month.liked for month in matches.months) == 4


def test_without_past_matches_there_is_no_calibration(reader):
    show(reader, range(200, 210), NOW.date() - timedelta(days=1), match=None)
    matches = Pictures(reader).calibration()
    assert (matches.papers, matches.calibration) == (0, None)
    assert [month.papers for month in matches.months] == [10]


def test_the_calendar_tells_read_unread_failed_and_quiet_days(reader):
    monday = date(2026, 2, 16)
    days = [monday + timedelta(days=number) for number in range(7)]
    show(reader, [200, 201], days[0])
    rate(reader, [201], Verdict.READ)
    show(reader, [202], days[1], kind="mail")
    save(reader.library, paper(300), day=days[2])
    log = reader.home.log_file("ada")
    log.parent.mkdir(parents=True)
    log.write_text(f"{days[1]} 04:00:00,000 ERROR was made later\n{days[3]} 04:00:00,123 ERROR no <route>: to host\n")
    shown = {day.day: day for day in Pictures(reader).days().days}
    assert [shown[day].state for day in days] == [
        DayState.RATED,
        DayState.LISTED,
        DayState.UNREAD,
        DayState.FAILED,
        DayState.MISSING,
        DayState.QUIET,
        DayState.QUIET,
    ]
    assert (shown[monday].papers, shown[monday].rated) == (2, 1)
    assert shown[days[3]].message == "no <route>: to host"
    assert shown[monday - timedelta(days=3)].state is DayState.AHEAD
    assert max(shown) == reader.today


def test_today_is_not_missed_before_it_is_over(reader):
    save(reader.library, paper(300), day=reader.today - timedelta(days=1))
    save(reader.library, paper(301), day=reader.today)
    *_, yesterday, today = Pictures(reader).days().days
    assert (yesterday.state, today.state) in [
        (DayState.UNREAD, DayState.AHEAD),
        (DayState.QUIET, DayState.AHEAD),
    ]
    show(reader, [301], reader.today)
    assert Pictures(reader).days().days[-1].state is DayState.LISTED


def test_the_log_that_run_writes_is_the_one_that_the_calendar_reads(reader):
    with nightly._log(reader) as log:
        log.log(logging.ERROR, "no answer")
    *_, today = Pictures(reader_of(reader.home.root, now=datetime.now(NOW.tzinfo))).days().days
    assert (today.state, today.message) == (DayState.FAILED, "no answer")


def test_before_anything_is_known_no_day_counts_as_missed(reader):
    calendar = Pictures(reader).days()
    assert calendar.known == ()
    assert len(calendar.days) == 371

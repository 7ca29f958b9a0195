"""The replay of a reader's own days: honest, right in its figures, and plain where there is too little to tell."""

import json
import random
import sqlite3
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW, make_paper, reader_of

from recommender import ranking, services
from recommender.paper import Digest, Feedback, Paper, Recommendation, Score, Shortlist, Verdict
from recommender.profile import Profile
from recommender.results.evaluation import COMPARED, OURS, LastLikes
from recommender.services import history as past

FIRST = date(2020, 1, 6)  # a Monday
ADA = Profile("ada")
WORDS = [
    f"{start}{end}" for start in ("bar", "kel", "mon", "tur", "sig", "pol") for end in ("ane", "ito", "umb", "ery")
]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def morning(number: int) -> datetime:
    return datetime(FIRST.year, FIRST.month, FIRST.day, 8, tzinfo=UTC) + timedelta(days=number)


def replay(profile, library, memory, newest=None):
    reader = reader_of(library.path.parent, profile, library=library, store=memory)
    return services.evaluation.replay(reader, newest)


def announce(library, when, papers, category="cs.CV"):
    library.save(
        [(when, Digest(when, category, tuple(papers)))],
        name=f"{when}",
        fingerprint=f"{when} {category}",
        read_at=NOW,
    )


def some_words(seed: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=12))


def announce_days(library, days, papers=12, on_topic=2):
    """So many days, the last papers of each on infrared fusion; returns the papers on it by day."""
    found = []
    for number in range(days):
        made = [
            make_paper(
                number * 100 + place, f"Study {some_words(number * 100 + place)}", some_words(number * 7 + place)
            )
            for place in range(papers - on_topic)
        ]
        topical = [
            make_paper(number * 100 + 50 + place, "Infrared image fusion", f"fusion {some_words(number * 100 + place)}")
            for place in range(on_topic)
        ]
        announce(library, day(number), [*made, *topical])
        found.append(topical)
    return found


def like_all(memory, by_day, at=None):
    """Like each day's papers on their day, or all at one sitting."""
    for number, papers in enumerate(by_day):
        memory.judge(papers, Verdict.LIKE, command="like", at=at or morning(number))


@pytest.fixture
def ranked(monkeypatch):
    """Every history that was ranked with, and the papers it was asked about."""
    asked = []
    rank = ranking.rank

    def spy(history, papers, *rest, **options):
        asked.append((history, papers))
        return rank(history, papers, *rest, **options)

    monkeypatch.setattr(ranking, "rank", spy)
    return asked


# What a day may know


@pytest.mark.sample(1)
@pytest.mark.parametrize("sitting", [None, morning(30), morning(-30)], ids=["daily", "all later", "all before"])
def test_no_day_knows_a_verdict_on_a_paper_of_that_day_or_later(library, memory, ranked, sitting):
    by_day = announce_days(library, 6)
    like_all(memory, by_day, sitting)
    memory.judge(library.papers(["2001.00301", "2001.00401"]).values(), Verdict.DISLIKE, command="dislike", at=NOW)
    replay(ADA, library, memory)
    announced = library.first_announced()
    assert len(ranked) == (0 if sitting == morning(-30) else 5)
    for history, papers in ranked:
        (today,) = {announced[paper.id] for paper in papers}
        assert all(announced[entry.paper.id] < today for entry in history.feedback)
        assert all(announced[paper.id] < today for paper in history.unrated)
        assert all(entry.given_at.date() <= today for entry in history.feedback)
        assert not {entry.paper.id for entry in history.feedback} & {paper.id for paper in history.unrated}
        assert history.feedback


@pytest.mark.slow
def test_likes_that_have_nothing_in_common_are_not_found_beforehand(library, memory):
    """Each liked paper is about something of its own: whoever ranks it high has seen its verdict."""
    liked = []
    for number in range(12):
        papers = [
            make_paper(number * 100 + place, f"Own{number}x{place}", f"alone{number}y{place}") for place in range(20)
        ]
        announce(library, day(number), papers)
        liked.append([papers[random.Random(number).randrange(20)]])
    like_all(memory, liked, at=morning(40))
    auc = replay(ADA, library, memory).rankings[OURS]["auc"].mean
    assert 0.2 < auc < 0.8


PAPERS = [make_paper(number) for number in range(8)]


@given(
    st.dictionaries(st.sampled_from([paper.id for paper in PAPERS]), st.integers(0, 9).map(day)),
    st.lists(st.integers(-5, 15).map(morning), min_size=8, max_size=8),
    st.integers(0, 9).map(day),
)
def test_what_is_known_came_out_before_and_is_dated_before(came_out, times, today):
    feedback = [Feedback(paper, Verdict.LIKE, at) for paper, at in zip(PAPERS, times, strict=True)]
    told = services.evaluation.verdicts_before(today, feedback, came_out)
    ids = {entry.paper.id for entry in told}
    assert ids >= {paper_id for paper_id, when in came_out.items() if when < today}
    assert not ids & {paper_id for paper_id, when in came_out.items() if when >= today}
    assert all(entry.given_at <= datetime(today.year, today.month, today.day, tzinfo=UTC) for entry in told)
    assert [entry.given_at for entry in told] == sorted((entry.given_at for entry in told), reverse=True)


@pytest.mark.parametrize(
    ("paper", "given_at", "counts"),
    [
        (Paper("1912.00001", "An older paper", ""), NOW, True),
        (Paper("hep-th/9901001", "A much older paper", ""), NOW, True),
        (Paper("2001.00001", "Of the same month", ""), NOW, False),
        (Paper("2001.00001", "Of the same month", ""), morning(-1), True),
        (Paper("2001.00001", "Of the same month", "", submitted=day(-2)), NOW, True),
        (Paper("2001.00001", "Of the same month", "", submitted=day(0)), NOW, False),
        (Paper("2002.00001", "From the future", ""), NOW, False),
        (Paper("not-of-arxiv", "Undated", ""), NOW, False),
    ],
    ids=lambda value: value.title if isinstance(value, Paper) else "",
)
def test_a_verdict_on_a_paper_no_digest_announced_counts_once_the_paper_was_out(paper, given_at, counts):
    assert bool(services.evaluation.verdicts_before(FIRST, [Feedback(paper, Verdict.LIKE, given_at)], {})) is counts


def test_likes_of_papers_no_digest_announced_are_history_and_are_counted(library, memory, ranked):
    by_day = announce_days(library, 3)
    like_all(memory, [[Paper("1905.00001", "Infrared fusion", "Of infrared images.")], *by_day[1:]], at=NOW)
    report = replay(ADA, library, memory)
    assert (report.likes, report.tested_likes, report.unannounced_likes) == (5, 4, 1)
    assert all("1905.00001" in {entry.paper.id for entry in history.feedback} for history, _ in ranked)


def test_a_paper_rated_before_its_day_is_no_candidate(library, memory, ranked):
    by_day = announce_days(library, 3)
    like_all(memory, by_day)
    early = make_paper(201)
    memory.judge([early], Verdict.DISLIKE, command="dislike", at=morning(1))
    replay(ADA, library, memory)
    history, papers = ranked[-1]
    assert early.id not in {paper.id for paper in papers} | {entry.paper.id for entry in history.feedback}


def test_candidates_are_of_the_readers_categories(library, memory, ranked):
    by_day = announce_days(library, 4)
    for number in range(4):
        announce(library, day(number), [make_paper(5000 + number)], category="hep-th")
    like_all(memory, by_day)
    replay(Profile("ada", categories=("cs.CV",)), library, memory)
    assert not {"2001.05000", "2001.05001", "2001.05002"} & {paper.id for _, papers in ranked for paper in papers}


def test_with_as_much_background_as_a_list_of_today_has():
    assert services.evaluation.BACKGROUND == past.BACKGROUND


# A reader


@pytest.fixture
def reader(library, memory):
    """Ada likes the two papers on infrared fusion of each of ten days."""
    like_all(memory, announce_days(library, 10))


def test_a_topic_is_learned(library, memory, reader):
    report = replay(ADA, library, memory)
    assert report.enough
    assert (report.tested_likes, len(report.days), report.days_left_out) == (
        18,
        9,
        0,
    )  # before the first day nothing is known
    assert report.rankings[OURS]["ndcg"].mean > 0.95
    assert report.rankings["newest"]["ndcg"].mean < 0.5
    assert report.last_likes == LastLikes(18, 18, 0)
    assert report.calibration
    assert report.calibration.papers
    assert [point.verdicts for point in report.curve] == [1, 3, 10, 18]
    assert report.curve[-1].ndcg == report.rankings[OURS]["ndcg"]
    assert all(set(measured.measures) == set(COMPARED) for measured in report.days)


def test_only_the_newest_days_are_ranked_if_so_asked(library, memory, reader):
    report = replay(ADA, library, memory, newest=3)
    assert [found.day for found in report.days] == [day(7), day(8), day(9)]
    assert (report.tested_likes, report.days_left_out) == (6, 6)


@pytest.mark.slow
def test_days_that_were_only_listed_tell_of_matches_and_of_nothing_else(library, memory):
    by_day = announce_days(library, 12)
    like_all(memory, by_day[:10])
    for number in (10, 11):
        items = tuple(Recommendation(rank, paper, Score(1.0)) for rank, paper in enumerate(by_day[number], start=1))
        memory.record(Shortlist("ada", day(number), items, 12), kind="today", basis="", at=morning(number))
    report = replay(ADA, library, memory)
    assert [found.day for found in report.days if not found.measures] == [day(10), day(11)]
    assert all(not liked for found in report.days[-2:] for _, liked in found.matches)
    assert report.calibration.papers == sum(len(found.matches) for found in report.days)
    assert report.tested_likes == 18


def test_interests_alone_can_be_measured_too(library, memory):
    like_all(memory, announce_days(library, 3), at=NOW)
    report = replay(Profile("ada", interests="infrared image fusion"), library, memory)
    assert (report.tested_likes, report.curve[0].verdicts) == (6, 0)
    assert report.rankings[OURS]["ndcg"].mean > 0.95


def test_verdicts_that_count_before_they_were_given_are_counted(library, memory):
    by_day = announce_days(library, 4)
    like_all(memory, by_day)
    assert replay(ADA, library, memory).backdated_verdicts == 0
    memory.judge(library.papers(["2001.00001"]).values(), Verdict.DISLIKE, command="dislike", at=NOW)
    assert replay(ADA, library, memory).backdated_verdicts == 1


# The command


@pytest.fixture
def ada(run):
    assert run("init", "ada", "--no-input").code == 0


def stored(home):
    content = {}
    for path in sorted(home.rglob("*.db")):
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        content[path.name] = list(connection.iterdump())
        connection.close()
    return content


def test_the_report_fits_80_columns_and_says_it_all(run, ada, reader):
    ran = run("evaluate")
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "\x1b" not in ran.out
    for said in ("9 days", "18 likes", "this ranking", "logistic alone", "BM25 alone", "newest first", "nDCG@10", "█"):
        assert said in ran.out
    assert "18 of your last 18 likes were among the 10 best of their day; newest first, 0." in ran.out.replace(
        "\n", " "
    )
    assert ran.err == ""


def test_nothing_that_is_stored_changes(run, ada, reader, home):
    before = stored(home)
    run("evaluate")
    assert stored(home) == before


@pytest.mark.parametrize(
    ("days", "said"), [(0, "0 likes on 0 days"), (1, "0 likes on 0 days"), (3, "4 likes on 2 days")]
)
def test_too_little_to_tell_is_said_and_is_no_error(run, ada, library, memory, days, said):
    like_all(memory, announce_days(library, days))
    ran = run("evaluate")
    assert ran.code == 0
    assert f"Too little to tell: {said} can be tested, 5 on 2 days are needed." in ran.out.replace("\n", " ")
    answer = json.loads(run("evaluate", "--json").out)
    assert (answer["enough"], answer["tested"]) == (False, 4 if days == 3 else 0)
    assert answer["note"].startswith("Too little")
    if days == 3:
        assert "4 of your last 4 likes were among the 10 best" in ran.out


def test_a_day_that_is_liked_whole_says_nothing(run, ada, library, memory):
    like_all(memory, announce_days(library, 3, papers=2, on_topic=2))
    assert "0 likes on 0 days" in run("evaluate").out.replace("\n", " ")


def test_the_json_answer_is_stable(run, ada, reader):
    answer = json.loads(run("evaluate", "--json").out)
    assert list(answer) == [
        *("version", "profile", "enough", "note", "likes", "tested", "undated", "late", "left_out", "days"),
        *("rankers", "rival", "lead", "last_likes", "calibration", "curve", "curve_days"),
    ]
    assert (answer["version"], answer["profile"], answer["enough"]) == (1, "ada", True)
    assert set(answer["rankers"]) == {"ours", "linear", "bm25", "newest"}
    assert set(answer["rankers"]["ours"]) == {"ndcg", "precision", "recall", "auc"}
    assert set(answer["rankers"]["ours"]["ndcg"]) == {"mean", "low", "high"}
    assert set(answer["days"][0]) == {"day", "candidates", "known", "measures", "places", "told"}
    assert answer["days"][0]["day"] == "2020-01-07"
    assert set(answer["calibration"]) == {"papers", "error", "over_half", "over_half_liked", "bins"}
    assert set(answer["curve"][0]) == {"known", "ndcg"}


@pytest.mark.slow
def test_the_plot_is_written_over_an_older_one(run, ada, reader, tmp_path):
    target = tmp_path / "plot.svg"
    target.write_text("an older plot")
    ran = run("evaluate", "--plot", target)
    assert (ran.code, ran.err) == (0, f"The plot is in {target}.\n")
    assert ET.parse(target).getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_a_plot_that_cannot_be_written_is_an_error_before_anything_is_ranked(run, ada, reader, ranked, tmp_path):
    for target in (tmp_path / "missing" / "plot.svg", tmp_path):
        ran = run("evaluate", "--plot", target)
        assert ran.code == 7
        assert str(target) in ran.err
        assert ran.out == ""
    assert not ranked


def test_without_enough_no_plot_is_written_and_that_is_said(run, ada, tmp_path):
    ran = run("evaluate", "--plot", tmp_path / "plot.svg")
    assert ran.code == 0
    assert "No plot was written" in ran.err
    assert not (tmp_path / "plot.svg").exists()


def test_stopped_by_ctrl_c_nothing_is_written(run, ada, reader, home, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    before = stored(home)
    monkeypatch.setattr(ranking, "rank", interrupted)
    ran = run("evaluate", "--plot", tmp_path / "plot.svg")
    assert (ran.code, ran.out) == (130, "")
    assert stored(home) == before
    assert not (tmp_path / "plot.svg").exists()

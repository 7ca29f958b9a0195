"""The quality benchmark measures what it says, and never looks ahead."""

import gzip
import json
import random
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import ndcg_score, roc_auc_score

from benchmarks.quality import intervals
from benchmarks.quality.__main__ import compare
from benchmarks.quality.ablation import PARTS, ablation, variants
from benchmarks.quality.authors import authors
from benchmarks.quality.candidates import candidate_generation
from benchmarks.quality.coldstart import cold_starts
from benchmarks.quality.curve import NAMES as PARAMETERS
from benchmarks.quality.curve import curve, fitted, log_loss
from benchmarks.quality.features import Okapi, Tfidf, Vocabulary
from benchmarks.quality.figures import part_of
from benchmarks.quality.metrics import METRICS, measure
from benchmarks.quality.raters import SHARES, raters
from benchmarks.quality.readers import MERGED_LISTS, Data, Reader
from benchmarks.quality.recipes import CENTROID, OURS, PLAIN, WORDS, dataset_of, recipes
from benchmarks.quality.replay import FIRST_DAY, morning_of, replay
from recommender.ranking.reliability import calibration_bins, calibration_error
from recommender.results.evaluation import CalibrationBin

pytestmark = pytest.mark.slow

FIRST = date(2025, 3, 3)
DAYS, PAPERS_A_DAY = 16, 20
TOPICS = {
    "vision": "image segmentation convolution pixel camera object detection visual scene depth".split(),
    "language": "translation sentence language token speech dialogue parsing corpus grammar summarisation".split(),
    "physics": "galaxy stellar redshift telescope photon neutrino plasma orbit quasar dust".split(),
    "biology": "protein folding genome cell enzyme mutation tissue bacteria receptor membrane".split(),
}
NAMES = ["Ada", "Grace", "Emmy", "Sofia", "Mary", "Hypatia"]


def write(path: Path, records: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(record) + "\n" for record in records)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """Sixteen days of made-up papers on four topics, and one list a topic that likes half of its papers.

    Each like comes at midnight, the very moment a day is ranked at, some days after the announcement.
    """
    folder = tmp_path_factory.mktemp("real")
    draw = random.Random(1)
    likes, papers = [], []
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        announced = []
        for place in range(PAPERS_A_DAY):
            topic = list(TOPICS)[place % len(TOPICS)]
            paper_id = f"2503.{number:02}{place:03}"
            title, text = " ".join(draw.sample(TOPICS[topic], 3)), " ".join(draw.choices(TOPICS[topic], k=25))
            facts = {"authors": [f"{draw.choice(NAMES)} {topic.title()}", draw.choice(NAMES)], "categories": ["cs.CV"]}
            announced.append({"id": paper_id, "title": title, "summary": text, **facts})
            if draw.random() < 0.5:
                liked_at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=draw.randrange(4))
                paper = f"arxiv:{paper_id}"
                likes.append({"user": f"list:{topic}", "paper": paper, "kind": "add", "time": liked_at.isoformat()})
                papers.append({"id": paper, "title": title, "abstract": text})
        write(folder / "digests" / "raw" / f"{day}.jsonl.gz", announced)
    write(folder / "likes-dev" / "papers.jsonl.gz", papers)
    write(folder / "likes-dev" / "likes.jsonl.gz", likes)
    write(
        folder / "likes-dev" / "users.jsonl",
        [{"user": f"list:{topic}", "source": "curated-list"} for topic in TOPICS],
    )
    return Data(folder)


# Metrics and intervals


def test_metrics_are_what_one_computes_by_hand():
    values, liked = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, False])
    found = dict(zip(METRICS, measure(values, liked), strict=True))
    assert found["AUC"] == 3 / 4  # of four pairs only the last liked below the first other is wrong
    assert found["nDCG@10"] == pytest.approx((1 + 1 / 2) / (1 + 1 / np.log2(3)))
    assert found["P@10"] == 0.2
    assert found["recall@10"] == 1


@given(st.lists(st.booleans(), min_size=12, max_size=40).filter(lambda liked: 0 < sum(liked) < len(liked)))
def test_auc_and_ndcg_are_those_of_scikit_learn(liked):
    values = np.random.default_rng(len(liked)).permutation(len(liked)).astype(float)
    found = measure(values, np.array(liked))
    assert found[0] == pytest.approx(roc_auc_score(liked, values))
    assert found[1] == pytest.approx(ndcg_score([liked], [values], k=10))


def test_a_ranker_that_says_nothing_ranks_at_random():
    liked = np.arange(200) < 20
    found = measure(np.zeros(200), liked)
    assert found[0] == 0.5
    assert found[1] < 0.5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_an_interval_holds_its_mean_and_is_the_same_again(values):
    found = intervals.mean(values)
    assert found.low - 1e-9 <= found.mean == np.mean(values) <= found.high + 1e-9
    assert found == intervals.mean(values)


def test_an_interval_narrows_with_more_readers():
    draw = np.random.default_rng(0)
    few, many = intervals.mean(draw.random(10)), intervals.mean(draw.random(1000))
    assert many.high - many.low < few.high - few.low


def test_a_ratio_is_one_of_means():
    assert intervals.ratio([0.2, 0.6], [0.2, 0.2]).mean == pytest.approx(2)


# Questions


def test_nothing_liked_on_the_day_or_later_is_known(data):
    questions = list(replay(data, every=1))
    assert len(questions) > 10
    on_the_very_day = 0
    for question in questions:
        morning = morning_of(data, question.day)
        for entry in question.history.feedback:
            assert entry.given_at < morning
            assert question.reader.likes[entry.paper.id] == entry.given_at
        on_the_very_day += sum(time == morning for time in question.reader.likes.values())
    assert on_the_very_day  # else the likes of the day itself were never put to the test


def test_no_truth_is_background_or_known_to_be_liked(data):
    for question in replay(data, every=1):
        truths = {paper.id for paper, liked in zip(question.candidates, question.liked, strict=True) if liked}
        history = {entry.paper.id for entry in question.history.feedback}
        background = {paper.id for paper in question.history.unrated}
        assert truths
        assert not truths & (history | background)
        assert not history & background
        assert truths == question.reader.likes.keys() & {paper.id for paper in question.candidates}


def test_background_is_older_than_the_day(data):
    day_of = {paper_id: number for number, (_, ids) in enumerate(data.days) for paper_id in ids}
    for question in replay(data, every=1):
        assert question.day >= FIRST_DAY
        assert {day_of[paper.id] for paper in question.candidates} == {question.day}
        assert all(day_of[paper.id] < question.day for paper in question.history.unrated)


def test_dry_days_come_only_when_asked_for(data):
    assert all(question.liked.any() for question in replay(data, every=1))
    both = list(replay(data, every=1, dry=True))
    assert len(both) == (DAYS - FIRST_DAY) * len(data.readers)


def test_cold_starts_keep_likes_truths_and_background_apart(data):
    questions = list(cold_starts(data))
    assert {k for k, _ in questions} >= {1, 3, 10}
    for k, question in questions:
        likes = {entry.paper.id for entry in question.history.feedback}
        background = {paper.id for paper in question.history.unrated}
        candidates = {paper.id for paper in question.candidates}
        assert len(likes) == k
        assert not likes & (background | candidates)
        assert not background & (candidates | question.reader.likes.keys())


def test_a_merged_reader_likes_what_its_lists_do(data):
    merged = [reader for reader in data.readers if reader.merged]
    assert merged
    for reader in merged:
        assert len(reader.interests) == MERGED_LISTS
        assert set().union(*reader.interests) == reader.likes.keys()


def test_the_split_of_readers_is_fixed():
    parts = [part_of(Reader(name, {})) for name in ("list:a", "list:b", "hf:0", "merged:00")]
    assert parts == ["checking", "checking", "checking", "tuning"]


# Recipes of others


def test_daily_features_are_those_of_a_vectorizer_fitted_on_the_day(data):
    vocabulary = Vocabulary(data, WORDS)
    day = 12
    known = [vocabulary.ids[row] for row in vocabulary.up_to(day)]
    settings = {"max_features": 60, "min_df": 3, "max_df": 0.2}
    expected = TfidfVectorizer(
        strip_accents="unicode",
        stop_words="english",
        token_pattern=WORDS,
        ngram_range=(1, 2),
        sublinear_tf=True,
        dtype=np.float32,
        **settings,
    ).fit_transform(f"{data.papers[paper_id].title} {data.papers[paper_id].abstract}" for paper_id in known)
    found = Tfidf(vocabulary, **settings).of(known, day)
    assert expected.shape == found.shape
    assert abs(expected - found).max() < 1e-6


def test_papers_of_later_days_are_not_known(data):
    vocabulary = Vocabulary(data, WORDS)
    liked = {paper_id for reader in data.readers for paper_id in reader.likes}
    known = {vocabulary.ids[row] for row in vocabulary.up_to(FIRST_DAY)}
    later = {paper_id for _, ids in data.days[FIRST_DAY + 1 :] for paper_id in ids}
    assert later - liked
    assert not known & (later - liked)
    assert {paper_id for _, ids in data.days[: FIRST_DAY + 1] for paper_id in ids} <= known


def test_okapi_scores_are_those_of_rank_bm25(data):
    vocabulary = Vocabulary(data, WORDS)
    okapi, day = Okapi(vocabulary), DAYS - 1
    texts = [f"{data.papers[paper_id].title} {data.papers[paper_id].abstract}".split() for paper_id in vocabulary.ids]
    query = vocabulary.ids[7]
    expected = BM25Okapi(texts).get_scores(texts[7])
    found = (okapi.of(vocabulary.ids, day) @ okapi.queries([query]).T).toarray().ravel()
    assert found == pytest.approx(expected, rel=1e-4)


def test_every_recipe_gives_each_candidate_a_value_in_whatever_order_they_come(data):
    question = next(replay(data, every=1))
    turned = replace(question, candidates=question.candidates[::-1], liked=question.liked[::-1])
    for name in ("BM25 alone", CENTROID, "zotero-arxiv-daily's formula", OURS):
        recipe = recipes(data)[name]
        values = recipe(question, dataset_of(question, data))
        assert len(values) == len(question.candidates)
        assert values == pytest.approx(recipe(turned, dataset_of(turned, data))[::-1])


def test_a_part_taken_out_is_missed_and_then_back(data):
    question = next(replay(data, every=1))  # likes are few: the crowd correction has a say
    dataset = dataset_of(question, data)
    asked = variants(data)
    whole = asked[OURS](question, dataset)
    for part in PARTS:
        assert not np.array_equal(asked[f"without {part}"](question, dataset), whole), part
        assert np.array_equal(asked[OURS](question, dataset), whole), part


@pytest.mark.rare
def test_knowing_the_authors_changes_figures_and_is_measured(data, capsys):
    report = authors(data, 1)
    assert "100% of the likes have authors" in capsys.readouterr().out
    with_, without = report["means"].values()
    assert with_ != without
    for metric, place in (("AUC", 0), ("nDCG@10", 1)):
        gained = [with_[reader][place] - without[reader][place] for reader in with_]
        assert report["gains"]["all"][metric]["mean"] == pytest.approx(np.mean(gained))


# Calibration


def test_the_calibration_error_is_what_one_computes_by_hand():
    assert calibration_error([CalibrationBin(30, 0.2, 0.1), CalibrationBin(10, 0.9, 0.5)]) == pytest.approx(
        (30 * 0.1 + 10 * 0.4) / 40
    )


def test_bins_hold_every_paper_once():
    chances = np.random.default_rng(0).random(95)
    liked = (chances > 0.5).astype(float)
    mass, width = calibration_bins(chances, liked, equal_papers=True), calibration_bins(chances, liked)
    assert sum(one.papers for one in mass) == sum(one.papers for one in width) == 95
    assert {one.papers for one in mass} <= {9, 10}
    assert all(place / 10 <= one.predicted <= (place + 1) / 10 for place, one in enumerate(width))


def test_the_curve_is_found_again_from_papers_drawn_by_it():
    draw = np.random.default_rng(0)
    rows = np.stack(
        [draw.normal(3, 2, 4000), draw.normal(4, 1.5, 4000), draw.normal(1.3, 0.6, 4000), np.zeros(4000)], 1
    )
    true = np.array([1.2, -1.0, -0.4, -2.0, 3.0, -0.4])
    logits = rows[:, :3] @ true[[0, 2, 3]] + true[1]
    bound = 1 / (1 + np.exp(-(true[4] + true[5] * rows[:, 1])))
    rows[:, 3] = draw.random(4000) < bound / (1 + np.exp(-logits))
    found = fitted(rows)
    assert log_loss(found, rows) <= log_loss(true, rows) + 1e-3
    assert found[:4] == pytest.approx(true[:4], abs=0.5)


def test_the_curve_is_fitted_to_replayed_readers_alone_where_there_are_no_fields(data, capsys):
    report = curve(data, 5)
    assert set(report["parameters"]) == set(PARAMETERS)
    assert "SLOPE = " in capsys.readouterr().out


@pytest.mark.rare
def test_readers_who_rate_all_or_half_of_what_they_see_are_measured(data, capsys):
    report = raters(data, 2)
    assert set(report) == {f"list keepers, {rate}, {papers}" for rate in SHARES for papers in ("lists", "first list")}
    assert all(figures["papers"] for figures in report.values())
    assert "## Readers who rate what they see" in capsys.readouterr().out


# The whole


@pytest.mark.rare
def test_one_run_compares_and_calibrates(data, tmp_path, capsys):
    report = compare(data, 5, [CENTROID, OURS], [], tmp_path / "reliability.svg")
    out = capsys.readouterr().out
    assert "## Replay" in out
    assert "## Cold start" in out
    assert "## Calibration" in out
    assert set(report["replay"]["means"]) == {CENTROID, OURS}
    ElementTree.parse(tmp_path / "reliability.svg")
    json.dumps(report, allow_nan=False)


@pytest.mark.rare
def test_one_reader_alone_can_be_measured_too(data, tmp_path, capsys):
    folder = shutil.copytree(data.folder, tmp_path / "alone")
    likes = gzip.decompress((folder / "likes-dev" / "likes.jsonl.gz").read_bytes()).decode().splitlines()
    mine = [json.loads(line) for line in likes if '"list:physics"' in line]
    write(folder / "likes-dev" / "likes.jsonl.gz", mine)
    alone = Data(folder)
    report = compare(alone, 5, [PLAIN, OURS], ["calibration"], None)
    assert set(report["replay"]["means"][OURS]) == {"list:physics"}
    assert report["start"]["means"][OURS] == {}, "there are no papers of other readers to find its likes among"
    assert set(ablation(alone, 5)["table"][OURS]) == {"AUC", "nDCG@10"}
    assert "merged" not in capsys.readouterr().out


def test_a_library_ranked_in_two_steps_is_compared_with_one_ranked_at_once(data, capsys, monkeypatch):
    monkeypatch.setattr("benchmarks.quality.candidates.BACKGROUND", 60)
    found = candidate_generation(data, 1)
    assert found["all papers ranked"][:2] == [1.0, 1.0]
    assert found["all papers ranked"] == pytest.approx(found["the 2,000 best by words, ranked"])  # there are fewer
    assert "320 papers" in capsys.readouterr().out

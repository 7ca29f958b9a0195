"""Measures of rankings: as computed by hand, and as scikit-learn defines them."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ranking.reliability import calibration, calibration_bins
from recommender.results.evaluation import Estimate

LIKED = st.lists(st.booleans(), min_size=12, max_size=40).filter(lambda liked: 0 < sum(liked) < len(liked))


@pytest.fixture(scope="module")
def metrics():
    """The module that is tested; scikit-learn behind it is slow to import, and most test processes do not need it."""
    from recommender.ranking import metrics

    return metrics


def test_the_measures_are_as_computed_by_hand(metrics):
    liked = [True, False, True, False]
    found = metrics.measure([0.1, 0.9, 0.8, 0.2], liked)  # the order is: not, liked, not, liked
    assert found.ndcg == pytest.approx((1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3)))
    assert found.precision == pytest.approx(2 / 10)
    assert found.recall == 1
    assert found.auc == pytest.approx(1 / 4)


def test_only_the_first_ten_count_but_for_the_auc(metrics):
    found = metrics.measure([-place for place in range(24)], [False] * 11 + [True] + [False] * 12)
    assert (found.ndcg, found.precision, found.recall) == (0, 0, 0)
    assert found.auc == pytest.approx(12 / 23)


def test_of_more_than_ten_liked_papers_ten_are_all_that_can_be_found(metrics):
    found = metrics.measure([-place for place in range(13)], [True] * 12 + [False])
    assert (found.ndcg, found.precision, found.recall, found.auc) == (1, 1, 1, 1)


def test_a_ranker_that_says_nothing_has_an_auc_of_one_half(metrics):
    assert metrics.measure([0.0] * 5, [False, True, False, True, False]).auc == 0.5


def test_the_interval_holds_the_mean_and_is_the_same_each_time(metrics):
    values = [0.0, 0.2, 0.4, 1.0]
    found = metrics.estimate(values)
    assert found.mean == pytest.approx(0.4)
    assert 0 <= found.low < found.mean < found.high <= 1
    assert metrics.estimate(values) == found
    assert metrics.estimate([0.5, 0.5]) == Estimate(0.5, 0.5, 0.5)


def test_the_calibration_is_as_computed_by_hand():
    found = calibration([(0.05, False), (0.05, False), (0.72, True), (0.78, False), (1.0, True)])
    assert found.papers == 5
    assert [(entry.papers, entry.liked) for entry in found.bins] == [(2, 0), (2, 0.5), (1, 1)]
    assert [entry.predicted for entry in found.bins] == pytest.approx([0.05, 0.75, 1.0])
    assert found.error == pytest.approx((2 * 0.05 + 2 * 0.25) / 5)
    assert (found.over_half, found.over_half_liked) == (3, 2)
    assert calibration([]) is None


# As scikit-learn defines them


@given(LIKED, st.randoms())
def test_without_ties_ndcg_and_auc_are_those_of_scikit_learn(metrics, liked, draw):
    from sklearn.metrics import ndcg_score, roc_auc_score

    values = [float(place) for place in range(len(liked))]
    draw.shuffle(values)
    found = metrics.measure(values, liked)
    assert found.ndcg == pytest.approx(ndcg_score([liked], [values], k=10))
    assert found.auc == pytest.approx(roc_auc_score(liked, values))


@given(LIKED, st.data())
def test_with_ties_ndcg_is_of_the_order_shown_and_the_auc_is_that_of_scikit_learn(metrics, liked, data):
    from sklearn.metrics import roc_auc_score

    values = data.draw(st.lists(st.integers(0, 3), min_size=len(liked), max_size=len(liked)))
    found = metrics.measure(values, liked)
    order = sorted(range(len(values)), key=lambda place: -values[place])  # stable
    gain = sum(liked[place] / log2(rank + 1) for rank, place in enumerate(order[:10], start=1))
    best = sum(1 / log2(rank + 1) for rank in range(1, min(sum(liked), 10) + 1))
    assert found.ndcg == pytest.approx(gain / best)
    assert found.auc == pytest.approx(roc_auc_score(liked, values))


def test_scikit_learn_averages_over_ties_where_one_order_is_shown(metrics):
    """The reason why `measure` gives it ranks."""
    from sklearn.metrics import dcg_score, ndcg_score

    values, liked = [0, 0, 0], [True, False, False]
    assert ndcg_score([liked], [values], k=10) == pytest.approx((1 + 1 / log2(3) + 1 / log2(4)) / 3)
    assert metrics.measure(values, liked).ndcg == 1
    assert metrics.measure(values, liked[::-1]).ndcg == pytest.approx(1 / log2(4))
    assert dcg_score([liked], [-metrics.ranks(values)], k=10) == 1


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_bins_are_those_of_scikit_learn(matches):
    from sklearn.calibration import calibration_curve

    # at the very edge of two bins, scikit-learn takes the lower one: probabilities never lie there
    matches = [(probability, liked) for probability, liked in matches if probability * 10 % 1] or [(0.55, True)]
    probabilities, liked = zip(*matches, strict=True)
    bins = calibration_bins(probabilities, liked)
    true, predicted = calibration_curve(liked, probabilities, n_bins=10)
    assert [part.predicted for part in bins] == pytest.approx(predicted)
    assert [part.liked for part in bins] == pytest.approx(true)
    assert sum(part.papers for part in bins) == len(matches)


def test_a_ranking_of_liked_papers_alone_is_perfect(metrics):
    assert metrics.measure([1, 2], [True, True]) == (1, 0.2, 1, 1)

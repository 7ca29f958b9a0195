"""The ranking gives the scores and the order of a reference made of scikit-learn, scipy and rank-bm25.

scikit-learn and parts of scipy are imported where they judge: each of the test processes reads all files of tests, and
most have no use for a second of importing.
"""

import gzip
import json
import random
import subprocess
import sys
from datetime import timedelta
from itertools import chain, pairwise, repeat
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi
from scipy.sparse import csr_array, hstack
from support import NOW, SHARED

from recommender.paper import Feedback, History, Paper, ReasonKind, Score, Verdict
from recommender.ranking import _sparsetools, linear, lsa, neighbours, rank, sparse, tokens
from recommender.ranking.bm25 import SparseOkapi
from recommender.ranking.counts import TITLE_WEIGHT
from recommender.ranking.newton import fit_logistic
from recommender.ranking.sparse import HStack, Sparse
from recommender.ranking.tfidf import tfidf

# Real digests, if there is a folder with them beside the checkout.
DAYS = sorted((SHARED / "digests" / "raw").glob("*.jsonl.gz"))


# The reference


class LuceneOkapi(BM25Okapi):
    """rank-bm25's class and scores, with an idf that is always positive."""

    def _calc_idf(self, nd):
        self.idf = {word: np.log1p((self.corpus_size - n + 0.5) / (n + 0.5)) for word, n in nd.items()}


def stems(text):
    return [tokens.stem(word) for word in tokens.words(text)]


def reference(history, candidates):
    """The values of `rank` computed by those libraries, for papers without authors and a history without nudges."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize

    likes = [entry.paper for entry in history.feedback if entry.verdict is Verdict.LIKE]
    dislikes = [entry.paper for entry in history.feedback if entry.verdict is Verdict.DISLIKE]
    others = list(history.unrated)
    papers = [*candidates, *likes, *dislikes, *others]
    part = np.repeat(["candidate", "like", "dislike", "other"], list(map(len, (candidates, likes, dislikes, others))))
    days = np.array([(NOW - entry.given_at) / timedelta(days=1) for entry in history.feedback if entry.paper in likes])

    def terms(paper):
        """Each word and each pair of neighbouring words, as often as it counts."""
        for words, weight in ((stems(paper.title), TITLE_WEIGHT), (stems(paper.abstract), 1)):
            words_and_pairs = [*words, *(" ".join(pair) for pair in pairwise(words))]
            yield from chain.from_iterable(repeat(words_and_pairs, weight))

    vectorizer = CountVectorizer(analyzer=lambda paper: list(terms(paper)), min_df=2)
    counts = csr_array(vectorizer.fit_transform(papers))
    vectors = csr_array(TfidfTransformer(sublinear_tf=True).fit_transform(counts))
    single = [place for place, name in enumerate(vectorizer.get_feature_names_out()) if " " not in name]
    names = vectorizer.get_feature_names_out()[single]

    # logistic regression
    in_title = CountVectorizer(analyzer=lambda paper: stems(paper.title), vocabulary=names)
    titles = TfidfTransformer(sublinear_tf=True).fit_transform(in_title.transform(papers))
    share = linear.TITLE_SHARE * min(1, len(likes) / linear.TITLE_LIKES)
    features = csr_array(hstack([vectors, share * titles]))
    weight = np.ones(len(papers))
    weight[part == "like"] = np.maximum(0.5 ** (days / linear.HALF_LIFE), linear.MIN_LIKE_WEIGHT)
    weight[part == "dislike"] = linear.DISLIKE_WEIGHT
    rated = part != "candidate"
    for side in (part == "like", rated & (part != "like")):
        weight[side] *= rated.sum() / 2 / weight[side].sum()
    model = LogisticRegression(C=linear.C, tol=1e-7, max_iter=10_000)
    model.fit(features[rated], part[rated] == "like", sample_weight=weight[rated])
    values = (features @ model.coef_[0])[part == "candidate"]

    # nearest neighbours
    decay = np.ones(len(papers))
    decay[part == "like"] = np.maximum(0.5 ** (days / neighbours.HALF_LIFE), neighbours.MIN_DECAY)
    cosine = (vectors @ vectors.T).toarray() * decay
    everywhere = CountVectorizer(analyzer=lambda paper: [term for term in terms(paper) if " " not in term])
    logs = csr_array(everywhere.fit_transform(papers), dtype=float)
    logs.data = 1 + np.log(logs.data)
    sides = []
    for space in lsa.shipped().spaces:
        row_of = {number: row for row, number in enumerate(space.words.tolist())}
        rows = [row_of.get(crc32(name.encode())) for name in everywhere.get_feature_names_out()]
        word_vectors = np.array([np.zeros(len(space.mean)) if row is None else space.vectors[row] for row in rows])
        side = normalize(logs @ word_vectors)
        side[side.any(axis=1)] -= space.mean
        sides.append(normalize(side))
    points = normalize(np.hstack(sides))
    lsa_cosine = (points @ points.T) * decay
    few = np.interp(len(likes), [neighbours.FEW_LIKES, neighbours.MANY_LIKES], [1, 0])
    sampled = np.flatnonzero(part == "other")[:: -(-len(others) // neighbours.CROWD_SAMPLE)]
    shared = set(names)
    bags = [[name for name in terms(paper) if name in shared] for paper in papers]
    okapi = LuceneOkapi(bags)
    bm25 = np.zeros((len(papers), len(papers)))
    for row in {*np.flatnonzero((part == "like") | (part == "dislike")), *(sampled if few else ())}:
        bm25[:, row] = okapi.get_scores(list(set(bags[row]))) / max(len(set(bags[row])), 1) ** 0.5
    for measure, count, alike in ((5.0, 1, cosine), (2.0, 3, lsa_cosine), (0.2, 1, bm25)):
        alike = alike[part == "candidate"]
        liked, disliked = (
            np.sort(alike[:, part == side], axis=1)[:, -count:].mean(axis=1) if (part == side).any() else 0.0
            for side in ("like", "dislike")
        )
        value = liked - np.maximum(disliked - liked, 0)
        crowd = np.sort(alike[:, sampled], axis=1)[:, -max(1, round(neighbours.CROWD_SHARE * len(sampled))) :].mean(
            axis=1
        )
        values = values + measure * (value - neighbours.CROWD_FACTOR * few * crowd)
    return values


def _without_shares(score: Score) -> float:
    """The value of a score without what a fair share of the list adds for its topic."""
    return score.value - sum(reason.weight for reason in score.reasons if reason.kind is ReasonKind.TOPIC)


def assert_one_order(history, candidates):
    from scipy.stats import spearmanr

    values = np.array([_without_shares(score) for score in rank(history, candidates)])
    expected = reference(history, candidates)
    assert values == pytest.approx(expected, abs=0.005)  # the two solvers stop at slightly different points
    assert spearmanr(values, expected).statistic >= 0.999
    assert set(np.argsort(-values)[:10]) == set(np.argsort(-expected)[:10])


def synthetic_papers(count):
    """Synthetic papers without authors: words by Zipf's law, each paper on one of five topics."""
    draw = random.Random(20200513)
    common = [f"common{number}" for number in range(300)]
    topics = [[f"topic{topic}word{number}" for number in range(80)] for topic in range(5)]
    shares = [1 / (number + 1) for number in range(300)]
    for number in range(count):
        topic = topics[number % 5]
        words = draw.choices(common, shares, k=50) + draw.choices(topic, shares[:80], k=30)
        draw.shuffle(words)
        yield Paper(f"2003.{number:05}", " ".join(words[:8]), " ".join(words[8:]))


def history_of(likes, dislikes, unrated):
    feedback = [
        Feedback(paper, verdict, NOW - timedelta(days=3 * age))
        for verdict, papers in ((Verdict.LIKE, likes), (Verdict.DISLIKE, dislikes))
        for age, paper in enumerate(papers)
    ]
    return History(tuple(feedback), tuple(unrated))


@pytest.mark.slow
@pytest.mark.parametrize(("likes", "dislikes"), [(3, 0), (20, 5), (120, 20)])
def test_synthetic_days_are_ranked_as_the_reference_ranks_them(likes, dislikes):
    papers = list(synthetic_papers(1500))
    of_topic, others = papers[::5], [paper for place, paper in enumerate(papers) if place % 5]
    history = history_of(of_topic[:likes], others[:dislikes], others[20:270])
    assert_one_order(history, [*of_topic[120:150], *others[820:900]])


@pytest.mark.slow
@pytest.mark.skipif(not DAYS, reason=f"no days of real papers in {SHARED}/digests/raw")
@pytest.mark.parametrize("day", DAYS[10::20], ids=lambda path: path.name[:10])
@pytest.mark.parametrize(("topic", "likes"), [("diffusion", 10), ("video", 110)])
def test_real_days_are_ranked_as_the_reference_ranks_them(day, topic, likes):
    days = [list(papers_of(path)) for path in DAYS[DAYS.index(day) - 10 : DAYS.index(day) + 1]]
    earlier = {paper.id: paper for day_papers in days[:-1] for paper in day_papers}
    candidates = list({paper.id: paper for paper in days[-1] if paper.id not in earlier}.values())
    liked = [paper for paper in earlier.values() if topic in f"{paper.title} {paper.abstract}".lower()][:likes]
    others = [paper for paper in earlier.values() if paper not in liked]
    assert len(liked) == likes
    assert_one_order(history_of(liked, others[:3], others[3:203]), candidates[:200])


def papers_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            yield Paper(record["id"], record["title"], record["summary"])


# The parts


@pytest.fixture(params=["compiled", "numpy"])
def products(request, monkeypatch):
    """Sparse products by scipy's compiled routines, and by numpy alone."""
    if request.param == "numpy":
        monkeypatch.setattr(sparse, "_compiled", None)
    else:
        assert sparse._compiled is not None


def sparse_of(matrix):
    matrix = csr_array(matrix)
    return Sparse(
        matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data.astype(np.float32), matrix.shape
    )


def dense_of(matrix):
    return matrix.matmat(np.eye(matrix.shape[1], dtype=np.float32))


@st.composite
def matrices(draw, rows=None, columns=None):
    shape = (draw(st.integers(0, 6)) if rows is None else rows, draw(st.integers(1, 6)) if columns is None else columns)
    entries = draw(
        st.lists(st.integers(-9, 9) | st.just(0), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])
    )
    return csr_array(np.array(entries, dtype=np.float32).reshape(shape))


@pytest.mark.usefixtures("products")
@given(st.data())
def test_sparse_products_are_scipys(data):
    matrix, left = data.draw(matrices()), data.draw(st.integers(0, 6))
    rows, columns = matrix.shape
    other, block = data.draw(matrices(columns=columns)), data.draw(matrices(rows=columns)).toarray()
    vector, column = np.arange(columns) + 1.0, np.arange(rows) - 2.0
    ours = sparse_of(matrix)
    assert (ours.dot(vector) == matrix @ vector).all()
    assert (ours.rmatvec(column) == matrix.T @ column).all()
    assert (ours.matmat(block) == matrix @ block).all()
    assert (ours.linear_kernel(sparse_of(other)) == (matrix @ other.T).toarray()).all()
    assert (ours.row_sums() == matrix.sum(axis=1)).all()
    for rows_slice in (slice(left, None), slice(1, left), slice(left, 2), slice(0, rows, 2)):
        assert (dense_of(ours[rows_slice]) == matrix.toarray()[rows_slice]).all()
        assert (ours[rows_slice].dot(vector) == matrix.toarray()[rows_slice] @ vector).all()
    order = np.arange(rows)[::-1]
    assert (dense_of(ours.take(order)) == matrix.toarray()[order]).all()
    both, stacked = HStack((ours, ours)), np.hstack([matrix.toarray()] * 2)
    assert (both.dot(np.tile(vector, 2)) == stacked @ np.tile(vector, 2)).all()
    assert (both.rmatvec(column) == stacked.T @ column).all()
    assert (both.linear_kernel(both[1:]) == stacked @ stacked[1:].T).all()
    from_entries = np.zeros((rows, 2 * columns))
    row, place, value = both.coordinates()
    from_entries[row, place] = value
    assert (from_entries == stacked).all()


@pytest.mark.usefixtures("products")
@pytest.mark.parametrize("seed", range(8))
def test_the_regression_is_scikit_learns(seed):
    from scipy.special import expit
    from sklearn.linear_model import LogisticRegression

    draw = np.random.default_rng(seed)
    rows, columns = 200, 500
    matrix = draw.random((rows, columns)) * (draw.random((rows, columns)) < 0.1)
    target = (expit(10 * (matrix[:, :20].sum(axis=1) - 0.4)) > draw.random(rows)).astype(float)
    weight = draw.random(rows) * draw.choice([0.02, 1, 20], rows)
    expected = LogisticRegression(C=linear.C, tol=1e-9, max_iter=10_000).fit(matrix, target, sample_weight=weight)
    first, second = sparse_of(matrix[:, :300]), sparse_of(matrix[:, 300:])
    coefficients = fit_logistic(HStack((first, second)), target, weight, linear.C)
    assert coefficients == pytest.approx(expected.coef_[0], abs=1e-3 * np.abs(expected.coef_).max())


def test_the_whole_ranking_is_the_same_without_the_compiled_routines(monkeypatch):
    papers = list(synthetic_papers(200))
    history = history_of(papers[::5][:10], papers[1::5][:3], papers[2::5])
    values = [score.value for score in rank(history, papers[100:])]
    monkeypatch.setattr(sparse, "_compiled", None)
    assert values == pytest.approx([score.value for score in rank(history, papers[100:])], abs=2e-3)


def test_routines_with_other_results_are_not_used(monkeypatch):
    class Changed:
        """A later scipy whose routines expect other arguments or have other names."""

        @staticmethod
        def csr_matvec(*_):
            raise ValueError("unexpected arguments")

    compiled = _sparsetools.load().compiled
    assert _sparsetools.works(compiled)
    assert not _sparsetools.works(Changed)
    monkeypatch.setattr(Changed, "csr_matvec", lambda *_: None)
    assert not _sparsetools.works(Changed)


corpora = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=9), min_size=1, max_size=7)


def matrix_of(corpus):
    matrix = np.zeros((len(corpus), 7), dtype=np.float32)
    for row, words in enumerate(corpus):
        np.add.at(matrix[row], words, 1)
    return matrix


@given(corpora)
def test_tfidf_is_scikit_learns(corpus):
    from sklearn.feature_extraction.text import TfidfTransformer

    counts = matrix_of(corpus)
    expected = TfidfTransformer(sublinear_tf=True, smooth_idf=True, norm="l2").fit_transform(csr_array(counts))
    vectors = tfidf(sparse_of(counts[:, :3]), sparse_of(counts[:, 3:]))
    assert np.hstack([dense_of(part) for part in vectors.blocks]) == pytest.approx(expected.toarray(), abs=1e-5)


@given(corpora, st.lists(st.integers(0, 8), max_size=6))
def test_bm25_scores_are_rank_bm25s(corpus, query):
    expected = LuceneOkapi(corpus).get_scores(query)
    frequencies = np.bincount([word for word in query if word < 7], minlength=7)
    assert SparseOkapi(sparse_of(matrix_of(corpus))).get_scores(frequencies) == pytest.approx(expected, rel=1e-4)


@given(corpora)
def test_no_word_has_an_idf_of_zero_or_less(corpus):
    assert (SparseOkapi(sparse_of(matrix_of(corpus))).idf > 0).all()


# Imports


def test_ranking_imports_neither_scikit_learn_nor_scipy():
    program = (
        "import sys\n"
        "from datetime import datetime\n"
        "from recommender.paper import Feedback, History, Paper, Verdict\n"
        "from recommender.ranking import rank\n"
        "papers = [Paper(str(n), 'graph colouring', f'of planar graphs {n}') for n in range(99)]\n"
        "rank(History((Feedback(papers[0], Verdict.LIKE, datetime.now()),), tuple(papers[9:])), papers[1:9])\n"
        "print(sorted({'scipy', 'scipy.sparse', 'sklearn', 'numpy'} & sys.modules.keys()))\n"
        "from scipy.sparse import eye_array\n"  # scipy can still be imported normally
        "assert (eye_array(2).tocsr() @ eye_array(2).tocsr()).sum() == 2\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "['numpy']"

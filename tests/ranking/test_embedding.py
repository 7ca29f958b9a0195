"""The map of rated papers: its quality, and that nothing on it moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import make_paper

from recommender import ranking
from recommender.paper import Paper
from recommender.ranking.embedding import NEAREST, from_bytes

SUBJECTS = (
    "neural machine translation of low resource languages with attention decoders and parallel sentences",
    "cosmic lensing of distant galaxy clusters in redshift surveys with simulated dark matter haloes",
    "protein folding dynamics of enzymes, amino acid residues, ligand binding and membranes",
    "graph colouring algorithms, approximation hardness, randomised rounding and spectral partitioning",
    "turbulent plasma flows, magnetic reconnection, shear layers and energy cascades",
)


def paper(number):
    """One of many papers on a few subjects, each with words of its own."""
    words = SUBJECTS[number % len(SUBJECTS)].split()
    own = [words[(number * step) % len(words)] for step in (1, 3, 5, 7)]
    return make_paper(number, f"On {' '.join(own)}", f"{SUBJECTS[number % len(SUBJECTS)]} {' '.join(own)} {number}")


def encoded(*numbers):
    return {paper(number).id: ranking.encode(paper(number)) for number in numbers}


@pytest.fixture(scope="module")
def fitted():
    return ranking.fit_map(encoded(*range(100)))


def test_similar_papers_are_near_each_other(fitted):
    from sklearn.manifold import trustworthiness  # slow to import, and most workers have no use for it

    distance = np.maximum(1 - fitted.vectors.similarity(fitted.vectors), 0)
    np.fill_diagonal(distance, 0)
    assert trustworthiness(distance, fitted.spots, n_neighbors=10, metric="precomputed") >= 0.9
    assert fitted.spots.min(axis=0).tolist() == [0, 0]
    assert fitted.spots.max(axis=0).tolist() == [1, 1]


def test_the_same_papers_give_the_same_map(fitted):
    assert np.array_equal(ranking.fit_map(encoded(*reversed(range(100)))).spots, fitted.spots)


def test_another_paper_lies_among_those_it_resembles(fitted):
    subject = np.array([int(paper_id[-3:]) % len(SUBJECTS) for paper_id in fitted.ids])
    for number in range(1000, 1005):
        (spot,), (similarity,) = fitted.place(list(encoded(number).values()))
        nearest = np.argsort(np.linalg.norm(fitted.spots - spot, axis=1))[:NEAREST]
        assert (subject[nearest] == number % len(SUBJECTS)).all()
        assert similarity > 0.3


def test_a_paper_lies_at_the_same_place_whatever_comes_with_it(fitted):
    texts = list(encoded(200, 201, 202).values())
    together, _ = fitted.place(texts)
    for text, spot in zip(texts, together, strict=True):
        assert np.allclose(fitted.place([text])[0], spot, atol=1e-6)


def test_what_is_kept_gives_the_same_places(fitted):
    kept = from_bytes(fitted.to_bytes())
    assert kept.ids == fitted.ids
    assert np.array_equal(kept.spots, fitted.spots)
    texts = list(encoded(*range(300, 320)).values())
    for one, other in zip(kept.place(texts), fitted.place(texts), strict=True):
        assert np.array_equal(one, other)


@given(st.data())
@settings(max_examples=min(30, settings().max_examples))
def test_damaged_bytes_are_no_map(fitted, data):
    kept = fitted.to_bytes()
    place = data.draw(st.integers(0, len(kept) - 1))
    assert from_bytes(kept[:place]) is None
    assert from_bytes(kept[:place] + bytes([kept[place] ^ 1]) + kept[place + 1 :]) is None


@pytest.mark.slow
def test_a_map_that_is_fitted_again_looks_like_the_one_before(fitted):
    again = ranking.fit_map(encoded(*range(130)), fitted)
    place = dict(zip(again.ids, again.spots, strict=True))
    now = np.array([place[paper_id] for paper_id in fitted.ids])
    for axis in (0, 1):
        assert np.corrcoef(now[:, axis], fitted.spots[:, axis])[0, 1] > 0.8


@pytest.mark.slow
@given(st.lists(st.one_of(st.just(""), st.text(max_size=30), st.sampled_from(SUBJECTS)), min_size=10, max_size=14))
@settings(max_examples=min(10, settings().max_examples))
def test_any_texts_have_places(texts):
    papers = {f"2001.{number:05}": ranking.encode(Paper(f"{number}", text, text)) for number, text in enumerate(texts)}
    fitted = ranking.fit_map(papers)
    spots, similarity = fitted.place([ranking.encode(Paper("99", text, "")) for text in texts])
    for values in (fitted.spots, spots, similarity):
        assert np.isfinite(values).all()
        assert values.min() >= -1e-6
        assert values.max() <= 1 + 1e-6


def test_without_papers_nothing_is_placed(fitted):
    spots, similarity = fitted.place([])
    assert (spots.shape, similarity.shape) == ((0, 2), (0,))

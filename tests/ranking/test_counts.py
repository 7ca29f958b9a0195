"""Term counts of papers, and of those that a ranking links by them."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.paper import Paper
from recommender.ranking import tokens
from recommender.ranking.corpus import Corpus
from recommender.ranking.counts import TITLE_WEIGHT, Counts, count


def dense(counts: Counts) -> np.ndarray:
    """Papers × terms."""
    rows = np.eye(len(counts.words.indptr) - 1, dtype=np.float32)
    return np.concatenate([[part.rmatvec(row) for row in rows] for part in (counts.words, counts.pairs)], 1)


def test_words_and_pairs_are_counted_within_title_and_abstract():
    papers = [Paper("a", "image fusion", "fusion network"), Paper("b", "image fusion", "fusion network")]
    counts = count([tokens.encode(paper) for paper in papers])
    number = {name: key for key, name in tokens.names(papers[0]).items()}
    pair = lambda first, second: number[first] << 32 | number[second]  # noqa: E731
    frequencies = dict(zip(counts.terms.tolist(), dense(counts)[0].tolist(), strict=True))
    assert frequencies == {
        number["image"]: TITLE_WEIGHT,
        number["fusion"]: TITLE_WEIGHT + 1,
        number["network"]: 1,
        pair("image", "fusion"): TITLE_WEIGHT,
        pair("fusion", "network"): 1,  # and no pair "fusion fusion" over the border
    }


many_words = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=12), min_size=1, max_size=8)


def paper_of(place: int, letters: list[str]) -> Paper:
    """A paper without a title; each of its words is a letter twice."""
    return Paper(str(place), "", " ".join(letter * 2 for letter in letters))


def counted(papers: list[list[str]]) -> dict[tuple[str, ...], np.ndarray]:
    """Each term with its frequency in each paper."""
    frequencies: dict[tuple[str, ...], np.ndarray] = {}
    for place, letters in enumerate(papers):
        words = [letter * 2 for letter in letters]
        for term in [*((word,) for word in words), *pairwise(words)]:
            frequencies.setdefault(term, np.zeros(len(papers)))[place] += 1
    return frequencies


def by_name(counts: Counts, papers: list[Paper]) -> dict[tuple[str, ...], np.ndarray]:
    """The columns by the words of their terms."""
    names = {number: name for paper in papers for number, name in tokens.names(paper).items()}
    halves = [((term >> 32, term & 0xFFFFFFFF) if term >> 32 else (term,)) for term in counts.terms.tolist()]
    return {tuple(names[half] for half in term): row for term, row in zip(halves, dense(counts).T, strict=True)}


@given(many_words)
def test_counts_are_those_of_plain_python(papers):
    made = [paper_of(place, letters) for place, letters in enumerate(papers)]
    rows, expected = by_name(count([tokens.encode(paper) for paper in made]), made), counted(papers)
    assert rows.keys() == expected.keys()
    assert all((rows[term] == expected[term]).all() for term in rows)


@given(many_words, many_words, st.data())
def test_a_ranking_has_the_terms_that_two_of_its_papers_share_whatever_else_the_corpus_holds(papers, more, data):
    made = [paper_of(place, letters) for place, letters in enumerate(papers)]
    texts = [tokens.encode(paper) for paper in made]
    inside = data.draw(st.lists(st.sampled_from(texts)))
    corpus = Corpus([*inside, *(tokens.encode(paper_of(0, letters)) for letters in more)])
    again = data.draw(st.lists(st.integers(0, len(papers) - 1), max_size=3))  # papers with a second row
    rows = [*range(len(papers)), *again]
    counts, points = corpus.rows([made[row].id for row in rows], [texts[row] for row in rows])
    expected = {term: row for term, row in counted(papers).items() if (row > 0).sum() >= 2}
    found = by_name(counts, made)
    assert found.keys() == expected.keys()
    assert all((found[term] == expected[term][rows]).all() for term in found)
    assert len(points) == len(rows)
    assert (points == Corpus(texts).rows([made[row].id for row in rows], [texts[row] for row in rows])[1]).all()

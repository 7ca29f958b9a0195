"""Latent semantic analysis (LSA): word vectors computed once from arXiv abstracts and shipped with the program.

On a reader's first days only they know that MRI, retina and tumour are related.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.counts import Counts, find
from recommender.ranking.light import quantile

GENERAL = 0.28  # cosine with the mean paper above which a word has no topic, in all fields or on average of both spaces
RARE = 0.3  # share of words with the shortest vectors, which are rare words
FILE = "lsa.npy"  # four arrays a space, one after the other; not compressed, because every ranking reads them


class WordVectors(NamedTuple):
    """A vector for each word of a vocabulary; other words are ignored."""

    words: NDArray[np.uint64]  # CRC-32 numbers, rising, as in `Counts.terms`
    vectors: NDArray[np.float32]  # words × dimensions: right singular vectors, multiplied by the word's idf
    mean: NDArray[np.float32]  # mean vector of the papers that the vectors were computed from

    def generality(self) -> dict[int, float]:
        """The cosine of each word, by its number, with the mean paper; of rare words it is chance, and left out."""
        length = np.linalg.norm(self.vectors, axis=1)
        cosine = self.vectors @ self.mean / np.maximum(length * np.linalg.norm(self.mean), 1e-9)
        common = length > quantile(length, RARE)
        return dict(zip(self.words[common].tolist(), cosine[common].tolist(), strict=True))

    def transform(self, counts: Counts, rows: slice = slice(None)) -> NDArray[Any]:
        """Project papers into the latent space.

        TF-IDF vectors, with 1 + ln tf, times the right singular vectors (Deerwester et al., "Indexing by Latent
        Semantic Analysis", 1990); then centred by the mean vector, which all papers have in common.

        Returns:
            Papers × dimensions, each row of length 1; zeros for a paper without any word of the vocabulary.
        """
        matrix = counts.words[rows]
        numbers = counts.terms[: matrix.shape[1]]
        places = find(self.words, numbers)
        vectors = np.where((places >= 0)[:, None], self.vectors[places], 0)
        points = _normalised(matrix.with_data(1 + np.log(matrix.data)).matmat(vectors))
        points[points.any(axis=1)] -= self.mean
        return _normalised(points)


class Spaces(NamedTuple):
    """Latent spaces side by side: the cosine of two papers is about the mean of their cosines in each.

    The space of all fields tells fields apart, but knows little of what differs between papers of one category.
    """

    spaces: tuple[WordVectors, ...]

    def transform(self, counts: Counts, rows: slice = slice(None)) -> NDArray[Any]:
        """Project papers into all spaces: papers × dimensions, as `WordVectors.transform`."""
        return _normalised(np.hstack([space.transform(counts, rows) for space in self.spaces]))


@lru_cache(maxsize=1)
def shipped() -> Spaces:
    """The spaces in the package, of all fields of arXiv and of computer science; benchmarks/language.py makes them."""
    return Spaces(read(Path(__file__).with_name(FILE)))


class General(NamedTuple):
    """Numbers of the words without a topic: on average, their papers are average papers."""

    anywhere: frozenset[int]  # "able", "novel": in all fields of arXiv
    alone: frozenset[int]  # these, and "model", "method": on average of the spaces; a phrase may end with one


@lru_cache(maxsize=1)
def general_words() -> General:
    """The words without a topic, by the spaces in the package."""
    everywhere, computing = (space.generality() for space in shipped().spaces)
    anywhere = frozenset(number for number, cosine in everywhere.items() if cosine > GENERAL)
    both = everywhere.keys() & computing.keys()
    return General(anywhere, anywhere.union(n for n in both if everywhere[n] + computing[n] > 2 * GENERAL))


def read(path: Path) -> tuple[WordVectors, ...]:
    """The spaces of a file: of each the words' numbers, rounded vectors, their scale per dimension, mean vector."""
    spaces = []
    with path.open("rb") as stored:
        while stored.peek(1):
            words, vectors, scale, mean = (np.load(stored, allow_pickle=False) for _ in range(4))
            spaces.append(WordVectors(words.astype(np.uint64), vectors.astype(np.float32) * scale, mean))
    return tuple(spaces)


def _normalised(rows: NDArray[Any]) -> NDArray[Any]:
    """Each row divided by its Euclidean length; rows near zero become zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-9))

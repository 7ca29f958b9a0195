"""What words mean beside one another: vectors of latent semantic analysis, learned once from arXiv abstracts.

On a reader's first day nothing else knows that MRI, retina and tumour belong together.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.counts import Counts

FILE = "lsa.npy"  # four arrays one after the other: unpacking them took 10 ms of each ranking


class Language(NamedTuple):
    """A vector for each known word; the unknown ones say nothing."""

    words: NDArray[np.uint64]  # rising, as in Counts.terms
    vectors: NDArray[np.float32]  # words × dimensions, times the word's idf
    middle: NDArray[np.float32]  # the mean direction of a paper: what all papers have in common

    def place(self, counts: Counts, papers: slice = slice(None)) -> NDArray[Any]:
        """Papers × dimensions, rows of length 1 (0 without known words): what each of these papers is about.

        The rows of tf-idf times the right singular vectors, as in Deerwester et al., "Indexing by Latent Semantic
        Analysis" (1990), with (1 + ln tf), and without what all papers have in common.
        """
        matrix = counts.words[papers]
        numbers = counts.terms[: matrix.shape[1]]
        found = np.minimum(np.searchsorted(self.words, numbers), len(self.words) - 1)
        vectors = np.where((self.words[found] == numbers)[:, None], self.vectors[found], 0)
        places = _of_length_one(matrix.with_data(1 + np.log(matrix.data)).matmat(vectors))
        places[places.any(axis=1)] -= self.middle
        return _of_length_one(places)


@lru_cache(maxsize=1)
def shipped() -> Language:
    """The vectors that ship; benchmarks/language.py makes them and says of what."""
    with Path(__file__).with_name(FILE).open("rb") as stored:
        words, vectors, scale, middle = (np.load(stored, allow_pickle=False) for _ in range(4))
    return Language(words.astype(np.uint64), vectors.astype(np.float32) * scale, middle)


def _of_length_one(rows: NDArray[Any]) -> NDArray[Any]:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-9))

"""Embedding on a reader's map: of rated papers as they were fitted, and of other papers beside those they resemble."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.ranking import ENCODING, arrays, lsa
from recommender.ranking.counts import Counts, count, document_frequency, find
from recommender.ranking.sparse import Sparse
from recommender.ranking.tfidf import normalised, smooth_idf, tfidf
from recommender.ranking.topics import COSINE

NEAREST = 5  # fitted papers that another paper's place is the weighted mean of ...
SHARPNESS = 8  # ... each weighed by its similarity to this power: two groups must not pull a paper between them
_DIGITS = 6  # of a cosine in the latent space
_FORMAT = f"embedding 1 {ENCODING}\n".encode()  # the 1: raise it when places or vectors are made otherwise


class Vectors(NamedTuple):
    """What papers are compared by: words, and points in the latent space."""

    words: Sparse  # papers × terms, TF-IDF, each row of length 1
    points: NDArray[np.float32]  # papers × dimensions, each row of length 1

    def similarity(self, other: "Vectors") -> NDArray[Any]:
        """The similarity of each paper to each of the others, at most 1: what topics are formed by."""
        cosine = self.words.linear_kernel(other.words)
        # The last bits of a product depend on how many papers it is of; a place must not.
        in_space = (self.points.astype(np.float64) @ other.points.T.astype(np.float64)).round(_DIGITS)
        return np.asarray((in_space + COSINE * cosine) / (1 + COSINE))


class Embedding(NamedTuple):
    """Fitted papers with their places. The place of any other paper depends on them and on its text alone."""

    ids: tuple[str, ...]
    spots: NDArray[np.float32]  # papers × 2, each axis from 0 to 1
    terms: NDArray[np.uint64]  # CRC-32 numbers, rising: the columns of `vectors.words`
    idf: NDArray[np.float32]  # one per term
    vectors: Vectors

    def place(self, encoded: Sequence[bytes]) -> tuple[NDArray[Any], NDArray[Any]]:
        """The places of papers, papers × 2, and the similarity of each to the fitted paper most similar to it.

        Args:
            encoded: one paper each, as `tokens.encode` gives them.
        """
        if not encoded:
            return np.zeros((0, 2)), np.zeros(0)
        similarity = np.clip(self._vectors(count(encoded)).similarity(self.vectors), 0, 1)
        nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :NEAREST]
        near = np.take_along_axis(similarity, nearest, axis=1)
        # Scaled first: a paper that resembles none of them lies amid the five, and no power of it becomes zero.
        weights = (near / np.maximum(near[:, :1], 1e-9) + 1e-3) ** SHARPNESS
        spots = (weights[:, :, None] * self.spots[nearest]).sum(axis=1) / weights.sum(axis=1)[:, None]
        return spots, near[:, 0]

    def _vectors(self, counts: Counts) -> Vectors:
        numbers = counts.terms[: counts.words.shape[1]]
        columns = find(self.terms, numbers)
        known = columns >= 0
        words = counts.words.select(known)
        indices = columns[known].astype(np.int32)[words.indices]
        placed = Sparse(words.indptr, indices, words.data, (words.shape[0], len(self.terms)))
        return Vectors(normalised(placed, self.idf), lsa.shipped().transform(counts))

    def to_bytes(self) -> bytes:
        """Format, checksum, arrays."""
        words = self.vectors.words
        ids = np.frombuffer("\n".join(self.ids).encode("utf-8", "surrogatepass"), dtype=np.uint8)
        own = (ids, self.spots, self.terms, self.idf, words.indptr, words.indices, words.data)
        return arrays.to_bytes(_FORMAT, [*own, self.vectors.points.astype(np.float16)])


def fitted(counts: Counts) -> tuple[NDArray[np.uint64], NDArray[np.float32], Vectors]:
    """The terms of papers that are to be fitted, the idf of each, and the papers' vectors."""
    shared = document_frequency(counts.words) >= 2  # a word of one paper tells nothing of others
    words = counts.words.select(shared)
    terms = counts.terms[: counts.words.shape[1]][shared]
    points = lsa.shipped().transform(counts).astype(np.float16)  # as they are kept
    return terms, smooth_idf(words), Vectors(tfidf(words).blocks[0], points.astype(np.float32))


def from_bytes(kept: bytes) -> Embedding | None:
    """The places that `Embedding.to_bytes` wrote; None for damaged bytes, or those of another version."""
    own = arrays.from_bytes(_FORMAT, kept, 8)
    if own is None:
        return None
    ids, spots, terms, idf, indptr, indices, data, points = own
    words = Sparse(indptr, indices, data, (len(spots), len(terms)))
    names = tuple(ids.tobytes().decode("utf-8", "surrogatepass").split("\n"))
    return Embedding(names, spots, terms, idf, Vectors(words, points.astype(np.float32)))

"""Candidate generation: the most promising papers of a whole library, by one sparse product with its term counts.

The term counts are packed in blocks beforehand. Terms are hashed to 20 bits (feature hashing, Weinberger et al.,
"Feature Hashing for Large Scale Multitask Learning", 2009), so no shared vocabulary is needed. With the 10,000 words of
a long history, one in a hundred other words collides with one of them. The result is approximate; `rank` orders it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.paper import History
from recommender.ranking import interests
from recommender.ranking.counts import STORED, TITLE_WEIGHT
from recommender.ranking.dataset import build
from recommender.ranking.linear import fit
from recommender.ranking.sparse import Sparse
from recommender.ranking.tfidf import smooth_idf

_BITS = 20  # a table of 4 MB, which fits into a processor's cache
_BUCKETS = 2**_BITS
_PACKED = np.dtype("<i4")
_MAX_FREQUENCY = 255  # one byte
_LOG_FREQUENCY = (1 + np.log(np.maximum(np.arange(_MAX_FREQUENCY + 1), 1))).astype(np.float32)


class Tables(NamedTuple):
    """The regression's weights of single words, by bucket: arrays of 2^20 numbers."""

    weights: NDArray[np.float32]  # sum over the words of a bucket: idf · weight
    squares: NDArray[np.float32]  # sum over the words of a bucket: idf²


def pack(encoded: Sequence[bytes]) -> bytes:
    """Term frequencies of papers as a CSR matrix in bytes; a word of the title counts TITLE_WEIGHT times.

    Layout: number of papers, indptr, indices (int32, little-endian), frequencies (uint8).

    Args:
        encoded: papers as `tokens.encode` gives them; b"" for a number without a paper.
    """
    numbers = np.frombuffer(b"".join(encoded), dtype=STORED)
    lengths = [len(code) // STORED.itemsize for code in encoded]
    paper = np.repeat(np.arange(len(encoded), dtype=np.int64), lengths)
    present = np.array([length > 0 for length in lengths])
    in_title = np.cumsum(numbers == 0) < np.cumsum(present)[paper]  # a zero separates title and abstract
    words = np.flatnonzero(numbers)
    keys = paper[words] << _BITS | (numbers[words] & np.uint32(_BUCKETS - 1)).astype(np.int64)
    # The lowest bit says whether the word is in the title. The papers are in order, so a stable sort is fast.
    keys = np.sort(keys << 1 | in_title[words], kind="stable")
    first = np.flatnonzero(np.diff(keys >> 1, prepend=-1))
    frequencies = np.add.reduceat(np.where(keys & 1, TITLE_WEIGHT, 1), first) if len(first) else first
    cells = keys[first] >> 1
    indptr = np.searchsorted(cells, np.arange(len(encoded) + 1) << _BITS)
    return b"".join(
        [
            np.array([len(encoded)]).astype(_PACKED).tobytes(),
            indptr.astype(_PACKED).tobytes(),
            (cells & (_BUCKETS - 1)).astype(_PACKED).tobytes(),
            np.minimum(frequencies, _MAX_FREQUENCY).astype(np.uint8).tobytes(),
        ]
    )


def unpack(block: bytes) -> Sparse:
    """The matrix that `pack` made: papers × buckets, 1 + ln tf, float32."""
    size = _PACKED.itemsize
    (papers,) = np.frombuffer(block, _PACKED, 1)
    indptr = np.frombuffer(block, _PACKED, papers + 1, size)
    indices = np.frombuffer(block, _PACKED, indptr[-1], size * (papers + 2))
    frequencies = np.frombuffer(block, np.uint8, indptr[-1], size * (papers + 2 + indptr[-1]))
    return Sparse(indptr, indices, _LOG_FREQUENCY.take(frequencies), (int(papers), _BUCKETS))


def fit_tables(history: History, encoded: Mapping[str, bytes]) -> Tables | None:
    """Fit the regression to a history, and add the stated interests; None if the history is too small for both."""
    dataset = build(history, (), encoded)
    model = fit(dataset)
    if model is None and not dataset.interests:
        return None
    words = dataset.counts.words
    word_weight = np.zeros(words.shape[1])
    if model:
        word_weight += model.weights()[: words.shape[1]]
    weights, squares = np.zeros((2, _BUCKETS), dtype=np.float32)
    if dataset.interests:
        word_weight += interests.word_weights(dataset)
        absent, weight, idf_of_absent = interests.absent_words(dataset)
        np.add.at(weights, absent & np.uint32(_BUCKETS - 1), np.float32(idf_of_absent * weight))
        np.add.at(squares, absent & np.uint32(_BUCKETS - 1), np.float32(idf_of_absent**2))
    idf = smooth_idf(words)
    buckets = (dataset.counts.terms[: words.shape[1]] & np.uint64(_BUCKETS - 1)).astype(np.int64)
    np.add.at(weights, buckets, idf * word_weight.astype(np.float32))
    np.add.at(squares, buckets, idf * idf)
    return Tables(weights, squares)


def best(
    tables: Tables | None,
    blocks: Iterable[tuple[int, bytes]],
    limit: int,
    without: Collection[int],
    only: Collection[int] | None,
) -> list[int]:
    """Numbers of the papers with the highest log-odds; parameters as in `recommender.ranking.candidates`."""
    if tables is None:
        return []
    block_papers, block_values = [], []
    for first, block in blocks:
        terms = unpack(block)
        filled = np.flatnonzero(np.diff(terms.indptr))
        block_papers.append(first + filled)
        block_values.append(log_odds(terms, *tables)[filled])
    if not block_papers:
        return []
    papers, values = np.concatenate(block_papers), np.concatenate(block_values)
    allowed = np.isin(papers, _array(without), invert=True)
    if only is not None:
        allowed &= np.isin(papers, _array(only))
    papers, values = papers[allowed], values[allowed]
    order = np.lexsort((papers, -values))[:limit]
    return [int(number) for number in papers[order]]


def log_odds(terms: Sparse, weights: NDArray[np.float32], squares: NDArray[np.float32]) -> NDArray[np.float32]:
    """The regression's log-odds of each paper, by single words: (tf-idf · weights) / ‖tf-idf‖.

    Args:
        terms: papers × buckets, as `unpack` gives it.
        weights, squares: as in `Tables`.
    """
    length = np.sqrt(terms.with_data(terms.data * terms.data).dot(squares))
    value = terms.dot(weights)
    return np.divide(value, length, out=np.zeros_like(value), where=length > 0)


def _array(numbers: Collection[int]) -> NDArray[np.int64]:
    return np.fromiter(numbers, dtype=np.int64, count=len(numbers))

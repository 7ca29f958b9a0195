"""A whole library at once: which of its papers are worth ranking, by one product with the words of all of them.

Papers lie in blocks of their terms, packed beforehand. What a term weighs is a table by the lowest bits of its number,
so that no vocabulary is needed: of a history's 10,000 words, a word that weighs nothing meets one by chance once in a
hundred times. The choice is rough, and `rank` has the last word.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.paper import History
from recommender.ranking.counts import STORED, TITLE_WEIGHT
from recommender.ranking.dataset import build
from recommender.ranking.linear import fit
from recommender.ranking.sparse import Sparse
from recommender.ranking.tfidf import idf_of

_BITS = 20  # 4 MB a table: it stays in the processor's cache
_PLACES = np.dtype("<i4")
_MOST = 255  # times that a term counts in a paper
_FREQUENCY = (1 + np.log(np.maximum(np.arange(_MOST + 1), 1))).astype(np.float32)


def pack(encoded: Sequence[bytes]) -> bytes:
    """How often each word is in each of these papers, as bytes; a word of the title counts TITLE_WEIGHT times.

    Args:
        encoded: papers as `tokens.encode` gives them; empty where there is none.
    """
    numbers = np.frombuffer(b"".join(encoded), dtype=STORED)
    lengths = [len(code) // STORED.itemsize for code in encoded]
    owner = np.repeat(np.arange(len(encoded), dtype=np.int64), lengths)
    present = np.array([length > 0 for length in lengths])
    in_title = np.cumsum(numbers == 0) < np.cumsum(present)[owner]  # a zero stands between title and abstract
    words = np.flatnonzero(numbers)
    places = owner[words] << _BITS | (numbers[words] & np.uint32(2**_BITS - 1)).astype(np.int64)
    # whether in the title comes along in the lowest bit; papers are in order, and a stable sort makes use of it
    places = np.sort(places << 1 | in_title[words], kind="stable")
    first = np.flatnonzero(np.diff(places >> 1, prepend=-1))
    times = np.add.reduceat(np.where(places & 1, TITLE_WEIGHT, 1), first) if len(first) else first
    found = places[first] >> 1
    ends = np.searchsorted(found, np.arange(len(encoded) + 1) << _BITS)
    return b"".join(
        [
            np.array([len(encoded)]).astype(_PLACES).tobytes(),
            ends.astype(_PLACES).tobytes(),
            (found & (2**_BITS - 1)).astype(_PLACES).tobytes(),
            np.minimum(times, _MOST).astype(np.uint8).tobytes(),
        ]
    )


def candidates(
    history: History,
    encoded: Mapping[str, bytes],
    blocks: Iterable[tuple[int, bytes]],
    limit: int,
    without: Collection[int] = (),
    only: Collection[int] | None = None,
) -> list[int]:
    """The `limit` papers with the highest log-odds by their words alone, best first; empty if nothing can be told.

    Args:
        encoded: cached `tokens.encode()` of the history's papers by id.
        blocks: each with the number of its first paper, and as `pack` gives it.
        without, only: numbers of papers.
    """
    tables = _tables(history, encoded)
    if tables is None:
        return []
    numbers, worth = [], []
    for first, block in blocks:
        terms = unpacked(block)
        filled = np.flatnonzero(np.diff(terms.indptr))
        numbers.append(first + filled)
        worth.append(values(terms, *tables)[filled])
    if not numbers:
        return []
    paper, value = np.concatenate(numbers), np.concatenate(worth)
    allowed = np.isin(paper, _array(without), invert=True)
    if only is not None:
        allowed &= np.isin(paper, _array(only))
    paper, value = paper[allowed], value[allowed]
    best = np.lexsort((paper, -value))[:limit]
    return [int(number) for number in paper[best]]


def _tables(history: History, encoded: Mapping[str, bytes]) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """By a term's lowest bits: its idf times its weight, and the square of its idf."""
    dataset = build(history, (), encoded)
    model = fit(dataset)
    if model is None:
        return None
    words = dataset.counts.words
    idf = idf_of(words)
    places = (dataset.counts.terms[: words.shape[1]] & np.uint64(2**_BITS - 1)).astype(np.int64)
    weights, squares = np.zeros((2, 2**_BITS), dtype=np.float32)
    np.add.at(weights, places, idf * model.weights()[: words.shape[1]].astype(np.float32))
    np.add.at(squares, places, idf * idf)
    return weights, squares


def values(terms: Sparse, weights: NDArray[np.float32], squares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each paper its TF-IDF vector's product with the weights, the vector being of length 1."""
    length = np.sqrt(terms.with_data(terms.data * terms.data).dot(squares))
    value = terms.dot(weights)
    return np.divide(value, length, out=np.zeros_like(value), where=length > 0)


def unpacked(block: bytes) -> Sparse:
    """Papers × places, how often each is in each: 1 + ln tf."""
    size = _PLACES.itemsize
    (papers,) = np.frombuffer(block, _PLACES, 1)
    ends = np.frombuffer(block, _PLACES, papers + 1, size)
    columns = np.frombuffer(block, _PLACES, ends[-1], size * (papers + 2))
    times = np.frombuffer(block, np.uint8, ends[-1], size * (papers + 2 + ends[-1]))
    return Sparse(ends, columns, _FREQUENCY.take(times), (int(papers), 2**_BITS))


def _array(numbers: Collection[int]) -> NDArray[np.int64]:
    return np.fromiter(numbers, dtype=np.int64, count=len(numbers))

"""Counts of one ranking, kept as bytes for the next: after a verdict the papers are the same, and none is counted anew.

Plain arrays, no pickles. What was damaged, or is of other papers or of another version, is never used.
"""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from zlib import crc32

import numpy as np

from recommender.ranking import CountCache
from recommender.ranking.counts import Counts, count
from recommender.ranking.sparse import Sparse

_FORMAT = b"counts 2\n"
_MOST = 16 * 2**20  # bytes: about 10,000 papers; more is a catching up that nobody asks for twice
_CHECK = 4  # bytes of CRC-32


def counts_of(papers: Sequence[tuple[str, bytes]], cache: CountCache | None) -> Counts:
    """Counts of these papers, one row each: as kept, if they are of just these, else anew, and kept then.

    Args:
        papers: each with its id and as `tokens.encode` gives it.
    """
    codes = [code for _, code in papers]
    if cache is None:
        return count(codes)
    key = _key(papers)
    known = _read(cache.counts, key)
    if known is None:
        known = count(codes)
        cache.counts = _written(known, key)
    return known


def _key(papers: Sequence[tuple[str, bytes]]) -> bytes:
    names = "".join([f"{paper_id}\0{len(code)}\0" for paper_id, code in papers])
    told = hashlib.sha256(_FORMAT + names.encode("utf-8", "surrogatepass"))
    told.update(b"".join([code for _, code in papers]))
    return told.digest()


def _written(counts: Counts, key: bytes) -> bytes:
    stream = BytesIO()
    for matrix in (counts.words, counts.pairs, counts.titles):
        for array in (matrix.indptr, matrix.indices, matrix.data, np.array(matrix.shape)):
            np.save(stream, array, allow_pickle=False)
    np.save(stream, counts.terms, allow_pickle=False)
    body = stream.getvalue()
    return b"".join([_FORMAT, key, crc32(body).to_bytes(_CHECK, "big"), body]) if len(body) <= _MOST else b""


def _read(kept: bytes, key: bytes) -> Counts | None:
    head = _FORMAT + key
    check, body = kept[len(head) : len(head) + _CHECK], memoryview(kept)[len(head) + _CHECK :]
    if not kept.startswith(head) or check != crc32(body).to_bytes(_CHECK, "big"):
        return None
    stream = BytesIO(body)
    matrices = []
    for _ in range(3):
        indptr, indices, data, (rows, columns) = (np.load(stream, allow_pickle=False) for _ in range(4))
        matrices.append(Sparse(indptr, indices, data, (int(rows), int(columns))))
    words, pairs, titles = matrices
    return Counts(words, pairs, titles, np.load(stream, allow_pickle=False))

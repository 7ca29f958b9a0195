"""Term counts kept as bytes from one ranking to the next: after a verdict the papers are the same as before.

Plain arrays instead of pickles. Damaged bytes, and bytes of other papers or of another format, are ignored.
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
_MAX_BYTES = 16 * 2**20  # about 10,000 papers; so large a ranking is hardly ever repeated
_CHECKSUM_BYTES = 4  # CRC-32


def counts_of(papers: Sequence[tuple[str, bytes]], cache: CountCache | None) -> Counts:
    """Counts of these papers, one row each: from the cache if it is for exactly these papers, else counted and cached.

    Args:
        papers: id and `tokens.encode` of each.
    """
    codes = [code for _, code in papers]
    if cache is None:
        return count(codes)
    key = _key(papers)
    counts = _from_bytes(cache.counts, key)
    if counts is None:
        counts = count(codes)
        cache.counts = _to_bytes(counts, key)
    return counts


def _key(papers: Sequence[tuple[str, bytes]]) -> bytes:
    """SHA-256 of the ids and terms of all papers."""
    ids = "".join([f"{paper_id}\0{len(code)}\0" for paper_id, code in papers])
    digest = hashlib.sha256(_FORMAT + ids.encode("utf-8", "surrogatepass"))
    digest.update(b"".join([code for _, code in papers]))
    return digest.digest()


def _to_bytes(counts: Counts, key: bytes) -> bytes:
    """Format, key, checksum, arrays; empty if they are too large to keep."""
    stream = BytesIO()
    for matrix in (counts.words, counts.pairs, counts.titles):
        for array in (matrix.indptr, matrix.indices, matrix.data, np.array(matrix.shape)):
            np.save(stream, array, allow_pickle=False)
    np.save(stream, counts.terms, allow_pickle=False)
    body = stream.getvalue()
    checksum = crc32(body).to_bytes(_CHECKSUM_BYTES, "big")
    return b"".join([_FORMAT, key, checksum, body]) if len(body) <= _MAX_BYTES else b""


def _from_bytes(cached: bytes, key: bytes) -> Counts | None:
    """The counts if the bytes are intact and have this key, else None."""
    head = _FORMAT + key
    body_start = len(head) + _CHECKSUM_BYTES
    checksum, body = cached[len(head) : body_start], memoryview(cached)[body_start:]
    if not cached.startswith(head) or checksum != crc32(body).to_bytes(_CHECKSUM_BYTES, "big"):
        return None
    stream = BytesIO(body)
    matrices = []
    for _ in range(3):
        indptr, indices, data, (rows, columns) = (np.load(stream, allow_pickle=False) for _ in range(4))
        matrices.append(Sparse(indptr, indices, data, (int(rows), int(columns))))
    words, pairs, titles = matrices
    return Counts(words, pairs, titles, np.load(stream, allow_pickle=False))

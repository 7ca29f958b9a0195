"""Arrays kept as bytes: a head, a checksum, then each array as numpy writes it. Plain arrays instead of pickles."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_CHECKSUM_BYTES = 4  # CRC-32


def to_bytes(head: bytes, arrays: Iterable[NDArray[Any]]) -> bytes:
    """Head, checksum, arrays.

    Args:
        head: says what the arrays are; others than this head will not be read.
    """
    stream = BytesIO()
    for array in arrays:
        np.save(stream, array, allow_pickle=False)
    body = stream.getvalue()
    return b"".join([head, crc32(body).to_bytes(_CHECKSUM_BYTES, "big"), body])


def from_bytes(head: bytes, kept: bytes, count: int) -> list[NDArray[Any]] | None:
    """The arrays that `to_bytes` wrote, so many; None for damaged bytes, or those with another head."""
    body_start = len(head) + _CHECKSUM_BYTES
    checksum, body = kept[len(head) : body_start], memoryview(kept)[body_start:]
    if not kept.startswith(head) or checksum != crc32(body).to_bytes(_CHECKSUM_BYTES, "big"):
        return None
    stream = BytesIO(body)
    return [np.load(stream, allow_pickle=False) for _ in range(count)]

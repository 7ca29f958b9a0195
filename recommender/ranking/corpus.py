"""A corpus: the texts of a day and its background, counted once for the rankings of many readers.

It can be kept as bytes, because after a verdict the texts are the same as before. Damaged bytes, and bytes of other
texts or of another format, are ignored.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import count as count_from
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Document, Paper
from recommender.ranking import ENGINE, lsa, tokens
from recommender.ranking.arrays import from_bytes, to_bytes
from recommender.ranking.counts import Counts, count, find, stack
from recommender.ranking.sparse import Sparse

_FORMAT = f"corpus {ENGINE}\n".encode()
_MAX_BYTES = 32 * 2**20  # about 15,000 papers; so large a ranking is hardly ever repeated
_ARRAYS = 3 * 4 + 2  # three matrices of four arrays, terms and points
_HEAD = "corpus"  # the file with format and key in a folder of a corpus
_NO_TEXT = tokens.encode(Paper("", "", ""))


class Corpus:
    """Texts with their term counts and their points in the latent space; none of them depends on a reader.

    Args:
        texts: as `tokens.encode` gives them; each counts once.
        kept: what `to_bytes` gave for a corpus; used if that has the same texts.
    """

    def __init__(self, texts: Iterable[bytes], kept: bytes = b"") -> None:
        distinct = sorted(set(texts))
        self._key = _key(distinct)
        arrays = _from_bytes(kept, self._key) if kept else None
        self.was_kept = arrays is not None
        self._fill(distinct, *(arrays or _counted(distinct)))

    def _fill(self, distinct: Sequence[bytes], counts: Counts, points: NDArray[Any]) -> None:
        self._places = {text: place for place, text in enumerate(distinct)}
        self._counts, self._points = counts, points
        self._frequency = counts.frequency()

    def rows(self, ids: Sequence[str], texts: Sequence[bytes]) -> tuple[Counts, NDArray[Any]]:
        """The counts of some papers, with the terms that at least two of them share, and their points.

        Texts that are not in the corpus are counted here, so what else is in it changes nothing.

        Args:
            ids: one per row; rows with the same id and text are one paper.
            texts: one per row, as `tokens.encode` gives them.
        """
        number: dict[tuple[str, bytes], int] = {}  # of each paper
        rows = [number.setdefault(paper, len(number)) for paper in zip(ids, texts, strict=True)]
        places = [self._places.get(text, -1) for _, text in number]
        others = [text for (_, text), place in zip(number, places, strict=True) if place < 0]
        own_counts, own_points = _counted(others)
        linking, own_linking = self._linking([place for place in places if place >= 0], own_counts)
        counts = stack(self._counts.select(linking), own_counts.select(own_linking))
        below = count_from(len(self._places))
        order = np.array([place if place >= 0 else next(below) for place in places], dtype=np.int64)[rows]
        return counts.take(order), np.concatenate([self._points, own_points])[order]

    def _linking(self, places: Sequence[int], own: Counts) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which terms of the corpus, and which of other papers, occur in at least two papers.

        Args:
            places: of the papers whose texts are in the corpus.
            own: the counts of the other papers.
        """
        times = np.bincount(np.array(places, dtype=np.int64), minlength=len(self._places))
        others = np.flatnonzero(times != 1)  # all in all, each text counts once
        frequency = self._frequency + self._counts.take(others).frequency(times[others] - 1)
        own_frequency, columns = own.frequency(), find(self._counts.terms, own.terms)
        known = np.flatnonzero(columns >= 0)
        frequency[columns[known]] += own_frequency[known]
        own_frequency[known] = frequency[columns[known]]
        return frequency >= 2, own_frequency >= 2

    def to_bytes(self) -> bytes:
        """Format, key of the texts, checksum, arrays; empty if they are too large to keep."""
        kept = to_bytes(_FORMAT + self._key, self._arrays())
        return kept if len(kept) <= _MAX_BYTES else b""

    def write(self, folder: Path) -> None:
        """Write the corpus into a new folder, an array a file, so that many processes can share it by `map_files`."""
        folder.mkdir(mode=0o700)
        texts = list(self._places)
        starts = np.cumsum([0, *map(len, texts)])
        arrays = [*self._arrays(), starts, np.frombuffer(b"".join(texts), dtype=np.uint8)]
        for number, array in enumerate(arrays):
            np.save(folder / f"{number}.npy", array, allow_pickle=False)
        (folder / _HEAD).write_bytes(_FORMAT + self._key)

    @classmethod
    def map_files(cls, folder: Path) -> Self:
        """The corpus that `write` wrote, its arrays in memory that all processes of a machine share.

        Raises:
            OSError: there is none.
            ValueError: another version of the program wrote it.
        """
        head = (folder / _HEAD).read_bytes()
        if not head.startswith(_FORMAT):
            raise ValueError(f"{folder}: written by another version of this program")
        arrays = [
            np.asarray(np.load(folder / f"{number}.npy", mmap_mode="r", allow_pickle=False))
            for number in range(_ARRAYS + 2)
        ]
        *arrays, starts, texts = arrays
        corpus = cls.__new__(cls)
        corpus._key, corpus.was_kept = head.removeprefix(_FORMAT), True
        distinct = [texts[start:end].tobytes() for start, end in pairwise(starts.tolist())]
        corpus._fill(distinct, *_from_arrays(arrays))
        return corpus

    def _arrays(self) -> list[NDArray[Any]]:
        matrices = (self._counts.words, self._counts.pairs, self._counts.titles)
        arrays = [each for m in matrices for each in (m.indptr, m.indices, m.data, np.array(m.shape))]
        return [*arrays, self._counts.terms, self._points]


def encoded_text(paper: Paper | Document, encoded: Mapping[str, bytes]) -> bytes:
    """The text of a paper as `tokens.encode` gives it: cached, of the document itself, or encoded now."""
    if isinstance(paper, Document):
        return paper.terms or encoded.get(paper.id) or _NO_TEXT
    return encoded.get(paper.id) or tokens.encode(paper)


def _counted(texts: Sequence[bytes]) -> tuple[Counts, NDArray[Any]]:
    counts = count(texts)
    return counts, lsa.shipped().transform(counts)


def _key(texts: Sequence[bytes]) -> bytes:
    """SHA-256 of the texts."""
    lengths = ",".join([str(len(text)) for text in texts]).encode()
    return hashlib.sha256(b"".join([lengths, *texts])).digest()


def _from_bytes(kept: bytes, key: bytes) -> tuple[Counts, NDArray[Any]] | None:
    """The counts and the points, if the bytes are intact and have this key."""
    arrays = from_bytes(_FORMAT + key, kept, _ARRAYS)
    return None if arrays is None else _from_arrays(arrays)


def _from_arrays(arrays: Sequence[NDArray[Any]]) -> tuple[Counts, NDArray[Any]]:
    *parts, terms, points = arrays
    words, pairs, titles = (
        Sparse(indptr, indices, data, (int(shape[0]), int(shape[1])))
        for indptr, indices, data, shape in zip(*(parts[at::4] for at in range(4)), strict=True)
    )
    return Counts(words, pairs, titles, terms), points

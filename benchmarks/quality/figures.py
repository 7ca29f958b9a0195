"""The measures of every recipe on every question."""

import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.metrics import measure
from benchmarks.quality.readers import Data, Reader
from benchmarks.quality.recipes import Recipe, material_of
from benchmarks.quality.replay import Question

PARTS = ("tuning", "checking")


def part_of(reader: Reader) -> str:
    """Which half of the readers this one is in, by a hash of the name.

    New settings are to be chosen on the tuning half alone; those older than this split may have seen either. A merged
    reader goes by its own name, so the lists it is made of may be of either half.
    """
    return PARTS[zlib.crc32(reader.name.encode()) % len(PARTS)]


class Figures:
    """Measures by recipe, and by the subject they are averaged over first: a reader, or a reader with k likes."""

    def __init__(self, chosen: Mapping[str, Recipe], data: Data) -> None:
        self.chosen = dict(chosen)
        self._data = data
        self._measured: dict[str, dict[str, list[tuple[int, tuple[float, ...]]]]] = {
            name: defaultdict(list) for name in chosen
        }
        self._readers: dict[str, Reader] = {}
        self.seconds = dict.fromkeys(chosen, 0.0)
        self.questions = 0

    def add(self, subject: str, question: Question) -> None:
        self.questions += 1
        self._readers[subject] = question.reader
        material = material_of(question, self._data)
        for name, recipe in self.chosen.items():
            started = time.perf_counter()
            values = recipe(question, material)
            self.seconds[name] += time.perf_counter() - started
            self._measured[name][subject].append((question.day, measure(values, question.liked)))
        tell(f"{self.questions} rankings, {subject}")

    def subjects(self, part: str | None = None, merged: bool | None = None) -> list[str]:
        """Those of one half of the readers, or of the merged ones, or all."""
        return [
            subject
            for subject, reader in self._readers.items()
            if part in (None, part_of(reader)) and merged in (None, reader.merged)
        ]

    def means(self, name: str, subjects: Collection[str], since: int = 0) -> NDArray[Any]:
        """Subjects × metrics: of one recipe each subject's mean over its days from `since` on.

        Subjects without such a day are left out, of every recipe the same.
        """
        rows = ([row for day, row in self._measured[name][subject] if day >= since] for subject in subjects)
        return np.array([np.mean(own, axis=0) for own in rows if own])

    def milliseconds(self, name: str) -> float:
        """Of one ranking."""
        return 1000 * self.seconds[name] / max(self.questions, 1)

    def by_subject(self) -> dict[str, dict[str, list[float]]]:
        """Of every recipe and subject the mean of each metric."""
        return {
            name: {subject: self.means(name, [subject])[0].tolist() for subject in by_subject}
            for name, by_subject in self._measured.items()
        }


def tell(progress: str) -> None:
    """How far a long run has come, for whoever watches."""
    if sys.stderr.isatty():
        print(f"\r{progress:70.70}", end="", file=sys.stderr)

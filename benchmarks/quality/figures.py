"""Measures of every recipe on every question."""

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
from benchmarks.quality.recipes import Recipe, dataset_of
from benchmarks.quality.replay import Question

PARTS = ("tuning", "checking")


def part_of(reader: Reader) -> str:
    """The half of the readers this one belongs to, by a hash of the name.

    Choose settings on the tuning half alone; settings older than this split may have seen either half. A merged reader
    is assigned by its own name, so its lists may belong to either half.
    """
    return PARTS[zlib.crc32(reader.name.encode()) % len(PARTS)]


class Figures:
    """Measures by recipe and subject; a subject is a reader, or a reader with k likes, and has several questions."""

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
        """Measure every recipe on the question."""
        self.questions += 1
        self._readers[subject] = question.reader
        dataset = dataset_of(question, self._data)
        for name, recipe in self.chosen.items():
            started = time.perf_counter()
            values = recipe(question, dataset)
            self.seconds[name] += time.perf_counter() - started
            self._measured[name][subject].append((question.day, measure(values, question.liked)))
        show_progress(f"{self.questions} rankings, {subject}")

    def subjects(self, part: str | None = None, merged: bool | None = None) -> list[str]:
        """Subjects of one half of the readers, or the merged ones, or all."""
        return [
            subject
            for subject, reader in self._readers.items()
            if part in (None, part_of(reader)) and merged in (None, reader.merged)
        ]

    def means(self, name: str, subjects: Collection[str], since: int = 0) -> NDArray[Any]:
        """Subjects × metrics: each subject's mean over its days from `since` on.

        Subjects without such a day are left out; they are the same for every recipe.
        """
        rows = ([row for day, row in self._measured[name][subject] if day >= since] for subject in subjects)
        return np.array([np.mean(days, axis=0) for days in rows if days])

    def milliseconds(self, name: str) -> float:
        """Mean duration of one ranking."""
        return 1000 * self.seconds[name] / max(self.questions, 1)

    def by_subject(self) -> dict[str, dict[str, list[float]]]:
        """The mean of each metric, by recipe and subject."""
        return {
            name: {subject: self.means(name, [subject])[0].tolist() for subject in by_subject}
            for name, by_subject in self._measured.items()
        }


def show_progress(progress: str) -> None:
    """Show on a terminal how far a long run has come."""
    if sys.stderr.isatty():
        print(f"\r{progress:70.70}", end="", file=sys.stderr)

"""`python -m benchmarks.quality FOLDER`: one run, one table, and its figures as JSON.

FOLDER holds `digests/` and `likes-dev/` (benchmarks/quality/readers.py says what is in them).
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

import numpy as np

from benchmarks.quality.coldstart import LIKES, cold_starts
from benchmarks.quality.metrics import METRICS, measure
from benchmarks.quality.readers import Data
from benchmarks.quality.recipes import Recipe, material_of, recipes
from benchmarks.quality.replay import Question, replay


def main() -> None:
    parser = argparse.ArgumentParser(description="Ranking quality on real readers, ours beside others'.")
    parser.add_argument("folder", type=Path, help="a folder with digests/ and likes-dev/")
    parser.add_argument("--every", type=int, default=4, help="replay every N-th day from the 11th (default: 4)")
    parser.add_argument("--only", action="append", metavar="RECIPE", help="only this recipe; repeatable")
    parser.add_argument("--skip", choices=["replay", "start"], help="leave one protocol out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every reader there")
    arguments = parser.parse_args()
    data = Data(arguments.folder)
    chosen = {name: recipe for name, recipe in recipes(data).items() if not arguments.only or name in arguments.only}
    replayed = Figures(chosen, data)
    started = Figures(chosen, data)
    if arguments.skip != "replay":
        for question in replay(data, arguments.every):
            replayed.add(question.reader.name, question)
        print_replay(replayed, data, arguments.every)
    if arguments.skip != "start":
        for k, question in cold_starts(data):
            started.add(f"{question.reader.name} k={k}", question)
        print_starts(started)
    if arguments.json:
        report = {"metrics": METRICS, "replay": replayed.means(), "start": started.means()}
        arguments.json.write_text(json.dumps(report, indent=1), encoding="utf-8")


class Figures:
    """The measures of every recipe on every question, by the subject they are averaged over first."""

    def __init__(self, chosen: dict[str, Recipe], data: Data) -> None:
        self.chosen = chosen
        self._data = data
        self.measured: dict[str, dict[str, list[tuple[float, ...]]]] = {name: defaultdict(list) for name in chosen}
        self.seconds = dict.fromkeys(chosen, 0.0)
        self.questions = 0

    def add(self, subject: str, question: Question) -> None:
        self.questions += 1
        material = material_of(question, self._data)
        for name, recipe in self.chosen.items():
            started = time.perf_counter()
            values = recipe(question, material)
            self.seconds[name] += time.perf_counter() - started
            self.measured[name][subject].append(measure(values, question.liked))
        if sys.stderr.isatty():
            print(f"\r{self.questions} rankings, {subject:60.60}", end="", file=sys.stderr)

    def means(self) -> dict[str, dict[str, list[float]]]:
        """Of every recipe and subject the mean of each metric."""
        return {
            name: {subject: np.mean(rows, axis=0).tolist() for subject, rows in by_subject.items()}
            for name, by_subject in self.measured.items()
        }

    def mean(self, name: str, subjects: Collection[str]) -> list[float]:
        """Of one recipe the mean over subjects."""
        found: list[float] = np.mean([np.mean(self.measured[name][key], axis=0) for key in subjects], axis=0).tolist()
        return found


def print_replay(figures: Figures, data: Data, every: int) -> None:
    everyone = set(next(iter(figures.measured.values())))
    merged = everyone & {reader.name for reader in data.readers if reader.merged}
    print(f"\nReplay: {figures.questions} days of {len(everyone)} readers, every {every}th day from the 11th\n")
    print("| recipe |", " | ".join(METRICS), "| merged: AUC | nDCG@10 | ms a ranking |")
    print("|" + " --- |" * (len(METRICS) + 4))
    for name in figures.chosen:
        some = figures.mean(name, merged)
        cells = [f"{value:.4f}" for value in [*figures.mean(name, everyone), some[0], some[1]]]
        print(f"| {name} |", " | ".join(cells), f"| {1000 * figures.seconds[name] / figures.questions:.0f} |")


def print_starts(figures: Figures) -> None:
    subjects = set(next(iter(figures.measured.values())))
    by_k = {k: [subject for subject in subjects if subject.endswith(f" k={k}")] for k in LIKES}
    print("\nCold start: AUC / nDCG@10 after the first k likes\n")
    print("| recipe |", " | ".join(f"k = {k} ({len(by_k[k])} readers)" for k in LIKES), "|")
    print("|" + " --- |" * (len(LIKES) + 1))
    for name in figures.chosen:
        cells = ["{:.4f} / {:.4f}".format(*figures.mean(name, by_k[k])[:2]) for k in LIKES]
        print(f"| {name} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()

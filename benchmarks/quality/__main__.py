"""`python -m benchmarks.quality FOLDER`: one run, one table, and its figures as JSON.

FOLDER holds `digests/` and `likes-dev/` (benchmarks/quality/readers.py says what is in them).
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.quality.metrics import METRICS, measure
from benchmarks.quality.readers import Data
from benchmarks.quality.recipes import material_of, recipes
from benchmarks.quality.replay import reader_days


def main() -> None:
    parser = argparse.ArgumentParser(description="Ranking quality, replayed on real readers.")
    parser.add_argument("folder", type=Path, help="a folder with digests/ and likes-dev/")
    parser.add_argument("--every", type=int, default=4, help="replay every N-th day from the 11th (default: 4)")
    parser.add_argument("--only", action="append", metavar="RECIPE", help="only this recipe; repeatable")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every reader there")
    arguments = parser.parse_args()
    data = Data(arguments.folder)
    chosen = {name: recipe for name, recipe in recipes(data).items() if not arguments.only or name in arguments.only}
    figures: dict[str, dict[str, list[tuple[float, ...]]]] = {name: defaultdict(list) for name in chosen}
    seconds = dict.fromkeys(chosen, 0.0)
    questions = 0
    for question in reader_days(data, arguments.every):
        questions += 1
        material = material_of(question, data)
        for name, recipe in chosen.items():
            started = time.perf_counter()
            values = recipe(question, material)
            seconds[name] += time.perf_counter() - started
            figures[name][question.reader.name].append(measure(values, question.liked))
        if sys.stderr.isatty():
            print(f"\rday {question.day}, {questions} rankings", end="", file=sys.stderr)
    print(f"{questions} rankings of {len(data.readers)} readers, every {arguments.every}th day from the 11th\n")
    print("| recipe |", " | ".join(METRICS), "| merged: AUC | nDCG@10 | ms a ranking |")
    print("|" + " --- |" * (len(METRICS) + 4))
    merged = {reader.name for reader in data.readers if reader.merged}
    for name, by_reader in figures.items():
        every = _mean(list(by_reader.values()))
        some = _mean([rows for reader, rows in by_reader.items() if reader in merged])
        cells = [*(f"{value:.4f}" for value in every), f"{some[0]:.4f}", f"{some[1]:.4f}"]
        print(f"| {name} |", " | ".join(cells), f"| {1000 * seconds[name] / questions:.0f} |")
    if arguments.json:
        report = {
            name: {reader: np.mean(rows, axis=0).tolist() for reader, rows in by_reader.items()}
            for name, by_reader in figures.items()
        }
        arguments.json.write_text(json.dumps({"metrics": METRICS, "readers": report}, indent=1), encoding="utf-8")


def _mean(rows_of_readers: list[list[tuple[float, ...]]]) -> tuple[float, ...]:
    """Mean over a reader's days, then over readers."""
    return tuple(np.mean([np.mean(rows, axis=0) for rows in rows_of_readers], axis=0).tolist())


if __name__ == "__main__":
    main()

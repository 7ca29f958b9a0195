"""`python -m benchmarks.quality FOLDER`: one run, its tables in Markdown, and its figures as JSON.

FOLDER holds `digests/` and `likes-dev/` (benchmarks/quality/readers.py says what is in them).
"""

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.quality.ablation import ablation
from benchmarks.quality.authors import authors
from benchmarks.quality.calibration import calibration
from benchmarks.quality.catalogue import catalogue
from benchmarks.quality.coldstart import cold_starts
from benchmarks.quality.dislikes import dislikes
from benchmarks.quality.figures import Figures, part_of
from benchmarks.quality.interests import interests
from benchmarks.quality.metrics import METRICS
from benchmarks.quality.readers import Data
from benchmarks.quality.recipes import NEWEST, recipes
from benchmarks.quality.replay import replay
from benchmarks.quality.speed import speed
from benchmarks.quality.tables import replay_tables, start_tables

SECTIONS = ("replay", "start", "calibration")


def main() -> None:
    parser = argparse.ArgumentParser(description="Ranking quality on real readers, ours beside others'.")
    parser.add_argument("folder", type=Path, help="a folder with digests/ and likes-dev/")
    parser.add_argument("--every", type=int, metavar="N", help="replay every N-th day from the 11th (default: all)")
    parser.add_argument("--only", action="append", metavar="RECIPE", help="only this recipe; repeatable")
    parser.add_argument("--skip", action="append", choices=SECTIONS, default=[], help="leave out; repeatable")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every reader there")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the reliability diagram there (SVG)")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--ablate", action="store_true", help="instead: what each part of our ranker is worth")
    instead.add_argument("--authors", action="store_true", help="instead: what knowing who wrote a paper adds")
    instead.add_argument("--dislikes", action="store_true", help="instead: what dislikes add")
    instead.add_argument("--interests", action="store_true", help="instead: whether every interest gets its share")
    instead.add_argument("--catalogue", action="store_true", help="instead: a whole library ranked in two steps")
    instead.add_argument("--speed", action="store_true", help="instead: time and memory of one ranking")
    arguments = parser.parse_args()
    data = Data(arguments.folder)
    report: dict[str, Any]
    if arguments.ablate:
        report = ablation(data, arguments.every or 4)
    elif arguments.authors:
        report = authors(data, arguments.every or 1)
    elif arguments.dislikes:
        report = dislikes(data)
    elif arguments.interests:
        report = interests(data, arguments.every or 1)
    elif arguments.catalogue:
        report = catalogue(data, arguments.every or 1)
    elif arguments.speed:
        report = speed(data)
    else:
        report = compare(data, arguments.every or 1, arguments.only, arguments.skip, arguments.plot)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1), encoding="utf-8")


def compare(data: Data, every: int, only: list[str] | None, skip: list[str], picture: Path | None) -> dict[str, Any]:
    """Both protocols with every recipe, and the calibration of ours."""
    chosen = {name: recipe for name, recipe in recipes(data).items() if not only or name in only}
    report: dict[str, Any] = {
        "metrics": METRICS,
        "readers": {reader.name: {"part": part_of(reader), "merged": reader.merged} for reader in data.readers},
    }
    if "replay" not in skip:
        replayed = Figures(chosen, data)
        for question in replay(data, every):
            replayed.add(question.reader.name, question)
        report["replay"] = {"tables": replay_tables(replayed, len(data.days), every), "means": replayed.by_subject()}
    if "start" not in skip:
        started = Figures({name: recipe for name, recipe in chosen.items() if name != NEWEST}, data)
        for k, question in cold_starts(data):
            started.add(f"{question.reader.name} k={k}", question)
        report["start"] = {"tables": start_tables(started), "means": started.by_subject()}
    if "calibration" not in skip:
        report["calibration"] = calibration(data, every, picture)
    return report


if __name__ == "__main__":
    main()

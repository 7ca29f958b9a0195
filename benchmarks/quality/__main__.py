"""Ranking quality on real readers, beside the recipes of other tools: `python -m benchmarks.quality FOLDER`.

Prints tables in Markdown. Without an option that says "instead", two questions are asked of every recipe: replay (each
past day is ranked with the likes before it) and cold start (the first k likes of many readers).
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import data as folders
from benchmarks.quality.ablation import ablation
from benchmarks.quality.authors import authors
from benchmarks.quality.calibration import calibration
from benchmarks.quality.candidates import candidate_generation
from benchmarks.quality.coldstart import cold_starts
from benchmarks.quality.curve import curve
from benchmarks.quality.dislikes import dislikes
from benchmarks.quality.figures import Figures, part_of
from benchmarks.quality.interests import interests
from benchmarks.quality.metrics import METRICS
from benchmarks.quality.raters import raters
from benchmarks.quality.readers import FOLDER_HELP, Data
from benchmarks.quality.recipes import NEWEST, recipes
from benchmarks.quality.replay import replay
from benchmarks.quality.speed import speed
from benchmarks.quality.tables import replay_tables, start_tables

SECTIONS = ("replay", "start", "calibration")
# Other benchmarks by the name of their option; each takes the data and --every.
INSTEAD: dict[str, tuple[Callable[[Data, int | None], dict[str, Any]], str]] = {
    "ablate": (lambda data, every: ablation(data, every or 4), "our ranker without each of its parts"),
    "authors": (lambda data, every: authors(data, every or 1), "our ranker with and without author names"),
    "dislikes": (lambda data, _: dislikes(data), "our ranker with and without dislikes"),
    "interests": (lambda data, every: interests(data, every or 1), "readers with several interests"),
    "curve": (lambda data, every: curve(data, every or 4), "the numbers of the curve that makes matches, fitted anew"),
    "raters": (lambda data, every: raters(data, every or 4), "matches for readers who rate the ten papers they see"),
    "candidates": (lambda data, every: candidate_generation(data, every or 1), "a whole library ranked in two stages"),
    "speed": (lambda data, _: speed(data), "time and memory of one ranking"),
}


def main() -> None:
    parser = folders.parser(__doc__, FOLDER_HELP)
    parser.add_argument("--every", type=int, metavar="N", help="replay every N-th day from the 11th (default: all)")
    parser.add_argument("--only", action="append", metavar="RECIPE", help="only this recipe; repeatable")
    parser.add_argument("--skip", action="append", choices=SECTIONS, default=[], help="leave out; repeatable")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of every reader to this file")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the reliability diagram (SVG)")
    instead = parser.add_mutually_exclusive_group()
    for name, (_, meaning) in INSTEAD.items():
        instead.add_argument(f"--{name}", dest="instead", action="store_const", const=name, help=f"instead: {meaning}")
    arguments = parser.parse_args()
    if arguments.every is not None and arguments.every < 1:
        parser.error("--every must be at least 1")
    data = Data(arguments.folder)
    if arguments.only and (unknown := set(arguments.only) - recipes(data).keys()):
        parser.error(f"no recipe {unknown.pop()!r}; there are: {', '.join(recipes(data))}")
    if arguments.instead:
        report = INSTEAD[arguments.instead][0](data, arguments.every)
    else:
        report = compare(data, arguments.every or 1, arguments.only, arguments.skip, arguments.plot)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1), encoding="utf-8")


def compare(data: Data, every: int, only: list[str] | None, skip: list[str], picture: Path | None) -> dict[str, Any]:
    """Replay and cold start with every recipe, and the calibration of ours."""
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

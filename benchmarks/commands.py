"""How long each command takes, as a multiple of an empty interpreter: `python -m benchmarks.commands FOLDER`.

From the papers in FOLDER, a library of 10,000 papers, a reader with 500 likes and a new day of 1,000 papers are made;
papers repeat under other ids if there are too few. Each command runs as a process of its own, in turn with
`python -c pass`. The medians are printed, with the least and the most. The first rows are the floor: what any program
with this command line and this store must import.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.homes import READER, make, parsed, parser
from benchmarks.processes import measure, python, recommend

RUNS = 11


@dataclass(frozen=True, slots=True)
class Row:
    """One command to measure."""

    name: str
    target: float | None  # at most so many times an empty interpreter
    command: Sequence[str]
    before: Callable[[], None] = lambda: None  # makes the same state for each run; not measured


def main() -> None:
    arguments, sizes, papers = parsed(parser(__doc__, RUNS))
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without compiled files, compiling would be measured
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ |= {"RECOMMEND_HOME": folder, "RECOMMEND_PROFILE": READER}
        make(papers, home, sizes)
        print("| command | times an empty interpreter | target | ms | interpreter, ms |")
        print("| --- | --- | --- | --- | --- |")
        for row in rows(home):
            pairs = [pair(row) for _ in range(arguments.runs + 1)][1:]  # the first one warms up
            print(line(row, *zip(*pairs, strict=True)), flush=True)


def rows(home: Path) -> list[Row]:
    """The commands to measure, in an order in which each leaves what the next needs."""
    fresh = home / "before"  # the databases before the day's digest was read
    fresh.mkdir()
    databases = ("library.db", f"profiles/{READER}.db")
    for name in databases:
        shutil.copy(home / name, fresh / Path(name).name)

    def reset() -> None:
        for counts in home.rglob("*.counts"):
            counts.unlink()
        for name in databases:
            for suffix in ("-wal", "-shm"):
                (home / f"{name}{suffix}").unlink(missing_ok=True)
            shutil.copy(fresh / Path(name).name, home / name)

    def fetched() -> None:
        reset()
        run("fetch")

    def listed() -> None:
        run("today")

    def rated() -> None:
        run("today")
        run("like", "1")

    return [
        Row("importing click and sqlite3", None, python("-c", "import click, sqlite3")),
        Row("... and numpy and rank_bm25", None, python("-c", "import click, sqlite3, numpy, rank_bm25")),
        Row("`today`, a new day: read, store, index, rank", None, recommend("today"), reset),
        Row("`today`, a new day that `fetch` stored", None, recommend("today"), fetched),
        Row("`today`, nothing new", 6, recommend("today"), listed),
        Row("`today` after a rating", 25, recommend("today"), rated),
        Row("`like 3`", 6, recommend("like", "3"), listed),
        Row("`undo`", 6, recommend("undo"), lambda: run("like", "2")),
        Row("`history`", 6, recommend("history"), lambda: run("undo")),
        Row("`search diffusion`", 20, recommend("search", "diffusion"), listed),
        Row("`similar 1`", 20, recommend("similar", "1"), listed),
        Row("`best`", None, recommend("best"), listed),
        Row("`status`", None, recommend("status"), listed),
    ]


def run(*arguments: str) -> None:
    """Run `recommend`, unmeasured."""
    measure(recommend(*arguments))


def pair(row: Row) -> tuple[float, float]:
    """Seconds of one run, and of an empty interpreter right after it."""
    row.before()
    os.sync()  # else it waits for the disk to write what was made for it
    return measure(row.command)[0].seconds, measure(python("-c", "pass"))[0].seconds


def line(row: Row, seconds: Sequence[float], empty: Sequence[float]) -> str:
    """One row of the table."""
    ratios = sorted(one / floor for one, floor in zip(seconds, empty, strict=True))
    times = f"{median(ratios):.1f} ({ratios[0]:.1f}–{ratios[-1]:.1f})"
    target = f"≤ {row.target:.0f}" if row.target else "–"
    return f"| {row.name} | {times} | {target} | {median(seconds) * 1000:.0f} | {median(empty) * 1000:.1f} |"


if __name__ == "__main__":
    main()

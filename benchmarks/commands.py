"""How long a reader waits: whole processes, as ratios to `python -c pass`: `python -m benchmarks.commands FOLDER`.

FOLDER holds `digests/raw/DAY.jsonl.gz` (records with id, title, summary, authors, categories). From them a library of
10,000 papers, a reader with 500 likes and a new day of 1,000 papers are made, repeated under other ids where there are
too few. Each command runs RUNS times in turn with an empty interpreter; medians are printed, and the spread. The first
rows are what cannot be gone below: what any program with this command line and this store has to import.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.sizes import Sizes
from benchmarks.taking_in import endless, read
from recommender import ranking
from recommender.paper import Digest, Feedback, Paper, Verdict
from recommender.store.library import Encoder, Library
from recommender.store.profile_store import ProfileStore

RUNS = 11
ENCODER = Encoder(ranking.encode, ranking.ENCODING)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of wait."""

    name: str
    target: float | None  # times an empty interpreter
    command: Sequence[str]
    before: Callable[[], None] = lambda: None  # makes each run the same


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="a folder with digests/raw")
    arguments.add_argument("--runs", type=int, default=RUNS, help=f"of each command (default: {RUNS})")
    chosen = arguments.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without compiled files the interpreter would be measured
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["RECOMMEND_HOME"] = folder
        make(read(chosen.folder), home, Sizes())
        print("| command | times an empty interpreter | target | ms | interpreter, ms |")
        print("| --- | --- | --- | --- | --- |")
        for row in rows(home):
            own, bare = zip(*(pair(row) for _ in range(chosen.runs + 1)), strict=True)
            print(line(row, own[1:], bare[1:]))  # the first one warms up


def make(papers: list[Paper], home: Path, sizes: Sizes) -> None:
    """The library, the reader and the new day."""
    source = endless(papers)
    ages = range(sizes.library // sizes.day, 0, -1)
    days = [NOW.date() - timedelta(days=age) for age in ages]
    with Library(home / "library.db", ENCODER) as library, ProfileStore(home / "profiles" / "ada.db") as memory:
        for day in days:
            digest = Digest(day, "cs.CV", tuple(islice(source, sizes.day)))
            library.save([(day, digest)], name=f"{day}", fingerprint=f"{day}", read_at=NOW)
        likes = list(islice(source, sizes.likes))
        library.add(likes)
        given = [Feedback(paper, Verdict.LIKE, NOW - timedelta(days=age)) for age, paper in enumerate(likes)]
        memory.import_verdicts(given, command="import", at=NOW)
    digests = home / "digests"
    digests.mkdir()
    (digests / f"{NOW:%Y-%m-%d}.md").write_text(markdown(NOW.date(), islice(source, sizes.day)), encoding="utf-8")
    (home / "profiles" / "ada.toml").write_text(f'digests = "{digests}"\n', encoding="utf-8")


def markdown(day: date, papers: Iterator[Paper]) -> str:
    entries = (
        f"### {number}.{paper.title} [ pdf ](https://arxiv.org/pdf/{paper.id}.pdf)\n>  {paper.abstract}\n"
        for number, paper in enumerate(papers, start=1)
    )
    return f"# ArXiv cs.CV --{day:%a, %d %b %Y}\n{''.join(entries)}"


def rows(home: Path) -> list[Row]:
    fresh = home / "before"  # as it was before the day's digest was ever read
    fresh.mkdir()
    for name in ("library.db", "profiles/ada.db"):
        shutil.copy(home / name, fresh / Path(name).name)

    def anew() -> None:
        (home / "library.counts").unlink(missing_ok=True)
        for name in ("library.db", "profiles/ada.db"):
            for left_over in ("-wal", "-shm"):
                (home / f"{name}{left_over}").unlink(missing_ok=True)
            shutil.copy(fresh / Path(name).name, home / name)

    def fetched() -> None:
        anew()
        run(recommend("fetch"))

    def listed() -> None:
        run(recommend("today"))

    def judged() -> None:
        run(recommend("today"))
        run(recommend("like", "1"))

    return [
        Row("importing click and sqlite3", None, [sys.executable, "-c", "import click, sqlite3"]),
        Row("... and numpy and rank_bm25", None, [sys.executable, "-c", "import click, sqlite3, numpy, rank_bm25"]),
        Row("`today`, a new day: read, store, index, rank", None, recommend("today"), anew),
        Row("`today`, a new day that `fetch` brought", None, recommend("today"), fetched),
        Row("`today`, nothing new", 6, recommend("today"), listed),
        Row("`today` after a verdict", 25, recommend("today"), judged),
        Row("`like 3`", 6, recommend("like", "3"), listed),
        Row("`undo`", 6, recommend("undo"), lambda: run(recommend("like", "2"))),
        Row("`history`", 6, recommend("history"), lambda: run(recommend("undo"))),
        Row("`search diffusion`", 20, recommend("search", "diffusion"), listed),
        Row("`similar 1`", 20, recommend("similar", "1"), listed),
        Row("`best`", None, recommend("best"), listed),
        Row("`status`", None, recommend("status"), listed),
    ]


def recommend(*arguments: str) -> list[str]:
    """The command as it is installed beside this interpreter."""
    return [str(Path(sys.executable).with_name("recommend")), *arguments]


def pair(row: Row) -> tuple[float, float]:
    """Seconds of one run, and of an empty interpreter right after it."""
    row.before()
    os.sync()  # or it would wait for the disk to take what was made for it
    start = perf_counter()
    run(row.command)
    middle = perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return middle - start, perf_counter() - middle


def run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def line(row: Row, own: Sequence[float], bare: Sequence[float]) -> str:
    ratios = sorted(mine / empty for mine, empty in zip(own, bare, strict=True))
    spread = f"{median(ratios):.1f} ({ratios[0]:.1f}–{ratios[-1]:.1f})"
    target = f"≤ {row.target:.0f}" if row.target else "–"
    return f"| {row.name} | {spread} | {target} | {median(own) * 1000:.0f} | {median(bare) * 1000:.1f} |"


if __name__ == "__main__":
    main()

"""What a night for many readers costs: `python -m benchmarks.batch [--papers FOLDER] [--readers N …] [--workers N …]`.

Makes a home of so many readers, each with LIKES ratings and a category of arXiv, and runs
`recommend batch` on it, without a network and without mail. Papers are made up, or those in FOLDER. A reader's likes
are of one to three topics (of made-up papers, or categories). `--home HOME …` measures on copies of homes that are
there. Below the table: how wall-clock time falls with workers, and how the cost grows with readers.
"""

import argparse
import json
import math
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice, product
from pathlib import Path
from typing import NamedTuple

from benchmarks import data
from benchmarks.homes import ENCODER, save
from benchmarks.nights import descendants
from recommender import Recommender
from recommender.paper import Feedback, Paper, Verdict
from recommender.sources.arxiv.calendar import announcement_day, weekdays
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

LIKES, DAY, BACKGROUND = 200, 1000, 2000
DISTINCT = 200  # readers; the others are copies of them
TOPICS = 40
CATEGORY = "cs.CV"
SEED = 20261127
_ABSENCE = timedelta(days=35)
_SYLLABLES = "ba co di fu ga he ki lo mi nu pa re si to vu wa xe yo za tri".split()


class Costs(NamedTuple):
    """One run of `recommend batch`."""

    engine: str
    readers: int
    workers: int
    wall: float  # seconds of the night, as the command says
    processor: float  # seconds of all its processes, their start and the counting included
    megabytes: float  # of the largest worker's memory, without what is shared with others and without the corpus

    @property
    def per_core_hour(self) -> float:
        """Readers per hour of a core's time."""
        return 3600 * self.readers / self.processor


def made_up(seed: int) -> Iterator[Paper]:
    """Papers without end: words of a topic among words that all topics have."""
    draw = random.Random(seed)

    def words(count: int) -> list[str]:
        return ["".join(draw.choices(_SYLLABLES, k=draw.randint(2, 4))) for _ in range(count)]

    common, of_topic = words(3000), [words(400) for _ in range(TOPICS)]
    ranks = [1 / (rank + 3) for rank in range(3000)]
    number = 0
    while True:
        topic = draw.randrange(TOPICS)
        own = of_topic[topic]

        def text(length: int, own: list[str] = own) -> str:
            general = draw.choices(common, ranks, k=length)
            special = draw.choices(own, ranks[: len(own)], k=length)
            return " ".join(special[at] if draw.random() < 0.35 else general[at] for at in range(length))

        month, position = divmod(number, 90_000)
        yield Paper(
            f"{26 + month // 12:02}{month % 12 + 1:02}.{10_000 + position}",
            text(9).capitalize(),
            f"{text(70).capitalize()}. {text(70).capitalize()}.",
            tuple(f"{draw.choice(own)} {draw.choice(common)}".title() for _ in range(4)),
            (CATEGORY, f"topic.{topic}"),
        )
        number += 1


def make(home: Path, papers: Iterator[Paper], now: datetime) -> None:
    """Make a home with a library and DISTINCT readers, whose sources were all asked a moment ago."""
    today = announcement_day(now)
    days = weekdays(today - _ABSENCE, today)
    with Library(home / "library.db", ENCODER) as library:
        for day in days[:-1]:
            save(library, day, tuple(islice(papers, -(-BACKGROUND // 4))))
        save(library, days[-1], tuple(islice(papers, DAY)))
        for day in days:
            library.note_fetch(CATEGORY, day, DAY, now)
        background = library.announced_between(days[0], days[-2])
        elsewhere = list(islice(papers, 40 * LIKES))
        library.add(elsewhere)
    pool: dict[str, list[Paper]] = {}
    for paper in (*elsewhere, *background):
        pool.setdefault(paper.categories[-1] if paper.categories else "", []).append(paper)
    for number in range(DISTINCT):
        add_reader(home, f"reader-{number:05}", pool, now)


def add_reader(home: Path, name: str, pool: dict[str, list[Paper]], now: datetime) -> None:
    """Add a reader of one to three topics."""
    draw = random.Random(name)
    shares = draw.choice([(1.0,), (0.7, 0.3), (0.6, 0.3, 0.1)])
    topics = draw.sample(sorted(pool), min(len(shares), len(pool)))
    likes = [
        paper
        for topic, share in zip(topics, shares, strict=False)
        for paper in draw.sample(pool[topic], min(len(pool[topic]), round(share * LIKES)))
    ]
    draw.shuffle(likes)
    feedback = [Feedback(paper, Verdict.LIKE, now - timedelta(hours=5 * age)) for age, paper in enumerate(likes)]
    with ProfileStore(home / "profiles" / f"{name}.db") as store:
        store.import_verdicts(feedback, command="import", at=now)
    (home / "profiles" / f"{name}.toml").write_text(f'categories = ["{CATEGORY}"]\n', encoding="utf-8")


def with_readers(template: Path, home: Path, readers: int) -> int:
    """Copy a home, with so many readers; their number."""
    shutil.rmtree(home, ignore_errors=True)
    (home / "profiles").mkdir(parents=True)
    shutil.copy(template / "library.db", home / "library.db")
    for number in range(readers):
        for ending in ("db", "toml"):
            source = template / "profiles" / f"reader-{number % DISTINCT:05}.{ending}"
            shutil.copy(source, home / "profiles" / f"reader-{number:05}.{ending}")
    os.sync()
    return readers


def copied(original: Path, home: Path) -> int:
    """Copy a home that is there, as if its sources had been asked a moment ago; the number of its readers."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(original, home, ignore=shutil.ignore_patterns("cache", "backups", "*-wal", "*-shm"))
    with closing(sqlite3.connect(home / "library.db")) as library, library:
        library.execute("UPDATE fetched SET at = ?", (datetime.now(UTC).isoformat(),))
    os.sync()
    return sum(1 for _ in (home / "profiles").rglob("*.toml"))


def night(home: Path, readers: int, workers: int, scheduler: str) -> Costs:
    """Run `recommend batch` once.

    Raises:
        SystemExit: it failed, or did not rank every reader.
    """
    environment = {**os.environ, "RECOMMEND_HOME": str(home), "RECOMMEND_ARXIV": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "recommender", "batch", "--json", "--workers", str(workers)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        [*command, *(["--scheduler", scheduler] if scheduler else [])],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    largest = 0.0
    while process.poll() is None:
        largest = max([largest, *(private_megabytes(worker, home) for worker in descendants(process.pid))])
        time.sleep(0.5)
    said, wrong = process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode or json.loads(said)["lists"] != readers:
        raise SystemExit(f"recommend batch ended with {process.returncode}: {said[-500:]} {wrong[-2000:]}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    engine = "Dask" if scheduler else "pool"
    return Costs(engine, readers, workers, json.loads(said)["seconds"], processor, largest)


def unequal(template: Path, folder: Path, readers: int) -> list[str]:
    """The readers for whom a batch records other scores or another list than `today` does, to the last bit."""
    homes = [folder / "batch", folder / "today"]
    for home in homes:
        with_readers(template, home, readers)
    night(homes[0], readers, 2, "")
    os.environ["RECOMMEND_ARXIV"] = "http://127.0.0.1:9"
    different = []
    for name in sorted(path.stem for path in (homes[1] / "profiles").glob("*.db")):
        with Recommender(name, home=homes[1]) as reader:
            reader.today()
        one, other = (recorded(home / "profiles" / f"{name}.db") for home in homes)
        different += [name] if one != other else []
    return different


def recorded(path: Path) -> list[tuple[object, ...]]:
    """The scores and the lists in a profile."""
    with closing(sqlite3.connect(path)) as database:
        scores = database.execute("SELECT basis, scores FROM ranking").fetchall()
        return [*scores, *database.execute("SELECT * FROM shown ORDER BY shortlist, rank")]


def private_megabytes(process: int, home: Path) -> float:
    """The memory of a process that no other process shares, without files of the home that it maps; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0.0
    total, counts = 0, True
    for line in lines:
        if line.startswith("Private_"):
            total += int(line.split()[1]) if counts else 0
        elif not line.split()[0].endswith(":"):  # the head of a mapping: addresses, rights, its file
            counts = str(home) not in line
    return total / 1024


def summary(runs: list[Costs]) -> Iterator[str]:
    """What the runs say together: the speed-up of more workers, and the exponent of the cost in readers."""
    by_case = {(each.engine, each.readers, each.workers): each for each in runs}
    for (engine, readers, workers), each in by_case.items():
        alone = by_case.get((engine, readers, 1))
        if alone and workers > 1:
            speedup = alone.wall / each.wall
            yield f"{engine}, {readers:,} readers: {workers} workers are {speedup:.2f} times as fast as one."
    for engine, workers in dict.fromkeys((each.engine, each.workers) for each in runs):
        sizes = sorted(
            (each for each in runs if (each.engine, each.workers) == (engine, workers)), key=lambda run: run.readers
        )
        few, many = sizes[0], sizes[-1]
        if many.readers > few.readers:
            exponent = math.log(many.processor / few.processor) / math.log(many.readers / few.readers)
            yield (
                f"{engine}, {workers} workers, from {few.readers:,} to {many.readers:,} readers: "
                f"processor time grows with exponent {exponent:.3f}."
            )


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=Path, metavar="FOLDER", help=data.FOLDER_HELP.partition("\n")[0])
    parser.add_argument("--readers", type=int, nargs="+", default=[100, 1000], metavar="N", help="(default: 100 1000)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], metavar="N", help="(default: 1 2)")
    parser.add_argument("--engines", nargs="+", default=["pool"], choices=["pool", "dask"], help="(default: pool)")
    parser.add_argument("--home", type=Path, nargs="+", metavar="HOME", help="measure on copies of these homes instead")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the home there, or use the one that is there")
    parser.add_argument(
        "--check", type=int, metavar="N", help="compare N readers' scores with those of `today` instead"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="recommend-batch-") as folder:
        home = Path(folder) / "home"
        if arguments.home:
            cases = [partial(copied, original, home) for original in arguments.home]
        else:
            template = arguments.keep or Path(folder) / "template"
            if not (template / "library.db").exists():
                template.mkdir(parents=True, exist_ok=True)
                papers = data.endless(data.papers_of(arguments.papers)) if arguments.papers else made_up(SEED)
                make(template, papers, datetime.now(UTC))
            if arguments.check:
                different = unequal(template, Path(folder), arguments.check)
                print(
                    f"{arguments.check} readers: {len(different)} have other scores or lists. {' '.join(different[:9])}"
                )
                sys.exit(int(bool(different)))
            cases = [partial(with_readers, template, home, readers) for readers in arguments.readers]
        print("| readers | engine | workers | wall s | processor s | readers a core-hour | MB of a worker |")
        print("| ---: | --- | ---: | ---: | ---: | ---: | ---: |")
        runs = []
        for make_home, engine, workers in product(cases, arguments.engines, arguments.workers):
            run = night(home, make_home(), workers, "local" if engine == "dask" else "")
            figures = f"{run.wall:.1f} | {run.processor:.1f} | {run.per_core_hour:,.0f}"
            print(f"| {run.readers:,} | {run.engine} | {workers} | {figures} | {run.megabytes:.0f} |", flush=True)
            runs.append(run)
    print("", *summary(runs), sep="\n")


if __name__ == "__main__":
    main()

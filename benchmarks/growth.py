"""Whether any wait grows faster than what it works on, up to a million papers: `python -m benchmarks.growth FOLDER`.

FOLDER holds `digests/raw/DAY.jsonl.gz` (records with id, title, summary, authors, categories). One size is varied at a
time: papers in the library, likes, papers of a day, profiles, and the background that a ranking is given. Each command
runs as a process of its own, as on any morning. A million papers take twenty minutes and 10 GB of disk.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from math import ceil, log
from multiprocessing import get_context
from pathlib import Path
from statistics import linear_regression, median
from typing import NamedTuple

from benchmarks.commands import markdown
from benchmarks.drawing import Line, lines
from benchmarks.taking_in import endless, read
from recommender.paper import Digest, Feedback, History, Paper, Verdict
from recommender.ranking import ENCODING, encode, rank
from recommender.store import housekeeping
from recommender.store.library import Encoder, Library
from recommender.store.profile_store import ProfileStore

RUNS = 3
ENCODER = Encoder(encode, ENCODING)
PATIENCE = 20  # seconds: what takes longer runs once
STEEP = 1.1  # a slope that is more than linear, and more than noise
START = date(2023, 1, 2)
READER = "ada"
LIKED = 20_000  # papers that only likes are made of: what is liked is the same beside each library


@dataclass(frozen=True, slots=True)
class Case:
    """What a home holds; as it is where another size is varied."""

    papers: int = 10_000  # announced before the new day; liked ones come on top
    likes: int = 500  # of each profile
    day: int = 1_000  # papers of the new day
    profiles: int = 1

    def __str__(self) -> str:
        return f"{self.papers}-papers-{self.likes}-likes-{self.day}-a-day-{self.profiles}-profiles"


SIZES = {
    "papers": (1_000, 10_000, 100_000, 1_000_000),
    "likes": (10, 100, 500, 2_000, 20_000),
    "day": (50, 200, 1_000, 5_000),
    "profiles": (1, 10, 100, 1_000),
    "background": (500, 2_000, 10_000, 50_000),  # the program itself gives 2,000
}
FEWEST = 5


class Cost(NamedTuple):
    """What one run took."""

    seconds: float  # on the clock
    processor: float  # seconds
    memory: float  # MB at most


Table = Mapping[int, Mapping[str, Cost]]  # of each size and command


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a morning."""

    name: str
    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()  # makes each run the same; not measured


_TODAY = ("today",)
NEW_DAY = Step("`today`, a new day", _TODAY)
LIKE = Step("`like 3`", ("like", "3"), (_TODAY,))
STATUS = Step("`status`", ("status",))
STATS = Step("`library stats`", ("library", "stats"))
BEST = (
    Step("`best -n 20`, the first time", ("best", "-n", "20")),
    Step("`best -n 20`", ("best", "-n", "20"), (("best", "-n", "20"),)),
)
PRUNE = Step("`library prune`", ("library", "prune", "--yes", "--before", f"{START + timedelta(days=5)}"), (_TODAY,))
MORNING = (
    NEW_DAY,
    Step("`today` again", _TODAY, (_TODAY,)),
    Step("`today` after a verdict", _TODAY, (_TODAY, ("like", "1"))),
    LIKE,
    Step("`history`", ("history",)),
    Step("`search infrared fusion`", ("search", "infrared", "fusion")),
    Step("`search model`", ("search", "model")),
    Step("`similar REF`", ("similar", "2601.10000")),
    STATUS,
    *BEST,
)
STEPS = {"papers": (*MORNING, STATS), "likes": MORNING, "day": MORNING, "profiles": (NEW_DAY, LIKE, STATUS, PRUNE)}
VARIED = {
    "papers": "papers in the library",
    "likes": "likes of the reader",
    "day": "papers of the new day",
    "profiles": "profiles in one home",
    "background": "papers left alone that one ranking is given",
}

# Linux takes what the starting process ever held for the started one's: this one holds little.
_TIMER = """
import os, sys, time
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
start = time.perf_counter()
_, code, used = os.wait4(os.posix_spawn(sys.executable, sys.argv[1:], os.environ, file_actions=quiet), 0)
print(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(code))
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="a folder with digests/raw")
    arguments.add_argument("--papers", type=int, default=1_000_000, help="at most in a library (default: 1,000,000)")
    arguments.add_argument("--scale", type=float, default=1.0, help="all other sizes times this, for a quick look")
    arguments.add_argument("--runs", type=int, default=RUNS, help=f"of each command (default: {RUNS})")
    arguments.add_argument("--keep", type=Path, metavar="HOMES", help="where homes are kept, and those there used")
    arguments.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw the waits over papers")
    chosen = arguments.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without compiled files the compiler would be measured
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "RECOMMEND_PROFILE": READER}
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    papers = read(chosen.folder)
    sizes = {varied: [scaled(size, chosen.scale) for size in own] for varied, own in SIZES.items()}
    sizes["papers"] = [*(size for size in sizes["papers"] if size < chosen.papers), chosen.papers]
    usual = Case()
    base = Case(*(scaled(size, chosen.scale) for size in (usual.papers, usual.likes, usual.day)))
    here = has_best()
    with tempfile.TemporaryDirectory(dir=chosen.keep) as folder:
        homes = Homes(papers, base, chosen.keep or Path(folder), Path(folder))
        print(note(len(papers), base, chosen.runs))
        if not here:
            print("\nThere is no command `best` here: left out.")
        known: dict[tuple[Case, Step], Cost] = {}  # each table has the base: it is measured once
        for varied, steps in STEPS.items():
            steps = tuple(step for step in steps if here or step not in BEST)
            waits, taken = {}, {}
            for size in sizes[varied]:
                waits[size] = measure(homes, replace(base, **{varied: size}), steps, chosen.runs, known)
                if varied == "papers":
                    taken[size] = room(homes.work)
            print(table(VARIED[varied], waits), flush=True)
            if taken:
                print(disk(taken), flush=True)
                if chosen.plot:
                    chosen.plot.write_text(drawn(waits), encoding="utf-8")
        waits = {size: {"`rank`": ranking(homes, size, chosen.runs)} for size in sizes["background"]}
        print(table(VARIED["background"], waits))


def scaled(size: int, scale: float) -> int:
    """The size times this, but not so small that a list has no third paper."""
    return max(round(size * scale), min(size, FEWEST))


def note(papers: int, base: Case, runs: int) -> str:
    """How it is measured, and what that does not show."""
    empty = told(middle([run(("-c", "pass")) for _ in range(RUNS)]))
    return (
        f"{papers:,} real records come again and again under other ids and days, after the first time mixed from the "
        "sentences of two: the vocabulary does not grow as that of a real million would. Where nothing else is said, "
        f"{base.papers:,} papers are in the library, {base.likes:,} more are liked, {base.day:,} are new, and one "
        "profile is there. All files are in the system's cache.\n\n"
        "Each wait is told as seconds on the clock / seconds of a processor / MB at most, of whole processes. Medians; "
        f"runs: {runs}, or 1 where that takes over {PATIENCE} s. An empty interpreter takes {empty}. A slope is that "
        "of the logarithms, over the upper half of the sizes: 1 is linear growth."
    )


def has_best() -> bool:
    asked = subprocess.run([sys.executable, "-m", "recommender", "best", "--help"], capture_output=True, check=False)
    return asked.returncode == 0


@dataclass(frozen=True, slots=True)
class Homes:
    """Homes of all sizes, each made when it is asked for."""

    papers: list[Paper]
    base: Case
    kept: Path  # homes that differ in their libraries alone
    folder: Path  # for what is not kept

    @property
    def work(self) -> Path:
        """The home that commands work on."""
        return self.folder / "work"

    def of(self, case: Case) -> Path:
        """A home like this, before its new day."""
        if case == replace(self.base, papers=case.papers):
            return self._grown(case)
        home = self.folder / "varied"
        copy(self.of(self.base), home)
        self._furnish(home, case)
        return home

    def source(self, start: int) -> Iterator[Paper]:
        """The papers without end, from this one on."""
        for number, paper in enumerate(islice(endless(self.papers), start, None), start):
            yield paper if number < len(self.papers) else mixed(paper, self.papers, random.Random(number))

    def _grown(self, case: Case) -> Path:
        """The home with so large a library, from a tenth of it on if that is there."""
        home, tenth = (self.kept / str(replace(case, papers=papers)) for papers in (case.papers, case.papers // 10))
        if home.exists():
            with Library(home / "library.db", ENCODER), ProfileStore(home / "profiles" / f"{READER}.db"):
                return home  # with the schema of today: an older version of the program may have made it
        fresh = self.folder / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        here = case.papers // 10 if tenth.exists() else 0
        if here:
            copy(tenth, fresh)
        source, start = self.source(LIKED + here), time.monotonic()
        with Library(fresh / "library.db", ENCODER) as library:
            for first in range(here, case.papers, case.day):
                day = START + timedelta(days=first // case.day)
                papers = tuple(islice(source, min(case.day, case.papers - first)))
                library.save(
                    [(day, Digest(day, "cs.CV", papers))],
                    name=f"{day}",
                    fingerprint=f"{first}",
                    read_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
                )
                tell(f"{first + len(papers):,} of {case.papers:,} papers, {time.monotonic() - start:.0f} s")
        self._furnish(fresh, case)
        return fresh.rename(home)  # only now: what is kept is whole

    def _furnish(self, home: Path, case: Case) -> None:
        """The readers, and the new day."""
        likes, now = list(islice(self.source(0), case.likes)), datetime.now(UTC)
        given = [Feedback(paper, Verdict.LIKE, now - timedelta(hours=age)) for age, paper in enumerate(likes)]
        profiles, digests = home / "profiles", home / "digests"
        for folder in (profiles, digests):
            shutil.rmtree(folder, ignore_errors=True)
        with Library(home / "library.db", ENCODER) as library, ProfileStore(profiles / f"{READER}.db") as memory:
            library.add(likes)
            memory.import_verdicts(given, command="import", at=now)
        for number in range(1, case.profiles):
            shutil.copy(profiles / f"{READER}.db", profiles / f"reader-{number}.db")
        for database in list(profiles.glob("*.db")):
            database.with_suffix(".toml").write_text('digests = "../digests"\n', encoding="utf-8")
        day = START + timedelta(days=ceil(case.papers / self.base.day))
        digests.mkdir()
        papers = islice(self.source(LIKED + case.papers), case.day)
        (digests / f"{day}.md").write_text(markdown(day, papers), encoding="utf-8")


def mixed(paper: Paper, papers: Sequence[Paper], draw: random.Random) -> Paper:
    """The paper with half of another one's title and, sentence by sentence, about half of its abstract."""
    other = papers[draw.randrange(len(papers))]
    (own, ours), (its, theirs) = ((told.title.split(), told.abstract.split(". ")) for told in (paper, other))
    title = " ".join([*own[: (len(own) + 1) // 2], *its[len(its) // 2 :]])
    return replace(paper, title=title, abstract=". ".join(each for each in ours + theirs if draw.random() < 0.5))


def copy(home: Path, target: Path) -> None:
    """The home once more, in the place of what was there."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(home, target)
    os.sync()  # or the command measured next would wait for the disk


def measure(
    homes: Homes, case: Case, steps: Sequence[Step], runs: int, known: dict[tuple[Case, Step], Cost]
) -> dict[str, Cost]:
    """What each step takes on such a home, in turn and each time from the same start; `known` keeps it all."""
    missing: dict[Step, list[Cost]] = {step: [] for step in steps if (case, step) not in known}
    if missing:
        home = homes.of(case)
        os.environ["RECOMMEND_HOME"] = str(homes.work)
        for _ in range(runs):
            copy(home, homes.work)
            for step, costs in missing.items():
                if costs and costs[-1].seconds > PATIENCE:
                    continue
                for command in step.before:
                    run(("-m", "recommender", *command))
                costs.append(run(("-m", "recommender", *step.command)))
                tell(f"{case}  {step.name}  {told(costs[-1])}")
    known.update(((case, step), middle(costs)) for step, costs in missing.items())
    return {step.name: known[case, step] for step in steps}


def run(command: Sequence[str]) -> Cost:
    """What a Python process of its own took."""
    done = subprocess.run(
        [sys.executable, "-c", _TIMER, sys.executable, *command], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return Cost(*map(float, done.stdout.split()))


def ranking(homes: Homes, unrated: int, runs: int) -> Cost:
    """What one ranking takes in a process of its own: the words of all papers encoded before, as in a library."""
    sizes = (homes.base.likes, homes.base.day, unrated)
    source = homes.source(0)
    likes, papers, background = (tuple(islice(source, size)) for size in sizes)
    encoded = {paper.id: ENCODER.encode(paper) for paper in (*likes, *papers, *background)}
    now = datetime.now(UTC)
    feedback = tuple(Feedback(paper, Verdict.LIKE, now - timedelta(hours=age)) for age, paper in enumerate(likes))
    history = History(feedback, tuple(replace(paper, title="", abstract="") for paper in background))
    with get_context("spawn").Pool(1) as process:
        return middle(process.apply(_ranked, (history, papers, encoded, runs)))


def _ranked(history: History, papers: Sequence[Paper], encoded: Mapping[str, bytes], runs: int) -> list[Cost]:
    costs = []
    for _ in range(runs):
        start, used = time.perf_counter(), time.process_time()
        rank(history, papers, encoded)
        spent = time.perf_counter() - start, time.process_time() - used
        status = Path("/proc/self/status").read_text(encoding="ascii")  # resource would count the parent's too
        costs.append(Cost(*spent, int(status.partition("VmHWM:")[2].split()[0]) / 1024))
    return costs


def middle(costs: Sequence[Cost]) -> Cost:
    return Cost(*(median(figures) for figures in zip(*costs, strict=True)))


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The power of x that y grows with, by least squares over the upper half of at least two points; else None."""
    upper = points[max(min(len(points) // 2, len(points) - 2), 0) :]
    if len(upper) < 2:
        return None
    return linear_regression(*zip(*((log(x), log(y)) for x, y in upper), strict=True)).slope


def table(varied: str, waits: Table) -> str:
    """One row a size, the slopes, and which of the waits grow faster than what they work on."""
    names = list(next(iter(waits.values())))
    slopes = {
        name: [slope([(size, row[name][figure]) for size, row in waits.items()]) for figure in range(len(Cost._fields))]
        for name in names
    }
    steep = [f"{name} ({found[0]:.2f})" for name, found in slopes.items() if found[0] and found[0] > STEEP]
    rows = [[f"{size:,}", *map(told, row.values())] for size, row in waits.items()]
    last = ["slope", *(" / ".join(map(signed, found)) for found in slopes.values())]
    return f"\n{markdown_table([varied, *names], [*rows, last])}\n\nSlopes over {STEEP}: {', '.join(steep) or 'none'}."


def room(home: Path) -> dict[str, float]:
    """MB on the disk: the library, its parts, and all other files."""
    with Library(home / "library.db", ENCODER) as library:
        stats = housekeeping.stats(library)
    whole = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    parts = {"library.db": stats.size, **dict(sorted(stats.parts.items())), "all else": whole - stats.size}
    return {part: size / 2**20 for part, size in parts.items()}


def disk(taken: Mapping[int, Mapping[str, float]]) -> str:
    """One row a size, and the slopes."""
    names = list(next(iter(taken.values())))
    rows = [[f"{size:,}", *(f"{row[name]:,.1f}" for name in names)] for size, row in taken.items()]
    slopes = [signed(slope([(size, row[name]) for size, row in taken.items()])) for name in names]
    head = [f"{VARIED['papers']} before the new day", *names]
    return f"\nOn disk after all of these commands, MB:\n\n{markdown_table(head, [*rows, ['slope', *slopes]])}"


def drawn(waits: Table) -> str:
    names = next(iter(waits.values()))
    series = [Line(name.replace("`", ""), [(size, row[name].seconds) for size, row in waits.items()]) for name in names]
    return lines("How long a reader waits as the library grows", "papers in the library", "wait, s", series)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def told(cost: Cost) -> str:
    return f"{cost.seconds:.2f} / {cost.processor:.2f} / {cost.memory:.0f}"


def signed(found: float | None) -> str:
    return "–" if found is None else f"{round(found, 2) + 0.0:.2f}"


def tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

"""How the cost of each command grows, up to a million papers: `python -m benchmarks.growth FOLDER`.

One size is varied at a time: papers in the library, likes, papers of a day, profiles, and the background papers of a
ranking. Each command runs as a process of its own. With the default sizes this takes about 20 minutes and 10 GB of
disk; `--papers 20000 --scale 0.1 --runs 1` gives a quick look.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import log
from pathlib import Path
from statistics import linear_regression

from matplotlib.figure import Figure

from benchmarks import data, one_ranking, plots
from benchmarks.homes import ENCODER, READER, START, Case, Homes, copy, report
from benchmarks.processes import Cost, measure, medians, python
from recommender.paper import Feedback, History, Verdict
from recommender.ranking import encode
from recommender.store import housekeeping
from recommender.store.library import Library

RUNS = 3
PATIENCE = 20  # seconds: a command that takes longer runs only once
STEEP = 1.1  # slopes above this are reported: more than linear, and more than noise

SIZES = {
    "papers": (1_000, 10_000, 100_000, 1_000_000),
    "likes": (10, 100, 500, 2_000, 20_000),
    "day": (50, 200, 1_000, 5_000),
    "profiles": (1, 10, 100, 1_000),
    "background": (500, 2_000, 10_000, 50_000),  # the program itself gives 2,000
}
FEWEST = 5  # the smallest size that --scale makes: commands need a third paper


Table = Mapping[int, Mapping[str, Cost]]  # cost by size and command


@dataclass(frozen=True, slots=True)
class Step:
    """One command to measure."""

    name: str
    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()  # commands that make the same state for each run; not measured


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
    Step("`today` after a rating", _TODAY, (_TODAY, ("like", "1"))),
    LIKE,
    Step("`history`", ("history",)),
    Step("`search infrared fusion`", ("search", "infrared", "fusion")),
    Step("`search model`", ("search", "model")),
    Step("`similar 2601.10000`", ("similar", "2601.10000")),
    STATUS,
    *BEST,
)
STEPS = {"papers": (*MORNING, STATS), "likes": MORNING, "day": MORNING, "profiles": (NEW_DAY, LIKE, STATUS, PRUNE)}
VARIED = {
    "papers": "papers in the library",
    "likes": "likes of the reader",
    "day": "papers of the new day",
    "profiles": "profiles in one home",
    "background": "background papers of one ranking",
}


def main() -> None:
    parser = data.parser(__doc__)
    parser.add_argument("--papers", type=int, default=1_000_000, help="at most in a library (default: 1,000,000)")
    parser.add_argument("--scale", type=float, default=1.0, help="multiply all other sizes by this")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"of each command (default: {RUNS})")
    parser.add_argument("--keep", type=Path, metavar="HOMES", help="keep the homes in this folder, and use those in it")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw the times over papers in the library")
    arguments = parser.parse_args()
    if arguments.papers < 1 or arguments.runs < 1:
        parser.error("--papers and --runs must be at least 1")
    papers = data.papers_of(arguments.folder)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without compiled files, compiling would be measured
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "RECOMMEND_PROFILE": READER}
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    usual = Case()
    base = Case(*(scaled(size, arguments.scale) for size in (usual.papers, usual.likes, usual.day)))
    sizes = {varied: [scaled(size, arguments.scale) for size in default] for varied, default in SIZES.items()}
    sizes["papers"] = [*(size for size in sizes["papers"] if size < arguments.papers), arguments.papers]
    with tempfile.TemporaryDirectory(dir=arguments.keep) as folder:
        homes = Homes(papers, base, arguments.keep or Path(folder), Path(folder))
        print(introduction(len(papers), base, arguments.runs))
        costs: dict[tuple[Case, Step], Cost] = {}  # each table has the base case: it is measured once
        for varied, steps in STEPS.items():
            rows, megabytes = {}, {}
            for size in sizes[varied]:
                rows[size] = measured(homes, replace(base, **{varied: size}), steps, arguments.runs, costs)
                if varied == "papers":
                    megabytes[size] = disk_use(homes.work)
            print(table(VARIED[varied], rows), flush=True)
            if varied == "papers":
                print(disk_table(megabytes), flush=True)
                if arguments.plot:
                    plots.save(picture(rows), arguments.plot)
        rows = {size: {"`rank`": ranking(homes, size, arguments.runs)} for size in sizes["background"]}
        print(table(VARIED["background"], rows))


def scaled(size: int, scale: float) -> int:
    """The size multiplied by the scale, but not below FEWEST."""
    return max(round(size * scale), min(size, FEWEST))


def introduction(papers: int, base: Case, runs: int) -> str:
    """How the figures are measured, and what they do not show."""
    empty = medians([run("-c", "pass") for _ in range(RUNS)])
    return (
        f"{papers:,} real papers repeat under other ids and days; each repetition mixes the sentences of two papers. "
        "The vocabulary therefore grows less than with a million real papers. Unless stated otherwise, "
        f"{base.papers:,} papers are in the library, {base.likes:,} more are liked, {base.day:,} are new, and there is "
        "one profile. All files are in the system's cache.\n\n"
        "Cells: wall-clock seconds / CPU seconds / peak MB of the whole process. Medians; "
        f"runs: {runs}, or 1 where a run takes over {PATIENCE} s. An empty interpreter takes {empty}. Slopes are those "
        "of the logarithms, over the upper half of the sizes: 1 is linear growth."
    )


def measured(
    homes: Homes, case: Case, steps: Sequence[Step], runs: int, costs: dict[tuple[Case, Step], Cost]
) -> dict[str, Cost]:
    """The cost of each step in a home of this case, run in turn and each time from the same start.

    Args:
        costs: all that was measured so far; new costs are added.
    """
    missing: dict[Step, list[Cost]] = {step: [] for step in steps if (case, step) not in costs}
    if missing:
        home = homes.of(case)
        os.environ["RECOMMEND_HOME"] = str(homes.work)
        for _ in range(runs):
            copy(home, homes.work)
            for step, its_costs in missing.items():
                if its_costs and its_costs[-1].seconds > PATIENCE:
                    continue
                for command in step.before:
                    run("-m", "recommender", *command)
                its_costs.append(run("-m", "recommender", *step.command))
                report(f"{case}  {step.name}  {its_costs[-1]}")
    costs.update(((case, step), medians(its_costs)) for step, its_costs in missing.items())
    return {step.name: costs[case, step] for step in steps}


def run(*arguments: str) -> Cost:
    """The cost of one Python process; a failure ends the benchmark with the process's words."""
    try:
        return measure(python(*arguments))[0]
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(arguments)} ended with {error.returncode}:\n{error.stderr}")


def ranking(homes: Homes, unrated: int, runs: int) -> Cost:
    """The cost of one ranking in a process of its own, with all papers encoded before, as in a library."""
    sizes = (homes.base.likes, homes.base.day, unrated)
    source = homes.source(0)
    likes, papers, background = (tuple(islice(source, size)) for size in sizes)
    encoded = {paper.id: encode(paper) for paper in (*likes, *papers, *background)}
    now = datetime.now(UTC)
    feedback = tuple(Feedback(paper, Verdict.LIKE, now - timedelta(hours=age)) for age, paper in enumerate(likes))
    history = History(feedback, tuple(paper._replace(title="", abstract="") for paper in background))
    return medians(one_ranking.costs(homes.folder, history, papers, encoded, runs))


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The exponent of growth: the least-squares slope of log y over log x; None for fewer than two points.

    Only the upper half of the points counts, but at least two: constant costs hide the growth of small sizes.
    """
    upper = points[max(min(len(points) // 2, len(points) - 2), 0) :]
    if len(upper) < 2:
        return None
    return linear_regression(*zip(*((log(x), log(y)) for x, y in upper), strict=True)).slope


def table(varied: str, rows: Table) -> str:
    """One row per size, the slopes, and the commands that grow more than linearly."""
    names = list(next(iter(rows.values())))
    slopes = {
        name: [slope([(size, row[name][figure]) for size, row in rows.items()]) for figure in range(len(Cost._fields))]
        for name in names
    }
    steep = [f"{name} ({figures[0]:.2f})" for name, figures in slopes.items() if figures[0] and figures[0] > STEEP]
    cells = [[f"{size:,}", *map(str, row.values())] for size, row in rows.items()]
    last = ["slope", *(" / ".join(map(exponent, figures)) for figures in slopes.values())]
    return f"\n{markdown_table([varied, *names], [*cells, last])}\n\nSlopes over {STEEP}: {', '.join(steep) or 'none'}."


def disk_use(home: Path) -> dict[str, float]:
    """MB on the disk: the library, its parts, and all other files."""
    with Library(home / "library.db", ENCODER) as library:
        stats = housekeeping.stats(library)
    total = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    parts = {"library.db": stats.size, **dict(sorted(stats.parts.items())), "other files": total - stats.size}
    return {part: size / 2**20 for part, size in parts.items()}


def disk_table(megabytes: Mapping[int, Mapping[str, float]]) -> str:
    """One row per size, and the slopes."""
    names = list(next(iter(megabytes.values())))
    rows = [[f"{size:,}", *(f"{row[name]:,.1f}" for name in names)] for size, row in megabytes.items()]
    slopes = [exponent(slope([(size, row[name]) for size, row in megabytes.items()])) for name in names]
    head = [f"{VARIED['papers']} before the new day", *names]
    return f"\nMB on disk after all of these commands:\n\n{markdown_table(head, [*rows, ['slope', *slopes]])}"


def picture(rows: Table) -> Figure:
    """The seconds of each command over the papers in the library."""
    names = next(iter(rows.values()))
    lines = {name.replace("`", ""): [(size, row[name].seconds) for size, row in rows.items()] for name in names}
    return plots.lines("How long a reader waits as the library grows", "papers in the library", "seconds", lines)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def exponent(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}"


if __name__ == "__main__":
    main()

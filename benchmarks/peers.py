"""Our speed beside other tools, as whole processes: `python -m benchmarks.peers FOLDER`.

From the papers in FOLDER, a library of 10,000 papers, 500 likes and a new day of 1,000 papers are made, the same for
every tool. Each ranks the new day and prints its ten best papers; then the first of them is liked, and the same day is
ranked once more. The tools run in turn, several times.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from matplotlib.figure import Figure

from benchmarks import data, plots
from benchmarks.commands import rows
from benchmarks.homes import READER, Sizes, make, parsed, parser
from benchmarks.processes import Cost, measure, medians, python, recommend
from benchmarks.tools import store
from recommender.paper import Paper

RUNS = 5
OURS = "recommender"
TOOLS = {
    "arxiv-sanity-lite": "sanity_lite",
    "zotero-arxiv-daily's formula": "zotero",
    "rank-bm25 + scikit-learn": "plain",
}  # modules of benchmarks.tools
WORKS = ("a new day", "after a rating")
# What every other tool starts with.
IMPORTS = "import sqlite3, sklearn.svm, sklearn.linear_model, sklearn.feature_extraction.text"
NOTES = """\
- recommender: `recommend today`; it reads the day's digest in Markdown, the others read JSON. It alone lays the papers
  out, gives reasons and remembers the list.
- arxiv-sanity-lite: its features of all papers (title, abstract, authors) and its linear SVM. A new day refits the
  features and keeps them on disk; a like only refits the SVM. Its store is uncompressed here, and the words of a paper
  are counted once, not twice: both make it faster than it is.
- zotero-arxiv-daily: its formula on TF-IDF of the likes and the day, without its neural sentence encoder: that makes it
  faster than it is. It keeps nothing: a like costs as much as a new day.
- rank-bm25 + scikit-learn: TfidfVectorizer and LogisticRegression on all papers, and BM25Okapi of the day with each
  word of the likes once; z-scores added. It keeps nothing.
- About {start:.1f} s of each but recommender are the start of Python and scikit-learn's import. A tool that runs as a
  server, as arxiv-sanity-lite does, pays them once and not for every list."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as a reader runs it."""

    name: str
    reset: Callable[[], None]  # makes the day new again
    new_day: Sequence[str]  # a command that prints the ten best papers
    like: Callable[[Sequence[str]], None]  # likes the first paper of what the command printed
    again: Sequence[str]  # the command after the like


def main() -> None:
    options = parser(__doc__, RUNS)
    options.add_argument("--plot", type=Path, metavar="FILE.svg", help="also draw the times")
    arguments, sizes, papers = parsed(options)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without compiled files, compiling would be measured
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ |= {"RECOMMEND_HOME": str(home / "ours"), "RECOMMEND_PROFILE": READER}
        prepare(papers, home, sizes)
        costs, starts = measured(tools_in(home), arguments.runs)
    table = {name: [summary(each, costs[OURS], work) for work in range(len(WORKS))] for name, each in costs.items()}
    repeated = "repeated under other ids" if sum(sizes) > len(papers) else "none of them used twice"
    print(
        f"A library of {sizes.library:,} papers, {sizes.likes:,} likes, a new day of {sizes.day:,}: "
        f"{len(papers):,} real papers, {repeated}.\nMedians of {arguments.runs} runs in turn after a first one, of "
        "whole processes; × ours with its least and most.\n"
    )
    print("| tool |", " | ".join(f"{work}: s | CPU s | × ours | peak MB" for work in WORKS), "|")
    print("| --- |" + " --- |" * 4 * len(WORKS))
    for name, summaries in table.items():
        print(f"| {name} |", " | ".join(map(str, summaries)), "|")
    print("\n" + NOTES.format(start=median(starts)))
    if arguments.plot:
        plots.save(picture(table, sizes), arguments.plot)


@dataclass(frozen=True, slots=True)
class Summary:
    """One tool at one kind of work, over all runs."""

    cost: Cost  # medians
    ratios: tuple[float, float, float]  # seconds divided by ours in the same round: median, least, most

    def __str__(self) -> str:
        middle, least, most = self.ratios
        times = "1" if least == most == 1 else f"{middle:.1f} ({least:.1f}–{most:.1f})"
        return f"{self.cost.seconds:.2f} | {self.cost.processor:.2f} | {times} | {self.cost.memory:.0f}"


def summary(costs: Sequence[Sequence[Cost]], ours: Sequence[Sequence[Cost]], work: int) -> Summary:
    """The costs of one tool at one kind of work.

    Args:
        costs, ours: by round and kind of work.
        work: the number of the kind of work.
    """
    ratios = [one[work].seconds / our[work].seconds for one, our in zip(costs, ours, strict=True)]
    return Summary(medians([one[work] for one in costs]), (median(ratios), min(ratios), max(ratios)))


def picture(table: Mapping[str, Sequence[Summary]], sizes: Sizes) -> Figure:
    """The seconds of each tool, for each kind of work."""
    groups = {
        work: [
            plots.Bar(name, each.cost.seconds, f"{each.cost.seconds:.2f} s · {each.cost.memory:.0f} MB", name == OURS)
            for name, each in ((name, summaries[number]) for name, summaries in table.items())
        ]
        for number, work in enumerate(WORKS)
    }
    title = f"The ten best of {sizes.day:,} papers, with {sizes.library:,} in the library and {sizes.likes:,} liked"
    return plots.bars(title, "seconds", groups)


def measured(tools: Sequence[Tool], runs: int) -> tuple[dict[str, list[tuple[Cost, Cost]]], list[float]]:
    """The two costs of each tool by round, and the seconds of a start with imports alone; the first round warms up."""
    costs: dict[str, list[tuple[Cost, Cost]]] = {tool.name: [] for tool in tools}
    starts = []
    for _ in range(runs + 1):
        for tool in tools:
            tool.reset()
            os.sync()  # else it waits for the disk to write what was made for it
            new_day, printed = measure(tool.new_day)
            tool.like(printed)
            costs[tool.name].append((new_day, measure(tool.again)[0]))
        starts.append(measure(python("-c", IMPORTS))[0].seconds)
    return {name: rounds[1:] for name, rounds in costs.items()}, starts[1:]


def prepare(papers: list[Paper], home: Path, sizes: Sizes) -> None:
    """Write the same papers for our tool and for the others."""
    for folder in ("ours", "others"):
        (home / folder).mkdir()
    make(papers, home / "ours", sizes)
    source = data.endless(papers)
    stored = list(islice(source, sizes.library + sizes.likes))
    likes = [paper.id for paper in stored[sizes.library :]]
    store.make(home / "others", stored, likes, islice(source, sizes.day))


def tools_in(home: Path) -> list[Tool]:
    """The tools that work on the prepared home, ours first."""
    today = recommend("today")
    new_day = next(row for row in rows(home / "ours") if row.command == today)
    return [
        Tool(OURS, new_day.before, today, lambda _: _like_first(), today),
        *(_other(name, home / "others", home / f"other {number}") for number, name in enumerate(TOOLS)),
    ]


def _like_first() -> None:
    measure(recommend("like", "1"))


def _other(name: str, fresh: Path, folder: Path) -> Tool:
    def reset() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(fresh, folder)

    def like(printed: Sequence[str]) -> None:
        store.write_likes(folder, [printed[0], *store.read_likes(folder)])

    command = python("-m", f"benchmarks.tools.{TOOLS[name]}", str(folder))
    return Tool(name, reset, command, like, [*command, "--again"])


if __name__ == "__main__":
    main()

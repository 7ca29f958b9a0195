"""Our speed beside other tools' recipes, as whole processes: `python -m benchmarks.peers FOLDER`.

FOLDER holds `digests/raw/DAY.jsonl.gz` (records with id, title, summary, authors, categories). From them a library of
10,000 papers, 500 likes and a new day of 1,000 papers are made, the same for every recipe. Each ranks the new day and
prints its ten best, then the first of them is liked and the same day ranked once more; all in turn, RUNS times.
"""

# Each recipe is a process of this module: what stands here is what all of them need. Libraries are imported where they
# are used, so that no recipe waits for another's; and a parent must be smaller than what it measures (see `measure`).
import argparse
import json
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.drawing import Bar, bars
from benchmarks.sizes import Sizes

RUNS = 5
TEN = 10
OURS = "recommender"
WORDS = r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b"  # arxiv-sanity-lite's
USUAL = Sizes()
WORKS = ("a new day", "after a verdict")
# What every recipe but ours starts with.
START = "import sqlite3, sklearn.svm, sklearn.linear_model, sklearn.feature_extraction.text"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How another tool ranks: from a folder with its papers, the likes and the day's digest to ids, best first."""

    new_day: Callable[[Path], list[str]]
    again: Callable[[Path], list[str]]  # with what the first has kept


@dataclass(frozen=True, slots=True)
class Tool:
    """A recipe as a reader runs it."""

    name: str
    reset: Callable[[], None]  # the day is new again
    new_day: Sequence[str]  # a command
    like: Callable[[Sequence[str]], None]  # the first of what the command printed
    again: Sequence[str]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    seconds: float
    cpu: float  # seconds, of all cores
    memory: float  # MB, at most


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="a folder with digests/raw")
    arguments.add_argument("--runs", type=int, default=RUNS, help=f"of each recipe (default: {RUNS})")
    arguments.add_argument("--plot", type=Path, metavar="FILE", help="also draw the waits, as SVG")
    arguments.add_argument(
        "--papers", type=int, default=USUAL.library, help=f"in the library (default: {USUAL.library:,})"
    )
    arguments.add_argument("--likes", type=int, default=USUAL.likes, help=f"of the reader (default: {USUAL.likes:,})")
    arguments.add_argument("--day", type=int, default=USUAL.day, help=f"papers of the new day (default: {USUAL.day:,})")
    arguments.add_argument("--recipe", choices=RECIPES, help=argparse.SUPPRESS)  # what this starts: FOLDER is its own
    arguments.add_argument("--again", action="store_true", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.recipe:
        recipe = RECIPES[chosen.recipe]
        print(*(recipe.again if chosen.again else recipe.new_day)(chosen.folder), sep="\n")
    elif chosen.papers % chosen.day:
        arguments.error("--papers must be a multiple of --day: the library came in days of that size")
    else:
        compare(chosen.folder, Sizes(chosen.papers, chosen.likes, chosen.day), chosen.runs, chosen.plot)


def compare(source: Path, sizes: Sizes, runs: int, plot: Path | None) -> None:
    """Print the table, and draw it where asked."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without compiled files the compiler would be measured
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["RECOMMEND_HOME"] = str(home / "ours")
        with get_context("spawn").Pool(1) as process:  # its memory is not this process's
            papers = process.apply(prepare, (source, home, sizes))
        costs, bare = measured(tools_in(home), runs)
    table = {name: [summary(its, costs[OURS], work) for work in range(len(WORKS))] for name, its in costs.items()}
    print(f"A library of {sizes.library:,} papers, {sizes.likes:,} likes, a new day of {sizes.day:,}:", end=" ")
    repeated = sum(sizes) > papers
    print(f"{papers:,} real papers, " + ("repeated under other ids." if repeated else "none of them used twice."))
    print(f"Medians of {runs} runs in turn after a first one, of whole processes; × ours with its least and most.\n")
    print("| recipe |", " | ".join(f"{work}: s | CPU s | × ours | peak MB" for work in WORKS), "|")
    print("| --- |" + " --- |" * 4 * len(WORKS))
    for name, summaries in table.items():
        print(f"| {name} |", " | ".join(map(str, summaries)), "|")
    print("\n" + NOTES.format(start=median(bare)))
    if plot:
        plot.write_text(picture(table, sizes), encoding="utf-8")


NOTES = """\
- recommender: `recommend today` as it is; it reads the day's digest in Markdown, the others theirs in JSON. It alone
  lays the papers out, says why each is listed and remembers the list.
- arxiv-sanity-lite: its features of all papers (title, abstract, authors) and its linear SVM. A new day refits the
  features and keeps them on disk; a verdict only refits the SVM. Its store is left uncompressed, and it counts the
  words of a paper once where the tool does twice: both flatter it.
- zotero-arxiv-daily: its formula on TF-IDF of the likes and the day. Its neural sentence encoder, which reads all of
  these on every day, is left out, and that flatters it. It keeps nothing: a verdict is a new day.
- rank-bm25 + scikit-learn: TfidfVectorizer and LogisticRegression on all papers, and BM25Okapi of the day asked for
  each word of the likes once, z-scores added. It keeps nothing: a verdict is a new day.
- Of each but recommender about {start:.1f} s are Python's start and scikit-learn's import. A tool that runs as a
  server, as arxiv-sanity-lite does, pays them once and not for every list."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One recipe at one of the works, over all runs."""

    cost: Cost  # medians
    ratios: tuple[float, float, float]  # seconds to ours of the same round: median, least, most

    def __str__(self) -> str:
        middle, least, most = self.ratios
        times = "1" if least == most == 1 else f"{middle:.1f} ({least:.1f}–{most:.1f})"
        return f"{self.cost.seconds:.2f} | {self.cost.cpu:.2f} | {times} | {self.cost.memory:.0f}"


def summary(its: Sequence[Sequence[Cost]], ours: Sequence[Sequence[Cost]], work: int) -> Summary:
    ratios = [one[work].seconds / own[work].seconds for one, own in zip(its, ours, strict=True)]
    costs = [one[work] for one in its]
    cost = Cost(
        median(cost.seconds for cost in costs),
        median(cost.cpu for cost in costs),
        median(cost.memory for cost in costs),
    )
    return Summary(cost, (median(ratios), min(ratios), max(ratios)))


def picture(table: Mapping[str, Sequence[Summary]], sizes: Sizes) -> str:
    rows = [
        Bar(name, one.cost.seconds, f"{one.cost.seconds:.2f} s · {one.cost.memory:.0f} MB", name == OURS, work)
        for place, work in enumerate(WORKS)
        for name, one in ((name, summaries[place]) for name, summaries in table.items())
    ]
    return bars(f"The ten best of {sizes.day:,} papers, {sizes.library:,} known, {sizes.likes:,} liked", "s", rows)


def measured(tools: Sequence[Tool], runs: int) -> tuple[dict[str, list[tuple[Cost, Cost]]], list[float]]:
    """Of each tool its two costs a round, and the seconds of a bare start; the first round only warms up."""
    costs: dict[str, list[tuple[Cost, Cost]]] = {one.name: [] for one in tools}
    bare = []
    for _ in range(runs + 1):
        for one in tools:
            one.reset()
            os.sync()  # or it would wait for the disk to take what was made for it
            first, printed = measure(one.new_day)
            one.like(printed)
            costs[one.name].append((first, measure(one.again)[0]))
        bare.append(measure([sys.executable, "-c", START])[0].seconds)
    return {name: its[1:] for name, its in costs.items()}, bare[1:]


def measure(command: Sequence[str]) -> tuple[Cost, list[str]]:
    """What a command takes, and the lines it prints.

    The system counts to a child's memory what its parent had when it was started: keep the parent small.
    """
    start = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        printed = process.stdout.read().splitlines()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), printed


def prepare(source: Path, home: Path, sizes: Sizes) -> int:
    """The same papers for ours and for the others; how many there were."""
    from benchmarks.commands import make
    from benchmarks.taking_in import endless, read

    papers = read(source)
    for folder in ("ours", "others"):
        (home / folder).mkdir()
    make(papers, home / "ours", sizes)
    stream = endless(papers)
    known = list(islice(stream, sizes.library + sizes.likes))
    rows = [(paper.id, f"{paper.title} {paper.abstract}", " ".join(paper.authors)) for paper in known]
    with closing(_store(home / "others")) as store, store:
        store.execute("CREATE TABLE papers (id TEXT PRIMARY KEY, text TEXT, authors TEXT, today INTEGER)")
        store.executemany("INSERT INTO papers VALUES (?, ?, ?, 0)", rows)
    _write_likes(home / "others", [paper.id for paper in known[sizes.library :]])
    day = [{"id": paper.id, "title": paper.title, "abstract": paper.abstract} for paper in islice(stream, sizes.day)]
    (home / "others" / "day.json").write_text(json.dumps(day), encoding="utf-8")
    return len(papers)


def tools_in(home: Path) -> list[Tool]:
    """Ours first."""
    from benchmarks.commands import recommend, rows, run

    today = next(row for row in rows(home / "ours") if row.command == recommend("today"))  # a new day
    ours = recommend("today")
    return [
        Tool(OURS, today.before, ours, lambda _: run(recommend("like", "1")), ours),
        *(_other(name, home / "others", home / f"other {number}") for number, name in enumerate(RECIPES)),
    ]


def _other(name: str, fresh: Path, folder: Path) -> Tool:
    def reset() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(fresh, folder)

    def like(printed: Sequence[str]) -> None:
        _write_likes(folder, [printed[0], *_likes(folder)])

    command = [sys.executable, "-m", "benchmarks.peers", "--recipe", name, str(folder)]
    return Tool(name, reset, command, like, [*command, "--again"])


# What the recipes share: SQLite for what is known, as arxiv-sanity-lite has it, without its compression.


def _store(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "papers.db")


def _texts(folder: Path, query: str = "SELECT id, text FROM papers", *given: str) -> dict[str, str]:
    with closing(_store(folder)) as store:
        return dict(store.execute(query, given))


def _day(folder: Path) -> dict[str, str]:
    told = json.loads((folder / "day.json").read_text(encoding="utf-8"))
    return {paper["id"]: f"{paper['title']} {paper['abstract']}" for paper in told}


def _likes(folder: Path) -> list[str]:
    """Newest first."""
    likes: list[str] = json.loads((folder / "likes.json").read_text(encoding="utf-8"))
    return likes


def _write_likes(folder: Path, likes: Sequence[str]) -> None:
    (folder / "likes.json").write_text(json.dumps(likes), encoding="utf-8")


def _ten(ids: Iterable[str], values: Iterable[float], likes: Sequence[str]) -> list[str]:
    """The best first, without what is liked already."""
    liked = set(likes)
    order = sorted((-value, paper_id) for paper_id, value in zip(ids, values, strict=True) if paper_id not in liked)
    return [paper_id for _, paper_id in order[:TEN]]


# karpathy/arxiv-sanity-lite: compute.py, and svm_rank in serve.py


def _lite_new_day(folder: Path) -> list[str]:
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    new = _day(folder)
    with closing(_store(folder)) as store, store:
        store.executemany("INSERT INTO papers VALUES (?, ?, '', 1)", new.items())
    papers = _texts(folder, "SELECT id, text || ' ' || authors FROM papers")
    vectorizer = TfidfVectorizer(
        input="content",
        encoding="utf-8",
        decode_error="replace",
        strip_accents="unicode",
        lowercase=True,
        analyzer="word",
        stop_words="english",
        token_pattern=WORDS,
        ngram_range=(1, 2),
        max_features=20_000,
        norm="l2",
        use_idf=True,
        smooth_idf=True,
        sublinear_tf=True,
        max_df=0.1,
        min_df=5,
    )
    features = {"pids": list(papers), "x": vectorizer.fit_transform(papers.values()).astype(np.float32)}
    with (folder / "features.p").open("wb") as file:
        pickle.dump(features, file, protocol=pickle.HIGHEST_PROTOCOL)
    return _lite_rank(folder, features)


def _lite_again(folder: Path) -> list[str]:
    with (folder / "features.p").open("rb") as file:
        return _lite_rank(folder, pickle.load(file))  # noqa: S301 - written by the function above


def _lite_rank(folder: Path, features: Mapping[str, Any]) -> list[str]:
    import numpy as np
    from sklearn.svm import LinearSVC

    likes = _likes(folder)
    model = LinearSVC(class_weight="balanced", max_iter=10_000, tol=1e-6, C=0.01)
    model.fit(features["x"], np.isin(features["pids"], likes).astype(np.float32))
    values = dict(zip(features["pids"], model.decision_function(features["x"]), strict=True))
    with closing(_store(folder)) as store:
        today = [paper_id for (paper_id,) in store.execute("SELECT id FROM papers WHERE today")]
    return _ten(today, (values[paper_id] for paper_id in today), likes)


def _zotero(folder: Path) -> list[str]:
    """TideDra/zotero-arxiv-daily, reranker/base.py, on TF-IDF of all that it knows: the likes and the day."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    new, likes = _day(folder), _likes(folder)
    query = "SELECT id, text FROM papers WHERE id IN (SELECT value FROM json_each(?))"
    known = _texts(folder, query, json.dumps(likes)) | new
    vectorizer = TfidfVectorizer(
        strip_accents="unicode", stop_words="english", token_pattern=WORDS, ngram_range=(1, 2), sublinear_tf=True
    )
    features = vectorizer.fit_transform([*(known[paper_id] for paper_id in likes), *new.values()])
    weight = 1 / (1 + np.log10(np.arange(len(likes)) + 1))
    cosine = (features[len(likes) :] @ features[: len(likes)].T).toarray()
    return _ten(new, 10 * cosine @ (weight / weight.sum()), likes)


def _plain(folder: Path) -> list[str]:
    """What the documentation of rank-bm25 and of scikit-learn leads to."""
    import numpy as np
    from rank_bm25 import BM25Okapi
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    new, likes = _day(folder), _likes(folder)
    papers = _texts(folder) | new
    features = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform(papers.values())
    ids = np.array(list(papers))
    liked, today = np.isin(ids, likes), np.isin(ids, list(new))
    taught = liked | ~today
    model = LogisticRegression(class_weight="balanced", max_iter=1000).fit(features[taught], liked[taught])
    # Of 500 likes' 90,000 words 13,000 differ: asked as often as they occur, they take 23 s and not 3.5.
    asked = dict.fromkeys(word for paper_id in likes for word in papers[paper_id].lower().split())
    found = BM25Okapi([text.lower().split() for text in new.values()]).get_scores(list(asked))
    parts = (model.decision_function(features[today]), found)
    return _ten(new, sum((part - part.mean()) / (part.std() or 1) for part in parts), likes)


RECIPES = {
    "arxiv-sanity-lite": Recipe(_lite_new_day, _lite_again),
    "zotero-arxiv-daily's formula": Recipe(_zotero, _zotero),
    "rank-bm25 + scikit-learn": Recipe(_plain, _plain),
}


if __name__ == "__main__":
    main()

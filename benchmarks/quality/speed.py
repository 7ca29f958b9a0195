"""Time and memory of one ranking, by the number of likes: each size in a process of its own."""

import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.data import FolderError
from benchmarks.processes import peak
from benchmarks.quality.readers import FOLDER_HELP, UNDATED, Data
from benchmarks.quality.tables import table
from recommender.paper import Feedback, History, Paper, Verdict
from recommender.ranking import build_corpus, encode, rank

LIKES = (20, 200, 500, 2_000, 20_000)
CANDIDATES = 1000
BACKGROUND = 2000
RUNS = 5
SEED = 20200513


def speed(data: Data) -> dict[str, Any]:
    """Print the table, and return its figures."""
    papers = [paper for paper in data.papers.values() if paper.title and paper.abstract]
    papers = [papers[place] for place in np.random.default_rng(SEED).permutation(len(papers))]
    if len(papers) <= CANDIDATES + BACKGROUND:
        raise FolderError(f"only {len(papers)} papers: more than {CANDIDATES + BACKGROUND} are needed", FOLDER_HELP)
    report: dict[str, dict[str, float]] = {}
    for likes in LIKES:
        needed = CANDIDATES + BACKGROUND + likes
        # a new process for each size: its peak memory is of this size alone
        with get_context("spawn").Pool(1) as process:
            report[str(likes)] = process.apply(_measure, (papers[:needed], likes))
    print(f"\n## Speed: {CANDIDATES} candidates, {BACKGROUND} background papers, encoded before\n")
    print(f"Medians of {RUNS} runs after a first one; peak memory of the whole process.\n")
    head = ["likes", "ms, median", "ms, first", "ms with a shared corpus", "peak MB", "peak MB before ranking"]
    table(head, [[likes, *(f"{value:.0f}" for value in row.values())] for likes, row in report.items()])
    if CANDIDATES + BACKGROUND + max(LIKES) <= len(papers):
        print(f"All papers are real, each used once, of {len(papers)}.\n")
    else:
        print(f"There are {len(papers)} papers: larger rows have fewer likes than they say.\n")
    return report


def _measure(papers: Sequence[Paper], likes: int) -> dict[str, float]:
    candidates, background = papers[:CANDIDATES], papers[CANDIDATES : CANDIDATES + BACKGROUND]
    feedback = tuple(
        Feedback(paper, Verdict.LIKE, UNDATED - timedelta(hours=age))
        for age, paper in enumerate(papers[CANDIDATES + BACKGROUND :])
    )
    history = History(feedback, tuple(background))
    encoded = {paper.id: encode(paper) for paper in papers}
    # imports modules and reads the word vectors, which is not measured
    rank(History(feedback[:5], tuple(background[:60])), candidates[:5], encoded)
    before = peak()
    corpus = build_corpus([*candidates, *background], encoded)
    alone: list[float] = []
    shared: list[float] = []
    for _ in range(RUNS + 1):
        for seconds, known in ((alone, None), (shared, corpus)):
            started = time.perf_counter()
            rank(history, candidates, encoded, corpus=known)
            seconds.append(time.perf_counter() - started)
    return {
        "median": 1000 * statistics.median(alone[1:]),
        "first": 1000 * alone[0],
        "shared": 1000 * statistics.median(shared),
        "peak": peak(),
        "before": before,
    }

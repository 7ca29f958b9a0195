"""Candidate generation: is a library ranked in two stages, as `best` does it, ranked as well as in one?"""

from typing import Any

import numpy as np

from benchmarks.quality.figures import show_progress
from benchmarks.quality.readers import Data, Reader
from benchmarks.quality.tables import table
from recommender.paper import Feedback, History, Paper, Verdict
from recommender.ranking import candidates, pack, score_by

BACKGROUND = 2000  # newest papers
TRAINING = 0.7  # share of a reader's likes in the history; the later ones are to be found
LIMITS = (250, 500, 1000, 2000)
TOPS = (20, 100)


def candidate_generation(data: Data, every: int) -> dict[str, Any]:
    """Print the table, and return its figures.

    Args:
        every: take every so-manieth reader; 1: all.
    """
    newest = [paper_id for _, ids in data.days for paper_id in ids][::-1]
    block = pack([data.encoded[paper_id] for paper_id in newest])
    figures: dict[str, list[list[float]]] = {}
    for reader in data.readers[::every]:
        history, later = _past(data, reader, newest)
        excluded = {entry.paper.id for entry in history.feedback} | {paper.id for paper in history.unrated}
        best = _ranked(data, history, [data.papers[paper_id] for paper_id in newest if paper_id not in excluded])
        later &= {*best}
        without = {number for number, paper_id in enumerate(newest) if paper_id in excluded}
        for limit in LIMITS:
            numbers = candidates(history, data.encoded, [(0, block)], limit, without)
            chosen = _ranked(data, history, [data.papers[newest[number]] for number in numbers])
            shared = [len({*chosen[:top]} & {*best[:top]}) / top for top in TOPS]
            figures.setdefault(f"the {limit:,} best by words, ranked", []).append([*shared, _recall(chosen, later)])
        figures.setdefault("all papers ranked", []).append([1.0] * len(TOPS) + [_recall(best, later)])
        show_progress(f"candidates: {reader.name}")
    readers = len(figures["all papers ranked"])
    print(f"\n## Candidates: {len(newest):,} papers, {readers} readers with the first {TRAINING:.0%} of their likes\n")
    head = ["", *(f"of the {top} best of all" for top in TOPS), f"later likes among the best {TOPS[-1]}"]
    table(head, [[name, *(f"{value:.3f}" for value in np.mean(rows, axis=0))] for name, rows in figures.items()])
    print("All papers: ranked together, and therefore with another idf than a choice of them.\n")
    return {name: np.mean(rows, axis=0).tolist() for name, rows in figures.items()}


def _past(data: Data, reader: Reader, newest: list[str]) -> tuple[History, set[str]]:
    """A history with the reader's first likes, and the ids of the later ones."""
    by_time = sorted(reader.likes.items(), key=lambda like: (like[1], like[0]))
    first = dict(by_time[: round(TRAINING * len(by_time))])
    feedback = tuple(Feedback(data.papers[paper_id], Verdict.LIKE, time) for paper_id, time in first.items())
    unrated = [paper_id for paper_id in newest if paper_id not in reader.likes][:BACKGROUND]
    return History(feedback, tuple(data.papers[paper_id] for paper_id in unrated)), reader.likes.keys() - first.keys()


def _ranked(data: Data, history: History, papers: list[Paper]) -> list[str]:
    values = dict(zip((paper.id for paper in papers), score_by("blend", history, papers, data.encoded), strict=True))
    return sorted(values, key=lambda paper_id: (-values[paper_id], paper_id))


def _recall(ordered: list[str], wanted: set[str]) -> float:
    return len(wanted & {*ordered[: TOPS[-1]]}) / max(min(len(wanted), TOPS[-1]), 1)

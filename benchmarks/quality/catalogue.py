"""Whether a library ranked in two steps, as `best` does it, ends with the papers that one ranking of all gives."""

from typing import Any

import numpy as np

from benchmarks.quality.figures import tell
from benchmarks.quality.readers import Data, Reader
from benchmarks.quality.tables import table
from recommender.paper import Feedback, History, Paper, Verdict
from recommender.ranking import candidates, pack, score_by

BACKGROUND = 2000  # newest papers
KNOWN = 0.7  # of a reader's likes; later ones are what is looked for
WORTH = (250, 500, 1000, 2000)
TOPS = (20, 100)


def catalogue(data: Data, every: int) -> dict[str, Any]:
    """Print the table, and return its figures.

    Args:
        every: only each so manieth reader is asked.
    """
    newest = [paper_id for _, ids in data.days for paper_id in ids][::-1]
    block = pack([data.encoded[paper_id] for paper_id in newest])
    found: dict[str, list[list[float]]] = {}
    for reader in data.readers[::every]:
        history, later = _past(data, reader, newest)
        out = {entry.paper.id for entry in history.feedback} | {paper.id for paper in history.unrated}
        best = _ranked(data, history, [data.papers[paper_id] for paper_id in newest if paper_id not in out])
        later &= {*best}
        without = {number for number, paper_id in enumerate(newest) if paper_id in out}
        for worth in WORTH:
            numbers = candidates(history, data.encoded, [(0, block)], worth, without)
            chosen = _ranked(data, history, [data.papers[newest[number]] for number in numbers])
            shared = [len({*chosen[:top]} & {*best[:top]}) / top for top in TOPS]
            found.setdefault(f"the {worth:,} best by words, ranked", []).append([*shared, _recall(chosen, later)])
        found.setdefault("all papers ranked", []).append([1.0] * len(TOPS) + [_recall(best, later)])
        tell(f"catalogue: {reader.name}")
    asked = len(next(iter(found.values())))
    print(f"\n## A whole library: {len(newest):,} papers, {asked} readers with the first {KNOWN:.0%} of their likes\n")
    head = ["", *(f"of the {top} best of all" for top in TOPS), f"later likes among the best {TOPS[-1]}"]
    table(head, [[name, *(f"{value:.3f}" for value in np.mean(rows, axis=0))] for name, rows in found.items()])
    print("Of all: ranked beside one another, and so with another idf than the chosen ones have.\n")
    return {name: np.mean(rows, axis=0).tolist() for name, rows in found.items()}


def _past(data: Data, reader: Reader, newest: list[str]) -> tuple[History, set[str]]:
    """What is known of a reader, and which papers are liked later."""
    in_time = sorted(reader.likes.items(), key=lambda like: (like[1], like[0]))
    known = dict(in_time[: round(KNOWN * len(in_time))])
    feedback = tuple(Feedback(data.papers[paper_id], Verdict.LIKE, time) for paper_id, time in known.items())
    unrated = [paper_id for paper_id in newest if paper_id not in reader.likes][:BACKGROUND]
    return History(feedback, tuple(data.papers[paper_id] for paper_id in unrated)), reader.likes.keys() - known.keys()


def _ranked(data: Data, history: History, papers: list[Paper]) -> list[str]:
    values = dict(zip((paper.id for paper in papers), score_by("blend", history, papers, data.encoded), strict=True))
    return sorted(values, key=lambda paper_id: (-values[paper_id], paper_id))


def _recall(ordered: list[str], wanted: set[str]) -> float:
    return len(wanted & {*ordered[: TOPS[-1]]}) / max(min(len(wanted), TOPS[-1]), 1)

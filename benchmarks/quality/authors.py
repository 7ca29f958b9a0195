"""What author names add: our ranker with and without them, on the same days."""

from typing import Any

import numpy as np

from benchmarks.quality.ablation import variants
from benchmarks.quality.figures import Figures
from benchmarks.quality.intervals import mean, signed
from benchmarks.quality.metrics import METRICS
from benchmarks.quality.readers import Data
from benchmarks.quality.recipes import OURS
from benchmarks.quality.replay import replay
from benchmarks.quality.tables import pace, table

WITHOUT = "without authors of liked papers"


def authors(data: Data, every: int) -> dict[str, Any]:
    """Print the table, and return the figures of every reader.

    Liked papers that no digest announced have no authors, as in a library imported from a list of titles.
    """
    recipes = variants(data)
    replayed = Figures({name: recipes[name] for name in (OURS, WITHOUT)}, data)
    with_authors, likes = 0, 0
    for question in replay(data, every):
        replayed.add(question.reader.name, question)
        with_authors += sum(bool(entry.paper.authors) for entry in question.history.feedback)
        likes += len(question.history.feedback)
    print(f"\n## Authors: replay of {pace(every)}, {with_authors / max(likes, 1):.0%} of the likes have authors\n")
    compared = ("AUC", "nDCG@10")
    rows = []
    gains: dict[str, dict[str, Any]] = {}
    for title, subjects in (
        ("all", replayed.subjects()),
        ("tuning", replayed.subjects(part="tuning")),
        ("checking", replayed.subjects(part="checking")),
        ("merged", replayed.subjects(merged=True)),
    ):
        if subjects:
            with_names, without_names = (replayed.means(name, subjects) for name in (OURS, WITHOUT))
            cells = [f"{title} ({len(subjects)})"]
            gains[title] = {}
            for metric in compared:
                place = METRICS.index(metric)
                with_, without = with_names[:, place], without_names[:, place]
                difference = mean(with_ - without)
                gains[title][metric] = difference._asdict()
                cells += [f"{np.mean(without):.4f}", f"{np.mean(with_):.4f}", signed(difference)]
            rows.append(cells)
    table(["readers", *(f"{metric}{part}" for metric in compared for part in (" without", " with", ": gain"))], rows)
    return {"gains": gains, "means": replayed.by_subject()}

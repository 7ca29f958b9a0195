"""What knowing who wrote the papers adds: our ranker with and without authors, on the same days."""

from dataclasses import asdict
from typing import Any

import numpy as np

from benchmarks.quality.ablation import variants
from benchmarks.quality.figures import Figures
from benchmarks.quality.intervals import mean
from benchmarks.quality.metrics import METRICS
from benchmarks.quality.readers import Data
from benchmarks.quality.recipes import OURS
from benchmarks.quality.replay import replay
from benchmarks.quality.tables import pace, table

WITHOUT = "without known authors"


def authors(data: Data, every: int) -> dict[str, Any]:
    """Print the table, and return the figures of every reader.

    Papers that were liked but announced on no day here have no authors, as in a history that was read from a list of
    titles: the more of a history came from digests, the more authors can tell.
    """
    recipes = variants(data)
    replayed = Figures({name: recipes[name] for name in (OURS, WITHOUT)}, data)
    known, likes = 0, 0
    for question in replay(data, every):
        replayed.add(question.reader.name, question)
        known += sum(bool(entry.paper.authors) for entry in question.history.feedback)
        likes += len(question.history.feedback)
    print(f"\n## Authors: replay of {pace(every)}, authors known of {known / max(likes, 1):.0%} of the likes\n")
    compared = ("AUC", "nDCG@10")
    rows = []
    found: dict[str, dict[str, Any]] = {}
    for title, subjects in (
        ("all", replayed.subjects()),
        ("tuning", replayed.subjects(part="tuning")),
        ("checking", replayed.subjects(part="checking")),
        ("merged", replayed.subjects(merged=True)),
    ):
        if subjects:
            own, other = (replayed.means(name, subjects) for name in (OURS, WITHOUT))
            cells = [f"{title} ({len(subjects)})"]
            found[title] = {}
            for metric in compared:
                with_, without = own[:, METRICS.index(metric)], other[:, METRICS.index(metric)]
                difference = mean(with_ - without)
                found[title][metric] = asdict(difference)
                cells += [f"{np.mean(without):.4f}", f"{np.mean(with_):.4f}", difference.signed]
            rows.append(cells)
    table(["readers", *(f"{metric}{part}" for metric in compared for part in (" without", " with", ": won"))], rows)
    return {"won": found, "means": replayed.by_subject()}

"""Figures as tables in Markdown, and the same as plain data."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from benchmarks.quality.coldstart import LIKES
from benchmarks.quality.figures import Figures
from benchmarks.quality.intervals import mean, ratio
from benchmarks.quality.metrics import METRICS
from benchmarks.quality.recipes import OURS
from benchmarks.quality.replay import last_third

_AUC, _NDCG = METRICS.index("AUC"), METRICS.index("nDCG@10")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print one table."""
    print("|", " | ".join(head), "|")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("|", " | ".join(map(str, row)), "|")
    print(flush=True)


def pace(every: int) -> str:
    """Which days are replayed."""
    return "every day" if every == 1 else f"one day in {every}"


def replay_tables(figures: Figures, days: int, every: int) -> dict[str, Any]:
    """Protocol A for everyone, for the checking half of the readers, for the merged ones, and for the newest days."""
    told = {}
    for title, subjects, since in (
        ("all readers", figures.subjects(), 0),
        ("checking readers", figures.subjects(part="checking"), 0),
        ("merged readers (several interests)", figures.subjects(merged=True), 0),
        ("all readers, last third of the days", figures.subjects(), last_third(days)),
    ):
        found = len(figures.means(next(iter(figures.chosen)), subjects, since))
        if found:
            print(f"\n## Replay of {pace(every)} from the 11th: {title} ({found})\n")
            told[title] = {"readers": found, **_compared(figures, subjects, since)}
    print(f"{figures.questions} reader-days. Intervals: 95 %, bootstrap over readers.\n")
    return told


def start_tables(figures: Figures) -> dict[str, Any]:
    """Protocol B for each k."""
    told: dict[str, Any] = {}
    for title, part in (("all readers", None), ("checking readers", "checking")):
        by_k = {k: [name for name in figures.subjects(part=part) if name.endswith(f" k={k}")] for k in LIKES}
        by_k = {k: subjects for k, subjects in by_k.items() if subjects}
        head = ["recipe", *(f"k = {k} ({len(subjects)} readers)" for k, subjects in by_k.items())]
        print(f"\n## Cold start, after the first k likes: {title}\n\nAUC / nDCG@10:\n")
        rows = []
        for name in figures.chosen:
            means = [figures.means(name, subjects).mean(axis=0) for subjects in by_k.values()]
            rows.append([name, *(f"{row[_AUC]:.4f} / {row[_NDCG]:.4f}" for row in means)])
        table(head, rows)
        told[title] = {k: _differences(figures, subjects, 0) for k, subjects in by_k.items()}
        for metric in ("AUC", "nDCG@10"):
            if OURS in figures.chosen:
                print(f"{metric}, ours less the other's, 95 % interval:\n")
                table(
                    head,
                    [
                        [name, *(_signed(told[title][k][name][metric]["difference"]) for k in by_k)]
                        for name in figures.chosen
                        if name != OURS
                    ],
                )
    return told


def _compared(figures: Figures, subjects: Sequence[str], since: int) -> dict[str, Any]:
    rows, figures_of = [], {}
    for name in figures.chosen:
        means = figures.means(name, subjects, since)
        auc, ndcg = mean(means[:, _AUC]), mean(means[:, _NDCG])
        others = [f"{value:.4f}" for value in means[:, _NDCG + 1 :].mean(axis=0)]
        rows.append([name, auc, ndcg, *others, f"{figures.milliseconds(name):.0f}"])
        figures_of[name] = {"AUC": asdict(auc), "nDCG@10": asdict(ndcg)}
    table(["recipe", *METRICS, "ms a ranking"], rows)
    differences = _differences(figures, subjects, since)
    if differences:
        print("Ours against each, reader by reader:\n")
        head = ["recipe", "AUC: ours less its", "better for", "nDCG@10: ours less its", "ours / its", "better for"]
        table(
            head,
            [
                [
                    name,
                    _signed(row["AUC"]["difference"]),
                    f"{row['AUC']['better']:.0%}",
                    _signed(row["nDCG@10"]["difference"]),
                    _plain(row["nDCG@10"]["ratio"]),
                    f"{row['nDCG@10']['better']:.0%}",
                ]
                for name, row in differences.items()
            ],
        )
    return {"recipes": figures_of, "ours against": differences}


def _differences(figures: Figures, subjects: Sequence[str], since: int) -> dict[str, Any]:
    """Of each other recipe and metric: our paired difference and ratio, and the share of readers ours is better for."""
    if OURS not in figures.chosen:
        return {}
    own = figures.means(OURS, subjects, since)
    found: dict[str, Any] = {}
    for name in figures.chosen:
        if name != OURS:
            its = figures.means(name, subjects, since)
            found[name] = {
                METRICS[place]: {
                    "difference": asdict(mean(own[:, place] - its[:, place])),
                    "ratio": asdict(ratio(own[:, place], its[:, place])),
                    "better": float(np.mean(own[:, place] > its[:, place])),
                }
                for place in (_AUC, _NDCG)
            }
    return found


def _signed(interval: dict[str, float]) -> str:
    return "{value:+.4f} [{low:+.4f}, {high:+.4f}]".format(**interval)


def _plain(interval: dict[str, float]) -> str:
    return "{value:.2f} [{low:.2f}, {high:.2f}]".format(**interval)

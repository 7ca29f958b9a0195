"""Tables in Markdown, and the same figures as plain data."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from benchmarks.quality.coldstart import LIKES
from benchmarks.quality.figures import Figures
from benchmarks.quality.intervals import mean, ratio, signed, text
from benchmarks.quality.metrics import METRICS
from benchmarks.quality.recipes import OURS
from benchmarks.quality.replay import last_third
from recommender.results.evaluation import Estimate

_AUC, _NDCG = METRICS.index("AUC"), METRICS.index("nDCG@10")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print one table in Markdown."""
    print("|", " | ".join(head), "|")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("|", " | ".join(map(str, row)), "|")
    print(flush=True)


def pace(every: int) -> str:
    """The replayed days in words."""
    return "every day" if every == 1 else f"one day in {every}"


def replay_tables(figures: Figures, days: int, every: int) -> dict[str, Any]:
    """Replay: for all readers, for the checking half, for the merged ones, and on the newest days."""
    report = {}
    for title, subjects, since in (
        ("all readers", figures.subjects(), 0),
        ("checking readers", figures.subjects(part="checking"), 0),
        ("merged readers (several interests)", figures.subjects(merged=True), 0),
        ("all readers, last third of the days", figures.subjects(), last_third(days)),
    ):
        readers = len(figures.means(next(iter(figures.chosen)), subjects, since))
        if readers:
            print(f"\n## Replay of {pace(every)} from the 11th: {title} ({readers})\n")
            report[title] = {"readers": readers, **_compared(figures, subjects, since)}
    print(f"{figures.questions} reader-days. Intervals: 95 %, bootstrap over readers.\n")
    return report


def start_tables(figures: Figures) -> dict[str, Any]:
    """Cold start: one table per half of the readers, one column per k."""
    report: dict[str, Any] = {}
    for title, part in (("all readers", None), ("checking readers", "checking")):
        by_k = {k: [name for name in figures.subjects(part=part) if name.endswith(f" k={k}")] for k in LIKES}
        by_k = {k: subjects for k, subjects in by_k.items() if subjects}
        if not by_k:
            continue
        head = ["recipe", *(f"k = {k} ({len(subjects)} readers)" for k, subjects in by_k.items())]
        print(f"\n## Cold start, after the first k likes: {title}\n\nAUC / nDCG@10:\n")
        rows = []
        for name in figures.chosen:
            means = [figures.means(name, subjects).mean(axis=0) for subjects in by_k.values()]
            rows.append([name, *(f"{row[_AUC]:.4f} / {row[_NDCG]:.4f}" for row in means)])
        table(head, rows)
        report[title] = {k: _differences(figures, subjects, 0) for k, subjects in by_k.items()}
        for metric in ("AUC", "nDCG@10"):
            if OURS in figures.chosen:
                print(f"{metric}, ours minus the other's, 95 % interval:\n")
                table(
                    head,
                    [
                        [name, *(signed(Estimate(**report[title][k][name][metric]["difference"])) for k in by_k)]
                        for name in figures.chosen
                        if name != OURS
                    ],
                )
    return report


def _compared(figures: Figures, subjects: Sequence[str], since: int) -> dict[str, Any]:
    rows, estimates = [], {}
    for name in figures.chosen:
        means = figures.means(name, subjects, since)
        auc, ndcg = mean(means[:, _AUC]), mean(means[:, _NDCG])
        others = [f"{value:.4f}" for value in means[:, _NDCG + 1 :].mean(axis=0)]
        rows.append([name, text(auc), text(ndcg), *others, f"{figures.milliseconds(name):.0f}"])
        estimates[name] = {"AUC": auc._asdict(), "nDCG@10": ndcg._asdict()}
    table(["recipe", *METRICS, "ms a ranking"], rows)
    differences = _differences(figures, subjects, since)
    if differences:
        print("Ours against each, reader by reader:\n")
        head = ["recipe", "AUC: ours minus its", "better for", "nDCG@10: ours minus its", "ours / its", "better for"]
        table(
            head,
            [
                [
                    name,
                    signed(Estimate(**row["AUC"]["difference"])),
                    f"{row['AUC']['better']:.0%}",
                    signed(Estimate(**row["nDCG@10"]["difference"])),
                    "{mean:.2f} [{low:.2f}, {high:.2f}]".format(**row["nDCG@10"]["ratio"]),
                    f"{row['nDCG@10']['better']:.0%}",
                ]
                for name, row in differences.items()
            ],
        )
    return {"recipes": estimates, "ours against": differences}


def _differences(figures: Figures, subjects: Sequence[str], since: int) -> dict[str, Any]:
    """For each other recipe and metric: our paired difference, ratio, and the share of readers we are better for."""
    if OURS not in figures.chosen:
        return {}
    ours = figures.means(OURS, subjects, since)
    differences: dict[str, Any] = {}
    for name in figures.chosen:
        if name != OURS:
            others = figures.means(name, subjects, since)
            differences[name] = {
                METRICS[place]: {
                    "difference": mean(ours[:, place] - others[:, place])._asdict(),
                    "ratio": ratio(ours[:, place], others[:, place])._asdict(),
                    "better": float(np.mean(ours[:, place] > others[:, place])),
                }
                for place in (_AUC, _NDCG)
            }
    return differences

"""Calibration: how often are papers liked that got a match of 80 %? Measured on the replay.

Days on which the reader likes nothing count too: a reader reads on such days as well. As in the program, the outcomes
of the ten best papers of each earlier day move the probabilities; one counts as liked if the like came before the day
that is ranked.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import plots
from benchmarks.quality.figures import PARTS, part_of, show_progress
from benchmarks.quality.readers import Data
from benchmarks.quality.replay import morning_of, replay
from benchmarks.quality.tables import pace, table
from recommender.paper import Outcome
from recommender.ranking import rank
from recommender.ranking.reliability import calibration_bins, calibration_error
from recommender.results.evaluation import TOP

USUAL, MOVED = "usual curve", "moved by outcomes"


@dataclass(frozen=True, slots=True)
class Match:
    """The predicted probability of one candidate, and its outcome."""

    part: str  # half of the readers
    best: bool  # among the day's ten best
    dry: bool  # on a day on which the reader likes no candidate
    probability: dict[str, float]  # by USUAL and MOVED
    liked: bool


def calibration(data: Data, every: int, picture: Path | None) -> dict[str, Any]:
    """Print the tables, draw the picture, and return the figures."""
    matches = _matches(data, every)
    print(f"\n## Calibration: replay of {pace(every)}, {len(matches)} candidates with a probability\n")
    report: dict[str, Any] = {}
    head = ["probability", "readers", "days", "papers", "number", "share liked", "mean predicted"]
    head += ["ECE, equal width", "ECE, equal mass", "over 50 %: liked / papers", "over 80 %: liked / papers"]
    rows = []
    for curve in (USUAL, MOVED):
        for part in PARTS:
            for days in ("all", "with a like"):
                for papers in ("all", "best ten"):
                    chosen = [
                        match
                        for match in matches
                        if match.part == part and not (days != "all" and match.dry) and (papers == "all" or match.best)
                    ]
                    if chosen:
                        figures = _figures(
                            [match.probability[curve] for match in chosen], [match.liked for match in chosen]
                        )
                        report[f"{curve}, {part} readers, days: {days}, papers: {papers}"] = figures
                        rows.append([curve, part, days, papers, *_cells(figures)])
    table(head, rows)
    if picture:
        plots.save(plots.reliability("Calibration on the replay", _series(report)), picture)
    return report


def _series(report: dict[str, Any]) -> dict[str, list[tuple[float, float]]]:
    """The lines of the diagram.

    Most candidates have a probability near 0: over all papers, only bins of equal width differ from one another.
    """
    series = {}
    for part in PARTS:
        for papers, bins in (("all", "equal width"), ("best ten", "equal mass")):
            figures = report.get(f"{MOVED}, {part} readers, days: all, papers: {papers}")
            if figures:
                series[f"{part} readers, {papers}"] = [(each["predicted"], each["liked"]) for each in figures[bins]]
    return series


def _matches(data: Data, every: int) -> list[Match]:
    shown: dict[str, list[tuple[str, float]]] = defaultdict(list)  # by reader: id and value of each paper
    matches: list[Match] = []
    for question in replay(data, every, dry=True):
        reader, morning = question.reader, morning_of(data, question.day)
        outcomes = tuple(
            Outcome(value, _liked_before(morning, paper_id, reader.likes)) for paper_id, value in shown[reader.name]
        )
        plain, scores = (
            rank(question.history._replace(outcomes=known), question.candidates, data.encoded, explained=0)
            for known in ((), outcomes)
        )
        values = np.array([score.value for score in scores])
        usual = [score.probability for score in plain]
        best = set(np.argsort(-values, kind="stable")[:TOP].tolist())
        for place, score in enumerate(scores):
            if score.probability is not None:
                probability = {USUAL: usual[place] or 0.0, MOVED: score.probability}
                dry = not question.liked.any()
                matches.append(Match(part_of(reader), place in best, dry, probability, bool(question.liked[place])))
        shown[reader.name] += [(question.candidates[place].id, scores[place].evidence) for place in sorted(best)]
        show_progress(f"calibration: {data.days[question.day][0]}, {reader.name}")
    return matches


def _liked_before(morning: datetime, paper_id: str, likes: dict[str, datetime]) -> bool:
    return paper_id in likes and likes[paper_id] < morning


def _figures(probabilities: Sequence[float], liked: Sequence[bool]) -> dict[str, Any]:
    predicted, outcome = np.array(probabilities), np.array(liked, dtype=np.float64)
    width = calibration_bins(predicted, outcome)
    mass = calibration_bins(predicted, outcome, equal_papers=True)
    return {
        "papers": len(predicted),
        "liked": float(outcome.mean()),
        "predicted": float(predicted.mean()),
        "ECE width": calibration_error(width),
        "ECE mass": calibration_error(mass),
        "over": {
            limit: [int(outcome[predicted > limit].sum()), int((predicted > limit).sum())] for limit in (0.5, 0.8)
        },
        "equal width": [each._asdict() for each in width],
        "equal mass": [each._asdict() for each in mass],
    }


def _cells(figures: dict[str, Any]) -> list[str]:
    over = ["{} / {}".format(*figures["over"][limit]) for limit in (0.5, 0.8)]
    return [
        str(figures["papers"]),
        *(f"{figures[key]:.4f}" for key in ("liked", "predicted", "ECE width", "ECE mass")),
        *over,
    ]

"""Whether 80 % means that 80 of 100 are liked: `Score.probability` on the replay, through the ranker's one door.

A day on which the reader likes nothing counts too, which Protocol A leaves out: a reader reads on such days as well.
What a reader was shown on earlier days, the best ten of each, moves the probabilities as in the product; it counts as
liked where the like was there by the morning.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.figures import PARTS, part_of, tell
from benchmarks.quality.plot import Series, reliability
from benchmarks.quality.readers import Data
from benchmarks.quality.replay import morning_of, replay
from benchmarks.quality.tables import pace, table
from recommender.paper import Outcome
from recommender.ranking import rank
from recommender.ranking.calibration import calibrate

BINS = 10
SHOWN = 10  # a day's list
USUAL, MOVED = "usual curve", "moved by what was shown"


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one candidate, and what became of it."""

    part: str  # of the reader
    best: bool  # among the day's best ten
    dry: bool  # a day on which the reader likes none of the candidates
    chance: dict[str, float]  # with the usual curve, and moved by earlier outcomes
    liked: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Candidates of like probability."""

    papers: int
    chance: float  # mean of what was said
    liked: float  # share that was liked


def bins_of(chances: NDArray[Any], liked: NDArray[Any], *, equal_mass: bool) -> list[Bin]:
    """Ten bins of equal width of probability, or of equally many papers; empty ones are left out."""
    if equal_mass:
        parts = np.array_split(np.argsort(chances, kind="stable"), BINS)
    else:
        place = np.minimum((chances * BINS).astype(int), BINS - 1)
        parts = [np.flatnonzero(place == number) for number in range(BINS)]
    return [Bin(len(rows), float(chances[rows].mean()), float(liked[rows].mean())) for rows in parts if len(rows)]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error (Naeini et al., "Obtaining Well Calibrated Probabilities", 2015)."""
    papers = sum(found.papers for found in bins)
    return sum(found.papers * abs(found.chance - found.liked) for found in bins) / papers


def calibration(data: Data, every: int, picture: Path | None) -> dict[str, Any]:
    """Print the tables, draw the picture, and return the figures."""
    told = _told(data, every)
    print(f"\n## Calibration, {pace(every)}, {len(told)} candidates of which a probability was said\n")
    report: dict[str, Any] = {}
    head = ["probability", "readers", "days", "papers", "number", "share liked", "mean said"]
    head += ["ECE, equal width", "ECE, equal mass", "over 50 %: liked / papers", "over 80 %: liked / papers"]
    rows = []
    for way in (USUAL, MOVED):
        for part in PARTS:
            for days in ("all", "with a like"):
                for papers in ("all", "best ten"):
                    chosen = [
                        one
                        for one in told
                        if one.part == part and not (days != "all" and one.dry) and (papers == "all" or one.best)
                    ]
                    if chosen:
                        found = _figures([one.chance[way] for one in chosen], [one.liked for one in chosen])
                        report[f"{way}, {part} readers, days: {days}, papers: {papers}"] = found
                        rows.append([way, part, days, papers, *_cells(found)])
    table(head, rows)
    if picture:
        picture.write_text(reliability(_series(report)), encoding="utf-8")
    return report


def _series(report: dict[str, Any]) -> list[Series]:
    """What the diagram shows; most candidates are said to be at 0, so of all only bins of equal width tell apart."""
    series = []
    for part in PARTS:
        for papers, bins in (("all", "equal width"), ("best ten", "equal mass")):
            found = report.get(f"{MOVED}, {part} readers, days: all, papers: {papers}")
            if found:
                points = [(one["chance"], one["liked"], one["papers"]) for one in found[bins]]
                series.append(Series(f"{part} readers, {papers}", points))
    return series


def _told(data: Data, every: int) -> list[Told]:
    shown: dict[str, list[tuple[str, float]]] = defaultdict(list)  # of each reader: paper id, value
    told: list[Told] = []
    for question in replay(data, every, dry=True):
        reader, morning = question.reader, morning_of(data, question.day)
        outcomes = tuple(Outcome(value, _liked_by(reader.likes, key, morning)) for key, value in shown[reader.name])
        scores = rank(question.history._replace(outcomes=outcomes), question.candidates, data.encoded, explained=0)
        values = np.array([score.value for score in scores])
        usual = calibrate(()).probabilities(values)[0]
        best = set(np.argsort(-values, kind="stable")[:SHOWN].tolist())
        for place, score in enumerate(scores):
            if score.probability is not None:
                chance = {USUAL: float(usual[place]), MOVED: score.probability}
                dry = not question.liked.any()
                told.append(Told(part_of(reader), place in best, dry, chance, bool(question.liked[place])))
        shown[reader.name] += [(question.candidates[place].id, scores[place].value) for place in sorted(best)]
        tell(f"calibration: {data.days[question.day][0]}, {reader.name}")
    return told


def _liked_by(likes: dict[str, datetime], paper_id: str, morning: datetime) -> bool:
    return paper_id in likes and likes[paper_id] < morning


def _figures(chances: Sequence[float], liked: Sequence[bool]) -> dict[str, Any]:
    said, was = np.array(chances), np.array(liked, dtype=np.float64)
    width, mass = bins_of(said, was, equal_mass=False), bins_of(said, was, equal_mass=True)
    return {
        "papers": len(said),
        "liked": float(was.mean()),
        "said": float(said.mean()),
        "ECE width": calibration_error(width),
        "ECE mass": calibration_error(mass),
        "over": {limit: [int(was[said > limit].sum()), int((said > limit).sum())] for limit in (0.5, 0.8)},
        "equal width": [{"papers": one.papers, "chance": one.chance, "liked": one.liked} for one in width],
        "equal mass": [{"papers": one.papers, "chance": one.chance, "liked": one.liked} for one in mass],
    }


def _cells(found: dict[str, Any]) -> list[str]:
    over = ["{} / {}".format(*found["over"][limit]) for limit in (0.5, 0.8)]
    return [
        str(found["papers"]),
        *(f"{found[key]:.4f}" for key in ("liked", "said", "ECE width", "ECE mass")),
        *over,
    ]

"""Matches for readers who rate what they are shown: the ten best papers of each list, all of them or some.

Two kinds of readers. A list keeper begins with ten likes and then rates papers by the list, which misses most good
ones. A reader of a topic likes seven in ten of the papers with a word, and begins with ten liked and ten disliked
papers of the first days. A paper that is not rated is neither.
"""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from benchmarks.quality.figures import show_progress
from benchmarks.quality.readers import FIRST_DAY, Data
from benchmarks.quality.replay import BACKGROUND_DAYS, morning_of
from benchmarks.quality.tables import table
from recommender.paper import Feedback, History, Outcome, Paper, Verdict
from recommender.ranking import rank, words
from recommender.ranking.reliability import calibration_bins, calibration_error
from recommender.results.evaluation import TOP

SHARES = {"all": 1.0, "half": 0.5}  # of the papers shown that are rated
FIRST = 10  # likes at the start, and dislikes
LISTS = 8
CANDIDATES, BACKGROUND = 500, 1000
TOPICS = 12
RARE, FREQUENT = 0.01, 0.05  # share of the papers that have the word of a topic
LIKED = 70  # percent of the papers of a topic


@dataclass
class Rater:
    """A reader, with what they have said and seen so far."""

    name: str
    likes: Callable[[Paper], bool]
    feedback: list[Feedback]
    outcomes: list[Outcome] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def raters(data: Data, every: int) -> dict[str, Any]:
    """Print what was said of the ten papers of each list and what was liked, and return the figures."""
    told: dict[tuple[str, str, str], list[tuple[float, bool]]] = defaultdict(list)
    for rated, share in SHARES.items():
        for kind, rater in _readers(data):
            for number, day in enumerate(range(FIRST_DAY, len(data.days), every)[:LISTS]):
                matches = _list(data, rater, day, share)
                told[kind, rated, "lists"] += matches
                if not number:
                    told[kind, rated, "first list"] += matches
            show_progress(f"raters: {rater.name}")
    report = {", ".join(key): figures_of(matches) for key, matches in told.items() if matches}
    print(f"\n## Readers who rate what they see: {LISTS} lists of every {every}th day\n")
    head = [
        "readers",
        "rate",
        "papers of",
        "number",
        "said",
        "liked",
        "ECE",
        "over 50 %: said, liked (number)",
        "over 80 %",
    ]
    table(head, [[*key, *_cells(report[", ".join(key)])] for key in told if told[key]])
    return report


def _readers(data: Data) -> Iterator[tuple[str, Rater]]:
    start = morning_of(data, FIRST_DAY)
    for reader in data.readers:
        before = sorted((time, paper_id) for paper_id, time in reader.likes.items() if time < start)[-FIRST:]
        feedback = [Feedback(data.papers[paper_id], Verdict.LIKE, time) for time, paper_id in before]
        yield "list keepers", Rater(reader.name, _in(reader.likes), feedback)
    first = [data.papers[paper_id] for _, ids in data.days[:FIRST_DAY] for paper_id in ids]
    for word in _topics(data):
        likes = _about(word)
        chosen = sorted(first, key=lambda paper: zlib.crc32(f"{word} {paper.id}".encode()))
        liked = [paper for paper in chosen if likes(paper)][:FIRST]
        disliked = [paper for paper in chosen if not likes(paper)][:FIRST]
        if len(liked) == FIRST:
            at = morning_of(data, FIRST_DAY - 1)
            feedback = [Feedback(paper, Verdict.LIKE, at) for paper in liked]
            feedback += [Feedback(paper, Verdict.DISLIKE, at) for paper in disliked]
            yield "readers of a topic", Rater(word, likes, feedback)


def _in(likes: dict[str, datetime]) -> Callable[[Paper], bool]:
    return lambda paper: paper.id in likes


def _about(word: str) -> Callable[[Paper], bool]:
    pattern = re.compile(rf"\b{re.escape(word)}")

    def likes(paper: Paper) -> bool:
        lucky = zlib.crc32(f"{paper.id} {word}".encode()) % 100 < LIKED
        return lucky and bool(pattern.search(f"{paper.title} {paper.abstract}".lower()))

    return likes


def _topics(data: Data) -> list[str]:
    """Words of titles, neither rare nor frequent, drawn by a hash."""
    papers = [data.papers[paper_id] for _, ids in data.days for paper_id in ids]
    having = Counter(word for paper in papers for word in set(words(paper.title)))
    usual = [word for word, count in having.items() if RARE <= count / len(papers) <= FREQUENT and len(word) > 4]
    return sorted(usual, key=lambda word: (zlib.crc32(word.encode()), word))[:TOPICS]


def _list(data: Data, rater: Rater, day: int, share: float) -> list[tuple[float, bool]]:
    """Show the reader the ten best papers of a day and take down the ratings: each paper's match, and whether liked."""
    draw = np.random.default_rng([day, zlib.crc32(rater.name.encode())])
    known = rater.seen | {entry.paper.id for entry in rater.feedback}
    announced, earlier = (
        [data.papers[paper_id] for _, ids in data.days[first:last] for paper_id in ids if paper_id not in known]
        for first, last in ((day, day + 1), (day - BACKGROUND_DAYS, day))
    )
    candidates, unrated = _sample(draw, announced, CANDIDATES), _sample(draw, earlier, BACKGROUND)
    history = History(tuple(rater.feedback), tuple(unrated), outcomes=tuple(rater.outcomes))
    scores = rank(history, candidates, data.encoded, explained=0)
    matches = []
    for place in sorted(range(len(scores)), key=lambda place: -scores[place].value)[:TOP]:
        paper, score = candidates[place], scores[place]
        likes, rates = rater.likes(paper), draw.random() < share
        rater.seen.add(paper.id)
        if rates:
            verdict = Verdict.LIKE if likes else Verdict.DISLIKE
            rater.feedback.append(Feedback(paper, verdict, morning_of(data, day)))
        if score.probability is not None:
            matches.append((score.probability, likes))
            rater.outcomes.append(Outcome(score.evidence, likes and rates))
    return matches


def _sample(draw: np.random.Generator, papers: list[Paper], most: int) -> list[Paper]:
    if len(papers) <= most:
        return papers
    return [papers[place] for place in sorted(draw.choice(len(papers), most, replace=False))]


def figures_of(matches: list[tuple[float, bool]]) -> dict[str, Any]:
    """Mean match, share liked and calibration error; above 50 and 80 %: mean match, share liked and number."""
    said, liked = np.array(matches, dtype=np.float64).T
    over: dict[str, Any] = {}
    for limit in (50, 80):
        high = said > limit / 100
        number = int(high.sum())
        over[f"over {limit} %"] = [float(said[high].mean()), float(liked[high].mean()), number] if number else None
    error = calibration_error(calibration_bins(said, liked))
    return {"papers": len(said), "said": float(said.mean()), "liked": float(liked.mean()), "ECE": error, **over}


def _cells(figures: dict[str, Any]) -> list[str]:
    over = [
        "{:.2f}, {:.2f} ({})".format(*figures[f"over {limit} %"]) if figures[f"over {limit} %"] else "–"
        for limit in (50, 80)
    ]
    return [str(figures["papers"]), *(f"{figures[key]:.3f}" for key in ("said", "liked", "ECE")), *over]

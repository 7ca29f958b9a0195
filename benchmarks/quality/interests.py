"""Whether a reader of several interests is served in each: merged readers, whose likes come from three lists."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.features import Tfidf, Vocabulary
from benchmarks.quality.figures import tell
from benchmarks.quality.intervals import mean
from benchmarks.quality.readers import Data
from benchmarks.quality.recipes import CENTROID, LITE, OURS, PLAIN, WORDS, material_of, recipes
from benchmarks.quality.replay import Question, replay
from benchmarks.quality.tables import pace, table

SHOWN = 10
COMPARED = (CENTROID, LITE, PLAIN, OURS)
COLUMNS = (
    "interests in the top 10",
    "least served: its share of the top 10",
    "least served: its share of the truths found",
    "least served: recall@10",
    "recall@10 of all",
)


def interests(data: Data, every: int) -> dict[str, Any]:
    """Print the table, and return the figures of every merged reader.

    A truth belongs to the lists it is on. Any other paper of a top 10 is counted for the list whose likes known by
    then have the nearest mean TF-IDF vector; the same for every recipe.
    """
    chosen = {name: recipe for name, recipe in recipes(data).items() if name in COMPARED}
    nearest_list = _NearestList(Tfidf(Vocabulary(data, WORDS)))
    days: dict[str, dict[str, list[_Day]]] = {name: defaultdict(list) for name in chosen}
    for question in replay(data, every):
        if question.reader.merged:
            material = material_of(question, data)
            lists = nearest_list.of(question)
            for name, recipe in chosen.items():
                days[name][question.reader.name].append(_Day(question, recipe(question, material), lists))
            tell(f"interests: {data.days[question.day][0]}, {question.reader.name}")
    found = {name: {reader: _figures(own) for reader, own in by_reader.items()} for name, by_reader in days.items()}
    readers = len(found[OURS])
    print(f"\n## Interests: {readers} readers made of three lists each, replay of {pace(every)}\n")
    rows = []
    for name, by_reader in found.items():
        rows.append([name, *(mean(column) for column in np.array(list(by_reader.values())).T)])
    table(["recipe", *COLUMNS], rows)
    print("Ours less the other's, reader by reader:\n")
    own = np.array(list(found[OURS].values()))
    others = {name: own - np.array(list(by_reader.values())) for name, by_reader in found.items() if name != OURS}
    table(["recipe", *COLUMNS], [[name, *(mean(column).signed for column in rest.T)] for name, rest in others.items()])
    return {
        "columns": COLUMNS,
        "readers": found,
        "ours less": {name: [asdict(mean(column)) for column in rest.T] for name, rest in others.items()},
    }


class _NearestList:
    def __init__(self, features: Tfidf) -> None:
        self._features = features

    def of(self, question: Question) -> NDArray[np.int64]:
        """Of each candidate the list it is nearest to."""
        likes = [entry.paper.id for entry in question.history.feedback]
        candidates = self._features.of([paper.id for paper in question.candidates], question.day)
        near = []
        for own in question.reader.interests:
            known = [paper_id for paper_id in likes if paper_id in own]
            if known:
                centre = np.asarray(self._features.of(known, question.day).mean(axis=0)).ravel()
                near.append(np.asarray(candidates @ (centre / np.linalg.norm(centre))))
            else:
                near.append(np.full(len(question.candidates), -1.0))
        return np.asarray(np.argmax(near, axis=0))


class _Day:
    """The top 10 of one day by the reader's lists."""

    def __init__(self, question: Question, values: NDArray[Any], lists: NDArray[np.int64]) -> None:
        number = len(question.reader.interests)
        on = np.array([[paper.id in own for own in question.reader.interests] for paper in question.candidates])
        top = np.argsort(-values, kind="stable")[:SHOWN]
        belongs = np.where(question.liked[:, None], on, np.eye(number, dtype=bool)[lists])
        self.places = belongs[top].sum(axis=0)  # of the top 10, for each list
        self.hits = (on & question.liked[:, None])[top].sum(axis=0)
        self.truths = (on & question.liked[:, None]).sum(axis=0)
        self.found = int(question.liked[top].sum())
        self.wanted = min(SHOWN, int(question.liked.sum()))


def _figures(days: list[_Day]) -> list[float]:
    """As in COLUMNS. The least served list is that of the reader's whole replay, of those with any truth in it."""
    places, hits, truths = (
        np.sum([getattr(day, name) for day in days], axis=0) for name in ("places", "hits", "truths")
    )
    asked = truths > 0
    return [
        float(np.mean([(day.places > 0).sum() for day in days])),
        float((places / places.sum()).min()),
        float((hits[asked] / max(hits.sum(), 1)).min()),
        float((hits[asked] / truths[asked]).min()),
        float(sum(day.found for day in days) / sum(day.wanted for day in days)),
    ]

"""How well each interest of a reader is served: merged readers, whose likes come from three lists."""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import FolderError
from benchmarks.quality.features import Tfidf, Vocabulary
from benchmarks.quality.figures import show_progress
from benchmarks.quality.intervals import mean, signed, text
from benchmarks.quality.readers import FOLDER_HELP, Data
from benchmarks.quality.recipes import CENTROID, LITE, OURS, PLAIN, WORDS, dataset_of, recipes
from benchmarks.quality.replay import Question, replay
from benchmarks.quality.tables import pace, table

SHOWN = 10
COMPARED = (CENTROID, LITE, PLAIN, OURS)
COLUMNS = (
    "interests in the top 10",
    "least served: its share of the top 10",
    "least served: its share of the likes found",
    "least served: recall@10",
    "recall@10 of all",
)


def interests(data: Data, every: int) -> dict[str, Any]:
    """Print the table, and return the figures of every merged reader.

    A liked paper belongs to the lists it is on. Any other paper in a top 10 counts for the list whose earlier likes
    have the nearest mean TF-IDF vector; the same for every recipe.
    """
    chosen = {name: recipe for name, recipe in recipes(data).items() if name in COMPARED}
    nearest_list = _NearestList(Tfidf(Vocabulary(data, WORDS)))
    days: dict[str, dict[str, list[_Day]]] = {name: defaultdict(list) for name in chosen}
    for question in replay(data, every):
        if question.reader.merged:
            dataset = dataset_of(question, data)
            lists = nearest_list.of(question)
            for name, recipe in chosen.items():
                days[name][question.reader.name].append(_Day(question, recipe(question, dataset), lists))
            show_progress(f"interests: {data.days[question.day][0]}, {question.reader.name}")
    figures = {
        name: {reader: _figures(results) for reader, results in by_reader.items()} for name, by_reader in days.items()
    }
    readers = len(figures[OURS])
    if not readers:
        raise FolderError("no three lists in likes-dev have enough likes for a merged reader", FOLDER_HELP)
    print(f"\n## Interests: {readers} readers made of three lists each, replay of {pace(every)}\n")
    rows = []
    for name, by_reader in figures.items():
        rows.append([name, *(text(mean(column)) for column in np.array(list(by_reader.values())).T)])
    table(["recipe", *COLUMNS], rows)
    print("Ours minus the other's, reader by reader:\n")
    ours = np.array(list(figures[OURS].values()))
    leads = {name: ours - np.array(list(by_reader.values())) for name, by_reader in figures.items() if name != OURS}
    table(["recipe", *COLUMNS], [[name, *(signed(mean(column)) for column in lead.T)] for name, lead in leads.items()])
    return {
        "columns": COLUMNS,
        "readers": figures,
        "ours minus": {name: [mean(column)._asdict() for column in lead.T] for name, lead in leads.items()},
    }


class _NearestList:
    """Assigns candidates to a reader's lists."""

    def __init__(self, features: Tfidf) -> None:
        self._features = features

    def of(self, question: Question) -> NDArray[np.int64]:
        """The number of the nearest list, for each candidate."""
        likes = [entry.paper.id for entry in question.history.feedback]
        candidates = self._features.of([paper.id for paper in question.candidates], question.day)
        similarity = []
        for papers in question.reader.interests:
            liked = [paper_id for paper_id in likes if paper_id in papers]
            if liked:
                centre = np.asarray(self._features.of(liked, question.day).mean(axis=0)).ravel()
                similarity.append(np.asarray(candidates @ (centre / np.linalg.norm(centre))))
            else:
                similarity.append(np.full(len(question.candidates), -1.0))
        return np.asarray(np.argmax(similarity, axis=0))


class _Day:
    """The top 10 of one day, by the reader's lists."""

    def __init__(self, question: Question, values: NDArray[Any], lists: NDArray[np.int64]) -> None:
        interests = question.reader.interests
        on_list = np.array([[paper.id in papers for papers in interests] for paper in question.candidates])
        top = np.argsort(-values, kind="stable")[:SHOWN]
        belongs = np.where(question.liked[:, None], on_list, np.eye(len(interests), dtype=bool)[lists])
        self.places = belongs[top].sum(axis=0)  # places in the top 10, by list
        self.hits = (on_list & question.liked[:, None])[top].sum(axis=0)
        self.likes = (on_list & question.liked[:, None]).sum(axis=0)
        self.hit_count = int(question.liked[top].sum())
        self.wanted = min(SHOWN, int(question.liked.sum()))


def _figures(days: list[_Day]) -> list[float]:
    """One figure for each of COLUMNS; the least served list is that of the whole replay, among lists with likes."""
    places, hits, likes = (np.sum([getattr(day, name) for day in days], axis=0) for name in ("places", "hits", "likes"))
    tested = likes > 0
    return [
        float(np.mean([(day.places > 0).sum() for day in days])),
        float((places / places.sum()).min()),
        float((hits[tested] / max(hits.sum(), 1)).min()),
        float((hits[tested] / likes[tested]).min()),
        float(sum(day.hit_count for day in days) / sum(day.wanted for day in days)),
    ]

"""The ranker: the log-odds of logistic regression, plus nearness to judged papers, known authors, and nudges."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import History, Paper, Reason, Score
from recommender.ranking import CountCache
from recommender.ranking.authors import of_known_authors
from recommender.ranking.calibration import LEAST_LIKES, calibrate
from recommender.ranking.dataset import Dataset, build
from recommender.ranking.explain import explain
from recommender.ranking.linear import Linear, fit
from recommender.ranking.neighbours import NeighbourScore, Similarity, bm25, neighbour_score, similarities
from recommender.ranking.parallel import both
from recommender.ranking.preferences import of_nudges

BEST = 100  # candidates that are compared with one another
LEAST_LIKENESS = 0.1


def rank(
    history: History,
    papers: Sequence[Paper],
    encoded: Mapping[str, bytes],
    explained: int,
    cache: CountCache | None = None,
) -> list[Score]:
    """One score a paper, as `recommender.ranking.rank` promises."""
    if not papers:
        return []
    dataset = build(history, papers, encoded, cache)
    linear, near = _parts(dataset)
    told = [
        [*learned, *wished]
        for learned, wished in zip(of_known_authors(dataset), of_nudges(history.nudges, dataset), strict=True)
    ]
    values = _sum(dataset, linear, near, told)
    reasons = explain(dataset, linear, near, told, values, explained)
    chances = _chances(history, dataset, values)
    familiarity = near[0].similarity.tolist() if near else [0.0] * len(values)  # by cosine
    alike = _alike(dataset, values) if near else {}
    scores = {
        paper.id: Score(
            float(values[row]), chances[row][0], reasons[row], chances[row][1], familiarity[row], alike.get(row, ())
        )
        for row, paper in enumerate(dataset.candidates)
    }
    return [scores[paper.id] for paper in papers]


def _alike(dataset: Dataset, values: NDArray[Any]) -> dict[int, tuple[tuple[str, float], ...]]:
    """Of each of the best candidates the better ones it resembles, by cosine."""
    best = np.lexsort((np.arange(len(values)), -values))[:BEST]
    vectors = dataset.vectors.take(best)  # the candidates are its first rows
    likeness = vectors.linear_kernel(vectors)
    return {
        int(row): tuple(
            (dataset.candidates[best[better]].id, float(likeness[place, better]))
            for better in range(place)
            if likeness[place, better] >= LEAST_LIKENESS
        )
        for place, row in enumerate(best)
    }


def _chances(
    history: History, dataset: Dataset, values: NDArray[Any]
) -> list[tuple[float | None, tuple[float, float] | None]]:
    """The probability of each value with its interval, where enough is known to tell.

    Of the value with nudges. A nudge is a wish and no evidence, but a match that leaves it out would contradict the
    order of the list and hold a followed author's papers back as too weak. And what the wish is worth comes out: the
    values in the history's outcomes have their nudges too, so that the curve falls if such papers are not liked.
    """
    if len(dataset.liked) < LEAST_LIKES or not dataset.has_background:
        return [(None, None)] * len(values)
    columns = [column.tolist() for column in calibrate(history.outcomes).probabilities(values)]
    return [(chance, (low, high)) for chance, low, high in zip(*columns, strict=True)]


def _parts(dataset: Dataset) -> tuple[Linear | None, list[NeighbourScore]]:
    if not dataset.liked and not dataset.disliked:
        return None, []
    dataset.vectors  # noqa: B018 - both need them: made before, not twice
    # Neither needs the other, and on two cores both take as long as the longer one: 30 ms less of 150.
    return both(
        lambda: fit(dataset),
        lambda: [neighbour_score(dataset, measure) for measure in similarities(dataset)],
    )


def _sum(
    dataset: Dataset, linear: Linear | None, near: Sequence[NeighbourScore], told: Sequence[Sequence[Reason]] = ()
) -> NDArray[Any]:
    values = linear.values() if linear else np.zeros(len(dataset.candidates))
    for part in near:
        values = values + part.value
    return values + [sum(reason.weight for reason in own) for own in told] if told else values


def _blend(dataset: Dataset) -> NDArray[Any]:
    return _sum(dataset, *_parts(dataset), of_known_authors(dataset))


def _bm25(dataset: Dataset) -> NDArray[Any]:
    return neighbour_score(dataset, Similarity(1.0, 1, bm25(dataset))).value


def _linear(dataset: Dataset) -> NDArray[Any]:
    return _sum(dataset, fit(dataset), [])


# One value a candidate, in the dataset's order.
SCORERS: dict[str, Callable[[Dataset], NDArray[Any]]] = {"blend": _blend, "bm25": _bm25, "linear": _linear}


def score_by(ranker: str, history: History, papers: Sequence[Paper], encoded: Mapping[str, bytes]) -> list[float]:
    """One value a paper, as `recommender.ranking.score_by` promises."""
    scorer = SCORERS[ranker]
    if not papers:
        return []
    dataset = build(history, papers, encoded)
    values = dict(zip((paper.id for paper in dataset.candidates), scorer(dataset).tolist(), strict=True))
    return [values[paper.id] for paper in papers]

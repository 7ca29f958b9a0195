"""The ranker: logistic regression, nearest neighbours, authors, stated interests and the reader's rules, added up."""

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import Feedback, History, Outcome, Paper, Reason, Score, TopicRule, Verdict
from recommender.ranking import MIN_LIKES, tokens
from recommender.ranking.authors import author_reasons
from recommender.ranking.calibration import ENOUGH, REACH, Reader, calibrate
from recommender.ranking.corpus import Corpus
from recommender.ranking.dataset import INTERESTS_ID, Dataset, build
from recommender.ranking.explain import explain
from recommender.ranking.held_out import held_out
from recommender.ranking.interests import interest_reasons, interest_values
from recommender.ranking.light import quantile
from recommender.ranking.linear import Linear, fit
from recommender.ranking.neighbours import NeighbourScore, Similarity, bm25, neighbour_score, similarities
from recommender.ranking.parallel import both
from recommender.ranking.preferences import nudge_reasons
from recommender.ranking.shares import topic_reasons

COMPARED = 60  # best candidates that are compared with one another: a page of the day and what may still enter it
MIN_ALIKE = 0.1  # cosine
_DIGITS = 6  # of a similarity or a probability that is kept: the others cost space and say nothing


def rank(
    history: History,
    papers: Sequence[Paper],
    encoded: Mapping[str, bytes],
    explained: int | Set[str],
    corpus: Corpus | None = None,
) -> list[Score]:
    """See `recommender.ranking.rank`."""
    if not papers:
        return []
    dataset = build(history, papers, encoded, corpus)
    linear, neighbour_scores = _parts(dataset)
    interests = interest_values(dataset)
    kinds = author_reasons(dataset), interest_reasons(dataset, interests)
    reasons = [[*authors, *stated] for authors, stated in zip(*kinds, strict=True)]
    # What the interests lower has no reason of its own.
    evidence = _sum(dataset, linear, neighbour_scores, reasons) + np.minimum(interests, 0)
    shares = topic_reasons(dataset, evidence, history.topics)
    added = [[*topic, *rules] for topic, rules in zip(shares, nudge_reasons(history.nudges, dataset), strict=True)]
    values = evidence + _weights(added)
    reasons = [[*row, *more] for row, more in zip(reasons, added, strict=True)]
    all_reasons = explain(dataset, linear, neighbour_scores, reasons, values, explained)
    probabilities = _probabilities(history, dataset, linear, evidence)
    # The first measure is the cosine of TF-IDF vectors.
    familiarity = _rounded(neighbour_scores[0].similarity) if neighbour_scores else [0.0] * len(values)
    alike = _alike(dataset, values) if neighbour_scores or dataset.interests else {}
    scores = {}
    for row, paper in enumerate(dataset.candidates):
        probability, interval = probabilities[row]
        scores[paper.id] = Score(
            float(values[row]), probability, all_reasons[row], interval, familiarity[row], alike.get(row, ())
        )
    return [scores[paper.id] for paper in papers]


def score_by(ranker: str, history: History, papers: Sequence[Paper], encoded: Mapping[str, bytes]) -> list[float]:
    """See `recommender.ranking.score_by`."""
    scorer = SCORERS[ranker]
    if not papers:
        return []
    if scorer is not _blend:
        history = _interests_as_like(history)
    dataset = build(history, papers, encoded)
    scores = _blend(dataset, history.topics) if scorer is _blend else scorer(dataset)
    values = dict(zip((paper.id for paper in dataset.candidates), scores.tolist(), strict=True))
    return [values[paper.id] for paper in papers]


def _alike(dataset: Dataset, values: NDArray[Any]) -> dict[int, tuple[tuple[str, float], ...]]:
    """For each of the best candidates, by row: id and cosine of the better candidates that resemble it."""
    best = np.lexsort((np.arange(len(values)), -values))[:COMPARED]
    vectors = dataset.vectors.take(best)  # the candidates are the first rows of the dataset
    cosines = _rounded(vectors.linear_kernel(vectors))
    ids = [dataset.candidates[row].id for row in best]
    return {
        row: tuple([pair for pair in zip(ids[:place], cosines[place], strict=False) if pair[1] >= MIN_ALIKE])
        for place, row in enumerate(best.tolist())
    }


def _probabilities(
    history: History, dataset: Dataset, linear: Linear | None, evidence: NDArray[Any]
) -> list[tuple[float | None, tuple[float, float] | None]]:
    """The probability of a like and its interval for each candidate; None with too few likes or too little background.

    Args:
        evidence: the value of each candidate without the reader's rules, which are no evidence.
    """
    if linear is None or len(dataset.liked) < MIN_LIKES or not dataset.has_background:
        return [(None, None)] * len(evidence)
    curve = calibrate(reader_of(dataset, linear), history.outcomes, _ratings(history, dataset, linear))
    columns = [_rounded(column) for column in curve.probabilities(evidence)]
    return [(probability, (low, high)) for probability, low, high in zip(*columns, strict=True)]


def _rounded(numbers: NDArray[Any]) -> list[Any]:
    rounded: list[Any] = numbers.astype(np.float64).round(_DIGITS).tolist()
    return rounded


def reader_of(dataset: Dataset, linear: Linear) -> Reader:
    """What the usual curve depends on."""
    return Reader(len(dataset.liked), len(dataset.disliked), quantile(linear.background, REACH))


def _ratings(history: History, dataset: Dataset, linear: Linear) -> list[Outcome]:
    """The papers rated on lists, each with the evidence it would have without its own rating; none once outcomes do."""
    held = held_out(history, dataset) if len(history.outcomes) < ENOUGH else None
    if held is None:
        return []
    parts = [neighbour_score(held.dataset, measure) for measure in similarities(held.dataset)]
    values = linear.held_out[held.places] + _sum(held.dataset, None, parts, author_reasons(held.dataset))
    return [Outcome(value, liked) for value, liked in zip(values.tolist(), held.liked.tolist(), strict=True)]


def _parts(dataset: Dataset) -> tuple[Linear | None, list[NeighbourScore]]:
    """The fitted regression and the scores of the three similarity measures; none without rated papers."""
    if not dataset.liked and not dataset.disliked:
        return None, []
    dataset.vectors  # noqa: B018 - cached here, because both threads need them
    # Independent of each other and about equally slow, so two cores do both in the time of one.
    return both(
        lambda: fit(dataset),
        lambda: [neighbour_score(dataset, measure) for measure in similarities(dataset)],
    )


def _sum(
    dataset: Dataset,
    linear: Linear | None,
    neighbour_scores: Sequence[NeighbourScore],
    reasons: Sequence[Sequence[Reason]] = (),
) -> NDArray[Any]:
    """The value of each candidate."""
    values = linear.values() if linear else np.zeros(len(dataset.candidates))
    for part in neighbour_scores:
        values = values + part.value
    return values + _weights(reasons) if reasons else values


def _weights(reasons: Sequence[Sequence[Reason]]) -> NDArray[np.float64]:
    """What the reasons of each candidate weigh together."""
    return np.array([sum([reason.weight for reason in row]) if row else 0.0 for row in reasons])


def _interests_as_like(history: History) -> History:
    """The history with the stated interests as the newest like: the parts alone have no other use for them."""
    if not history.interests:
        return history
    newest = max((entry.given_at for entry in history.feedback), default=datetime.min.replace(tzinfo=UTC))
    like = Feedback(Paper(INTERESTS_ID, tokens.topic(history.interests), ""), Verdict.LIKE, newest)
    return history._replace(feedback=(*history.feedback, like), interests="")


def _blend(dataset: Dataset, rules: Sequence[TopicRule] = ()) -> NDArray[Any]:
    evidence = _sum(dataset, *_parts(dataset), author_reasons(dataset)) + interest_values(dataset)
    shares = topic_reasons(dataset, evidence, rules)
    return np.asarray(evidence + _weights(shares))


def _bm25(dataset: Dataset) -> NDArray[Any]:
    return neighbour_score(dataset, Similarity(1.0, 1, bm25(dataset))).value


def _linear(dataset: Dataset) -> NDArray[Any]:
    return _sum(dataset, fit(dataset), [])


# Rankers by name, as in `recommender.ranking.RANKERS`; each returns one value per candidate, in the dataset's order.
SCORERS: dict[str, Callable[[Dataset], NDArray[Any]]] = {"blend": _blend, "bm25": _bm25, "linear": _linear}

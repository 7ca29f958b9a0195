"""Evaluate the ranker on a reader's own past: rank each past day with the verdicts before it.

A verdict counts from the day after its paper was announced, or from the moment it was given if that is earlier. Each
day is ranked with the verdicts that count before its first second in UTC, so never with one on a paper of that day or
of a later day. The moment of the click alone does not do: a reader who rates five days in one sitting gives every
verdict after the last of them, and four of the five days would be ranked with no verdict at all.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from recommender import ranking
from recommender.paper import Feedback, History, Outcome, Paper, Score, Verdict
from recommender.ranking import metrics, reliability
from recommender.results.evaluation import (
    BM25,
    COMPARED,
    LINEAR,
    NEWEST,
    OURS,
    TOP,
    CurvePoint,
    Estimate,
    EvaluatedDay,
    EvaluationReport,
    LastLikes,
    Measures,
)
from recommender.services import curve as curve_of_days
from recommender.services import history
from recommender.services.reader import Reader

BACKGROUND = history.BACKGROUND  # unrated papers, as many as today's list is ranked with
LAST_LIKES = 40
CURVE_DAYS = 20  # newest days the learning curve is measured on: each point takes a ranking per day
CURVE_STEPS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)  # verdicts

_DAY = timedelta(days=1)
_MONTH = re.compile(r"(?:[a-z-]+/)?(\d\d)(0[1-9]|1[0-2])", re.ASCII)  # year and month in an arXiv id
_PARTS = {LINEAR: "linear", BM25: "bm25"}  # names of these rankings in `recommender.ranking`


@dataclass(frozen=True, slots=True)
class PastDay:
    """One past day to rank again: which of its papers does the reader like?"""

    day: date
    candidates: tuple[str, ...]  # ids of papers announced that day and not rated before, in the order of announcement
    liked: tuple[str, ...]  # candidates that the reader likes; may be empty on a day a list was shown for
    verdicts: tuple[Feedback, ...]  # that count before the day, newest first
    backdated: frozenset[str]  # ids of papers in `verdicts` that the reader rated on this day or later


def replay(reader: Reader, newest: int | None = None) -> EvaluationReport:
    """Rank past days as if each were today, and measure the rankings. Only the learning curve is kept.

    The order by score is measured, before a list is made varied. Rankings are measured on days with likes only.
    Calibration also counts days without likes that a list was shown for: without them, matches would look too low.

    Args:
        newest: measure only so many days with likes, the newest; None: all.

    Raises:
        StoreError: a database cannot be used.
    """
    profile, library, store = reader.profile, reader.library, reader.store
    complete = history.with_texts(store.feedback(), history.completions(store, library))
    dropped = history.dropped_likes(profile.topics, complete)  # no examples any more, and nothing to look for
    feedback = tuple(entry for entry in complete if entry.paper.id not in dropped)
    announced = library.first_announced(profile.categories)
    candidate_days = {paper_id: day for paper_id, day in announced.items() if paper_id not in dropped}
    announced = library.first_announced() | candidate_days
    days = past_days(candidate_days, announced, feedback, store.listed_days(), has_interests=bool(profile.interests))
    with_likes = [day for day in days if day.liked]
    tested = with_likes if newest is None else with_likes[max(len(with_likes) - newest, 0) :]
    days = [day for day in days if tested and day.day >= tested[0].day]
    curve_days = tested[-CURVE_DAYS:]
    curve: dict[int, list[float]] = {
        step: [] for step in _curve_steps(curve_days, has_interests=bool(profile.interests))
    }

    results: list[EvaluatedDay] = []
    outcomes: list[Outcome] = []
    rated_ids = {entry.paper.id for entry in complete}
    for day in reader.progress.steps(days, "Ranking past days", 1):
        inputs = _inputs(day, reader, rated_ids, tuple(outcomes))
        result, shown = _evaluate(day, inputs)
        results.append(result)
        outcomes += shown
        if day.liked and day.day >= curve_days[0].day:
            for step, values in curve.items():
                values.append(_ndcg_with_fewer(step, day, inputs, result))
    points = tuple(CurvePoint(step, metrics.estimate(values)) for step, values in curve.items())
    report = _report(results, tested, feedback, announced, points)
    curve_of_days.keep(reader, report)
    return report._replace(days_left_out=len(with_likes) - len(tested))


def past_days(
    candidate_days: Mapping[str, date],
    announced: Mapping[str, date],
    feedback: Sequence[Feedback],
    listed: Collection[date],
    *,
    has_interests: bool,
) -> list[PastDay]:
    """The days that can be ranked again, oldest first.

    A day qualifies if the reader likes some of its papers but not all, or was shown a list for it; and if there are
    verdicts before it or interests.

    Args:
        candidate_days: the day each paper of the reader's categories was first announced, by paper id.
        announced: the same for papers of all categories.
        feedback: every current verdict.
        listed: days a list was shown for.
        has_interests: whether the reader stated interests.
    """
    given_at = {entry.paper.id: entry.given_at for entry in feedback}
    likes = {entry.paper.id for entry in feedback if entry.verdict is Verdict.LIKE}
    ids_by_day: dict[date, list[str]] = {}
    for paper_id, day in candidate_days.items():
        ids_by_day.setdefault(day, []).append(paper_id)
    days_with_likes = {candidate_days[paper_id] for paper_id in likes & candidate_days.keys()}
    days = []
    for day in sorted(days_with_likes | (set(listed) & ids_by_day.keys())):
        start = _start(day)
        candidates = tuple(
            paper_id for paper_id in ids_by_day[day] if paper_id not in given_at or given_at[paper_id] >= start
        )
        liked = tuple(paper_id for paper_id in candidates if paper_id in likes)
        verdicts = verdicts_before(day, feedback, announced)
        if (verdicts or has_interests) and len(liked) < len(candidates) and (liked or day in listed):
            backdated = frozenset(entry.paper.id for entry in verdicts if given_at[entry.paper.id] >= start)
            days.append(PastDay(day, candidates, liked, verdicts, backdated))
    return days


def verdicts_before(day: date, feedback: Iterable[Feedback], announced: Mapping[str, date]) -> tuple[Feedback, ...]:
    """The verdicts that count before `day`, newest first, none dated later than the day's first second.

    A verdict on a paper in `announced` counts if the paper's day is earlier, whenever the verdict was given. A verdict
    on any other paper counts if it was given, or the paper submitted, on an earlier day, or if the paper's arXiv id is
    of an earlier month.
    """
    start = _start(day)
    verdicts = [
        entry._replace(given_at=min(entry.given_at, counts))
        for entry in feedback
        if (counts := _counts_from(entry, announced)) <= start
    ]
    return tuple(sorted(verdicts, key=lambda entry: (entry.given_at, entry.paper.id), reverse=True))


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What one day is ranked with."""

    history: History
    papers: tuple[Paper, ...]  # by id: equal scores rank by id, as on a list
    encoded: Mapping[str, bytes]
    liked: tuple[bool, ...]  # for each of `papers`

    def scores_of(self, ranker: str, history: History) -> list[float]:
        """Scores of the papers by one ranker."""
        return ranking.score_by(ranker, history, self.papers, self.encoded)


def _inputs(day: PastDay, reader: Reader, rated_ids: Collection[str], outcomes: tuple[Outcome, ...]) -> _Inputs:
    profile, library = reader.profile, reader.library
    without = {*rated_ids, *day.candidates}
    unrated = tuple(library.announced_before(day.day, BACKGROUND, without=without))
    papers = sorted(library.papers(day.candidates).values(), key=lambda paper: paper.id)
    encoded = library.encodings(without | {paper.id for paper in unrated})
    past = History(day.verdicts, unrated, profile.interests, outcomes, profile.nudges, profile.topics)
    return _Inputs(
        history.without_dropped(past), tuple(papers), encoded, tuple(paper.id in day.liked for paper in papers)
    )


def _evaluate(day: PastDay, inputs: _Inputs) -> tuple[EvaluatedDay, list[Outcome]]:
    """The day's results, and the outcome of each of its ten best papers: these calibrate the days after it."""
    scores = ranking.rank(inputs.history, inputs.papers, inputs.encoded, explained=0)
    best = sorted(zip(scores, inputs.liked, strict=True), key=lambda pair: -pair[0].value)[:TOP]
    values_by_ranking = _values(day, inputs, scores) if day.liked else {}
    result = EvaluatedDay(
        day.day,
        len(inputs.papers),
        len(day.verdicts),
        {name: metrics.measure(values, inputs.liked) for name, values in values_by_ranking.items()},
        {name: _ranks_of_liked(values, inputs.liked) for name, values in values_by_ranking.items()},
        tuple((score.probability, liked) for score, liked in best if score.probability is not None),
    )
    return result, [Outcome(score.evidence, liked) for score, liked in best if score.probability is not None]


def _values(day: PastDay, inputs: _Inputs, scores: Sequence[Score]) -> dict[str, list[float]]:
    """The score of each paper by each of the compared rankings."""
    place = {paper_id: number for number, paper_id in enumerate(day.candidates)}
    return {
        OURS: [score.value for score in scores],
        **{name: inputs.scores_of(part, inputs.history) for name, part in _PARTS.items()},
        NEWEST: [-place[paper.id] for paper in inputs.papers],
    }


def _ndcg_with_fewer(verdicts: int, day: PastDay, inputs: _Inputs, result: EvaluatedDay) -> float:
    """nDCG@10 of our ranking with only the newest verdicts; the other rated papers are no background either."""
    if verdicts >= len(day.verdicts):
        return result.measures[OURS].ndcg
    history = inputs.history._replace(feedback=day.verdicts[:verdicts])
    return metrics.measure(inputs.scores_of("blend", history), inputs.liked).ndcg


def _report(
    results: Sequence[EvaluatedDay],
    tested: Sequence[PastDay],
    feedback: Sequence[Feedback],
    announced: Mapping[str, date],
    curve: tuple[CurvePoint, ...],
) -> EvaluationReport:
    with_likes = [result for result in results if result.measures]
    rankings = {name: _estimates([result.measures[name] for result in with_likes]) for name in COMPARED if with_likes}
    rival = max(COMPARED[1:], key=lambda name: rankings[name]["ndcg"].mean) if rankings else None
    leads = [result.measures[OURS].ndcg - result.measures[rival].ndcg for result in with_likes if rival]
    likes = [entry.paper.id for entry in feedback if entry.verdict is Verdict.LIKE]
    return EvaluationReport(
        likes=len(likes),
        tested_likes=sum(len(day.liked) for day in tested),
        unannounced_likes=sum(paper_id not in announced for paper_id in likes),
        backdated_verdicts=len(frozenset().union(*(day.backdated for day in tested))),
        days_left_out=0,
        days=tuple(results),
        rankings=rankings,
        rival=rival,
        lead=metrics.estimate(leads) if leads else None,
        last_likes=_last_likes(with_likes),
        calibration=reliability.calibration([match for result in results for match in result.matches]),
        curve=curve,
        curve_days=min(len(tested), CURVE_DAYS),
    )


def _estimates(days: Sequence[Measures]) -> dict[str, Estimate]:
    """The estimate of each measure over days."""
    return {
        name: metrics.estimate(values) for name, values in zip(Measures._fields, zip(*days, strict=True), strict=True)
    }


def _last_likes(results: Sequence[EvaluatedDay]) -> LastLikes:
    newest_first = list(reversed(results))
    ours, newest = (
        [rank for result in newest_first for rank in result.ranks[name]][:LAST_LIKES] for name in (OURS, NEWEST)
    )
    return LastLikes(len(ours), sum(rank <= TOP for rank in ours), sum(rank <= TOP for rank in newest))


def _ranks_of_liked(values: Sequence[float], liked: Sequence[bool]) -> tuple[int, ...]:
    """The rank of each liked paper, in the order of the papers."""
    return tuple(rank for rank, hit in zip(metrics.ranks(values).tolist(), liked, strict=True) if hit)


def _curve_steps(tested: Sequence[PastDay], *, has_interests: bool) -> list[int]:
    """Numbers of verdicts at the points of the learning curve; the last is all of them."""
    most = max((len(day.verdicts) for day in tested), default=None)
    if most is None:
        return []
    return [*([0] if has_interests and most else []), *(step for step in CURVE_STEPS if step < most), most]


def _start(day: date) -> datetime:
    # arXiv announces at 20:00 in New York: in UTC, that is midnight of the day its lists name, or 01:00 in winter
    return datetime.combine(day, time.min, UTC)


def _counts_from(entry: Feedback, announced: Mapping[str, date]) -> datetime:
    """The moment from which a verdict counts."""
    paper = entry.paper
    if paper.id in announced:
        return _start(min(announced[paper.id], date.max - _DAY) + _DAY)
    moments = [entry.given_at]
    if paper.submitted:
        moments.append(_start(min(paper.submitted, date.max - _DAY) + _DAY))
    if match := _MONTH.match(paper.id):
        year, month = int(match[1]), int(match[2])
        year += 1900 if year > 90 else 2000  # arXiv began in 1991
        moments.append(_start(date(year + month // 12, month % 12 + 1, 1)))
    return min(moments)

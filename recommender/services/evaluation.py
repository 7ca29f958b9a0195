"""The conductor of a replay: rank past days of a reader with what was known before them, and measure.

The honest rule: a verdict counts as given on the day its paper came out, or when it was really given if that was
earlier, and a day is ranked with the verdicts that count before its first second in UTC. So no verdict on a paper of
that day or of a later one is ever known to it. The moment of the click alone would not do: who judges five days at
one sitting gave every verdict after the last of them, and four of the five would be ranked knowing nothing.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import fsum, log2

from recommender.paper import Feedback, History, Outcome, Paper, Score, Verdict
from recommender.profile import Profile
from recommender.store.library import Library
from recommender.store.profile_store import ProfileStore

TOP = 10  # papers a day that are looked at
BACKGROUND = 2000  # papers without a verdict, as many as a list of today is ranked with
LEAST_LIKES, LEAST_DAYS = 5, 2  # with fewer, a figure says more of chance than of the ranking
LAST_LIKES = 40
CURVE_DAYS = 20  # newest days the learning curve is measured on: each point is a ranking a day
CURVE_STEPS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)  # verdicts
DRAWS = 2000  # of the bootstrap
SEED = 20200513
BINS = 10  # of equal width, of probabilities

OURS, LINEAR, BM25, NEWEST = "ours", "linear", "bm25", "newest"
RANKERS = (OURS, LINEAR, BM25, NEWEST)
_NAMES = {LINEAR: "linear", BM25: "bm25"}  # what ranking.blend calls its parts


@dataclass(frozen=True, slots=True)
class Question:
    """One day: which of its papers does the reader like?"""

    day: date
    candidates: tuple[str, ...]  # ids of the papers first announced that day and not judged before, as announced
    liked: tuple[str, ...]  # those the reader likes; empty: a list was shown, and nothing on it was liked
    known: tuple[Feedback, ...]  # all verdicts that count before the day, newest first
    late: frozenset[str]  # ids of papers in `known` whose verdict was really given later


@dataclass(frozen=True, slots=True)
class Measures:
    """How good one ranking of one day is."""

    ndcg: float  # nDCG@10, a liked paper gains 1: Järvelin and Kekäläinen, "Cumulated gain-based evaluation" (2002)
    precision: float  # P@10: the liked papers among the first ten, divided by ten
    recall: float  # recall@10: the same, divided by how many could be there
    auc: float  # how often a liked paper stands before one that is not; a tie counts half


MEASURES = ("ndcg", "precision", "recall", "auc")


@dataclass(frozen=True, slots=True)
class Day:
    """What came of one day."""

    day: date
    candidates: int
    known: int  # verdicts
    measures: dict[str, Measures]  # by ranker; empty where nothing was liked
    places: dict[str, tuple[int, ...]]  # by ranker: where each liked paper stood, 1 is best
    told: tuple[tuple[float, bool], ...]  # of our ten best: the probability, and whether the paper is liked


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over days, and the ends of its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the learning curve."""

    known: int  # so many verdicts, the newest, were known; on a day with fewer, all of them
    ndcg: Estimate


@dataclass(frozen=True, slots=True)
class Bin:
    """Papers that were told about the same probability."""

    papers: int
    told: float  # mean probability
    liked: float  # share


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a match of 82 % is liked 82 times in 100, looked at on the ten best of each day."""

    papers: int
    # Expected calibration error: the mean over papers of how far their bin's share is from what it was told. Naeini,
    # Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning" (2015)
    error: float
    over_half: int  # papers with a match over 50 % ...
    over_half_liked: int  # ... and how many of these are liked
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class LastLikes:
    """Where the reader's newest likes stood."""

    likes: int
    top: int  # how many of them were among the ten best of their day
    top_newest: int  # the same, had the papers stood as announced


@dataclass(frozen=True, slots=True)
class Report:
    """All that a replay tells."""

    enough: bool  # whether the figures rest on enough to mean something
    note: str  # what is missing if not
    likes: int  # likes that hold
    tested: int  # of these, ranked on the day they were announced
    undated: int  # of these, of papers that no digest here announced: known to later days, tested on none
    late: int  # verdicts that were known to a day before they were given
    left_out: int  # days with likes that are older than those asked for
    days: tuple[Day, ...]  # oldest first
    rankers: dict[str, dict[str, Estimate]]  # by ranker and measure; empty where no day could be tested
    rival: str | None  # the other ranker with the best nDCG@10 ...
    lead: Estimate | None  # ... and what ours has more
    last_likes: LastLikes
    calibration: Calibration | None  # None: no probability was told
    curve: tuple[Point, ...]
    curve_days: int


def replay(
    profile: Profile,
    library: Library,
    memory: ProfileStore,
    newest: int | None = None,
    watched: Callable[[Sequence[Question]], Iterable[Question]] = iter,
) -> Report:
    """Rank past days as if each were today, and measure how good that was. Writes nothing.

    What is measured is the order by score, before a list is made varied. Only days with likes are measured, the
    `newest` of them if that is given; whether probabilities hold is looked at on all days a list was shown for, or
    matches would look too low. `watched` may show how far the ranking has come.

    Raises:
        StoreError: a database cannot be used.
    """
    feedback = _with_texts(memory.feedback(), library)
    announced = library.first_announced(profile.categories)
    came_out = library.first_announced() | announced
    asked = questions(announced, came_out, feedback, memory.listed_days(), interests=bool(profile.interests))
    with_likes = [question for question in asked if question.liked]
    tested = with_likes if newest is None else with_likes[-newest:]
    asked = [question for question in asked if tested and question.day >= tested[0].day]
    steps = _steps(tested[-CURVE_DAYS:], interests=bool(profile.interests))
    curve_from = tested[-CURVE_DAYS:][0].day if tested else date.max

    days: list[Day] = []
    outcomes: list[Outcome] = []
    curve: dict[int, list[float]] = {step: [] for step in steps}
    judged = {entry.paper.id for entry in feedback}
    for question in watched(asked):
        task = _task(question, profile, library, judged, tuple(outcomes))
        day, shown = _ranked(question, task)
        days.append(day)
        outcomes += shown
        if question.liked and question.day >= curve_from:
            for step, ndcg in _learnt(question, task, day, steps).items():
                curve[step].append(ndcg)
    points = tuple(Point(step, estimate(values)) for step, values in curve.items())
    return _report(days, tested, feedback, came_out, points, left_out=len(with_likes) - len(tested))


def questions(
    announced: Mapping[str, date],
    came_out: Mapping[str, date],
    feedback: Sequence[Feedback],
    listed: Collection[date],
    *,
    interests: bool,
) -> list[Question]:
    """The days that say something, oldest first.

    A day is tested if the reader likes some of its papers, but not all, and anything was known before it.

    Args:
        announced: the day each candidate was first announced on, by paper id.
        came_out: the same of every paper here, also of categories that the reader does not read.
        feedback: every verdict that holds.
        listed: days a list was shown for: these are asked for also where nothing is liked.
        interests: whether the reader stated any.
    """
    given_at = {entry.paper.id: entry.given_at for entry in feedback}
    likes = {entry.paper.id for entry in feedback if entry.verdict is Verdict.LIKE}
    by_day: dict[date, list[str]] = {}
    for paper_id, day in announced.items():
        by_day.setdefault(day, []).append(paper_id)
    found = []
    for day in sorted({announced[paper_id] for paper_id in likes & announced.keys()} | (set(listed) & by_day.keys())):
        start = _start(day)
        candidates = tuple(
            paper_id for paper_id in by_day[day] if paper_id not in given_at or given_at[paper_id] >= start
        )
        liked = tuple(paper_id for paper_id in candidates if paper_id in likes)
        told = known(feedback, came_out, day)
        if (told or interests) and len(liked) < len(candidates) and (liked or day in listed):
            late = frozenset(entry.paper.id for entry in told if given_at[entry.paper.id] >= start)
            found.append(Question(day, candidates, liked, told, late))
    return found


def known(feedback: Iterable[Feedback], came_out: Mapping[str, date], day: date) -> tuple[Feedback, ...]:
    """The verdicts that count before `day`, newest first, each dated no later than the day begins.

    That is: of papers first announced on an earlier day; of papers without such a day, those given before this day,
    submitted before it, or with an arXiv id of an earlier month. A verdict on a paper of this day or a later one is
    not among them, even if it was given before.
    """
    start = _start(day)
    told = [
        entry._replace(given_at=min(entry.given_at, counts))
        for entry in feedback
        if (counts := _counts_from(entry, came_out)) <= start
    ]
    return tuple(sorted(told, key=lambda entry: (entry.given_at, entry.paper.id), reverse=True))


def measure(values: Sequence[float], liked: Sequence[bool]) -> Measures:
    """How good the order by falling value is; of equal values the first stands first.

    Some must be liked, and some not.
    """
    order = sorted(range(len(values)), key=lambda place: -values[place])
    hits = [liked[place] for place in order[:TOP]]
    wanted = min(sum(liked), TOP)
    gain = sum(1 / log2(place + 2) for place, hit in enumerate(hits) if hit)
    ideal = sum(1 / log2(place + 2) for place in range(wanted))
    good = [value for value, hit in zip(values, liked, strict=True) if hit]
    other = [value for value, hit in zip(values, liked, strict=True) if not hit]
    won = sum((one > another) + (one == another) / 2 for one in good for another in other)
    return Measures(gain / ideal, sum(hits) / TOP, sum(hits) / wanted, won / (len(good) * len(other)))


def estimate(values: Sequence[float]) -> Estimate:
    """The mean, and where 95 % of the means of values drawn anew lie (percentile bootstrap, always the same draws)."""
    import numpy as np

    drawn = np.random.default_rng(SEED).integers(0, len(values), (DRAWS, len(values)))
    low, high = np.percentile(np.asarray(values)[drawn].mean(axis=1), [2.5, 97.5])
    return Estimate(_mean(values), float(low), float(high))


def calibration(told: Sequence[tuple[float, bool]]) -> Calibration | None:
    """How far probabilities are from what came true; None without any."""
    bins = []
    for number in range(BINS):
        inside = [(chance, liked) for chance, liked in told if min(int(chance * BINS), BINS - 1) == number]
        if inside:
            bins.append(Bin(len(inside), _mean([chance for chance, _ in inside]), _mean([hit for _, hit in inside])))
    if not bins:
        return None
    error = sum(entry.papers * abs(entry.told - entry.liked) for entry in bins) / len(told)
    over_half = [liked for chance, liked in told if chance > 0.5]
    return Calibration(len(told), error, len(over_half), sum(over_half), tuple(bins))


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


@dataclass(frozen=True, slots=True)
class _Task:
    """One day, ready to be ranked."""

    history: History
    papers: tuple[Paper, ...]  # by id: so equal values stand by id, as on a list
    encoded: Mapping[str, bytes]


def _task(
    question: Question, profile: Profile, library: Library, judged: Collection[str], outcomes: tuple[Outcome, ...]
) -> _Task:
    from recommender.ranking import tokens as text

    without = {*judged, *question.candidates}
    unrated = tuple(library.announced_before(question.day, BACKGROUND, without=without))
    found = library.papers(question.candidates)
    encoded = library.encodings(without | {paper.id for paper in unrated}, text.VERSION)
    history = History(question.known, unrated, profile.interests, outcomes, profile.nudges)
    return _Task(history, tuple(found[paper_id] for paper_id in sorted(found)), encoded)


def _ranked(question: Question, task: _Task) -> tuple[Day, list[Outcome]]:
    """What came of a day, and of each of its ten best papers: what calibrates the days after it."""
    from recommender import ranking

    scores = ranking.rank(task.history, task.papers, task.encoded, explained=0)
    liked = [paper.id in question.liked for paper in task.papers]
    best = sorted(zip(scores, liked, strict=True), key=lambda pair: -pair[0].value)[:TOP]
    told = [(score, hit) for score, hit in best if score.probability is not None]
    values = _values(question, task, scores) if question.liked else {}
    day = Day(
        question.day,
        len(task.papers),
        len(question.known),
        {ranker: measure(of_each, liked) for ranker, of_each in values.items()},
        {ranker: _places(of_each, liked) for ranker, of_each in values.items()},
        tuple((score.probability, hit) for score, hit in told if score.probability is not None),
    )
    return day, [Outcome(score.value, hit) for score, hit in told]


def _values(question: Question, task: _Task, scores: Sequence[Score]) -> dict[str, list[float]]:
    """What each ranker says of each paper."""
    from recommender.ranking.blend import RANKERS as PARTS
    from recommender.ranking.dataset import build

    material = build(task.history, task.papers, task.encoded)  # its candidates lie by id too
    announced = {paper_id: place for place, paper_id in enumerate(question.candidates)}
    return {
        OURS: [score.value for score in scores],
        **{ranker: PARTS[name](material).tolist() for ranker, name in _NAMES.items()},
        NEWEST: [-announced[paper.id] for paper in task.papers],
    }


def _learnt(question: Question, task: _Task, day: Day, steps: Iterable[int]) -> dict[int, float]:
    """nDCG@10 of our ranking by how many of the newest verdicts are known; the other ones are no background either."""
    from recommender.ranking.blend import RANKERS as PARTS
    from recommender.ranking.dataset import build

    liked = [paper.id in question.liked for paper in task.papers]
    found = {}
    for step in steps:
        if step >= len(question.known):
            found[step] = day.measures[OURS].ndcg
        else:
            history = task.history._replace(feedback=question.known[:step])
            values = PARTS["blend"](build(history, task.papers, task.encoded)).tolist()
            found[step] = measure(values, liked).ndcg
    return found


def _report(
    days: Sequence[Day],
    tested: Sequence[Question],
    feedback: Sequence[Feedback],
    came_out: Mapping[str, date],
    curve: tuple[Point, ...],
    left_out: int,
) -> Report:
    with_likes = [day for day in days if day.measures]
    rankers = {
        ranker: {name: estimate([getattr(day.measures[ranker], name) for day in with_likes]) for name in MEASURES}
        for ranker in RANKERS
        if with_likes
    }
    rival = max(RANKERS[1:], key=lambda ranker: rankers[ranker]["ndcg"].mean) if rankers else None
    lead = estimate([day.measures[OURS].ndcg - day.measures[rival].ndcg for day in with_likes]) if rival else None
    likes = [entry.paper.id for entry in feedback if entry.verdict is Verdict.LIKE]
    count = sum(len(question.liked) for question in tested)
    return Report(
        enough=count >= LEAST_LIKES and len(tested) >= LEAST_DAYS,
        note=_missing(count, len(tested)),
        likes=len(likes),
        tested=count,
        undated=sum(paper_id not in came_out for paper_id in likes),
        late=len(frozenset().union(*(question.late for question in tested))),
        left_out=left_out,
        days=tuple(days),
        rankers=rankers,
        rival=rival,
        lead=lead,
        last_likes=_last_likes(with_likes),
        calibration=calibration([pair for day in days for pair in day.told]),
        curve=curve,
        curve_days=min(len(tested), CURVE_DAYS),
    )


def _missing(likes: int, days: int) -> str:
    """What the reader can do where there is too little to tell anything; empty where there is enough."""
    if likes >= LEAST_LIKES and days >= LEAST_DAYS:
        return ""
    one_like, one_day = "like" if likes == 1 else "likes", "day" if days == 1 else "days"
    return (
        f"Too little to tell: {likes} {one_like} on {days} {one_day} can be tested, {LEAST_LIKES} on {LEAST_DAYS} "
        "days are needed. A like is tested on the day a digest here announced its paper, if that day has other papers "
        "too and anything was known before it. Read more days with `recommend today`, and like what you find."
    )


def _last_likes(days: Sequence[Day]) -> LastLikes:
    newest_first = list(reversed(days))
    ours, newest = (
        [place for day in newest_first for place in day.places[ranker]][:LAST_LIKES] for ranker in (OURS, NEWEST)
    )
    return LastLikes(len(ours), sum(place <= TOP for place in ours), sum(place <= TOP for place in newest))


def _places(values: Sequence[float], liked: Sequence[bool]) -> tuple[int, ...]:
    """Where each liked paper stands, in the order of the values given."""
    order = sorted(range(len(values)), key=lambda place: -values[place])
    standing = {place: rank for rank, place in enumerate(order, start=1)}
    return tuple(standing[place] for place, hit in enumerate(liked) if hit)


def _steps(tested: Sequence[Question], *, interests: bool) -> list[int]:
    """How many verdicts the points of the learning curve know; the last knows all."""
    if not tested:
        return []
    most = max(len(question.known) for question in tested)
    return [*([0] if interests and most else []), *(step for step in CURVE_STEPS if step < most), most]


def _start(day: date) -> datetime:
    # arXiv announces at 20:00 in New York: that is midnight in UTC, of the day its lists name, or 01:00 in winter
    return datetime.combine(day, time.min, UTC)


def _counts_from(entry: Feedback, came_out: Mapping[str, date]) -> datetime:
    """From when on a verdict may be known."""
    paper = entry.paper
    if paper.id in came_out:
        return _start(came_out[paper.id] + timedelta(days=1))
    there = [entry.given_at]
    if paper.submitted:
        there.append(_start(paper.submitted + timedelta(days=1)))
    if month := _MONTH.match(paper.id):
        year, number = int(month[1]), int(month[2])
        year += 1900 if year > 90 else 2000  # arXiv began in 1991
        there.append(_start(date(year + number // 12, number % 12 + 1, 1)))
    return min(there)


_MONTH = re.compile(r"(?:[a-z-]+/)?(\d\d)(0[1-9]|1[0-2])", re.ASCII)  # of an arXiv id


def _with_texts(feedback: Sequence[Feedback], library: Library) -> tuple[Feedback, ...]:
    """The verdicts, with the text of papers that were judged by id alone, where a digest brought it."""
    bare = [entry.paper.id for entry in feedback if not entry.paper.title and not entry.paper.abstract]
    found = library.papers(bare)
    return tuple(entry._replace(paper=found.get(entry.paper.id, entry.paper)) for entry in feedback)

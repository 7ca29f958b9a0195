"""Each picture by its name: as SVG, as figures for programs, and what it lacks."""

from collections.abc import Callable
from typing import Any, NamedTuple

from recommender.delivery import charts
from recommender.delivery.json_output import document, paper_record
from recommender.results.pictures import Calendar, Dot, InterestHistory, LearnedWords, MatchHistory, PaperMap


class Picture(NamedTuple):
    """One kind of picture. Its functions take what the method of this name of `Recommender.pictures` gives."""

    draw: Callable[[str, Any], str]  # the profile's name and the figures: a file's SVG
    figures: Callable[[Any], dict[str, object]]
    missing: Callable[[Any], str]  # what there is too little of, and what to do; empty: nothing


def picture_json(profile: str, kind: str, figures: object) -> str:
    """The figures of a picture for programs."""
    picture = PICTURES[kind]
    return document({"profile": profile, "note": picture.missing(figures), **picture.figures(figures)})


def _map(papers: PaperMap) -> dict[str, object]:
    return {
        "ratings": papers.ratings,
        "day": papers.day.isoformat() if papers.day else None,
        "topics": [topic._asdict() for topic in papers.topics],
        "rated": [_dot(dot) for dot in papers.rated],
        "today": [_dot(dot) for dot in papers.today],
    }


def _dot(dot: Dot) -> dict[str, object]:
    return {
        "x": dot.x,
        "y": dot.y,
        "verdict": dot.verdict.value if dot.verdict else None,
        "topic": dot.topic if dot.topic >= 0 else None,
        "rank": dot.rank or None,
        "match": None if dot.match is None else round(dot.match * 100),
        "similarity": dot.similarity,
        **{key: value for key, value in paper_record(dot.paper).items() if key in ("id", "title", "url")},
    }


def _interests(history: InterestHistory) -> dict[str, object]:
    return {
        "months": list(history.months),
        "topics": [topic._asdict() for topic in history.topics],
        "others": {"likes": history.others.likes, "by_month": history.others.by_month},
    }


def _words(learned: LearnedWords) -> dict[str, object]:
    return {
        "liked": learned.liked,
        "disliked": learned.disliked,
        "positive": [word._asdict() for word in learned.positive],
        "negative": [word._asdict() for word in learned.negative],
    }


def _calibration(matches: MatchHistory) -> dict[str, object]:
    calibration = matches.calibration
    return {
        "papers": matches.papers,
        "error": calibration.error if calibration else None,
        "bins": [part._asdict() for part in calibration.bins] if calibration else [],
        "months": [month._asdict() for month in matches.months],
    }


def _days(calendar: Calendar) -> dict[str, object]:
    days = [
        {
            "day": day.day.isoformat(),
            "state": day.state.value,
            "papers": day.papers,
            "rated": day.rated,
            "message": day.message,
        }
        for day in calendar.known
    ]
    return {"days": days}


PICTURES = {
    "map": Picture(charts.paper_map, _map, charts.missing_map),
    "interests": Picture(charts.interests, _interests, charts.missing_interests),
    "words": Picture(charts.words, _words, charts.missing_words),
    "calibration": Picture(charts.past_lists, _calibration, charts.missing_calibration),
    "days": Picture(charts.days, _days, charts.missing_days),
}

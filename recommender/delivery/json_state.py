"""Settings, rules, status, places and backups for programs, as JSON documents."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from recommender.delivery.json_output import document
from recommender.paper import Paper
from recommender.profile import Profile
from recommender.results.insights import Insights
from recommender.results.profiles import Places, ProfileSummary, RuleChange, Stats, StatusReport
from recommender.results.upkeep import Backup


def status_json(report: StatusReport) -> str:
    """What is stored for a reader; its fields are those of the report."""
    return document(_plain(report))


def places_json(places: Places) -> str:
    """Where everything is stored."""
    return document(
        _plain(
            {
                "home": places.home,
                "library": places.library,
                "settings": places.settings,
                "memory": places.ratings,
            }
        )
    )


def profiles_json(summaries: Iterable[ProfileSummary]) -> str:
    """The profiles of a home, and the shipped ones."""
    return document({"items": [_plain(summary) for summary in summaries]})


def profile_json(profile: Profile, places: Places, count: tuple[int, int], insights: Insights | None) -> str:
    """A profile's settings, and what the ratings taught.

    Args:
        count: papers liked, and disliked.
        insights: None: nothing was liked yet.
    """
    settings = profile._replace(mail=None, topics=())._asdict()
    return document(
        {
            "profile": profile.name,
            **{name: _plain(settings[name]) for name in _SETTINGS},
            "sources": list(profile.sources),
            "mute": [rule.rule for rule in profile.mute],
            "boost": [{"rule": rule.rule, "steps": steps} for rule, steps in profile.steps],
            "mails_to": list(profile.mail.to) if profile.mail else [],
            "liked": count[0],
            "disliked": count[1],
            "settings": _plain(places.settings),
            "memory": _plain(places.ratings),
            "learned": _learned(insights) if insights else None,
        }
    )


_SETTINGS = (
    *("description", "interests", "categories", "list_size", "min_match", "variety", "explore", "follow"),
    "agent_ratings_count",
)


def _learned(insights: Insights) -> dict[str, object]:
    return {
        "positive_words": list(insights.positive_terms),
        "negative_words": list(insights.negative_terms),
        "topics": [
            {"name": topic.name, "words": list(topic.words), "likes": topic.likes, "weight": topic.weight}
            for topic in insights.topics
        ],
        "months": [{"month": month, "words": list(words)} for month, words in insights.drift],
    }


def rules_json(profile: str, change: RuleChange) -> str:
    """The rules that hold now, and what a command changed."""
    return document(
        {
            "profile": profile,
            "rules": list(change.after),
            "added": [rule for rule in change.after if rule not in change.before],
            "removed": [rule for rule in change.before if rule not in change.after],
        }
    )


def notes_json(profile: str, notes: Iterable[tuple[Paper, str]]) -> str:
    """Notes on papers."""
    items = [{"id": paper.id, "title": paper.title, "note": text} for paper, text in notes]
    return document({"profile": profile, "items": items})


def stats_json(stats: Stats, library: Path) -> str:
    """How large the library is."""
    first, last = stats.span or (None, None)
    return document(
        {
            "papers": stats.papers,
            "first_day": _plain(first),
            "last_day": _plain(last),
            "days": stats.days,
            "digests": stats.digests,
            "bytes": stats.size,
            "parts": stats.parts,
            "path": str(library),
        }
    )


def backups_json(profile: str, backups: Iterable[Backup]) -> str:
    """The backups of a profile, newest first."""
    return document({"profile": profile, "items": [_plain(backup) for backup in backups]})


def schedules_json(profile: str, installed: Iterable[tuple[str, str, str]]) -> str:
    """What is installed to start a profile's run: the scheduler, its text, and a line on the next start."""
    names = ("scheduler", "text", "next")
    return document({"profile": profile, "items": [dict(zip(names, each, strict=True)) for each in installed]})


def _plain(value: Any) -> Any:
    """The value as JSON has it: named tuples as objects, days and moments in ISO's form, paths as text."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, date):  # or a moment
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value

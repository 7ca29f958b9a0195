"""What steers the reader's lists: settings, rules, and what was learned, each with a button that takes it out."""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request

from recommender.api import Recommender
from recommender.delivery import charts, wording
from recommender.errors import ProfileError
from recommender.paper import Nudge, NudgeKind
from recommender.profile import FOLLOWED, STEP
from recommender.results.insights import Topic
from recommender.results.pictures import LearnedAuthor, LearnedWord
from recommender.text.lines import one_line
from recommender.text.readable import readable
from recommender.text.short import counted
from recommender.web.pages.cards import address, bar, signed
from recommender.web.pages.days import picture
from recommender.web.pages.frame import Form, Page, Refused, sentence

_EVALUATED_DAYS = 20  # newest ones with likes: those that the learning curve is measured on
_SMALL_MAP = charts.Frame(inline=True, width=200)
_LABELS = {  # of the settings: their names, and a hint
    "interests": ("Your interests", "In your own words, one topic a line. They rank papers until your likes say more."),
    "categories": ("arXiv categories", "Such as cs.CV eess.IV; cs means all of cs.*. Empty: nothing is left out."),
    "list_size": ("Papers in a list", ""),
    "min_match": ("Least match, in percent", "Papers that match less are not listed; 0: all may be."),
    "variety": ("Variety, 0 to 10", "How strongly to avoid similar papers in a list."),
    "explore": ("Papers to explore, 0 to 5", "At a list's end, unlike all that you rated."),
}


class Learned(NamedTuple):
    """A word or author with its effect."""

    name: str
    effect: str  # "+0.82"
    start: float  # of its bar, 0..100
    width: float
    papers: str  # "12 papers"
    rule: str
    steps: float  # of the boost that takes it out
    is_out: bool  # the reader has a rule against it


def you(reader: Recommender, request: Request) -> Page:
    """The whole page."""
    return _page(reader)


def whole_map(reader: Recommender, request: Request) -> Page:
    """The map of rated papers, as large as the window allows."""
    papers = reader.pictures.map(make=False)
    drawn = picture(partial(charts.paper_map, reader.name, papers))
    return Page("map.html", {"title": "Map of your papers", "picture": drawn})


def change_settings(reader: Recommender, form: Form) -> str:
    """Change the settings that differ from what the form showed first, all or none."""
    texts = {key: form.one(key) for key in _LABELS}
    before = {key: form.one(f"was-{key}") for key in _LABELS}
    try:
        reader.change_settings(texts, before)
    except ProfileError as error:
        raise Refused(_page(reader, texts=texts, wrong=error.settings or {"": str(error)})) from error
    return ""


def change_rule(reader: Recommender, kind: str, text: str, steps: float) -> None:
    """Add a rule that was typed on this page; `kind` is follow, mute, boost or lower."""
    try:
        match kind:
            case "follow":
                reader.follow(text)
            case "mute":
                reader.mute(text)
            case _:
                reader.boost(text, steps=-steps if kind == "lower" else steps)
    except ProfileError as error:
        raise Refused(_page(reader, rule=(kind, text, sentence(str(error))))) from error


def change_topic(reader: Recommender, form: Form) -> str:
    """Rename, drop or reset a topic by its name, never by the beginning of one as commands do."""
    name, new, change = form.one("topic"), form.one("name"), form.one("change")
    if change not in ("rename", "drop", "reset"):
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    names = [topic.name for topic in reader.topics.all()]
    if name not in names and (change == "reset" or (change == "rename" and one_line(new) in names)):
        return "It was so already."  # pressed twice, or done in another window
    try:
        if name not in names:
            raise ProfileError(f"no topic is named “{name}” any more; the topics below are those of now")
        if change == "rename":
            reader.topics.rename(name, new)
        else:
            getattr(reader.topics, change)(name)
    except ProfileError as error:
        raise Refused(_page(reader, name=(name, new, sentence(str(error))))) from error
    return ""


def evaluate(reader: Recommender, form: Form) -> str:
    """Measure the learning curve anew, and keep it."""
    reader.evaluate(_EVALUATED_DAYS)
    return ""


def _page(
    reader: Recommender,
    texts: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    rule: tuple[str, str, str] = ("", "", ""),
    name: tuple[str, str, str] = ("", "", ""),
) -> Page:
    """The page, perhaps with what was typed into a form and what is wrong with it.

    Args:
        texts: of the settings, by name.
        wrong: by the setting's name; "" is all of them.
        rule: its kind, its text, and what is wrong with it.
        name: a topic, the new name for it, and what is wrong with that.
    """
    settings, (liked, disliked) = reader.settings(), reader.count()
    profile, pictures = reader.profile, reader.pictures
    topics, words = reader.topics.all(), pictures.words()
    papers, curve = pictures.map(make=False), pictures.curve()
    boosts = {nudge.rule.casefold(): nudge.weight or 0.0 for nudge in profile.boost}
    return Page(
        "you.html",
        {
            "title": "You",
            "ratings": wording.ratings(liked, disliked),
            "waiting": counted(waiting, "rating") if (waiting := len(reader.suggestions())) else "",
            "fields": [
                {
                    "key": field.key,
                    "label": _LABELS[field.key][0],
                    "hint": _LABELS[field.key][1],
                    "now": field.text,
                    "text": (texts or {}).get(field.key, field.text),
                    "wrong": sentence(wrong[field.key]) if wrong and field.key in wrong else "",
                    "is_number": field.most > 0,
                    "lines": max(field.text.count("\n") + 2, 3) if field.key == "interests" else 0,
                }
                for field in settings
            ],
            "wrong": sentence(wrong[""]) if wrong and "" in wrong else "",
            "rules": [_rule(nudge) for nudge in profile.nudges],
            "new_rule": rule,
            "topics": list(map(_topic, topics)),
            "new_name": name,
            "words": _learned([*words.positive, *words.negative], boosts),
            "authors": _learned(pictures.authors(), boosts),
            "map": {
                "picture": charts.small_map(papers, _SMALL_MAP),
                "papers": wording.papers(len(papers.rated)),
                "missing": charts.missing_map(papers),
            },
            "interests": picture(partial(charts.interests, reader.name, pictures.interests(topics))),
            "calibration": picture(partial(charts.past_lists, reader.name, pictures.calibration())),
            "curve": picture(partial(charts.learning_curve, reader.name, curve)) if curve and curve.points else "",
            "curve_missing": charts.missing_curve(curve),
            "curve_made_at": wording.moment(curve.made_at) if curve else "",
        },
    )


def _topic(topic: Topic) -> dict[str, object]:
    return {
        "name": topic.name,
        "words": ", ".join(topic.words),
        "likes": wording.papers(topic.likes),
        "papers": [(address(paper.id), readable(paper.title) or paper.id) for paper in topic.papers],
        "dropped": topic.weight == 0,
        "weight": "" if topic.weight in (0, 1) else f"{topic.weight:g}",
        "changed": topic.changed,
        "stated": topic.stated,
    }


def _learned(found: Sequence[LearnedWord | LearnedAuthor], boosts: Mapping[str, float]) -> list[Learned]:
    """Rows of a table, what raises papers most first; the longest bar is half as wide as the picture."""
    heaviest = max((abs(each.effect) for each in found), default=0.0)
    return [
        Learned(
            each.text if isinstance(each, LearnedWord) else readable(each.name),
            signed(each.effect),
            *bar(each.effect, heaviest),
            wording.papers(each.papers if isinstance(each, LearnedWord) else each.likes),
            each.rule,
            each.counterweight,
            boosts.get(each.rule.casefold(), 0.0) * each.effect < 0,
        )
        for each in sorted(found, key=lambda each: -each.effect)
    ]


def _rule(nudge: Nudge) -> tuple[str, str, str]:
    """A rule: the command that made it, the rule as that command takes it, and in words."""
    if nudge.weight is None:
        return "mute", nudge.rule, f"hide {nudge.kind.value} “{nudge.text}”"
    if nudge.kind is NudgeKind.AUTHOR and nudge.weight == FOLLOWED:
        return "follow", nudge.text, f"follow {nudge.text}"
    steps = f"{abs(nudge.weight) / STEP:.2g}"
    direction = "up" if nudge.weight > 0 else "down"
    return "boost", nudge.rule, f"move {nudge.kind.value} “{nudge.text}” {direction}, {steps} of 3 steps"

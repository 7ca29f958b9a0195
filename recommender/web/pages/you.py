"""What was learned from the reader, and the reader's own rules, each with a button that takes it out."""

from functools import partial

from starlette.requests import Request

from recommender.api import Recommender
from recommender.delivery import charts, wording
from recommender.paper import Nudge, NudgeKind
from recommender.text.readable import readable
from recommender.web.pages.cards import address
from recommender.web.pages.days import picture
from recommender.web.pages.frame import Page


def you(reader: Recommender, request: Request) -> Page:
    """Topics, words and rules."""
    liked, disliked = reader.count()
    profile, pictures = reader.profile, reader.pictures
    words = pictures.words()
    return Page(
        "you.html",
        {
            "title": "What was learned",
            "ratings": wording.ratings(liked, disliked),
            "interests": profile.interests,
            "topics": [
                {
                    "name": topic.name,
                    "words": ", ".join(topic.words),
                    "likes": wording.papers(topic.likes),
                    "papers": [(address(paper.id), readable(paper.title) or paper.id) for paper in topic.papers],
                    "dropped": topic.weight == 0,
                    "changed": topic.changed,
                    "stated": topic.stated,
                }
                for topic in reader.topics.all()
            ],
            "pictures": [
                picture(partial(charts.interests, reader.name, pictures.interests())),
                picture(partial(charts.words, reader.name, words)),
                picture(partial(charts.past_lists, reader.name, pictures.calibration())),
                picture(partial(charts.paper_map, reader.name, pictures.map(make=False))),
            ],
            "positive": [word.text for word in words.positive],
            "negative": [word.text for word in words.negative],
            "rules": [_rule(nudge) for nudge in profile.nudges],
        },
    )


def _rule(nudge: Nudge) -> tuple[str, str, str]:
    """A rule: the command that made it, the rule as that command takes it, and in words."""
    if nudge.weight is None:
        return "mute", nudge.rule, f"hide {nudge.kind.value} “{nudge.text}”"
    if nudge.kind is NudgeKind.AUTHOR and nudge.weight > 0:
        return "follow", nudge.text, f"follow {nudge.text}"
    direction = "up" if nudge.weight > 0 else "down"
    return "boost", nudge.rule, f"move {nudge.kind.value} “{nudge.text}” {direction}"

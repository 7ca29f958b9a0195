"""Topics in words: the list for a terminal and for programs, and what a change of them did."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from recommender.delivery import wording
from recommender.delivery.json_output import document, paper_record
from recommender.delivery.layout import Layout
from recommender.delivery.terminal import bold, dim, topic_facts
from recommender.text.readable import readable
from recommender.text.short import columns, counted, cut

if TYPE_CHECKING:
    from recommender.results.insights import Topic, TopicChange

_INDENT = " " * 5
_LEAST_NAME = 20  # columns of a topic's name beside its facts
_NEXT = "Used in your next list."


def topics_text(topics: Sequence["Topic"], layout: Layout) -> str:
    """The topics, numbered, each with its words, likes, weight and most typical papers."""
    if not topics:
        return "No topics yet: they form when you like several papers on one thing, or state your interests."
    lines: list[str] = []
    for number, topic in enumerate(topics, start=1):
        facts = ", ".join(topic_facts(topic))
        name = cut(readable(topic.name), layout.width - len(_INDENT))
        room = layout.width - columns(facts) - len(_INDENT) - 3
        if columns(name) > room < _LEAST_NAME:  # on a phone: a topic is named by its name
            lines += [f"{number:>3}  {bold(name, layout)}", f"{_INDENT}{facts}"]
        else:
            lines += [f"{number:>3}  {bold(cut(name, room), layout)} · {facts}"]
        if topic.words:
            lines.append(_INDENT + dim(cut(readable(", ".join(topic.words)), layout.width - len(_INDENT)), layout))
        lines += [f"{_INDENT}- {cut(readable(paper.title), layout.width - len(_INDENT) - 2)}" for paper in topic.papers]
        lines.append("")
    sharing = sum(topic.weight > 0 and (topic.likes > 1 or topic.stated) for topic in topics)
    share = "Each has a share of your list." if sharing > 1 else "With one topic there are no shares of the list."
    return "\n".join([*lines, share, "Change them: `recommend topics rename`, `merge`, `weigh`, `drop`, `reset`."])


def topics_json(profile: str, topics: Sequence["Topic"]) -> str:
    """The topics for programs, numbered as in the text."""
    items = [
        {
            "number": number,
            "name": topic.name,
            "words": list(topic.words),
            "likes": topic.likes,
            "weight": topic.weight,
            "stated": topic.stated,
            "changed": topic.changed,
            "papers": [paper_record(paper) for paper in topic.papers],
            "members": list(topic.members),
        }
        for number, topic in enumerate(topics, start=1)
    ]
    return document({"profile": profile, "items": items})


def renamed(change: "TopicChange") -> str:
    """What a new name did."""
    return _changed(f"{_names(change)} is named “{_name(change.after)}” now ({_likes(change)}).", change)


def merged(change: "TopicChange") -> str:
    """What a merge did."""
    return _changed(f"{_names(change)} are one topic now: “{_name(change.after)}” ({_likes(change)}).", change)


def weighed(change: "TopicChange") -> str:
    """What a new weight did."""
    before, after = change.before[0].weight, change.after.weight
    alone = "" if change.others else " It is your only topic, so it has the whole list all the same."
    return _changed(f"{_names(change)} weighs {after:g} now, was {before:g}.{alone}", change)


def dropped(change: "TopicChange") -> str:
    """What dropping a topic did."""
    papers = {0: "It has no likes", 1: "Its one paper stays liked and teaches nothing"}.get(
        change.after.likes, f"Its {wording.papers(change.after.likes)} stay liked and teach nothing"
    )
    return _changed(f"{_names(change)} is dropped. {papers}.", change)


def forgotten(names: Sequence[str]) -> str:
    """What forgetting the decisions on topics did."""
    if not names:
        return "Nothing was decided about this; nothing changed."
    listed = ", ".join(f"“{readable(name)}”" for name in names)
    return f"Forgot what you decided about {listed}. {_NEXT}"


def _changed(text: str, change: "TopicChange") -> str:
    undo = "To forget all you decided about it" if any(topic.changed for topic in change.before) else "To take it back"
    return f"{text} {_NEXT}\n{undo}: recommend topics reset {shlex.quote(change.after.name)}"


def _names(change: "TopicChange") -> str:
    return " and ".join(f"“{readable(topic.name)}”" for topic in change.before)


def _name(topic: "Topic") -> str:
    return readable(topic.name)


def _likes(change: "TopicChange") -> str:
    return counted(change.after.likes, "like")

"""What the reader decided about topics, as the tables `[[topics]]` of the settings."""

from collections.abc import Mapping, Sequence
from typing import Any

from recommender.errors import ProfileError
from recommender.paper import TopicRule
from recommender.profile import MOST_TOPIC_WEIGHT
from recommender.text.lines import one_line

_KEYS = TopicRule._fields
_EXAMPLE = 'a table [[topics]] with name = "image fusion", papers = ["2005.05896"] and weight = 1'


def read(value: Any) -> tuple[TopicRule, ...]:
    """The rules in these tables.

    Raises:
        ProfileError: a table is wrong, or two of them have the same name.
    """
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise ProfileError(f"topics must be {_EXAMPLE}, not {value!r}")
    rules = tuple(map(_rule, value))
    names = [rule.name.casefold() for rule in rules]
    for rule in rules:
        if names.count(rule.name.casefold()) > 1:
            raise ProfileError(f"two of the topics are named {rule.name!r}; join their papers in one table")
    return rules


def tables(rules: Sequence[TopicRule]) -> list[dict[str, Any]]:
    """The rules as tables of TOML; what is as usual is left out."""
    return [
        {
            "name": rule.name,
            **({"papers": list(rule.papers)} if rule.papers else {}),
            **({"weight": _short(rule.weight)} if rule.weight != 1 else {}),
        }
        for rule in rules
    ]


def _rule(table: Mapping[str, Any]) -> TopicRule:
    unknown = [key for key in table if key not in _KEYS]
    if unknown:
        raise ProfileError(f"unknown setting {unknown[0]!r} in [[topics]]; known are: {', '.join(_KEYS)}")
    name, papers, weight = table.get("name"), table.get("papers", []), table.get("weight", 1)
    if not isinstance(name, str) or not one_line(name):
        raise ProfileError(f"a table [[topics]] needs a name in quotes, as in {_EXAMPLE}")
    if not isinstance(papers, list) or not all(isinstance(paper, str) and paper.strip() for paper in papers):
        raise ProfileError(f"papers of the topic {name!r} must be a list of ids, not {papers!r}")
    is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not is_number or not 0 <= weight <= MOST_TOPIC_WEIGHT:
        raise ProfileError(
            f"the weight of the topic {name!r} must be a number from 0 (dropped) to {MOST_TOPIC_WEIGHT}, not {weight!r}"
        )
    return TopicRule(one_line(name), tuple(dict.fromkeys(map(str.strip, papers))), float(weight))


def _short(weight: float) -> float | int:
    return int(weight) if weight == int(weight) else weight

"""The reader's topics, and what the reader decides about them: kept as rules in the settings."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from recommender import ranking
from recommender.errors import ProfileError
from recommender.paper import History, TopicRule, Verdict
from recommender.profile import MOST_TOPIC_WEIGHT, Profile
from recommender.results.insights import Topic, TopicChange
from recommender.services import history
from recommender.services.reader import Reader
from recommender.store import settings_edit, topic_rules
from recommender.text.lines import one_line

_PAPERS = 3  # examples of a topic
_NEAR = 0.6  # similarity of a name that was probably meant
_DIGITS = 10  # of a number that may be a topic's


class Topics:
    """A reader's topics. A topic is named by its number in `all()`, from 1, or by its name or the beginning of it.

    Each change is kept in the settings and used from the next list on; no rating changes. Every method raises
    ProfileError if a topic is unknown or the settings cannot be changed.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def all(self) -> tuple[Topic, ...]:
        """The topics, the one with the most likes first; those without a share of the list come last."""
        self._reader.reload()  # another process or object may have changed them since
        past, encoded = history.complete(self._reader, date.max)
        return with_all_rules(ranking.find_topics(history.without_dropped(past), encoded), past)

    def rename(self, topic: str | int, name: str) -> TopicChange:
        """Give a topic that the likes form another name. A stated interest keeps the words of the settings."""
        topics = self.all()
        before = _not_dropped(_named(topics, topic))
        if before.stated:
            raise ProfileError(f"“{before.name}” is one of your stated interests; change the setting `interests`")
        return self._replace(topics, [before], before._replace(name=_free(name, topics, [before])))

    def merge(self, *topics: str | int, name: str | None = None) -> TopicChange:
        """Make several topics one; it has the name and the weight of the first, or the name of a stated interest."""
        listed = self.all()
        merged = list(dict.fromkeys(_not_dropped(_named(listed, topic)) for topic in topics))
        stated = [topic.name for topic in merged if topic.stated]
        if len(merged) < 2:
            raise ProfileError("two or more topics are needed for a merge")
        if len(stated) > 1:
            both = " and ".join(f"“{each}”" for each in stated)
            raise ProfileError(f"{both} are stated interests; join their words in the setting `interests`")
        if stated and name is not None and name != stated[0]:
            raise ProfileError(f"“{stated[0]}” is one of your stated interests, so the topic keeps that name")
        name = _free(name or (stated or [merged[0].name])[0], listed, merged)
        members = sorted({paper for topic in merged for paper in topic.members})
        after = merged[0]._replace(name=name, stated=bool(stated), likes=len(members), members=tuple(members))
        return self._replace(listed, merged, after)

    def weigh(self, topic: str | int, weight: float) -> TopicChange:
        """Set the weight of a topic's share of the list: above 0, at most 10; 1 is usual."""
        if not 0 < weight <= MOST_TOPIC_WEIGHT:
            raise ProfileError(
                f"a weight is above 0 and at most {MOST_TOPIC_WEIGHT}, not {weight:g}; `recommend topics drop` "
                "takes a topic out"
            )
        topics = self.all()
        before = _named(topics, topic)
        return self._replace(topics, [before], before._replace(weight=weight))

    def drop(self, topic: str | int) -> TopicChange:
        """Take a topic out: it has no share, and its papers teach nothing. They stay liked and are not shown again."""
        topics = self.all()
        before = _named(topics, topic)
        return self._replace(topics, [before], before._replace(weight=0.0))

    def reset(self, *topics: str | int) -> tuple[str, ...]:
        """Forget what was decided about these topics, without any about all; gives the names that were forgotten."""
        listed = self.all()
        names = {_named(listed, topic).name for topic in topics} or {topic.name for topic in listed}
        if not any(rule.name in names for rule in self._reader.profile.topics):
            return ()
        before = self._store(lambda rules: [rule for rule in rules if rule.name not in names])
        return tuple(rule.name for rule in before.topics if rule.name in names)

    def mark(self, papers: Mapping[str, Sequence[str]]) -> None:
        """Let liked papers mark topics, by name; what was decided about these topics before stays.

        A topic that was given another name since is known by its papers, and a paper marks one topic alone.
        """

        def with_papers(rules: Sequence[TopicRule]) -> Sequence[TopicRule]:
            new = list(rules)
            for name, ids in papers.items():
                marked = {paper for rule in new for paper in rule.papers}
                by_name = [rule for rule in new if rule.name.casefold() == name.casefold()]
                by_papers = [rule for rule in new if not set(ids).isdisjoint(rule.papers)]
                own = next(iter([*by_name, *by_papers]), None)
                added = tuple(paper for paper in ids if paper not in marked)
                if own is None:
                    new.append(TopicRule(name, added))
                elif added:
                    new[new.index(own)] = own._replace(papers=(*own.papers, *added))
            return new

        self._store(with_papers)

    def _replace(self, topics: Sequence[Topic], before: list[Topic], after: Topic) -> TopicChange:
        names = {topic.name for topic in before}
        new = TopicRule(after.name, after.members, after.weight)
        self._store(lambda rules: [*(rule for rule in rules if rule.name not in names), new])
        others = sum(topic.weight > 0 for topic in topics if topic not in before)
        return TopicChange(tuple(before), after._replace(changed=True), others)

    def _store(self, update: Callable[[Sequence[TopicRule]], Sequence[TopicRule]]) -> Profile:
        """Change the rules as the settings have them now; gives the settings before."""
        reader = self._reader
        file = reader.home.own_settings_file(reader.name)
        try:
            before, _ = settings_edit.change(
                file, reader.name, "topics", lambda profile: topic_rules.tables(update(profile.topics))
            )
        finally:
            reader.reload()
        return before


def with_all_rules(found: Sequence[Topic], past: History) -> tuple[Topic, ...]:
    """The topics that were found, then those of rules that mark nothing in a ranking: without likes, or dropped."""
    names = {topic.name for topic in found}
    elsewhere = {paper for topic in found for paper in topic.members}  # two topics of before may be one by now
    liked = {entry.paper.id: entry.paper for entry in past.feedback if entry.verdict is Verdict.LIKE}
    stated = ranking.stated_interests(past.interests)
    others = []
    for rule in past.topics:
        if rule.name not in names:
            members = [paper for paper in rule.papers if paper in liked and paper not in elsewhere]
            papers = tuple(liked[paper] for paper in members[:_PAPERS])
            others.append(
                Topic(rule.name, (), len(members), papers, rule.weight, rule.name in stated, True, tuple(members))
            )
    return (*found, *sorted(others, key=lambda topic: (topic.weight == 0, -topic.likes)))


def _named(topics: Sequence[Topic], handle: str | int) -> Topic:
    """The topic with this number or name."""
    text = " ".join(str(handle).split())
    if not topics:
        raise ProfileError("there are no topics yet; like a few papers, or state interests")
    if exact := [topic for topic in topics if topic.name == text]:  # another may differ in its capitals alone
        return exact[0]
    if text.isdecimal():
        number = int(text) if len(text) < _DIGITS else 0
        if not 1 <= number <= len(topics):
            raise ProfileError(f"no topic {text:.{_DIGITS}}: there are {len(topics)}; `recommend topics` lists them")
        return topics[number - 1]
    by_name = {topic.name.casefold(): topic for topic in topics}
    wanted = text.casefold()
    if wanted in by_name:
        return by_name[wanted]
    beginning = [topic for name, topic in by_name.items() if wanted and name.startswith(wanted)]
    if len(beginning) == 1:
        return beginning[0]
    if beginning:
        names = " or ".join(f"“{topic.name}”" for topic in beginning)
        raise ProfileError(f"{text!r} may be {names}; write more of the name")
    near = difflib.get_close_matches(wanted, by_name, 1, _NEAR)
    hint = f"did you mean “{by_name[near[0]].name}”?" if near else "`recommend topics` lists them"
    raise ProfileError(f"no topic {text!r}; {hint}")


def _not_dropped(topic: Topic) -> Topic:
    if topic.weight == 0:
        raise ProfileError(f"“{topic.name}” is dropped; `recommend topics reset` takes that back first")
    return topic


def _free(name: str, topics: Sequence[Topic], replaced: Sequence[Topic]) -> str:
    """The name in one line, if no other topic has it."""
    name = one_line(name)
    if not name or name.isdecimal():
        raise ProfileError(f"{name!r} cannot be a topic's name: it needs a letter")
    others = [topic.name for topic in topics if topic not in replaced]
    if name.casefold() in map(str.casefold, others):
        raise ProfileError(f"another topic is named “{name}”; `recommend topics merge` makes them one")
    return name

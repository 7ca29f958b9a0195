"""What an undo takes back, the newest first: ratings, and the rules that were changed on these pages.

Ratings are in the reader's profile. Rules are in the settings, which have no history; so the server remembers, as long
as it runs, what its pages changed in them.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import NamedTuple

from recommender.api import Recommender
from recommender.delivery import wording
from recommender.profile import Profile
from recommender.results.ratings import Command
from recommender.text.readable import readable
from recommender.text.short import cut_at_word

_MAX_TITLE = 60  # characters of a title in a line about it
_MAX_TEXT = 80  # of the whole line
_DONE = {
    "like": "Liked",
    "dislike": "Disliked",
    "read": "Marked as read",
    "unmark": "Took the rating back of",
    "confirm": "Let an agent's rating count of",
    "later": "On the reading list",
    "done": "Off the reading list",
}


class Step(NamedTuple):
    """Something that can be taken back."""

    mark: str  # what a form sends; another step has another, also one of a profile that was put in this one's place
    text: str  # 'Liked “Infrared image fusion”'
    take_back: Callable[[Recommender], bool]  # False: somebody else was faster


class _RuleChange(NamedTuple):
    number: int  # of the newest rating command before it
    step: Step


class Undoing:
    """The steps that an undo can take back. Its methods are called by one request at a time."""

    def __init__(self) -> None:
        self._changes: defaultdict[str, deque[_RuleChange]] = defaultdict(lambda: deque(maxlen=1000))  # by profile
        self._count = 0

    def newest(self, reader: Recommender) -> Step | None:
        """What an undo takes back now; None: nothing is left."""
        last = reader.browse.last_command()
        number = last.number if last else 0
        changes = self._changes[reader.name]
        if changes and number <= changes[-1].number:
            return changes[-1].step
        return _rating(last) if last else None

    def undo(self, reader: Recommender, mark: str) -> str:
        """Take the newest step back if it has this mark; gives its text, or nothing. A form sent twice counts once."""
        step = self.newest(reader)
        if step is None or step.mark != mark:
            return ""
        done = step.take_back(reader)
        changes = self._changes[reader.name]
        if changes and changes[-1].step is step:
            changes.pop()
        return step.text if done else ""

    def change_rules(self, reader: Recommender, text: str, change: Callable[[], object]) -> None:
        """Change rules of the settings, and remember how they were.

        Args:
            text: what is done, in words.
        """
        before = reader.profile
        change()
        after = reader.profile
        if before == after:
            return
        last = reader.browse.last_command()
        self._count += 1
        step = Step(
            f"rule-{self._count}",
            cut_at_word(readable(text), _MAX_TEXT),
            lambda reader: _restore(reader, before, after),
        )
        self._changes[reader.name].append(_RuleChange(last.number if last else 0, step))


def _rating(command: Command) -> Step:
    mark = f"{command.number}-{command.at.timestamp():.6f}"
    return Step(mark, said(command), lambda reader: reader.undo(command.number) is not None)


def said(command: Command) -> str:
    """A rating command in words: 'Liked “Infrared image fusion”'."""
    done = _DONE.get(command.name, command.name.capitalize())
    if command.size == 1 and command.first:
        title = cut_at_word(readable(command.first.title), _MAX_TITLE) or command.first.id
        return f"{done} “{title}”"
    return f"{done}: {wording.papers(command.size)}"


def _restore(reader: Recommender, before: Profile, after: Profile) -> bool:
    """Undo a change of rules, as far as the settings still have it; False if nothing of it is left."""
    now = reader.profile
    for rules_of, change in ((_followed, reader.follow), (_muted, reader.mute)):
        old, new, current = map(rules_of, (before, after, now))
        if added := [rule for rule in new if rule not in old and rule in current]:
            change(*added, remove=True)
        if removed := [rule for rule in old if rule not in new and rule not in current]:
            change(*removed)
    weights, changed, current_weights = map(_weights, (before, after, now))
    for rule in weights.keys() | changed.keys():
        if weights.get(rule) == changed.get(rule) or current_weights.get(rule) != changed.get(rule):
            continue
        if rule in weights:
            reader.boost(rule, steps=weights[rule])
        else:
            reader.boost(rule, remove=True)
    return reader.profile != now


def _followed(profile: Profile) -> tuple[str, ...]:
    return profile.follow


def _muted(profile: Profile) -> tuple[str, ...]:
    return tuple(rule.rule for rule in profile.mute)


def _weights(profile: Profile) -> dict[str, float]:
    return {rule.rule: round(steps, 6) for rule, steps in profile.steps}

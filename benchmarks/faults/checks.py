"""What holds whatever goes wrong: the promises, and which of them one run broke."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from benchmarks.faults.preload import Fault, Ran
from benchmarks.faults.scenarios import Scenario
from benchmarks.faults.world import State, is_whole

DOCUMENTED = {*range(9), *range(10, 15), 130, 141}  # exit codes (README, "Exit codes")


class Course(NamedTuple):
    """A command without faults."""

    before: State  # as it found the files
    expected: State  # as it leaves them
    ran: Ran
    calls: Mapping[Fault, int]  # how many system calls can meet each fault


def broken(scenario: Scenario, undisturbed: Course, after: State, ran: Ran, *, forbidden: bool) -> Iterator[str]:
    """The promises that a run with a fault broke.

    Args:
        undisturbed: the command where nothing goes wrong.
        after: the state it left now.
        forbidden: the fault stays, and files can be neither made nor removed.
    """
    before, expected, usual = undisturbed.before, undisturbed.expected, undisturbed.ran
    yield from _manners(ran)
    yield from after.problems
    yield from _verdicts(scenario, before, expected, after)
    for profile, text in after.settings.items():
        if text not in (before.settings.get(profile), expected.settings.get(profile)):
            yield f"the settings of {profile} are neither the old nor the new ones"
    for profile in before.settings.keys() - after.settings.keys():
        yield f"the settings of {profile} are gone"
    for name, content in after.written.items():
        if content != before.written.get(name) and not is_whole(name, content):
            yield f"{name} is half written"
    for name in before.written.keys() - after.written.keys():
        yield f"{name} is gone"
    if len(after.mails) > len(expected.mails):
        yield f"{len(after.mails)} mails instead of {len(expected.mails)}"
    if ran.code == 0 or (ran.killed and _acknowledged(ran, usual)):
        yield from _kept(expected, after)
    if not (ran.killed or forbidden) and (strays := after.strays - before.strays):
        yield f"left behind: {', '.join(sorted(strays))}"


def unmended(scenario: Scenario, expected: State, after: State, ran: Ran) -> Iterator[str]:
    """What does not become right although the same command ran once more, with nothing in its way."""
    yield from _manners(ran)
    yield from after.problems
    if ran.code not in scenario.again:
        yield f"once more, it ends with {ran.code}: {ran.err.strip()[-300:]}"
    if scenario.repeatable:
        yield from _kept(expected, after)
    if len(after.mails) > len(expected.mails) + 1:
        yield f"{len(after.mails)} mails instead of {len(expected.mails)}, or one more"


def _manners(ran: Ran) -> Iterator[str]:
    if "Traceback" in ran.err or "Exception ignored" in ran.err:
        yield f"a traceback: {ran.err.strip().splitlines()[-1]}"
    if not ran.killed and ran.code not in DOCUMENTED:
        yield f"the exit code {ran.code} is not documented"
    if not ran.killed and ran.code and not ran.err.strip():
        yield f"the exit code {ran.code} without a word"


def _verdicts(scenario: Scenario, before: State, expected: State, after: State) -> Iterator[str]:
    for profile in before.verdicts.keys() | expected.verdicts.keys() | after.verdicts.keys():
        old, new, now = (state.verdicts.get(profile, {}) for state in (before, expected, after))
        if scenario.whole and now not in (old, new):
            yield f"the ratings of {profile} are neither those before nor those after: {len(now)}"
        wrong = [paper for paper in old.keys() | now.keys() if now.get(paper) not in (old.get(paper), new.get(paper))]
        if wrong:
            yield f"ratings of {profile} that nobody gave: {wrong[:3]}"


def _acknowledged(ran: Ran, usual: Ran) -> bool:
    """Whether the command said that it was done before it was killed."""
    return bool(usual.out.strip()) and ran.out.splitlines()[:1] == usual.out.splitlines()[:1]


def _kept(expected: State, after: State) -> Iterator[str]:
    """Done means done."""
    if after.verdicts != expected.verdicts:
        yield f"done, but the ratings are not those told: {_counts(after)} instead of {_counts(expected)}"
    if after.settings != expected.settings:
        yield "done, but the settings are not those told"
    if len(after.mails) < len(expected.mails):
        yield f"done, but {len(after.mails)} mails instead of {len(expected.mails)}"
    if after.written.keys() != expected.written.keys():
        yield f"done, but there are {sorted(after.written)} instead of {sorted(expected.written)}"


def _counts(state: State) -> dict[str, int]:
    return {profile: len(verdicts) for profile, verdicts in state.verdicts.items()}

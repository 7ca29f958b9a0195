"""Kill commands, and let their system calls fail, at every step: `python -m benchmarks.faults [COMMAND …] [--runs N]`.

Each command first runs undisturbed, and the system calls on its files are counted. Then it runs again and again in the
same world, each time with one fault at one of these calls: SIGKILL, a broken, full, read-only or forbidden disk, a
quota, or no more files. After each run, and after a second one without a fault, the promises of `checks` are looked
at; those that broke are printed with what repeats them, and the exit code is 1.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.faults import checks
from benchmarks.faults.checks import Course
from benchmarks.faults.preload import Fault, Ran, Unavailable, counted, injected, run
from benchmarks.faults.scenarios import SCENARIOS, Scenario
from benchmarks.faults.world import World

RUNS = 1_200
KILLS = 4


class Case(NamedTuple):
    """One fault at one place of one command."""

    scenario: str
    fault: Fault
    number: int  # of the system call, from 1

    def __str__(self) -> str:
        return f"--only '{self.scenario}' {self.fault.name} {self.number}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=f"of: {', '.join(SCENARIOS)} (default: all)")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"in all, or a few more (default: {RUNS:,})")
    parser.add_argument("--seed", type=int, default=0, help="another one chooses other calls")
    parser.add_argument("--only", nargs=3, metavar=("COMMAND", "FAULT", "NUMBER"), help="one case, with all it prints")
    arguments = parser.parse_args()
    if unknown := set(arguments.commands) - SCENARIOS.keys():
        parser.error(f"no command {', '.join(sorted(unknown))} here")
    with tempfile.TemporaryDirectory(prefix="recommend-faults-") as folder:
        world = World(Path(folder).resolve())
        world.make()
        if arguments.only:
            name, fault, number = arguments.only
            sys.exit(_only(world, Case(name, Fault[fault], int(number))))
        sys.exit(_all(world, arguments.commands or list(SCENARIOS), arguments.runs, arguments.seed))


def course(world: World, scenario: Scenario, faults: Iterable[Fault] = Fault) -> Course:
    """Run a command without faults, and count the calls that could meet them."""
    world.fresh()
    before = world.state()
    count = world.folder.parent / "count"
    calls: dict[Fault, int] = {}
    for fault in faults:
        world.fresh()
        ran = run(_arguments(world, scenario), world.environment, counted(fault, world.folder, count))
        calls[fault] = int(count.read_text(encoding="ascii"))
    if ran.code not in scenario.fine:
        raise RuntimeError(f"recommend {scenario.name} without a fault: {ran.code} {ran.err}")
    return Course(before, world.state(), ran, calls)


def cases(scenario: Scenario, calls: Mapping[Fault, int], most: int, seed: int) -> Iterator[Case]:
    """About `most` cases of a command, spread over its calls: so many of each fault, and KILLS times as many kills."""
    share = most / (len(calls) + (Fault.KILL in calls) * (KILLS - 1))
    for fault, total in calls.items():
        each = max(1, round(share * (KILLS if fault is Fault.KILL else 1)))
        draw = random.Random(f"{scenario.name} {fault.name} {seed}")
        strides = min(each, total)
        for stride in range(strides):
            first, last = 1 + stride * total // strides, (stride + 1) * total // strides
            yield Case(scenario.name, fault, draw.randint(first, last))


def tried(world: World, undisturbed: Course, case: Case) -> tuple[Ran, list[str]]:
    """Run one case; what the command said, and the promises that broke."""
    scenario = SCENARIOS[case.scenario]
    world.fresh()
    ran = run(_arguments(world, scenario), world.environment, injected(case.fault, case.number, world.folder))
    after = world.state()
    forbidden = case.fault in (Fault.BROKEN, Fault.FORBIDDEN, Fault.READ_ONLY)
    faults = list(checks.broken(scenario, undisturbed, after, ran, forbidden=forbidden))
    again = run(_arguments(world, scenario), world.environment)
    faults += checks.unmended(scenario, undisturbed.expected, world.state(), again)
    return ran, list(dict.fromkeys(faults))


def _arguments(world: World, scenario: Scenario) -> Sequence[str]:
    return [part.replace("{}", str(world.folder)) for part in scenario.arguments]


def _all(world: World, names: Sequence[str], runs: int, seed: int) -> int:
    total: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    print("| command | calls | runs | killed | refused | done all the same | promises broken |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        undisturbed = course(world, SCENARIOS[name])
        results: Counter[str] = Counter()
        for case in cases(SCENARIOS[name], undisturbed.calls, runs // len(names), seed):
            ran, faults = tried(world, undisturbed, case)
            results["killed" if ran.killed else "refused" if ran.code else "done"] += 1
            failed[name] += bool(faults)
            for fault in faults:
                print(f"{case}: {fault}", file=sys.stderr, flush=True)
        total += results
        ends = [results[each] for each in ("killed", "refused", "done")]
        figures = [undisturbed.calls[Fault.KILL], results.total(), *ends, failed[name]]
        print(f"| {name} | {' | '.join(map(str, figures))} |", flush=True)
    sums = [f"{total[each]:,} {each}" for each in ("killed", "refused", "done")]
    print(f"{total.total():,} runs: {', '.join(sums)} all the same; {sum(failed.values())} broke a promise.")
    return int(any(failed.values()))


def _only(world: World, case: Case) -> int:
    undisturbed = course(world, SCENARIOS[case.scenario], [case.fault])
    ran, faults = tried(world, undisturbed, case)
    print(f"{ran.out}\n{ran.err}\nexit code {ran.code}\n")
    print("\n".join(faults) or "every promise held")
    return int(bool(faults))


if __name__ == "__main__":
    try:
        main()
    except Unavailable as error:
        sys.exit(str(error))

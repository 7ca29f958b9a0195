"""Fuzz all that reads what others wrote: `python -m benchmarks.fuzz [TARGET …] [--minutes N]`.

Each target is fuzzed in a process of its own by atheris (`pip install 'recommender[dev]'`), in turns, so that all get
the same time. The inputs it finds useful grow in --work, from which `--keep` chooses the few that the project keeps.
An input that breaks a promise ends its target's turn and is kept in any case; the exit code is 1 then.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.fuzz import corpus
from benchmarks.fuzz.targets import TARGETS

TURN = 60  # seconds
KEPT = 16  # inputs of each target
KEPT_BYTES = 400  # of one of them: the seeds are the long ones
_RUNS = re.compile(r"stat::number_of_executed_units:\s*([0-9]+)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)} (default: all)")
    parser.add_argument("--minutes", type=float, default=20, help="in all (default: 20)")
    parser.add_argument("--turn", type=int, default=TURN, help=f"seconds of one target at a time (default: {TURN})")
    parser.add_argument("--work", type=Path, default=Path("fuzz"), help="folder of the growing inputs (default: fuzz)")
    parser.add_argument("--keep", action="store_true", help="choose the inputs that the project keeps, and end")
    arguments = parser.parse_args()
    chosen = arguments.targets or list(TARGETS)
    if unknown := set(chosen) - set(TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}")
    if arguments.keep:
        for name in chosen:
            print(f"{name}: {keep(name, arguments.work)} inputs kept")
        return
    sys.exit(fuzz(chosen, arguments.work, arguments.minutes * 60, arguments.turn))


def fuzz(chosen: list[str], work: Path, seconds: float, turn: int) -> int:
    """Fuzz the targets in turns; 1 if an input broke a promise."""
    runs: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        for name in chosen:
            done, failed = one_turn(name, work, min(turn, max(1, round(left))))
            runs[name] += done
            faults[name] += failed
            if failed:
                print(f"{name}: a promise broke; see {work}/{name}-*", flush=True)
        print(f"{sum(runs.values()):,} inputs, {sum(faults.values())} faults", flush=True)
    for name in chosen:
        print(f"| {name} | {runs[name]:,} | {faults[name]} |")
    return int(any(faults.values()))


def one_turn(name: str, work: Path, seconds: int) -> tuple[int, bool]:
    """Fuzz one target: how many inputs ran, and whether one broke a promise."""
    work.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.fuzz.one", name, str(work), str(seconds)]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", env=os.environ, check=False)
    (work / f"{name}.log").write_text(ended.stdout + ended.stderr, encoding="utf-8")
    counted = _RUNS.search(ended.stderr)
    if counted is None:  # it never began
        sys.exit(f"{name} cannot be fuzzed: {ended.stderr.strip()[-500:]}")
    return int(counted[1]), ended.returncode != 0


def keep(name: str, work: Path) -> int:
    """Keep a few of the inputs that reached something new, of all lengths, and those that broke a promise; how many.

    Those that broke one and were kept before stay.
    """
    inputs = [path.read_bytes() for path in (work / name).glob("*")]
    broke = [path.read_bytes() for path in work.glob(f"{name}-*")]
    small = sorted({each for each in inputs if len(each) <= KEPT_BYTES}, key=lambda data: (len(data), data))
    step = max(1, len(small) // KEPT)
    corpus.save(name, small[::step][:KEPT])
    corpus.save(f"{name}-broken", {*corpus.load(f"{name}-broken"), *broke})
    return len(corpus.load(name))


if __name__ == "__main__":
    main()

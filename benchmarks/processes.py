"""Time and memory of whole processes, measured from outside."""

import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

# Linux counts the memory that the starting process had at the start to the started one: this starter has little.
# Behind all that the command printed, it prints a zero character and what the command took.
_STARTER = """
import os, sys, time
start = time.perf_counter()
_, code, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
print("\\0", time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(code))
"""


class Cost(NamedTuple):
    """What one process took."""

    seconds: float  # wall-clock time
    processor: float  # CPU seconds, over all cores
    memory: float  # peak, MB

    def __str__(self) -> str:
        return f"{self.seconds:.2f} / {self.processor:.2f} / {self.memory:.0f}"


def measure(command: Sequence[str]) -> tuple[Cost, list[str]]:
    """The cost of a command, and the lines it printed.

    Args:
        command: the path of a program, and its arguments.

    Raises:
        subprocess.CalledProcessError: the command failed; `stderr` holds its words.
    """
    ended = subprocess.run([sys.executable, "-c", _STARTER, *command], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise subprocess.CalledProcessError(ended.returncode, command, ended.stdout, ended.stderr)
    printed, _, cost = ended.stdout.rpartition("\0")
    return Cost(*map(float, cost.split())), printed.splitlines()


def medians(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(*(median(figures) for figures in zip(*costs, strict=True)))


def peak() -> float:
    """The most memory this process has had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux: its ru_maxrss also counts what the parent had
        return int(status.read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def python(*arguments: str) -> list[str]:
    """The command that runs this Python with the arguments."""
    return [sys.executable, *arguments]


def recommend(*arguments: str) -> list[str]:
    """The `recommend` command that is installed beside this Python."""
    return [str(Path(sys.executable).with_name("recommend")), *arguments]

"""Run a command with a fault: its Nth system call on files of a folder fails, or it is killed there (shim.c)."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from typing import NamedTuple

_SOURCE = Path(__file__).with_name("shim.c")
_NO_END = 124  # the exit code of a command that was ended because it did not end
_PATIENCE = 600  # seconds; a mailer waits for another one


class Unavailable(Exception):
    """Faults cannot be injected on this machine; says why."""


class Fault(Enum):
    """What goes wrong: an errno (-1: SIGKILL), and whether it goes on."""

    KILL = (-1, False)
    BROKEN_ONCE = (errno.EIO, False)
    BROKEN = (errno.EIO, True)
    FULL = (errno.ENOSPC, True)
    OVER_QUOTA = (errno.EDQUOT, False)
    FORBIDDEN_ONCE = (errno.EACCES, False)
    FORBIDDEN = (errno.EACCES, True)
    READ_ONLY = (errno.EROFS, True)
    TOO_MANY_FILES = (errno.EMFILE, False)


class Ran(NamedTuple):
    """What became of a command."""

    code: int  # negative: the signal that ended it
    out: str
    err: str

    @property
    def killed(self) -> bool:
        """Whether the fault ended it."""
        return self.code == -signal.SIGKILL


def run(arguments: Sequence[str], environment: Mapping[str, str], faults: Mapping[str, str] | None = None) -> Ran:
    """Run `recommend` with these arguments.

    Args:
        environment: added to this process's own.
        faults: of `injected` or `counted`; none: nothing goes wrong.
    """
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "recommender", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, **environment, **(faults or {})},
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ran(_NO_END, "", f"no end within {_PATIENCE} seconds")
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def injected(fault: Fault, number: int, folder: Path) -> dict[str, str]:
    """The environment in which the call of this number, on a file of the folder, meets the fault."""
    code, stays = fault.value
    return _environment(folder) | {
        "FAULT_DO": str(code),
        "FAULT_AT": str(number),
        "FAULT_STAYS": str(int(stays)),
    }


def counted(fault: Fault, folder: Path, count: Path) -> dict[str, str]:
    """The environment in which calls that can meet the fault are counted into a file, and none fails."""
    return _environment(folder) | {"FAULT_DO": str(fault.value[0]), "FAULT_AT": "0", "FAULT_COUNT": str(count)}


def _environment(folder: Path) -> dict[str, str]:
    return {"LD_PRELOAD": str(library()), "FAULT_UNDER": str(folder.resolve())}


@cache
def library() -> Path:
    """The compiled shim, made once a process.

    Raises:
        Unavailable: this is no Linux, or it has no C compiler.
    """
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if sys.platform != "linux" or compiler is None:
        raise Unavailable("faults are injected by a C library on Linux: a C compiler (cc) is needed")
    target = Path(tempfile.mkdtemp(prefix="recommend-faults-"), "shim.so")
    made = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(target), str(_SOURCE), "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise Unavailable(f"the library that injects faults cannot be compiled here: {made.stderr.strip()[-500:]}")
    return target

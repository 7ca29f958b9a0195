"""The machine's commands and files, as schedulers use them; every failure is a MachineError that quotes the cause."""

import os
import shlex
import subprocess
from pathlib import Path

from recommender import files
from recommender.errors import MachineError, StoreError

_PATIENCE = 60  # seconds for a command to answer


def run(*command: str, stdin: bytes = b"") -> str:
    """Run a command and return what it prints; bytes that are not UTF-8 become surrogates.

    Raises:
        MachineError: the command is missing, hangs, or fails.
    """
    return output(command, call(*command, stdin=stdin))


def call(*command: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a command that may fail, with its messages in English.

    Raises:
        MachineError: the command is missing, or hangs.
    """
    environment = {**os.environ, "LC_ALL": "C"}  # callers recognise messages
    try:
        return subprocess.run(
            command, input=stdin, capture_output=True, timeout=_PATIENCE, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = error.strerror or error if isinstance(error, OSError) else "no answer within a minute"
        raise MachineError(f"`{command[0]}` cannot be run: {reason}; --with chooses another way") from error


def output(command: tuple[str, ...], process: subprocess.CompletedProcess[bytes]) -> str:
    """What a finished command printed; bytes that are not UTF-8 become surrogates.

    Raises:
        MachineError: the command failed.
    """
    if process.returncode:
        reason = process.stderr.decode("utf-8", "replace").strip() or f"exit code {process.returncode}"
        raise MachineError(f"`{shlex.join(command)}` failed: {reason}")
    return process.stdout.decode("utf-8", "surrogateescape")


def read(path: Path) -> str:
    """The text of a file.

    Raises:
        MachineError: the file cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise MachineError(f"{path}: {error.strerror or error}") from error


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all; makes its folder if needed.

    Raises:
        MachineError: the folder cannot be made, or the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, text)
    except OSError as error:
        raise MachineError(f"{path.parent}: {error.strerror or error}") from error
    except StoreError as error:
        raise MachineError(str(error)) from error


def delete(*paths: Path) -> None:
    """Delete files; a missing one is no error.

    Raises:
        MachineError: a file cannot be deleted.
    """
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise MachineError(f"{path}: {error.strerror or error}; delete it by hand") from error

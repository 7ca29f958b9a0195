"""The kept inputs: one file a target, one input a line, written as Python writes bytes.

They are the fuzzer's own, grown from `seeds`, and few: those that reach something the others do not. Tests replay
them (`tests/test_fuzz.py`), together with every input that once broke a promise.
"""

import ast
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).with_name("corpus")


def load(name: str, folder: Path = FOLDER) -> list[bytes]:
    """The kept inputs of a target; none yet: empty."""
    path = folder / f"{name}.txt"
    if not path.exists():
        return []
    return [ast.literal_eval(line) for line in path.read_text(encoding="ascii").splitlines()]


def save(name: str, inputs: Iterable[bytes], folder: Path = FOLDER) -> None:
    """Replace the kept inputs of a target."""
    folder.mkdir(exist_ok=True)
    lines = sorted({repr(each) for each in inputs}, key=lambda line: (len(line), line))
    (folder / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")

"""The kept inputs: one input a line, written as Python writes bytes, in files of two kinds.

`TARGET.txt` has a few that reached something new, of all lengths; `TARGET-broken.txt` every one that once broke a
promise. All are the fuzzer's own, grown from `seeds`, and tests replay them (`tests/test_fuzz_corpus.py`).
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
    """Replace the kept inputs of a target; no file where there are none."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").unlink(missing_ok=True)
    lines = sorted({repr(each) for each in inputs}, key=lambda line: (len(line), line))
    if lines:
        (folder / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")

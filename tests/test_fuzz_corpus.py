"""Everything that the fuzzing kept is read as promised: `python -m benchmarks.fuzz` finds more."""

import pytest

from benchmarks.fuzz import corpus
from benchmarks.fuzz.targets import TARGETS

KEPT = {name: [*corpus.load(name), *corpus.load(f"{name}-broken")] for name in TARGETS}


@pytest.mark.parametrize("name", TARGETS)
def test_what_fuzzing_kept_breaks_no_promise(name):
    target = TARGETS[name]
    for data in (*target.seeds, *KEPT[name]):
        target.check(data)
        target.check(data[: len(data) // 2])


def test_the_kept_inputs_are_few_and_small():
    assert max(map(len, KEPT.values())) <= 60
    assert sum(path.stat().st_size for path in corpus.FOLDER.glob("*.txt")) <= 300_000


def test_every_kept_input_has_a_target():
    assert {path.stem.removesuffix("-broken") for path in corpus.FOLDER.glob("*.txt")} <= TARGETS.keys()


def test_an_input_is_kept_byte_by_byte(tmp_path):
    inputs = [bytes(range(256)), b"", b"'\"\n"]
    corpus.save("any", inputs, tmp_path)
    assert sorted(corpus.load("any", tmp_path)) == sorted(inputs)

"""Everything that the fuzzing kept is read as promised: `python -m benchmarks.fuzz` finds more."""

import pytest

from benchmarks.fuzz import corpus
from benchmarks.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_what_fuzzing_kept_breaks_no_promise(name):
    target = TARGETS[name]
    for data in (*target.seeds, *corpus.load(name)):
        target.check(data)
        target.check(data[: len(data) // 2])


@pytest.mark.parametrize("name", TARGETS)
def test_the_kept_inputs_are_small(name):
    kept = corpus.load(name)
    assert len(kept) <= 60
    assert sum(map(len, kept)) <= 64 * 1024


def test_an_input_is_kept_byte_by_byte(tmp_path):
    inputs = [bytes(range(256)), b"", b"'\"\n"]
    corpus.save("any", inputs, tmp_path)
    assert sorted(corpus.load("any", tmp_path)) == sorted(inputs)

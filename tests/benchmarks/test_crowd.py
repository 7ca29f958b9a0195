"""A slice of `python -m benchmarks.crowd`: a few processes and a server on one home, for a few seconds."""

import pytest

from benchmarks.crowd import crowd

pytestmark = pytest.mark.slow


def test_every_change_that_was_acknowledged_is_there(tmp_path):
    told, problems = crowd(tmp_path, processes=4, seconds=6)
    assert told.runs.total() > 4
    assert told.faults == []
    assert problems == []

"""A slice of `python -m benchmarks.group`: a few members of a group, for a few seconds."""

import pytest

from benchmarks.group import load

pytestmark = pytest.mark.slow


def test_every_rating_that_was_answered_is_there(tmp_path):
    members, memory, problems = load(tmp_path, members=4, seconds=4)
    assert problems == []
    assert all(member.verdicts for member in members)
    assert len(memory) == 5

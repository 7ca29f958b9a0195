"""A slice of `python -m benchmarks.faults`: every command meets a few of the faults, at calls drawn once for all."""

from pathlib import Path

import pytest

from benchmarks.faults.__main__ import cases, course, tried
from benchmarks.faults.preload import Fault, Unavailable, library
from benchmarks.faults.scenarios import SCENARIOS
from benchmarks.faults.world import World, is_whole

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    try:
        library()
    except Unavailable as error:
        pytest.skip(str(error))
    made = World(Path(tmp_path_factory.mktemp("faults")).resolve())
    made.make()
    return made


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("like", Fault.KILL),
        ("like", Fault.FULL),
        ("first like", Fault.OVER_QUOTA),
        ("import", Fault.KILL),
        ("import", Fault.BROKEN_ONCE),
        ("mail", Fault.KILL),
        ("mail", Fault.TOO_MANY_FILES),
        ("inbox", Fault.KILL),
        ("follow", Fault.FORBIDDEN_ONCE),
        ("profile import", Fault.KILL),
        ("profile import", Fault.OVER_QUOTA),
        ("export", Fault.FULL),
        ("status", Fault.FORBIDDEN),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else value,
)
def test_what_was_told_is_kept_whatever_goes_wrong(world, name, fault):
    undisturbed = course(world, SCENARIOS[name], [fault])
    for case in cases(SCENARIOS[name], undisturbed.calls, most=2, seed=0):
        _, faults = tried(world, undisturbed, case)
        assert not faults, case


def test_a_half_written_file_is_noticed():
    assert is_whole("a.xml", b"<feed/>")
    assert not is_whole("a.xml", b"<feed>")
    assert not is_whole("a.zip", b"PK\3\4")
    assert not is_whole("a.bib", b"@article{a")

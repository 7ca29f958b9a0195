"""What tests cost, so that `make check` stays short: fast tests that are none are named at its end."""

import os
from collections.abc import Iterable, Iterator

MOST = 3.0  # seconds of the processor for the body of a test that is not marked as slow; most take hundredths
PROPERTY = "processor seconds"  # in a report


def used() -> float:
    """Seconds of the processor so far, of this process and of the children that it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def too_dear(reports: Iterable[object]) -> Iterator[str]:
    """A line for each test that cost more than `MOST`, the dearest first."""
    costs = [
        (seconds, report.nodeid)  # type: ignore[attr-defined]
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, seconds in report.user_properties  # type: ignore[attr-defined]
        if name == PROPERTY and seconds > MOST
    ]
    for seconds, test in sorted(costs, reverse=True):
        yield f"{seconds:.1f} s {test}"

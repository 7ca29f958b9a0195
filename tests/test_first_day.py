"""The README and the tutorial, followed literally by `tests/first_day.py`."""

import pytest
from faults import Server, without_proxy
from first_day import first_day, serve_today


@pytest.mark.slow
def test_every_command_of_the_first_day_does_what_its_page_says(tmp_path, monkeypatch):
    without_proxy(monkeypatch)
    with Server().running() as server:
        serve_today(server)
        steps = list(first_day(tmp_path, installed=True, arxiv=server.url))
    for step in steps:
        print(f"{step.seconds:5.1f} s  {step.page}: {step.command}  {step.skipped}")
    assert len([step for step in steps if not step.skipped]) >= 25
    assert not [step for step in steps if step.problem]

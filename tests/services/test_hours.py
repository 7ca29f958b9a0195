"""The moment from which a reader's mail may go out, also where clocks change in between."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.services.batch import hours
from recommender.sources.arxiv.calendar import announced_at

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31)).filter(lambda day: day.weekday() < 5)


@pytest.fixture
def machine(monkeypatch):
    """Sets the time zone of this machine."""

    def set_zone(zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


@given(DAYS, st.times(), st.sampled_from(ZONES))
def test_a_mail_goes_out_when_the_clock_of_the_reader_first_shows_the_hour(machine, day, hour, zone):
    machine(zone)
    at = f"{hour:%H:%M}"
    due = hours.due(at, day, LONG_AGO)
    assert due == hours.due(f"{at} {zone}", day, LONG_AGO)
    waited = due - announced_at(day)
    assert timedelta(0) <= waited <= timedelta(hours=25)
    local = due.astimezone(ZoneInfo(zone))
    # an hour that is left out when clocks are set forward comes by so much later
    gap = local.utcoffset() - (due - timedelta(hours=3)).astimezone(ZoneInfo(zone)).utcoffset()
    assert f"{local:%H:%M}" == at or f"{local.replace(tzinfo=None) - gap:%H:%M}" == at


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 3, 18), datetime(2026, 3, 18, 5, tzinfo=UTC)),
        (date(2026, 10, 21), datetime(2026, 10, 21, 6, tzinfo=UTC)),
    ],
)
def test_an_hour_of_the_machine_is_right_on_a_workday_on_which_its_clock_changes(machine, day, due):
    machine("CET-1CEST,M3.3.3/4,M10.3.3/4")  # at 4 o'clock on the third Wednesday of March and of October
    assert hours.due("07:00", day, LONG_AGO) == due

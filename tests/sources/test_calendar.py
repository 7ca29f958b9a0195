"""arXiv's timetable: https://info.arxiv.org/help/availability.html"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.sources.arxiv.calendar import announced_at, announced_for, announcement_day, weekday_from, weekdays

NEW_YORK = ZoneInfo("America/New_York")
MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2095, 1, 1), timezones=st.just(UTC))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of July 2025 in New York; the 13th is a Sunday."""
    return datetime(2025, 7, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("submitted", "listed"),
    [
        (at(14, 14), 16),  # Monday 14:00 to Tuesday 14:00 is announced on Tuesday, in Wednesday's list
        (at(15, 13, 59), 16),
        (at(15, 14), 17),
        (at(16, 14), 18),
        (at(17, 13, 59), 18),
        (at(17, 14), 21),  # Thursday 14:00 to Friday 14:00 is announced on Sunday, in Monday's list
        (at(18, 13, 59), 21),
        (at(18, 14), 22),  # Friday 14:00 to Monday 14:00 is announced on Monday, in Tuesday's list
        (at(19, 12), 22),
        (at(20, 23), 22),
        (at(21, 13, 59), 22),
        (at(21, 14), 23),
    ],
)
def test_a_submission_appears_as_the_timetable_says(submitted, listed):
    assert announced_for(submitted) == date(2025, 7, listed)


@pytest.mark.parametrize(
    ("moment", "current"),
    [
        (at(14, 0), 14),
        (at(14, 19, 59), 14),
        (at(14, 20), 15),
        (at(17, 20), 18),
        (at(18, 20), 18),  # Friday evening brings none
        (at(19, 20), 18),  # nor does Saturday's
        (at(20, 19, 59), 18),
        (at(20, 20), 21),  # Sunday's is Monday's list
    ],
)
def test_the_current_list_changes_at_eight_in_the_evening(moment, current):
    assert announcement_day(moment) == date(2025, 7, current)


@pytest.mark.parametrize(("month", "hour"), [(1, 1), (7, 0)])
def test_summer_time_counts(month, hour):
    change = datetime(2025, month, 15, hour, tzinfo=UTC)
    before = change - timedelta(minutes=1)
    assert [announcement_day(before).day, announcement_day(change).day] == [14, 15]
    deadline = datetime(2025, month, 15, 18 + hour, tzinfo=UTC)
    assert [announced_for(deadline - timedelta(minutes=1)).day, announced_for(deadline).day] == [16, 17]


@pytest.mark.parametrize("month", [1, 7])
def test_a_list_comes_out_on_the_evening_before_its_day(month):
    moment = announced_at(date(2025, month, 16))
    assert moment.astimezone(UTC) == datetime(2025, month, 16, {1: 1, 7: 0}[month], tzinfo=UTC)


@given(MOMENTS)
def test_a_list_is_current_from_when_it_comes_out(moment):
    day = announcement_day(moment)
    assert announced_at(day) <= moment < announced_at(weekday_from(day + timedelta(days=1)))


@given(MOMENTS)
def test_a_submission_appears_on_a_weekday_to_come_within_five_days(moment):
    listed = announced_for(moment)
    assert listed.weekday() < 5
    assert announcement_day(moment) < listed
    assert timedelta(hours=6) <= announced_at(listed) - moment <= timedelta(days=3, hours=7)


def test_weekdays_are_counted_with_both_ends():
    assert [day.day for day in weekdays(date(2025, 7, 17), date(2025, 7, 21))] == [17, 18, 21]
    assert weekdays(date(2025, 7, 17), date(2025, 7, 16)) == []

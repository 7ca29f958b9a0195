"""Days and moments as texts write them."""

import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.text.dates import MONTHS, day_of, leading_day, leading_moment, month_number, read_day, read_moment
from recommender.text.periods import local

IN_FULL = "January February March April May June July August September October November December".split()


def test_months_have_their_numbers_short_and_in_full_in_any_case():
    for number, name in enumerate(IN_FULL, start=1):
        assert month_number(name) == month_number(name.upper()) == month_number(name[:3].lower()) == number
        assert MONTHS[number - 1] == name[:3].lower()


@pytest.mark.parametrize("name", ["", "ja", "mai", "5", "Wed"])
def test_other_words_are_no_month(name):
    assert month_number(name) is None


def test_a_day_in_parts():
    assert day_of("2020", "May", "13") == date(2020, 5, 13)
    assert day_of("2020", "sept", "1") == date(2020, 9, 1)
    assert day_of("2023", "Feb", "31") is None
    assert day_of("2023", "Foo", "1") is None


CEST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-03-15T18:34:08Z", datetime(2023, 3, 15, 18, 34, 8, tzinfo=UTC)),
        ("2023-03-15T18:34:08+02:00", datetime(2023, 3, 15, 18, 34, 8, tzinfo=CEST)),
        (" 2023-03-15 ", datetime(2023, 3, 15, tzinfo=UTC)),
        ("Wed, 15 Mar 2023 18:34:08 GMT", datetime(2023, 3, 15, 18, 34, 8, tzinfo=UTC)),
        ("16 Mar 23 18:00:00 GMT", datetime(2023, 3, 16, 18, tzinfo=UTC)),
        ("1899-12-31", None),
        ("9999-12-31", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_whole_text_names_a_moment(text, moment):
    assert read_moment(text) == moment
    assert read_day(text) == (moment.date() if moment else None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-07-15", date(2020, 7, 15)),
        ("2020/07/15/", date(2020, 7, 15)),
        ("2020.7.5 and more", date(2020, 7, 5)),
        ("1666-03-06", date(1666, 3, 6)),
        ("9999-12-31", date(9999, 12, 31)),
        ("0001-01-01", None),
        ("0999-12-31", None),
        ("2021-07-00", None),
        ("2021-07", None),
        ("2021", None),
    ],
)
def test_a_day_begins_a_text(text, day):
    assert leading_day(text) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-07-15", datetime(2020, 7, 15, tzinfo=UTC)),
        ("2020-07-15 18:34", datetime(2020, 7, 15, 18, 34, tzinfo=UTC)),
        ("2020-07-15T18:34:08Z", datetime(2020, 7, 15, 18, 34, 8, tzinfo=UTC)),
        ("2020-07-15T18:34:08.123+0200", datetime(2020, 7, 15, 16, 34, 8, tzinfo=UTC)),
        ("2020-07-15 25:00", None),
        ("0001-01-01 00:00 +02:00", None),
        ("1899-12-31", None),
        ("9999-12-31 23:59:59 -02:00", None),
        ("2020-07", None),
    ],
)
def test_a_moment_begins_a_text(text, moment):
    assert leading_moment(text) == moment


@pytest.mark.parametrize("text", ["2026-6-30", "2026/06/30", "2026.6.30", "2026-6-30T10:00:00Z", "2026-06-30"])
def test_a_day_with_or_without_leading_zeros_is_the_same(text):
    assert read_day(text) == date(2026, 6, 30)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "UTC"])
@given(moment=st.datetimes(timezones=st.just(UTC)) | st.just(datetime.min.replace(tzinfo=UTC)))
def test_any_moment_has_a_local_time(moment, zone):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        assert local(moment) == moment
    time.tzset()

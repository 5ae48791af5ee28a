from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic import wall_time

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    "treated",
    [
        datetime(2026, 3, 3, 10, 0, tzinfo=LONDON),  # the clocks go forward on 29 March
        datetime(2026, 10, 1, 10, 0, tzinfo=LONDON),  # and back on 25 October
    ],
)
def test_four_weeks_later_at_ten_is_at_ten_across_both_clock_changes(treated):
    later = wall_time.days_later(treated, 28, LONDON)

    assert wall_time.local(later, LONDON).time() == time(10)
    assert wall_time.local(later, LONDON).date() == treated.date() + timedelta(days=28)


def test_the_control_four_weeks_of_seconds_later_is_an_hour_off():
    treated = datetime(2026, 3, 3, 10, 0, tzinfo=LONDON)

    later = treated.astimezone(UTC) + timedelta(days=28)

    assert wall_time.local(later, LONDON).time() == time(11)


def test_a_time_that_the_clocks_skip_moves_forward_by_the_gap():
    assert wall_time.instant(date(2026, 3, 29), time(1, 30), LONDON) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_that_the_clocks_show_twice_is_the_first_of_the_two():
    assert wall_time.instant(date(2026, 10, 25), time(1, 30), LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_lasts_from_midnight_to_midnight_however_many_hours_that_is(day, hours):
    begins, ends = wall_time.day_bounds(day, LONDON)

    assert ends - begins == timedelta(hours=hours)


EARLY, LATE = datetime(2020, 1, 1), datetime(2035, 1, 1)  # noqa: DTZ001 -- Hypothesis adds the zone itself


@given(st.datetimes(min_value=EARLY, max_value=LATE, timezones=st.just(UTC)))
def test_daytime_is_reached_by_waiting_never_by_going_back(at):
    moved = wall_time.into_daytime(at, LONDON)

    assert moved >= at
    assert time(8) <= wall_time.local(moved, LONDON).time() < time(20)
    assert moved - at <= timedelta(hours=13)

"""When something is closed, as people say it."""

from datetime import UTC, datetime

import pytest

from booking.models import Closure
from clinic.models import Site
from desk.closures import words


def closed(starts, ends):
    return Closure(site=Site(time_zone="Europe/London"), starts_at=starts, ends_at=ends)


def at(day, hour=0, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (at(2), at(3), "Monday 2 March, all day"),
        (at(2), at(5), "Monday 2 March to Wednesday 4 March"),
        (at(2, 13), at(2, 15, 30), "Monday 2 March, 13:00 to 15:30"),
        (at(2, 13), at(3), "Monday 2 March, from 13:00 on"),
        (at(2, 13), at(5), "Monday 2 March, 13:00 to Wednesday 4 March"),
        (at(2), at(4, 12), "Monday 2 March, 00:00 to Wednesday 4 March, 12:00"),
        (at(29), datetime(2026, 3, 29, 23, tzinfo=UTC), "Sunday 29 March, all day"),  # the day of 23 hours
    ],
)
def test_a_stretch_is_said_by_days_where_it_is_of_whole_days(starts, ends, said):
    assert words.when(closed(starts, ends)) == said

"""Until when somebody looks: within opening hours, around closures and changes of the clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from aftercare import watching
from clinic.models import OpeningHours
from tests.factories import booking
from tests.factories.booking import NINE, SIX, TEN, minutes

pytestmark = pytest.mark.django_db

FRIDAY_EVENING = datetime(2026, 3, 6, 17, 30, tzinfo=UTC)
MONDAY_OPENS = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


def look(site, at, urgency="same_day"):
    found = watching.look(site, urgency=urgency, at=at)
    return found.by, found.is_open


def test_while_the_site_is_open_somebody_looks_within_the_hour(site):
    assert look(site, TEN) == (TEN + minutes(60), True)


def test_shortly_before_it_closes_the_next_opening_counts(site):
    assert look(site, SIX - minutes(30)) == (NINE + timedelta(days=1, hours=1), True)


def test_at_night_and_over_the_weekend_the_next_opening_counts(site):
    OpeningHours.objects.filter(site=site, weekday__in=[5, 6]).delete()

    assert look(site, FRIDAY_EVENING + timedelta(hours=2)) == (MONDAY_OPENS + minutes(60), False)


def test_what_can_wait_is_looked_at_until_the_site_closes(site):
    assert look(site, TEN, "soon") == (SIX, True)
    assert look(site, NINE - timedelta(hours=3), "soon") == (SIX, False)


def test_a_day_that_is_shut_altogether_is_left_out(site):
    booking.close(site)

    assert look(site, TEN) == (NINE + timedelta(days=1, hours=1), False)


def test_after_the_clocks_change_the_wall_still_says_nine(site):
    saturday_night = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
    OpeningHours.objects.filter(site=site, weekday=6).delete()

    assert look(site, saturday_night) == (datetime(2026, 3, 30, 9, 0, tzinfo=UTC), False)  # ten o'clock in London


def test_a_site_without_hours_promises_no_hour(site):
    OpeningHours.objects.all().delete()

    assert look(site, TEN) == (None, False)


def test_the_minutes_are_the_site_s_own(site):
    site.report_minutes = 15

    assert look(site, TEN) == (TEN + minutes(15), True)

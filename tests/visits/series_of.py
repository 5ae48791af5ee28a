"""A series as the tests book it: whatever is proposed."""

from tests.factories.booking import TEN, minutes
from visits import series
from visits.series import Time

DONE = TEN + minutes(70)  # when the first session of a course ended


def times(proposal):
    return [Time(one.chosen.starts_at, one.chosen.practitioner) for one in proposal.bookable]


def booked(wanted, dee, **more):
    return series.book(wanted, times(series.propose(wanted, at=DONE)), by=dee, at=DONE, **more)

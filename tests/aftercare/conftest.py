"""Mia's first session of a course of four with Ana: Monday 2 March, ten to ten past eleven."""

import pytest

from tests.factories import aftercare, booking, treatments


@pytest.fixture
def house_values(db):
    """Load the questions, zones, days, steps and words that the house ships."""
    treatments.values()
    aftercare.values()


@pytest.fixture
def course(house_values, mia, as_ana):
    return treatments.course(mia, by=as_ana)


@pytest.fixture
def first_session(course, mia, microneedling, ana, as_ana):
    """Return the session as it stands when the treatment has ended: not signed yet."""
    visit = booking.visit(mia, microneedling, ana)
    return treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana)

"""Mia's visit with Ana on Monday at ten, and the values the house ships."""

import pytest

from tests.factories import booking, treatments


@pytest.fixture(autouse=True)
def values(request):
    """Load the house's clinical values for every test that meets the database."""
    if request.node.get_closest_marker("django_db") or "site" in request.fixturenames:
        request.getfixturevalue("db")
        treatments.values()


@pytest.fixture
def visit(mia, microneedling, ana):
    return booking.visit(mia, microneedling, ana)


@pytest.fixture
def session(visit, as_ana):
    """Mia's session, begun at ten, with an empty chart."""
    return treatments.started(visit, by=as_ana)

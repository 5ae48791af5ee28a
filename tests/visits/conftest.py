"""Mia's course of four, the first session done on Monday 2 March; asked for by the tests of a series."""

import pytest

from tests.factories import treatments
from tests.factories.booking import SUNDAY, TEN
from tests.visits.series_of import DONE
from visits import reception, treatment
from visits.series import Wanted


@pytest.fixture
def course(db, mia, ana, as_ana, dee, site, microneedling):
    """Mia's course of four, the first session done on Monday 2 March."""
    treatments.values()
    course = treatments.course(mia, by=as_ana, at=SUNDAY)
    visit = reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY
    )
    session = treatments.saved(treatments.started(visit, by=as_ana), by=as_ana, at=DONE)
    treatment.finish(session, ended_at=DONE, by=as_ana, at=DONE)
    return course


@pytest.fixture
def wanted(mia, microneedling, site, course):
    return Wanted(mia, microneedling, site, course)

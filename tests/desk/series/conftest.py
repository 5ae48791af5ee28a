import pytest
import time_machine

from tests.factories import treatments
from tests.factories.booking import SUNDAY, TEN, minutes
from visits import reception, treatment

DONE = TEN + minutes(70)


@pytest.fixture(autouse=True)
def after_the_first_session():
    """It is Monday, ten past eleven, unless a test says otherwise."""
    with time_machine.travel(DONE, tick=False):
        yield


@pytest.fixture
def session(mia, ana, as_ana, dee, site, microneedling):
    """The first session of Mia's course of four, over by now."""
    treatments.values()
    treatments.course(mia, by=as_ana, at=SUNDAY)
    visit = reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY
    )
    saved = treatments.saved(treatments.started(visit, by=as_ana), by=as_ana, at=DONE)
    return treatment.finish(saved, ended_at=DONE, by=as_ana, at=DONE)


@pytest.fixture
def course(session):
    return session.course

"""Monday, ten o'clock: Mia has arrived, Ana has her tablet, without scripts."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.factories import booking, stock, treatments
from tests.factories.booking import TEN
from tests.journeys.paper import Paper


@pytest.fixture(autouse=True)
def ten():
    with time_machine.travel(TEN, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def values(db):
    treatments.values()


def tablet_of(user) -> Paper:
    client = Client()
    client.force_login(user)
    return Paper(client)


@pytest.fixture
def tablet(ana):
    return tablet_of(ana)


@pytest.fixture
def visit(mia, microneedling, ana):
    return booking.visit(mia, microneedling, ana)


@pytest.fixture
def shelf(db):
    return {"tip": stock.cartridges("C4-0871"), "gel": stock.serum("HA-2219"), "cream": stock.cream("LC-0417")}


@pytest.fixture
def session(visit, as_ana, mia, shelf):
    """Mia's first session for acne scars, begun, with an empty chart."""
    treatments.course(mia, by=as_ana)
    return treatments.started(visit, by=as_ana)


@pytest.fixture
def chart(session):
    return reverse("desk:chart", args=[session.uuid])


@pytest.fixture
def review(session):
    return reverse("desk:session_review", args=[session.uuid])


@pytest.fixture
def record(session):
    return reverse("desk:record", args=[session.uuid])

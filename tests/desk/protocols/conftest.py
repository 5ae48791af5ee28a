"""Monday, ten o'clock: Max writes what patients get after a treatment."""

import pytest
import time_machine
from django.test import Client

from tests.factories import aftercare, treatments
from tests.factories.booking import TEN
from tests.journeys.paper import Paper


@pytest.fixture(autouse=True)
def ten(db):
    treatments.values()
    with time_machine.travel(TEN, tick=False) as clock:
        yield clock


def paper_of(user) -> Paper:
    client = Client()
    client.force_login(user)
    return Paper(client)


@pytest.fixture
def manager(max_, site):
    aftercare.values()
    return paper_of(max_.user)

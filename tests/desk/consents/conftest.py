"""Monday, ten o'clock: Mia reads and signs on a tablet that somebody holds out to her, without scripts."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.factories import treatments
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
def tablet(ana, site):
    return paper_of(ana)


@pytest.fixture
def desk(dee, site):
    return paper_of(dee.user)


@pytest.fixture
def page(mia):
    return reverse("desk:consents", args=[mia.uuid])


@pytest.fixture
def sign(mia):
    return reverse("desk:consent_sign", args=[mia.uuid])


@pytest.fixture
def paper(mia):
    return reverse("desk:consent_paper", args=[mia.uuid])

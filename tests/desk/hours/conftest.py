"""It is eleven on Tuesday 3 March 2026. Dee sits at the desk, Max manages."""

import pytest
import time_machine
from django.test import Client

from tests.factories.booking import TEN


@pytest.fixture(autouse=True)
def eleven_on_tuesday():
    with time_machine.travel(TEN.replace(day=3, hour=11), tick=False) as clock:
        yield clock


def page_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(dee, site) -> Client:
    return page_of(dee.user)


@pytest.fixture
def manager(max_, site) -> Client:
    return page_of(max_.user)

import pytest
import time_machine
from django.test import Client

from tests.factories.booking import SUNDAY


@pytest.fixture
def desk(dee):
    """Dee's browser, without scripts."""
    client = Client()
    client.force_login(dee.user)
    return client


@pytest.fixture(autouse=True)
def sunday():
    """It is the day before the visits of the tests, unless a test says otherwise."""
    with time_machine.travel(SUNDAY, tick=False):
        yield

"""The desk at its board: Dee, and a Monday at ten."""

import pytest
import time_machine
from django.test import Client

from tests.factories.booking import TEN


@pytest.fixture
def desk(dee):
    client = Client()
    client.force_login(dee.user)
    return client


@pytest.fixture
def monday():
    """Dee looks at the board on Monday at ten."""
    with time_machine.travel(TEN, tick=False):
        yield

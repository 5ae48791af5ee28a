"""Browsers without scripts, each with somebody signed in, and the days on which the tests of the pages play."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests.factories.booking import SUNDAY, TEN


def page_of(user) -> Client:
    """Return the browser of somebody who has signed in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(dee, site) -> Client:
    """Dee's browser."""
    return page_of(dee.user)


@pytest.fixture
def manager(max_, site) -> Client:
    """Max's browser."""
    return page_of(max_.user)


@pytest.fixture
def practice(ana) -> Client:
    """Ana's browser."""
    return page_of(ana)


@pytest.fixture
def sunday() -> Iterator[None]:
    """It is the day before the visits of the tests, unless a test says otherwise."""
    with time_machine.travel(SUNDAY, tick=False):
        yield


@pytest.fixture
def eleven_on_tuesday() -> Iterator[time_machine.Traveller]:
    """It is the day after the visits of the tests."""
    with time_machine.travel(TEN.replace(day=3, hour=11), tick=False) as clock:
        yield clock

"""Dee sits at the desk; Mia has had one session for acne scars, signed, on Monday 2 March."""

import pytest
import time_machine
from django.test import Client

from tests.factories.booking import TEN
from tests.story import signed_session


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
def clinician(ana) -> Client:
    return page_of(ana)


@pytest.fixture
def manager(max_, site) -> Client:
    return page_of(max_.user)


@pytest.fixture
def session(mia, ana, microneedling, site, dee, as_ana):
    words = {"note": "quetzal note", "reaction_note": "quetzal reaction"}
    return signed_session(mia, ana, microneedling, site, desk=dee, by=as_ana, **words)

"""Mia has had one session of four for acne scars, signed, on Monday 2 March; today is Tuesday."""

import pytest
from django.urls import reverse

from tests.story import signed_session


@pytest.fixture(autouse=True)
def day(eleven_on_tuesday):
    """Every test of the folder plays on that Tuesday."""


@pytest.fixture
def course(mia, ana, microneedling, site, dee, as_ana):
    return signed_session(mia, ana, microneedling, site, desk=dee, by=as_ana).course


@pytest.fixture
def address(mia):
    return reverse("desk:course", args=[mia.uuid])

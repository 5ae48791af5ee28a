"""Dee sits at the desk; Mia has had one session for acne scars, signed, on Monday 2 March."""

import pytest

from tests.story import signed_session


@pytest.fixture(autouse=True)
def day(eleven_on_tuesday):
    """Every test of the folder plays on that Tuesday."""


@pytest.fixture
def session(mia, ana, microneedling, site, dee, as_ana):
    words = {"note": "quetzal note", "reaction_note": "quetzal reaction"}
    return signed_session(mia, ana, microneedling, site, desk=dee, by=as_ana, **words)

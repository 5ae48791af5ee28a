import pytest


@pytest.fixture(autouse=True)
def day(eleven_on_tuesday):
    """Every test of the folder plays on that Tuesday."""

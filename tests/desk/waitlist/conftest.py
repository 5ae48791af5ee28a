import pytest


@pytest.fixture(autouse=True)
def day(sunday):
    """Every test of the folder plays on that Sunday."""

"""The desk at its board, on a Monday at ten."""

import pytest
import time_machine

from tests.factories.booking import TEN


@pytest.fixture
def monday():
    """Dee looks at the board on Monday at ten."""
    with time_machine.travel(TEN, tick=False):
        yield

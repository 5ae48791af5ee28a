from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.journeys.story")

from tests.journeys.stage import Clock, House, open_house  # noqa: E402 - after the line above


@pytest.fixture
def house(db: None) -> House:
    return open_house()


@pytest.fixture
def clock(house: House) -> Iterator[Clock]:
    """The web server's clock, on the wall's time until it is turned."""
    turned = Clock(house)
    yield turned
    turned.let_be()

"""How tests are dealt out to the processes of pytest-xdist: which stay together, and which begin.

Those stay together that share what is dear to set up, or a Redis that was given; the long ones begin.

xdist's own groups are part of a test's name, which pytest 9.2 lets no plugin change any more.
"""

import os

import pytest
from xdist.scheduler import LoadScopeScheduling

WHOLE = {"tests/desk/test_demo.py", "tests/proofs/test_up.py"}  # a story that is told, a house that is started
REDIS = {"tests/proofs/test_crashes.py", "tests/proofs/test_processes.py"}  # else each process starts its own
LONG = {"tests/desk/test_every_door.py", "tests/desk/test_canary.py"}  # so are stories, proofs and what is in a browser


class Sharing(LoadScopeScheduling):
    """Tests go one by one to whoever is free, but for those that belong together."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if module in REDIS and os.environ.get("TEST_REDIS_URL"):
            return "redis"
        return module if module in WHOLE else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing:
    return Sharing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests first, so that at the end no process has one to itself while the others are done."""
    items.sort(key=lambda item: not _is_long(item))


def _is_long(item: pytest.Item) -> bool:
    module = item.nodeid.partition("::")[0]
    in_long_room = module.startswith(("tests/journeys/", "tests/proofs/"))
    return in_long_room or module in LONG or item.get_closest_marker("browser") is not None

"""Which tests stay in one process of pytest-xdist: those that share what is dear to set up, or a Redis that was given.

xdist's own groups are part of a test's name, which pytest 9.2 lets no plugin change any more.
"""

import os

import pytest
from xdist.scheduler import LoadScopeScheduling

WHOLE = {"tests/desk/test_demo.py", "tests/proofs/test_up.py"}  # a story that is told, a house that is started
REDIS = {"tests/proofs/test_crashes.py", "tests/proofs/test_processes.py"}  # else each process starts its own


class Sharing(LoadScopeScheduling):
    """Tests go one by one to whoever is free, but for those that belong together."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if module in REDIS and os.environ.get("TEST_REDIS_URL"):
            return "redis"
        return module if module in WHOLE else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing:
    return Sharing(config, log)

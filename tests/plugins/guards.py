"""Tests that commit are cleaned up by deleting rows, which the guards refuse; they step aside for the clean-up only."""

from collections.abc import Iterator

import pytest

from clinic import guards

COMMITTING = {"transactional_db", "live_server", "django_db_reset_sequences"}


@pytest.fixture(autouse=True)
def guards_step_aside_for_the_flush(request: pytest.FixtureRequest) -> Iterator[None]:
    """End before the committing fixture does; a committing test finds the guards up again."""
    if not _commits(request):
        yield
        return
    request.getfixturevalue("transactional_db")
    guards.install_all()
    yield
    guards.drop_all()


def _commits(request: pytest.FixtureRequest) -> bool:
    mark = request.node.get_closest_marker("django_db")
    return bool(COMMITTING & set(request.fixturenames)) or bool(mark and mark.kwargs.get("transaction"))

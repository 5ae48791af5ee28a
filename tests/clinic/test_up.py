"""A demo clinic whose telling was cut short starts afresh; nothing else is ever thrown away."""

import pytest
from django.core.management import CommandError

from clinic.management.commands import up


@pytest.fixture
def house(tmp_path):
    """Return the folder of a clinic on its own SQLite file."""
    for name in ("stipple.sqlite3", "stipple.sqlite3-wal", "stipple.sqlite3-shm", "secret_key"):
        (tmp_path / name).write_text("held")
    return tmp_path


def held(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_half_told_demo_is_thrown_away_and_the_rest_stays(house):
    (house / up.HALF_TOLD).touch()

    assert up.forget_half_told(house, str(house / "stipple.sqlite3")) is True
    assert held(house) == ["secret_key"]


def test_a_clinic_that_was_told_to_its_end_stays_as_it_is(house):
    assert up.forget_half_told(house, str(house / "stipple.sqlite3")) is False
    assert held(house) == ["secret_key", "stipple.sqlite3", "stipple.sqlite3-shm", "stipple.sqlite3-wal"]


def test_a_database_of_somebody_elses_is_never_emptied(house):
    (house / up.HALF_TOLD).touch()

    with pytest.raises(CommandError, match="Empty the database of DATABASE_URL"):
        up.forget_half_told(house, "clinic")
    assert (house / up.HALF_TOLD).exists()

"""Instants that PostgreSQL sends are read as psycopg reads them."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

from clinic.instants import InstantLoader

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def sent(instant):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [instant])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    "instant",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, 0, 120000, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_as_it_went(instant):
    assert sent(instant) == instant
    assert sent(instant).tzinfo is UTC


@pytest.mark.parametrize("instant", ["infinity", "0044-03-15 12:00:00 BC", "12026-03-02 09:00"])
def test_what_no_datetime_can_hold_is_refused(instant):
    with pytest.raises(DataError):
        sent(instant)


def test_the_connection_reads_so():
    connection.ensure_connection()

    assert issubclass(connection.connection.adapters.get_loader(1184, 0), InstantLoader)

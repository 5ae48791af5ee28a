"""Instants as PostgreSQL sends them, read by the standard library: it takes a tenth of psycopg's time for them.

A page of a full day reads a thousand. Every connection is one of UTC, so nothing is to be moved to another zone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader


class InstantLoader(TimestamptzLoader):
    """Reads one instant. Raises DataError, as psycopg does, for one that no datetime can hold."""

    timezone = UTC  # Django looks whether it is the connection's

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data).replace(tzinfo=UTC)


def read_quickly(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Read the instants of a new connection so."""
    if connection.vendor == "postgresql" and connection.timezone == UTC:
        connection.connection.adapters.register_loader("timestamptz", InstantLoader)

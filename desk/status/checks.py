"""Everything that must run, looked at once: for machines as figures, for people as sentences with what to do."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from clinic import guards
from outbox import vitals
from outbox.vitals import Trouble, Vitals

LOW_DISK_BYTES = 500_000_000
RED = {Trouble.WORKER_SILENT, Trouble.BEAT_SILENT}  # a pause and a queue are for people, not for restarting the house
_is_whole = Event()  # a database that had every migration of this release has them as long as this process runs


@dataclass(frozen=True)
class Checkup:
    """What was found. signs: None where the database could not be asked."""

    has_database: bool
    missing_guards: list[str]
    is_migrated: bool
    signs: Vitals | None
    free_bytes: int

    @property
    def has_room(self) -> bool:
        return self.free_bytes >= LOW_DISK_BYTES

    @property
    def is_ready(self) -> bool:
        """Whether the house can do its work, so that a machine need not wake anybody."""
        troubles = self.signs.troubles if self.signs else []
        works = self.has_database and not self.missing_guards and self.is_migrated and self.has_room
        return works and not RED & set(troubles)

    def for_machines(self) -> dict[str, Any]:
        """Return figures without a word about anybody."""
        known: dict[str, Any] = {
            "ready": self.is_ready,
            "version": settings.VERSION,
            "database": self.has_database,
            "guards": self.has_database and not self.missing_guards,
            "migrations": self.is_migrated,
            "disk_free_bytes": self.free_bytes,
        }
        if self.signs:
            signs = self.signs
            known |= {
                "worker_seconds": signs.seconds_since(signs.worker_at),
                "beat_seconds": signs.seconds_since(signs.beat_at),
                "oldest_due_seconds": signs.seconds_since(signs.oldest_at),
                "last_sent_at": signs.sent_at.isoformat() if signs.sent_at else None,
                "paused": signs.pause is not None,
                "troubles": signs.troubles,
            }
        return known


def look(*, at: datetime) -> Checkup:
    """Look at everything; a database that does not answer is a finding, not an error."""
    free = shutil.disk_usage(settings.VAR_DIR).free
    try:
        connection.ensure_connection()
        missing = guards.missing()
        is_migrated = _is_whole.is_set() or not pending()
        return Checkup(True, missing, is_migrated, vitals.read(at=at), free)
    except DatabaseError:
        return Checkup(False, [], False, None, free)


def pending() -> list[str]:
    """Return the migrations of this release that the database has not had yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        _is_whole.set()
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]

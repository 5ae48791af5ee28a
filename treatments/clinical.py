"""Loads concerns, zones and follow-up values; a row that is there already stays as the clinic has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from clinic import clinical
from treatments import course_templates
from treatments.models import Concern, FollowUpRule, Zone
from treatments.models.reference import Sourced


def load(at: datetime | None = None) -> int:
    """Insert the rows of tables a, b and e that are missing, and the templates of courses; return how many rows.

    Nothing that is there already changes.
    """
    rows = (
        _insert(Concern, "code", "concern_depth", _concern)
        + _insert(Zone, "code", "zone_cap", _zone)
        + _insert(FollowUpRule, "key", "follow_up", lambda row, position: {"value": str(row["value"])})
    )
    return rows + course_templates.load()


def _insert(
    model: type[Sourced], key: str, table: str, fields_of: Callable[[dict[str, Any], int], dict[str, Any]]
) -> int:
    known = set(model.objects.values_list(key, flat=True))
    missing = [
        model(**{key: row[key]}, **fields_of(row, position), **_origin(row))
        for position, row in enumerate(clinical.table(table), start=1)
        if row[key] not in known
    ]
    model.objects.bulk_create(missing)
    return len(missing)


def _concern(row: dict[str, Any], position: int) -> dict[str, Any]:
    return {
        "label": row["label"],
        "min_mm": Decimal(row["min_mm"]),
        "max_mm": Decimal(row["max_mm"]),
        "sessions_min": row["sessions_min"],
        "sessions_max": row["sessions_max"],
        "position": position,
    }


def _zone(row: dict[str, Any], position: int) -> dict[str, Any]:
    return {
        "label": row["label"],
        "max_mm": Decimal(row["max_mm"]),
        "is_prohibited": row["prohibited"],
        "position": position,
    }


def _origin(row: dict[str, Any]) -> dict[str, Any]:
    mark = clinical.split_mark(row["mark"])
    return {"source": mark.source, "mark": mark.kind, "needs_confirming": row["confirm"]}

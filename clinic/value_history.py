"""Values as a history keeps them, and two people who change one row: what both changed is said, the rest stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar

from django.db import models

from clinic.refusals import Stale


class Change(Protocol):
    """One value as it was and as it became."""

    field: str
    was: str


class ValueChange(models.Model):
    """One value of a row as it was and as it became, beside the trail, which keeps no values.

    field: its name in the model. was, became: as texts, yes or no for what is ticked. version: what the change made of
    the row, which the history names itself.
    """

    field = models.CharField(max_length=40)
    was = models.TextField(blank=True)
    became = models.TextField(blank=True)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)

    class Meta:
        abstract = True


C = TypeVar("C", bound=Change)


def as_text(value: Any) -> str:
    """Return a value as the history keeps it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(one if isinstance(one, str) else json.dumps(one, sort_keys=True) for one in value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def by_field(changes: Iterable[C]) -> dict[str, list[C]]:
    """Return each field with its changes, in their order."""
    found: dict[str, list[C]] = {}
    for change in changes:
        found.setdefault(change.field, []).append(change)
    return found


def besides(since: Mapping[str, Sequence[Change]], now: models.Model, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes that are meant: a field as it was read is none. Raises Stale for what both changed.

    since: what others changed after it was read, by field; now: the row as it stands.
    """
    meant = {
        field: value for field, value in changes.items() if field not in since or as_text(value) != since[field][0].was
    }
    if both := [field for field in meant if field in since]:
        raise Stale(changed={field: (getattr(now, field), meant[field]) for field in both})
    return meant

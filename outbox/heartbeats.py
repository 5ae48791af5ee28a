"""Signs of life: written down seldom, so that watching costs nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from outbox.models import Heartbeat

SELDOM = timedelta(seconds=15)  # below the twenty seconds after which beat wakes the next sweep


def show(name: str, *, at: datetime) -> None:
    """Write down that this part is alive, unless that was done a moment ago. name: one of Heartbeat.Name."""
    old = Q(at__lt=at - SELDOM) | Q(at__gt=at + SELDOM)  # the second after a clock that was ahead
    if not Heartbeat.objects.filter(old, name=name).update(at=at):
        Heartbeat.objects.bulk_create([Heartbeat(name=name, at=at)], ignore_conflicts=True)

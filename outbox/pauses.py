"""When the mail server takes nothing from us: sending stops, every message waits, and the reason is shown."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from clinic.often import often
from outbox.models import Pause


def standing() -> Pause | None:
    return Pause.objects.standing().first()


def holds(at: datetime) -> bool:
    """Return whether nothing is to be tried at this moment."""
    return bool(_holding(at))


@often
def _holding(at: datetime) -> QuerySet[Pause]:
    return Pause.objects.standing().filter(try_again_at__gt=at).order_by().values_list("pk")[:1]


def begin(*, reason: str, at: datetime, length: timedelta) -> None:
    """Stop sending, or go on pausing when a try failed; the pause keeps the moment it began."""
    facts = {"reason": reason[:250], "try_again_at": at + length}
    if not Pause.objects.standing().update(**facts):
        Pause.objects.bulk_create([Pause(began_at=at, **facts)], ignore_conflicts=True)


def end(*, at: datetime) -> None:
    """Send again: the server accepted a message."""
    if _any_standing():
        Pause.objects.standing().update(is_standing=False, ended_at=at)


@often
def _any_standing() -> QuerySet[Pause]:
    return Pause.objects.standing().order_by().values_list("pk")[:1]

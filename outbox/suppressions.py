"""Addresses that mail no longer goes to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clinic import audit
from clinic.actors import Actor
from outbox.models import Suppression


def holds(address: str) -> bool:
    """Return whether mail to this address is stopped; upper and lower case are the same."""
    return Suppression.objects.filter(address__iexact=address).exists()


def suppress(address: str, *, reason: str, at: datetime) -> None:
    """Stop mail to an address, for everyone who shares it; the first reason stays."""
    if not holds(address):
        Suppression.objects.bulk_create(
            [Suppression(address=address, reason=reason[:250], since=at)], ignore_conflicts=True
        )


@transaction.atomic
def lift(suppression: Suppression, *, by: Actor, at: datetime) -> None:
    """Let mail go to the address again."""
    audit.record("address.used_again", suppression, by=by, at=at)
    suppression.delete()

"""Addresses that mail no longer goes to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower

from clinic import audit
from clinic.actors import Actor
from clinic.often import often
from outbox.models import Suppression


def holds(address: str) -> bool:
    """Return whether mail to this address is stopped; upper and lower case are the same."""
    return bool(_of(address.lower()))


@often
def _of(address: str) -> QuerySet[Suppression]:
    return Suppression.objects.alias(folded=Lower("address")).filter(folded=address).values_list("pk")[:1]


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

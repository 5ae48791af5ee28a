"""Until when somebody's registration or training allows them to treat: nothing of theirs is booked after that day."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from clinic import audit
from clinic.actors import Actor
from clinic.models import User


@transaction.atomic
def set_until(person: User, *, until: date | None, by: Actor, at: datetime) -> bool:
    """Note the last day, or that none is known; return whether that is news. Booked visits stay where they are."""
    if not User.objects.filter(pk=person.pk).exclude(registered_until=until).update(registered_until=until):
        return False
    audit.record("registration", person, by=by, at=at, fields={"until": until.isoformat() if until else None})
    person.registered_until = until
    return True

"""Breaking the glass: reading a record for a stated reason and a short time, to be looked at afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.models import User
from clinic.refusals import Refusal, Refused
from patients.models import Glass, Patient

LASTS = timedelta(hours=1)
LONGEST = Glass._meta.get_field("reason").max_length


class NoReason(Refused):
    """Raised when somebody would break the glass without saying why."""


class OwnGlass(Refused):
    """Raised when somebody would review what they opened themselves."""


@transaction.atomic
def break_(patient: Patient, *, reason: str, by: Actor, at: datetime) -> Glass:
    """Open the record to a person for an hour and return the glass; one that is open already stays as it is.

    Raises NoReason without a reason of at most 250 letters.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST:
        sentence = _("Say in a few words why you need this record now.")
        raise NoReason(Refusal("glass.reason", _("A reason is needed"), sentence, values={"field": "reason"}))
    if standing := open_for(patient, by.user, at=at):
        return standing
    glass = Glass.objects.create(patient=patient, broken_by=by.user, broken_at=at, until=at + LASTS, reason=reason)
    audit.record("glass.broken", glass, by=by, at=at, patient=patient, reason=reason)
    return glass


def open_for(patient: Patient, user: User | None, *, at: datetime) -> Glass | None:
    """Return the glass that lets this person read this record now, or None."""
    return Glass.objects.open(at).filter(patient=patient, broken_by=user).first()


@transaction.atomic
def close(glass: Glass, *, by: Actor, at: datetime) -> None:
    """Let the time be over at once. Nothing happens to one that is over already."""
    if Glass.objects.open(at).filter(pk=glass.pk).update(until=at):
        audit.record("glass.closed", glass, by=by, at=at, patient=glass.patient)
    glass.refresh_from_db()


@transaction.atomic
def review(glass: Glass, *, note: str = "", by: Actor, at: datetime) -> None:
    """Keep that a manager looked at it; the first look counts. Raises OwnGlass."""
    if by.user is not None and glass.broken_by_id == by.user.pk:
        sentence = _("You opened this record yourself, so somebody else looks at it.")
        raise OwnGlass(Refusal("glass.own", _("Not by yourself"), sentence))
    looked_at = {"reviewed_at": at, "reviewed_by": by.user, "reviewed_note": " ".join(note.split())[:250]}
    if Glass.objects.unreviewed().filter(pk=glass.pk).update(**looked_at):
        audit.record("glass.reviewed", glass, by=by, at=at, patient=glass.patient, reason=looked_at["reviewed_note"])
    glass.refresh_from_db()

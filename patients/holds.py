"""Legal holds: set by a manager with a reason, lifted with another."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from patients.models import Hold, Patient

LONGEST = Hold._meta.get_field("reason").max_length


class NoReason(Refused):
    """Raised when a hold is set or lifted without saying why."""


class Held(Refused):
    """Raised when something would be erased or deleted while a hold stands, or a second hold is set."""


@transaction.atomic
def set_(patient: Patient, *, reason: str, by: Actor, at: datetime) -> Hold:
    """Keep everything of this record until the hold is lifted. Raises NoReason, and Held where one stands."""
    reason = _told(reason)
    try:
        with transaction.atomic():
            hold = Hold.objects.create(patient=patient, reason=reason, set_at=at, set_by=by.user)
    except IntegrityError:
        raise held(patient) from None
    audit.record("hold.set", hold, by=by, at=at, patient=patient, reason=reason)
    return hold


@transaction.atomic
def lift(hold: Hold, *, because: str, by: Actor, at: datetime) -> None:
    """Let the clock of the record run again. Raises NoReason; nothing happens to a hold that was lifted before."""
    because = _told(because)
    lifted = {"lifted_at": at, "lifted_by": by.user, "lifted_because": because}
    if Hold.objects.standing().filter(pk=hold.pk).update(**lifted):
        audit.record("hold.lifted", hold, by=by, at=at, patient=hold.patient, reason=because)
    hold.refresh_from_db()


def standing(patient: Patient) -> Hold | None:
    """Return the hold that stands on this record, or None."""
    return Hold.objects.standing().filter(patient=patient).select_related("set_by").first()


def refuse_while_held(patient: Patient) -> None:
    """Raise Held where a hold stands."""
    if standing(patient):
        raise held(patient)


def held(patient: Patient) -> Held:
    sentence = _("The record of %(name)s is under a legal hold. Nothing of it is erased until the hold is lifted.")
    return Held(Refusal("record.held", _("A legal hold stands"), sentence % {"name": patient.name}))


def _told(reason: str) -> str:
    told = " ".join(reason.split())
    if not told or len(told) > LONGEST:
        sentence = _("Say why, in at most %(longest)s letters.") % {"longest": LONGEST}
        raise NoReason(Refusal("hold.reason", _("A reason is needed"), sentence, values={"field": "reason"}))
    return told

"""What a patient wants us to write, chosen by themselves behind their link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from clinic.actors import Actor
from outbox import notices as outbox
from patients import patients
from patients.models import Patient
from visits import notices
from visits.transactions import step

CHOICES = ("wants_appointment_mail", "wants_aftercare_mail", "wants_recall_mail", "wants_marketing_mail")


@step
def choose(patient: Patient, wanted: Mapping[str, bool], *, by: Actor, at: datetime) -> Patient:
    """Keep what the patient chose of CHOICES; what is unsent follows at once. Choosing twice changes nothing more."""
    held = outbox.hold(patient)
    chosen = {name: wants for name, wants in wanted.items() if name in CHOICES}
    changed = patients.edit(held, version=held.version, by=by, at=at, **chosen)
    notices.reconcile(changed, at=at)
    return changed

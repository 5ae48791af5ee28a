"""What a patient is to be told, derived from the record as it stands now."""

from __future__ import annotations

from datetime import datetime

from aftercare import plans
from booking import notices as visit_notices
from outbox import notices
from patients.models import Patient


def reconcile(patient: Patient, *, at: datetime) -> None:
    """Bring the outbox in line with the patient's visits and plans; each owner says why a message is withdrawn."""
    patient = notices.hold(patient)
    for owner, desired in (("booking", visit_notices.desired), ("aftercare", plans.desired)):
        notices.reconcile(owner=owner, patient=patient, desired=desired(patient, at=at), at=at)

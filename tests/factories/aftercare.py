"""What follows a treatment, brought about as a visit does it: the plan begins, the outbox is brought in line."""

from __future__ import annotations

from datetime import datetime

from aftercare import clinical, plans
from aftercare.models import Plan
from outbox import notices
from outbox.models import Notice
from outbox.notices import Tally
from patients.models import Patient
from tests.factories import stock
from tests.factories.booking import HOUSE
from treatments.models import Session


def values() -> None:
    """Load the protocol with its steps and words, as the house ships it."""
    clinical.load(stock.RECEIVED_AT)


def begun(session: Session, *, at: datetime | None = None) -> Plan:
    """Return the plan of a session that has ended, its messages standing in the outbox."""
    at = at or session.ended_at
    plan = plans.start(session, by=HOUSE, at=at)
    in_line(session.patient, at=at)
    return plan


def in_line(patient: Patient, *, at: datetime) -> Tally:
    """Bring the patient's notices in line with the record, as every step of a visit does."""
    return notices.reconcile(owner=plans.OWNER, patient=patient, desired=plans.desired(patient, at=at), at=at)


def standing() -> dict[str, datetime]:
    """Return what is due, by kind."""
    return dict(Notice.objects.open().filter(owner=plans.OWNER).order_by("due_at").values_list("kind", "due_at"))

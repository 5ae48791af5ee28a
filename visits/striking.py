"""A session entered in error: struck, and where it was held with somebody else, written into the right record.

One transaction for all that hangs on it: the skin that did not need to rest, the course that lacks a session, the
messages that tell of a treatment nobody had, the units that are counted with the right record.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic.actors import Actor
from ledger import packages
from outbox import notices as outbox
from patients import restrictions
from patients.models import Patient
from stock import movements
from treatments import courses, striking
from treatments.models import Session, Strike
from visits import notices, treatment
from visits.transactions import step


@step
def strike(session: Session, *, reason: str, by: Actor, at: datetime) -> Strike:
    """Strike a session that was entered in error. Raises as `striking.strike`.

    What it used up stays counted, for somebody opened it; the shelf is counted again where nobody did.
    """
    outbox.hold(session.patient)
    kept = striking.strike(session, reason=reason, by=by, at=at)
    _undo(session, reason=reason, by=by, at=at)
    return kept


@step
def move(
    session: Session,
    to: Appointment,
    *,
    version: int,
    identity_name: str,
    identity_born_on: date | None,
    reason: str,
    by: Actor,
    at: datetime,
) -> Session:
    """Write a session into the record of whom it was held with, and strike the original; return the new draft.

    to: the visit of the right patient, version as it was read. The draft has the real times and everything that was
    charted; gates that it went past stand beside it as an incident. Raises as `striking.may_move` and
    `treatment.record_afterwards`.
    """
    striking.may_move(session, by=by)
    for patient in Patient.objects.filter(pk__in=[session.patient_id, to.patient_id]).order_by("pk"):
        outbox.hold(patient)
    right = treatment.written_afterwards(
        to,
        version=version,
        identity_name=identity_name,
        identity_born_on=identity_born_on,
        started_at=session.started_at,
        needling_ended_at=session.needling_ended_at or session.ended_at or at,
        reason=_("Written into the record of somebody else first. %(reason)s") % {"reason": reason},
        by=by,
        at=at,
    )
    striking.strike(session, reason=reason, moved_to=right, by=by, at=at)
    moved = striking.copy_chart(session, right, reason=reason, by=by, at=at)
    if session.is_signed:
        movements.give_back(session.uuid, reason=_("Counted with the record it belongs to."), by=by, at=at)
    _undo(session, reason=reason, by=by, at=at)
    notices.reconcile(to.patient, at=at)
    return moved


def _undo(session: Session, *, reason: str, by: Actor, at: datetime) -> None:
    """Take back what followed from the session; what was sent is corrected by the outbox."""
    packages.give_back_for(session.uuid, reason=reason, by=by, at=at)
    restrictions.lift(f"session:{session.uuid}:spacing", at=at)
    if session.course is not None:
        courses.renumber(session.course)
        courses.unsettle(session.course, note=reason[:250], by=by, at=at)
    notices.reconcile(session.patient, at=at)

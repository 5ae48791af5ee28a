"""How reliably somebody came: visits nobody came to, and visits called off when it was too late to fill them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery

from booking.models import Appointment, Change
from patients.models import Patient

REMEMBERED = timedelta(days=730)  # what is older says nothing about the person of today

State, CalledOffBy = Appointment.State, Appointment.CalledOffBy


@dataclass(frozen=True)
class Attendance:
    """What is counted about one patient over the last two years; both are 0 for most."""

    no_shows: int = 0
    late_cancellations: int = 0


def of(patient_ids: Iterable[int], *, at: datetime) -> dict[int, Attendance]:
    """Return what is counted of each patient by its id, in one query whatever their number.

    A step that was taken back is not counted, and neither is a visit that the clinic called off. Late is less than
    the site's `late_cancel_hours` before the start.
    """
    ids = list(patient_ids)
    missed, late = Counter[int](), Counter[int]()
    for visit in _visits(ids, since=at - REMEMBERED):
        if visit.state == State.NO_SHOW:
            missed[visit.patient_id] += 1
        elif _is_late(visit):
            late[visit.patient_id] += 1
    return {pk: Attendance(missed[pk], late[pk]) for pk in ids}


def of_one(patient: Patient, *, at: datetime) -> Attendance:
    return of([patient.pk], at=at)[patient.pk]


def _visits(patient_ids: list[int], *, since: datetime) -> Iterable[Appointment]:
    """Return the visits that came to nothing, each with the instant at which it was called off (cancelled_at)."""
    called_off = Change.objects.filter(appointment=OuterRef("pk"), verb="cancel", undone_at=None).order_by("-id")
    came_to_nothing = Q(state=State.NO_SHOW) | Q(state=State.CANCELLED, cancelled_by=CalledOffBy.PATIENT)
    return (
        Appointment.objects.filter(came_to_nothing, patient__in=patient_ids, starts_at__gte=since)
        .select_related("site")
        .annotate(cancelled_at=Subquery(called_off.values("at")[:1]))
    )


def _is_late(visit: Appointment) -> bool:
    hours = timedelta(hours=visit.site.late_cancel_hours)
    return visit.cancelled_at is not None and visit.starts_at - visit.cancelled_at < hours

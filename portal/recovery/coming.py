"""What comes after the healing: the window of the next visit, or that it is booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aftercare import reports
from booking.models import Appointment
from treatments import courses, reactions
from treatments.models import Course, Session
from treatments.rules import Window


@dataclass(frozen=True)
class Next:
    """visit_at: when they come next, if that is booked. window: when it would be best, if a session is to come."""

    visit_at: datetime | None = None
    window: Window | None = None


def after(session: Session, *, at: datetime) -> Next | None:
    """Return what comes next, None where nothing is known or where a clinician looks first."""
    visits = Appointment.objects.standing().filter(patient=session.patient, starts_at__gt=at)
    booked = visits.order_by("starts_at").values_list("starts_at", flat=True).first()
    if booked is not None:
        return Next(visit_at=booked)
    if session.course is None or session.course.state != Course.State.RUNNING:
        return None
    if reactions.holding(session.patient) or reports.is_open(session.patient):
        return None
    window = courses.window(session.course)
    return Next(window=window) if window else None

"""What comes after the healing: the window of the next visit, or that it is booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aftercare import book_links, reports
from booking.models import Appointment
from patients import links
from patients.models import Link
from treatments import courses, reactions
from treatments.models import Course, Session
from treatments.rules import Window


@dataclass(frozen=True)
class Next:
    """visit_at: when they come next, if that is booked. window: when it would be best, if a session is to come.

    book_at: where they choose a time themselves, if a letter led there; "" if not.
    """

    visit_at: datetime | None = None
    window: Window | None = None
    book_at: str = ""


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
    return Next(window=window, book_at=_book_at(session.course, at)) if window else None


def _book_at(course: Course, at: datetime) -> str:
    """Return the address of the page that books; it is never made here, for opening a page changes nothing."""
    known = Link.objects.filter(purpose=book_links.PURPOSE, subject=book_links.subject(course), revoked_at=None)
    link = known.filter(expires_at__gt=at).first()
    return links.path(link) if link else ""

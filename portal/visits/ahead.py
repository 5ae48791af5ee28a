"""Where the page of a visit leads on to: the recovery after it, or the choice of another time."""

from __future__ import annotations

from dataclasses import dataclass

from aftercare import book_links, recovery_links
from booking.own_hands import Stands
from patients import links
from patients.models import Link
from portal.visits.door import Guest
from treatments.models import Course, Session


@dataclass(frozen=True)
class Ahead:
    """Addresses of other pages of this patient; empty where there is none that opens."""

    recovery: str = ""
    book: str = ""


def of(guest: Guest) -> Ahead:
    """Return where a visit that is over, under way or called off leads; nothing is made for it."""
    if guest.stands in (Stands.BEGUN, Stands.OVER):
        session = Session.objects.standing().filter(appointment=guest.visit).first()
        return Ahead(
            recovery=_open(guest, recovery_links.PURPOSE, recovery_links.subject(session.pk)) if session else ""
        )
    if guest.stands == Stands.CANCELLED:
        course = Course.objects.going_on().filter(patient=guest.patient).first()
        return Ahead(book=_open(guest, book_links.PURPOSE, book_links.subject(course)) if course else "")
    return Ahead()


def _open(guest: Guest, purpose: str, subject: str) -> str:
    open_ones = Link.objects.filter(patient=guest.patient, revoked_at=None, expires_at__gt=guest.at)
    link = open_ones.filter(purpose=purpose, subject=subject).first()
    return links.path(link) if link else ""

"""The card that a patient leaves with: the dates and rules of the messages on one page, true as it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation

from aftercare import recovery_links, wording
from booking.models import Appointment
from clinic import words
from clinic.models import Service
from clinic.words import Section
from outbox import letters
from treatments import courses
from treatments.models import Course, Session

CODE = "LEAVE_WITH"
NOT_TOLD = dict.fromkeys(("appointment_when", "window_opens", "window_best", "window_closes"), "–")


@dataclass(frozen=True)
class Card:
    """One page for one patient. sections: as a letter is laid out; language: the one it is written in.

    A button stands where a camera finds the patient's own page.
    """

    language: str
    sections: tuple[Section, ...]
    link: str


def card(session: Session, *, at: datetime) -> Card:
    """Return the card of a session that has ended, in the patient's language, with the site's facts of now.

    It says what the messages say: until the record is signed, the latest of the permissions.
    """
    site, letter = session.appointment.site, words.load("aftercare", session.patient.language, CODE)
    visit = _next_visit(session, at=at)
    window = courses.window(session.course) if visit is None and _goes_on(session.course) else None
    with translation.override(letter.language):
        told = NOT_TOLD | wording.values(session, site=site, window=window) | letters.facts(site)
        if visit is not None:
            told["appointment_when"] = wording.moment(visit.starts_at, site.zone)
    told["link"] = recovery_links.address(session, at=at)
    holds = wording.holding(session, among=letter.conditions)
    holds |= {name for name, there in (("visit", visit), ("window", window), ("link", told["link"])) if there}
    return Card(letter.language, words.sections(letter, told, holds), told["link"])


def _goes_on(course: Course | None) -> bool:
    return course is not None and course.state == Course.State.RUNNING


def _next_visit(session: Session, *, at: datetime) -> Appointment | None:
    """Return the next needling that is booked."""
    standing = Appointment.objects.standing().filter(patient=session.patient, service__kind=Service.Kind.NEEDLING)
    return standing.filter(starts_at__gt=max(at, session.started_at)).order_by("starts_at").first()

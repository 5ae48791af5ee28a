"""What a practitioner's day looks like: one stop per visit, with what is ready and what comes next.

Nothing clinical stands here, so the list is not a read of anybody's record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Service, Site
from intake import consents, texts
from patients import restrictions
from patients.models import Patient
from patients.restrictions import DeskWord
from treatments import courses
from treatments.models import Session

WAITING = (Appointment.State.BOOKED, Appointment.State.CONFIRMED)


@dataclass(frozen=True)
class Step:
    """The next step of a visit: where it leads, its words, and whether it is a form to post."""

    href: str
    words: str
    posts: bool = False


@dataclass(frozen=True)
class Stop:
    """One visit of the day as its row shows it. place: "2 of 4" or empty; gaps: what must be there before the start.

    waits_for_text: it cannot start before the house has a consent text.
    """

    visit: Appointment
    place: str
    word: DeskWord
    gaps: tuple[str, ...]
    step: Step
    is_next: bool = False
    waits_for_text: bool = False

    @property
    def waiting_since(self) -> datetime | None:
        """When the patient came, while they wait to be called in."""
        return self.visit.arrived_at if self.visit.state == Appointment.State.ARRIVED else None

    @property
    def is_over(self) -> bool:
        return not self.visit.is_standing


def stops(by: Actor, *, site: Site, at: datetime) -> list[Stop]:
    """Return the day's visits of a practitioner in order of time: seven queries, however many there are."""
    start, end = wall_time.day_bounds(wall_time.local(at, site.zone).date(), site.zone)
    visits = list(
        Appointment.objects.for_board()
        .prefetch_related(Prefetch("sessions", Session.objects.standing(), to_attr="held"))
        .filter(practitioner=by.user, site=site, starts_at__gte=start, starts_at__lt=end)
        .exclude(state=Appointment.State.CANCELLED)
        .order_by("starts_at")
    )
    people = {visit.patient_id: visit.patient for visit in visits}
    places = courses.places(visits)
    words = restrictions.words_for_desk(people.values(), on=wall_time.local(at, site.zone).date())
    agreed = _agreed(people.values())
    found, next_found = [], False
    for visit in visits:
        step = _step(visit)
        is_next = not next_found and visit.is_standing
        next_found = next_found or is_next
        stop = Stop(visit, places[visit.pk], words[visit.patient_id], _gaps(visit, agreed), step, is_next)
        found.append(replace(stop, waits_for_text=agreed is None and _asks_for_consent(visit)))
    return found


def unsigned(by: Actor, *, site: Site, at: datetime) -> list[Session]:
    """Return the reader's unsigned sessions that ended, or were left open on an earlier day; the oldest first."""
    start, _end = wall_time.day_bounds(wall_time.local(at, site.zone).date(), site.zone)
    left = Q(ended_at__isnull=False) | Q(started_at__lt=start)
    return list(
        Session.objects.filter(left, practitioner=by.user, signed_at=None, struck_at=None)
        .select_related("patient", "appointment__service")
        .order_by("started_at")
    )


def _agreed(people: Iterable[Patient]) -> set[int] | None:
    """Return the ids of those who agreed, or None while there is no text that anybody could agree to."""
    try:
        return consents.standing_among(people)
    except texts.NoConsentText:
        return None


def _asks_for_consent(visit: Appointment) -> bool:
    return visit.service.kind == Service.Kind.NEEDLING and visit.is_standing


def _gaps(visit: Appointment, agreed: set[int] | None) -> tuple[str, ...]:
    if not _asks_for_consent(visit):
        return ()
    gaps = []
    if visit.patient.born_on is None:
        gaps.append(_("Date of birth not known"))
    if agreed is None:
        gaps.append(_("No consent text yet"))
    elif visit.patient_id not in agreed:
        gaps.append(_("Consent to be signed"))
    return tuple(gaps)


def _step(visit: Appointment) -> Step:
    for session in visit.held:
        return _session_step(session)
    if visit.state in WAITING:
        return Step(reverse("desk:appointment_arrive", args=[visit.uuid]), _("Arrived"), posts=True)
    if visit.is_standing and visit.service.kind == Service.Kind.NEEDLING:
        return Step(reverse("desk:start", args=[visit.uuid]), _("Start session"))
    return Step(reverse("desk:appointment", args=[visit.uuid]), _("Open the visit"))


def _session_step(session: Session) -> Step:
    if session.is_signed:
        return Step(reverse("desk:record", args=[session.uuid]), _("Open the record"))
    if session.ended_at:
        return Step(reverse("desk:session_review", args=[session.uuid]), _("Review and sign"))
    return Step(reverse("desk:chart", args=[session.uuid]), _("Continue the chart"))

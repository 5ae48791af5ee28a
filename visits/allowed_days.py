"""On which days a visit that has to give way may be instead: restrictions, its course's window, the sessions around."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.models import Appointment
from clinic import wall_time
from clinic.models import Service
from clinic.refusals import Refusal
from patients import restrictions
from treatments import courses, gates
from treatments.models import PlannedVisit


@dataclass(frozen=True)
class AllowedDays:
    """The local days on which a visit may be. first: nothing before it. last: where its window closes, None for none.

    before_the_next: the last day that leaves the rest before the next booked session of its course. refusal: why no
    day is known at all; then a clinician decides first.
    """

    first: date
    last: date | None = None
    refusal: Refusal | None = None
    before_the_next: date | None = None


def allowed_days(visit: Appointment, *, at: datetime, may_be_sooner: bool = False) -> AllowedDays:
    """Return the days for a visit that moves on: none before its own day, nor before today.

    may_be_sooner: days before its own count as well, as where the patient chooses.
    """
    zone = visit.site.zone
    today = wall_time.local(at, zone).date()
    day = today if may_be_sooner else max(wall_time.local(visit.starts_at, zone).date(), today)
    firsts, lasts, before = [day], [], None
    refusal = restrictions.judge(visit.patient, service_kind=visit.service.kind, on=day, at=at)
    if refusal is not None:
        if refusal.earliest is None:
            return AllowedDays(day, refusal=refusal)
        firsts.append(refusal.earliest)
        lasts.append(refusal.values.get("closes"))
    if visit.service.kind == Service.Kind.NEEDLING:
        after, before = _between_the_sessions_around(visit)
        firsts += [after, _thought_over(visit, day, at)]
        lasts += [before, _window_closes(visit)]
    last = min((one for one in lasts if one is not None), default=None)
    return AllowedDays(max(one for one in firsts if one is not None), last, before_the_next=before)


def _thought_over(visit: Appointment, day: date, at: datetime) -> date | None:
    """Return the first day on which there was time enough to think about the consent, where that day is too soon."""
    refusal = gates.thinking_refusal(visit.patient, service=visit.service, site=visit.site, on=day, at=at)
    return refusal.earliest if refusal else None


def _window_closes(visit: Appointment) -> date | None:
    """Return the last day of the course's window, for the very next session of the course only."""
    course = courses.running_for(visit.patient)
    window = courses.window(course) if course else None
    if window is None:
        return None
    next_visit = course.planned_visits.filter(appointment__state__in=Appointment.STANDING).order_by("number").first()
    return window.closes_on if next_visit is None or next_visit.appointment_id == visit.pk else None


def _between_the_sessions_around(visit: Appointment) -> tuple[date | None, date | None]:
    """Return the days that keep the rest between this session and those booked before and after it in its course."""
    planned = PlannedVisit.objects.filter(appointment=visit).select_related("course").first()
    if planned is None:
        return None, None
    rest, zone = timedelta(days=planned.course.earliest_days), visit.site.zone
    others = planned.course.planned_visits.filter(appointment__state__in=Appointment.STANDING).exclude(pk=planned.pk)
    starts = list(others.order_by("number").values_list("number", "appointment__starts_at"))
    days = [(number, wall_time.local(starts_at, zone).date()) for number, starts_at in starts]
    before = [day for number, day in days if number < planned.number]
    after = [day for number, day in days if number > planned.number]
    return (max(before) + rest if before else None), (min(after) - rest if after else None)

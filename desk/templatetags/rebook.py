"""Coming again at the end of a treatment: four, five or six weeks on, and which of them fit the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from clinic import wall_time
from treatments import courses
from treatments.models import Session
from treatments.planning import Spacing

register = template.Library()

WEEKS = (4, 5, 6)


@dataclass(frozen=True)
class Way:
    """One link: so many weeks after the session, on that day; fits: that day lies in the window."""

    weeks: int
    on: date
    href: str
    fits: bool


@register.inclusion_tag("desk/series/_rebook.html", takes_context=True)
def rebook(context: template.Context, session: Session) -> dict[str, Any]:
    """Offer the next session to whoever may book, while the course has one left that nobody booked."""
    request, course = context["request"], session.course
    if session.ended_at is None or not request.actor.may("book"):
        return {"ways": []}
    if course is not None and (courses.visits_to_come(course) or courses.window(course) is None):
        return {"ways": []}
    zone = session.appointment.site.zone
    ended_on, today = (wall_time.local(at, zone).date() for at in (session.ended_at, request.now))
    window = Spacing(**{name.removesuffix("_days"): days for name, days in courses.days_of(course).items()}).after(
        ended_on
    )
    found = [_way(session, weeks, ended_on, window) for weeks in WEEKS]
    return {
        "ways": [way for way in found if way.on >= today],
        "window": window,
        "patient": session.patient,
        "series": f"{reverse('desk:series')}?patient={session.patient.uuid}",
    }


def _way(session: Session, weeks: int, ended_on: date, window: Any) -> Way:
    day = ended_on + timedelta(weeks=weeks)
    service = session.appointment.service_id
    said = urlencode({"patient": session.patient.uuid, "service": service, "from_day": day.isoformat()})
    return Way(weeks, day, f"{reverse('desk:book')}?{said}", window.holds(day))

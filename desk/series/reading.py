"""What stands already of a series: done, booked, to come. The desk reads how many, never what for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic import wall_time
from clinic.actors import Actor
from desk.booking.offers import aloud
from treatments import courses
from visits.series import Proposal


@dataclass(frozen=True)
class Standing:
    """One session that is done or booked. words: when it is, as it is read aloud; uuid: of a visit to come."""

    number: int
    words: str
    on: date
    is_done: bool = False
    uuid: object = None


@dataclass(frozen=True)
class Overview:
    """How far a series has come. title names the concern only for clinicians."""

    title: str
    progress: str
    standing: tuple[Standing, ...]
    is_full: bool


def today_of(request: HttpRequest) -> date:
    return wall_time.local(request.now, request.site.zone).date()


def overview(proposal: Proposal, *, reader: Actor) -> Overview:
    """Return what the head of the page says."""
    wanted, stands, zone = proposal.wanted, proposal.standing, proposal.wanted.site.zone
    booked = [_booked(one, number, zone) for number, one in enumerate(stands.booked, start=stands.done + 1)]
    if wanted.course is None:
        return Overview(_("No course yet"), "", tuple(booked), is_full=False)
    count = {"of": wanted.course.planned_sessions}
    title = _("Course of %(of)s sessions") % count
    if reader.may("see_clinical"):
        title = _("%(concern)s, %(of)s sessions") % (count | {"concern": wanted.course.concern.label})
    progress = _("%(done)s of %(of)s done, %(booked)s booked") % (count | {"done": stands.done, "booked": len(booked)})
    done = _done(wanted.course, zone)
    return Overview(title, progress, (*done, *booked), is_full=stands.done + len(booked) >= proposal.of)


def _done(course: courses.Course, zone: ZoneInfo) -> list[Standing]:
    days = course.sessions.ended().order_by("ended_at").values_list("ended_at", flat=True)
    local_days = [wall_time.local(ended_at, zone).date() for ended_at in days]
    return [Standing(number, "", day, is_done=True) for number, day in enumerate(local_days, start=1)]


def _booked(visit: Appointment, number: int, zone: ZoneInfo) -> Standing:
    words = aloud(visit.starts_at, visit.ends_at, visit.practitioner, zone)
    return Standing(number, words, wall_time.local(visit.starts_at, zone).date(), uuid=visit.uuid)

"""What the palette answers: patients, today's visits, things to do, places to go, each as a row that leads there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from booking.models import Appointment
from booking.rules import may as may_step
from clinic.wall_time import day_bounds, local
from desk.booking import search
from desk.palette import places, recents
from patients.models import Patient
from patients.restrictions import words_for_desk

TODAY_SHOWN = 5


@dataclass(frozen=True)
class Row:
    """One answer: a link, or a step that is posted with the visit's version."""

    words: str
    href: str
    icon: str = ""
    small: str = ""
    key: str = ""
    word: Any = None  # what the desk may know of a patient
    version: int | None = None


@dataclass(frozen=True)
class Group:
    words: str
    rows: list[Row] = field(default_factory=list)


def answer(request: HttpRequest, text: str, *, about: str = "") -> list[Group]:
    """Return what was found for what was typed, groups without rows left out.

    about: the uuid of the visit that is in front of the person, whose next steps come first while nothing is typed.
    """
    may = request.actor.may
    groups = [
        Group(_("This visit"), [] if text else list(_steps(request, about))),
        Group(_("Patients"), list(_patients(request, text)) if may("see_patients") else []),
        Group(_("Today"), list(_visits(request, text)) if may("see_board") else []),
        Group(_("Actions"), [_place(one) for one in places.matching(places.ACTIONS, text, may)]),
        Group(_("Go to"), [_place(one) for one in places.matching(places.PLACES, text, may)]),
    ]
    return [group for group in groups if group.rows]


def _place(place: places.Place) -> Row:
    return Row(str(place.words), place.href, place.icon, key=place.key)


def _patients(request: HttpRequest, text: str) -> Iterator[Row]:
    """Yield who was found; while nothing is typed, who was looked at last."""
    today = local(request.now, request.site.zone).date()
    if text:
        found = [(one.patient, one.word) for one in search.find(text, on=today)]
    else:
        recent = recents.of(request)
        words = words_for_desk(recent, on=today)
        found = [(patient, words[patient.pk]) for patient in recent]
    for patient, word in found:
        href = reverse("desk:patient", args=[patient.uuid])
        yield Row(patient.name, href, "user", small=_known_by(patient), word=word)


def _known_by(patient: Patient) -> str:
    born = f"{patient.born_on:%d/%m/%Y}" if patient.born_on else _("born not known")
    tail = f"…{patient.phone_tail}" if patient.phone else patient.email
    known = [born, tail, patient.reference]
    if patient.archived_on is not None:
        known.append(_("no longer comes since %(day)s") % {"day": date_format(patient.archived_on, "j M Y")})
    return " · ".join(known)


def _visits(request: HttpRequest, text: str) -> Iterator[Row]:
    if len(text) < search.LETTERS_NEEDED:
        return
    zone = request.site.zone
    start, end = day_bounds(local(request.now, zone).date(), zone)
    visits = Appointment.objects.filter(
        site=request.site,
        starts_at__gte=start,
        starts_at__lt=end,
        patient__in=Patient.objects.matching(text).order_by(),
    )
    for visit in visits.exclude(state=Appointment.State.CANCELLED).for_board()[:TODAY_SHOWN]:
        small = f"{local(visit.starts_at, zone):%H:%M} · {visit.service.name} · {visit.practitioner.short_name}"
        href = reverse("desk:appointment", args=[visit.uuid])
        yield Row(visit.patient.name, href, "board", small=f"{small} · {visit.get_state_display()}")


def _steps(request: HttpRequest, about: str) -> Iterator[Row]:
    """Yield what can be done now with the visit in front of the person."""
    visit = Appointment.objects.filter(uuid=about, site=request.site).for_board().first() if _is_uuid(about) else None
    if visit is None or not request.actor.may("book"):
        return
    zone, name = request.site.zone, visit.patient.name
    is_today = local(visit.starts_at, zone).date() == local(request.now, zone).date()
    if is_today and may_step("arrive", visit.state):
        href = reverse("desk:appointment_arrive", args=[visit.uuid])
        yield Row(_("Mark %(name)s as arrived") % {"name": name}, href, "tick", key="a", version=visit.version)
    if may_step("move", visit.state):
        href = reverse("desk:appointment_move", args=[visit.uuid])
        yield Row(_("Move the visit of %(name)s") % {"name": name}, href, "move", key="m")
    href = reverse("desk:patient", args=[visit.patient.uuid])
    yield Row(_("Open the record of %(name)s") % {"name": name}, href, "user")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

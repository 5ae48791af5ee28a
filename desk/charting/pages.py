"""What the pages of a session share: the session itself, whose it is, and what is told of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from clinic import wall_time
from desk.charting import sheet
from desk.patients.banner import Banner, banner
from treatments import courses
from treatments.models import Session


def session_of(uuid: UUID) -> Session:
    found = Session.objects.select_related(
        "patient",
        "practitioner",
        "signed_by",
        "room",
        "assistant",
        "skin_prep_lot__product",
        "rule_set",
        "device",
        "course__concern",
        "consent__text",
        "appointment__site",
        "appointment__service",
        "cartridge__lot__product",
        "strike__struck_by",
        "strike__moved_to",
        "moved_from__session",
    )
    return get_object_or_404(found, uuid=uuid, patient__closed_at=None)


def zone_of(session: Session) -> ZoneInfo:
    return session.appointment.site.zone


def told(request: HttpRequest, session: Session, told: sheet.Sheet) -> dict[str, Any]:
    return {
        "session": session,
        "sheet": told,
        "place": courses.place(session.appointment),
        "banner": banner_of(request, session),
    }


def banner_of(request: HttpRequest, session: Session) -> Banner:
    """Return who was treated, as old as they were on that day."""
    day = wall_time.local(session.started_at, zone_of(session)).date()
    return banner(session.patient, reader=request.actor, today=day)

"""The patients looked at last: ids in a cookie that only its own session can read, so signing out ends it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from patients.models import Patient

KEPT = 6
COOKIE = "recent"


def note(request: HttpRequest, response: HttpResponse, patient: Patient) -> None:
    """Put a patient first among those looked at."""
    others = [uuid for uuid in _uuids(request) if uuid != patient.uuid]
    response.set_signed_cookie(
        COOKIE,
        " ".join(uuid.hex for uuid in [patient.uuid, *others][:KEPT]),
        salt=_salt(request),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def of(request: HttpRequest) -> list[Patient]:
    """Return the patients looked at last, the newest first."""
    uuids = _uuids(request)
    found = {one.uuid: one for one in Patient.objects.filter(uuid__in=uuids, died_on=None)}
    return [found[uuid] for uuid in uuids if uuid in found]


def _uuids(request: HttpRequest) -> list[UUID]:
    """Return the ids that this very session noted; none from a cookie of another."""
    said = request.get_signed_cookie(COOKIE, default="", salt=_salt(request))
    return [UUID(hex=text) for text in said.split()]


def _salt(request: HttpRequest) -> str:
    return f"recent patients of {request.session.session_key}"

"""The card that a patient leaves with, on paper or taken along on the phone."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from aftercare import leaving
from clinic import audit
from clinic.policy import may
from desk.charting.pages import session_of
from desk.health_forms import qr


@may("read_messages")
@require_safe
def leave_with(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show the card of a session that has ended, ready to be printed."""
    session = session_of(uuid)
    if session.ended_at is None or session.struck_at is not None:
        raise Http404
    audit.read(session, by=request.actor, at=request.now, patient=session.patient)
    card = leaving.card(session, at=request.now)
    square = qr.path_of(card.link) if card.link else None
    context = {"session": session, "card": card, "square": square, "site": session.appointment.site}
    return TemplateResponse(request, "desk/charting/leave_with.html", context)

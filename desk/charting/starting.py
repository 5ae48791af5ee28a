"""The start: the gates, who is here, what is asked and agreed to; then the session begins."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from booking.models import Appointment
from clinic import audit
from clinic.policy import may
from clinic.refusals import Refusal, Refused, Stale
from desk.charting import begin
from desk.charting.start_form import StartForm
from intake.models import Purpose
from intake.screenings import AnswersMissing
from intake.texts import NoConsentText
from treatments.models import Session
from visits import treatment


@may("treat")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make sure who is here, ask, record consent; then the session begins."""
    visit = get_object_or_404(Appointment.objects.for_board(), uuid=uuid)
    begun = Session.objects.standing().filter(appointment=visit).first()
    if begun is not None:
        return redirect("desk:chart", begun.uuid)
    try:
        scene = begin.scene(visit, by=request.actor, at=request.now)
    except NoConsentText as missing:
        messages.warning(request, str(missing))
        return redirect("desk:my_day")
    if request.method == "GET":
        audit.read(visit.patient, by=request.actor, at=request.now, patient=visit.patient)
        return _start_page(request, scene, scene.form())
    form = scene.form(request.POST)
    if not form.is_valid():
        return _start_page(request, scene, form, status=422)
    try:
        session = treatment.start(visit, **scene.facts(form), by=request.actor, at=request.now)
    except AnswersMissing as missing:
        begin.show_missing(form, missing)
        return _start_page(request, scene, form, status=422)
    except Stale as stale:
        form.add_error(None, str(stale))
        begin.renew(form, scene)
        return _start_page(request, scene, form, status=409)
    except Refused as refused:
        begin.renew(form, scene)
        return _start_page(request, scene, form, refusal=refused.refusal, status=422)
    return redirect("desk:chart", session.uuid)


def _start_page(
    request: HttpRequest, scene: begin.Scene, form: StartForm, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    stop = refusal or scene.stop
    purposes = stop.values.get("purposes", []) if stop else []
    context = {
        "scene": scene,
        "form": form,
        "issues": begin.issues(form) if form.is_bound else [],
        "refusal": stop,
        "unsigned": [(purpose, Purpose(purpose).label) for purpose in purposes],
        "way_on": begin.way_on(stop, scene.visit),
        "is_asked": status != 200,
    }
    return TemplateResponse(request, "desk/charting/start.html", context, status=status)

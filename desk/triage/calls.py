"""A call about the skin, taken down by whoever picks up: the same list, the same rules, and what to say at once."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from aftercare import report_rules, watching
from aftercare.models import Report
from clinic.policy import may
from clinic.refusals import Refused
from desk.patients.banner import of_page
from desk.patients.forms import FindForm
from desk.triage.forms import CallForm
from patients.models import Patient
from treatments.models import Session
from visits import reports

FOUND_AT_MOST = 12


@may("book")
@require_safe
def call_find(request: HttpRequest) -> HttpResponse:
    """Find who is on the telephone."""
    form = FindForm(request.GET)
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    found = list(Patient.objects.matching(typed)[:FOUND_AT_MOST]) if typed else []
    return TemplateResponse(request, "desk/triage/find.html", {"typed": typed, "found": found})


@may("book")
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take down what somebody says on the telephone; what to say to them is on the next page."""
    person = get_object_or_404(Patient.objects.filter(closed_at=None), uuid=uuid)
    if request.method == "GET":
        return _call_page(request, person, CallForm())
    form = CallForm(request.POST)
    if not form.is_valid():
        return _call_page(request, person, form, status=422)
    session = Session.objects.ended().filter(patient=person, struck_at=None).order_by("-ended_at").first()
    told = {"session": session, "site": request.site, "by": request.actor, "at": request.now}
    try:
        report = reports.log_call(person, **told, **form.cleaned_data)
    except Refused as refused:
        form.refuse(refused)
        return _call_page(request, person, form, status=422)
    return redirect("desk:report_say", report.uuid)


def _call_page(request: HttpRequest, person: Patient, form: CallForm, status: int = 200) -> HttpResponse:
    context = {
        "person": person,
        "banner": of_page(request, person),
        "form": form,
        "emergency": [sign.words for sign in report_rules.EMERGENCIES],
    }
    return TemplateResponse(request, "desk/triage/call.html", context, status=status)


@may("book")
@require_safe
def call_say(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say what to tell the patient now, by how urgent it is; nothing of what they said stands here."""
    report = get_object_or_404(
        Report.objects.filter(patient__closed_at=None).select_related("patient", "site"), uuid=uuid
    )
    look = watching.look(report.site, urgency=report.urgency, at=report.told_at)
    context = {"report": report, "person": report.patient, "by": look.by, "may_read": request.actor.may("see_clinical")}
    return TemplateResponse(request, "desk/triage/say.html", context)

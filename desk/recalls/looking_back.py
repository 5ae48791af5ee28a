"""Looking back the other way: from a device or a practitioner to sessions, from a patient to every lot."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from clinic import audit
from clinic.models import Device, User
from clinic.policy import may
from desk.patients.banner import of_page
from desk.recalls import reading
from desk.recalls.forms import LookBackForm
from patients.models import Patient
from treatments import tracing
from treatments.tracing import Use

MOST = 1000  # sessions on one page; whoever looks for more chooses fewer days


@may("keep_stock")
@require_safe
def look_back(request: HttpRequest) -> HttpResponse:
    """Show the sessions of a device or of a practitioner between two days."""
    form = LookBackForm(request.GET if "whose" in request.GET else None)
    lines, is_cut = [], False
    if form.is_bound and form.is_valid():
        uses = _uses(request, form.cleaned_data)
        is_cut, lines = len(uses) > MOST, reading.lines(request, uses[:MOST])
    context = {
        "form": form,
        "lines": lines,
        "is_cut": is_cut,
        "most": MOST,
        "sees_zones": reading.sees_zones(request),
        "has_asked": form.is_bound and form.is_valid(),
    }
    return TemplateResponse(request, "desk/recalls/look_back.html", context, status=422 if form.errors else 200)


def _uses(request: HttpRequest, said: dict[str, Any]) -> list[Use]:
    kind, _colon, pk = said["whose"].partition(":")
    known = {"days": (said["from_on"], said["until_on"]), "zone": request.site.zone, "most": MOST + 1}
    if kind == "device":
        return tracing.of_device(get_object_or_404(Device, pk=pk), **known)
    return tracing.of_practitioner(get_object_or_404(User, pk=pk), **known)


@may("see_clinical")
@require_safe
def patient_lots(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show every lot and every device that was used on a patient."""
    person = get_object_or_404(Patient, uuid=uuid)
    audit.read(person, by=request.actor, at=request.now, patient=person)
    context = {"person": person, "banner": of_page(request, person), "used": tracing.lots_of_patient(person)}
    return TemplateResponse(request, "desk/recalls/patient_lots.html", context)

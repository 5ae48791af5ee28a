"""Privacy of a record: who has seen it, told to the manager and to the patient."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from clinic import audit
from clinic.policy import may
from desk.privacy import seen as seen_by
from desk.privacy.forms import SeenForm
from patients.models import Patient

ON_A_PAGE = 50


@may("keep_records")
@require_safe
def seen(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show who has seen what is private about a patient: who, as what, what and when."""
    person = get_object_or_404(Patient.everybody, uuid=uuid)
    form, rows = _asked(request, person)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "person": person,
        "form": form,
        "page": page,
        "lines": seen_by.readings(page),
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
    }
    return _answer(request, person, "seen", context, form)


@may("keep_records")
@require_safe
def seen_sheet(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show the same as a letter to the patient, who asked for it."""
    person = get_object_or_404(Patient.everybody, uuid=uuid)
    form, rows = _asked(request, person)
    context = {
        "person": person,
        "form": form,
        "lines": seen_by.told(rows, zone=request.site.zone),
        "since": form.cleaned_data.get("since"),
        "until": form.cleaned_data.get("until"),
    }
    return _answer(request, person, "seen_sheet", context, form)


def _asked(request: HttpRequest, person: Patient) -> tuple[SeenForm, Any]:
    """Return the form and the reads it asks for: none at all while a day cannot be read."""
    reads = seen_by.reads(person)
    form = SeenForm(request.GET, people=seen_by.readers(reads))
    if not form.is_valid():
        return form, reads.none()
    return form, seen_by.found(reads, **form.cleaned_data, zone=request.site.zone)


def _answer(request: HttpRequest, person: Patient, name: str, context: dict[str, Any], form: SeenForm) -> HttpResponse:
    audit.read(person, by=request.actor, at=request.now, patient=person, verb=audit.READ_TRAIL)
    return TemplateResponse(request, f"desk/privacy/{name}.html", context, status=422 if form.errors else 200)

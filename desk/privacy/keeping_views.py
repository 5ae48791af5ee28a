"""How long a record is kept: holds, erasure, and the records that were closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import audit
from clinic.policy import may
from clinic.refusals import Refused
from desk.privacy import letters
from desk.privacy.forms import FindClosedForm, HoldForm, LiftForm, WhyEraseForm
from patients import holds
from patients.models import Erasure, Patient
from visits import erasing
from visits import keeping as kept

ON_A_PAGE = 25


@may("keep_records")
@require_safe
def keeping(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show until when a record is kept, and why; here it is held, erased and opened again."""
    return _page(request, _person(uuid))


@may("keep_records")
@require_POST
def hold(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Set a legal hold."""
    person, form = _person(uuid), HoldForm(request.POST)
    if form.is_valid():
        try:
            holds.set_(person, reason=form.cleaned_data["reason"], by=request.actor, at=request.now)
        except Refused as refused:
            form.add_error("reason", str(refused))
        else:
            messages.success(request, _("Everything of this record is kept until the hold is lifted."))
            return redirect("desk:patient_keeping", person.uuid)
    return _page(request, person, status=422, hold_form=form, form=form)


@may("keep_records")
@require_POST
def hold_lift(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Lift the hold that stands."""
    person, form = _person(uuid), LiftForm(request.POST)
    standing = holds.standing(person)
    if standing is None:
        messages.info(request, _("No hold stands on this record."))
        return redirect("desk:patient_keeping", person.uuid)
    if form.is_valid():
        try:
            holds.lift(standing, because=form.cleaned_data["because"], by=request.actor, at=request.now)
        except Refused as refused:
            form.add_error("because", str(refused))
        else:
            messages.success(request, _("The hold is lifted."))
            return redirect("desk:patient_keeping", person.uuid)
    return _page(request, person, status=422, lift_form=form, form=form)


@may("keep_records")
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say what goes, what stays and until when; then do it, and lead to the letter that tells the patient."""
    person = _person(uuid)
    if person.closed_at:
        return redirect("desk:patient_keeping", person.uuid)
    form, refusal = WhyEraseForm(request.POST if request.method == "POST" else None), None
    if form.is_bound and form.is_valid():
        try:
            erasure = erasing.erase(
                person, reason=form.cleaned_data["reason"], site=request.site, by=request.actor, at=request.now
            )
        except Refused as refused:
            refusal = refused.refusal
        else:
            day = date_format(erasure.delete_on, "j F Y")
            said = _("The record is closed, and is deleted on %(day)s. Print the letter for the patient.")
            messages.success(request, said % {"day": day})
            return redirect("desk:patient_keeping", person.uuid)
    context = {
        "person": person,
        "form": form,
        "refusal": refusal,
        "delete_on": kept.delete_on(person, request.site),
        "hold": holds.standing(person),
        "visit": refusal.values.get("visit") if refusal else None,
        "reaction": refusal.values.get("reaction") if refusal and request.actor.may("see_clinical") else None,
    }
    status = 422 if form.errors or refusal else 200
    return TemplateResponse(request, "desk/privacy/erase.html", context, status=status)


@may("keep_records")
@require_safe
def letter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give out the letter that tells the patient what was erased and when the rest is deleted, as PDF."""
    person = _person(uuid)
    erasure = get_object_or_404(Erasure, patient=person, reopened_at=None)
    audit.record("record.letter", erasure, by=request.actor, at=request.now, patient=person)
    response = HttpResponse(letters.of_erasure(erasure, site=request.site), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{person.reference}.pdf"'
    return response


@may("keep_records")
@require_POST
def reopen(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Open a closed record again: its patient came back."""
    person = _person(uuid)
    erasure = get_object_or_404(Erasure, patient=person, reopened_at=None)
    erasing.reopen(erasure, by=request.actor, at=request.now)
    messages.success(request, _("The record is open again. Ask what they want to be told: that was removed."))
    return redirect("desk:patient", person.uuid)


@may("keep_records")
@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Show the records that were closed, which nobody else finds."""
    form = FindClosedForm(request.GET)
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    found = Erasure.objects.filter(reopened_at=None).select_related("patient").order_by("delete_on", "pk")
    if typed:
        found = found.filter(patient__in=Patient.everybody.matching(typed).order_by())
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(request, "desk/privacy/closed.html", {"page": page, "typed": typed})


def _person(uuid: UUID) -> Patient:
    return get_object_or_404(Patient.everybody, uuid=uuid)


def _page(request: HttpRequest, person: Patient, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "person": person,
        "hold": holds.standing(person),
        "past_holds": person.holds.exclude(lifted_at=None).select_related("set_by", "lifted_by"),
        "erasure": Erasure.objects.filter(patient=person, reopened_at=None).select_related("erased_by").first(),
        "last_entry_on": kept.last_entry_on(person, request.site),
        "delete_on": kept.delete_on(person, request.site),
        "hold_form": HoldForm(),
        "lift_form": LiftForm(),
        **more,
    }
    return TemplateResponse(request, "desk/privacy/keeping.html", context, status=status)

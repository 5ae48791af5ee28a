"""The records whose time is over: listed each night, deleted when a person says so."""

from __future__ import annotations

from uuid import UUID

from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.models import Purge
from clinic.policy import may
from clinic.refusals import Refused
from desk.privacy.forms import DeleteForm
from patients.models import Patient
from visits import purging


@may("keep_records")
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Show what is due for its final deletion, and what was deleted lately."""
    done = Purge.objects.exclude(done_at=None).order_by("-done_at")[:20]
    return TemplateResponse(request, "desk/privacy/due.html", {"waiting": purging.waiting(), "done": done})


@may("keep_records")
@require_http_methods(["GET", "POST"])
def due_one(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what would go with one record; delete it once its reference is written."""
    purge = get_object_or_404(Purge.objects.waiting(), uuid=uuid)
    person = get_object_or_404(Patient.everybody, pk=purge.patient_pk)
    form, refusal = DeleteForm(request.POST if request.method == "POST" else None, person=person), None
    if form.is_bound and form.is_valid():
        try:
            purging.carry_out(purge, by=request.actor, at=request.now)
        except Refused as refused:
            refusal = refused.refusal
        else:
            messages.success(request, _("The record is deleted for good."))
            return redirect("desk:due")
    rows = [
        (str(apps.get_model(label)._meta.verbose_name_plural), count) for label, count in purging.counts(person).items()
    ]
    context = {"purge": purge, "person": person, "form": form, "refusal": refusal, "rows": rows}
    status = 422 if form.errors or refusal else 200
    return TemplateResponse(request, "desk/privacy/due_one.html", context, status=status)

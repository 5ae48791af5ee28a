"""A patient's whole record to take along: asked for with a reason, and in the trail."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clinic import audit
from clinic.policy import may
from desk.exports import packing
from patients.models import Patient


class ExportForm(forms.Form):
    """Why the record leaves the house."""

    reason = forms.CharField(
        label=_("Why is it exported?"),
        max_length=200,
        help_text=_("Such as: asked for by the patient, in writing. It is kept in the trail."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Say why the record is exported.")},
    )


@may("export_record")
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Give out everything that the house holds about one patient."""
    person = get_object_or_404(Patient, uuid=uuid)
    form = ExportForm(request.POST) if request.method == "POST" else ExportForm()
    if not form.is_bound or not form.is_valid():
        return _ask(request, person, form)
    audit.read(person, by=request.actor, at=request.now, patient=person)
    audit.record("export", person, by=request.actor, at=request.now, patient=person, reason=form.cleaned_data["reason"])
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    packed = packing.pack(person, at=request.now)
    name = f"{person.reference}.zip"
    return FileResponse(packed, as_attachment=True, filename=name, content_type="application/zip", headers=headers)


def _ask(request: HttpRequest, person: Patient, form: ExportForm) -> HttpResponse:
    context = {"person": person, "form": form}
    return TemplateResponse(request, "desk/exports/ask.html", context, status=422 if form.errors else 200)

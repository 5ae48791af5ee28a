"""What a lead must look at: sessions that went past the rules, and whether what was signed is still as it was."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic import audit
from clinic.policy import may
from clinic.refusals import Refused
from treatments import incidents
from treatments.models import Incident, RecordCheck

LOOKED_AT = 25  # of the incidents that are settled, the last so many


class ReviewForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What follows from it"),
        max_length=incidents.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Say what follows from it, if only that nothing does.")},
    )


@may("review_incidents")
@require_safe
def incidents_list(request: HttpRequest) -> HttpResponse:
    """Show what waits for a lead, what was looked at, and the last look through the records."""
    told = Incident.objects.select_related("session__patient", "session__practitioner")
    context = {
        "waiting": told.open(),
        "settled": told.exclude(review=None)[:LOOKED_AT],
        "check": RecordCheck.objects.first(),
    }
    return TemplateResponse(request, "desk/incidents/list.html", context)


@may("review_incidents")
@require_http_methods(["GET", "POST"])
def incident_review(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read an incident and write what follows from it."""
    told = Incident.objects.select_related("session__patient", "session__practitioner", "recorded_by")
    incident = get_object_or_404(told, uuid=uuid)
    audit.read(incident, by=request.actor, at=request.now, patient=incident.session.patient)
    if request.method == "GET":
        return _page(request, incident, ReviewForm())
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, incident, form, status=422)
    try:
        incidents.review(incident, words=form.cleaned_data["words"], by=request.actor, at=request.now)
    except Refused as refused:
        form.add_error("words", str(refused))
        return _page(request, incident, form, status=409)
    messages.success(request, _("Kept. The incident is settled."))
    return redirect("desk:incidents")


def _page(request: HttpRequest, incident: Incident, form: ReviewForm, status: int = 200) -> HttpResponse:
    review = getattr(incident, "review", None)
    context = {"incident": incident, "review": review, "person": incident.session.patient, "form": form}
    return TemplateResponse(request, "desk/incidents/incident.html", context, status=status)

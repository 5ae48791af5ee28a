"""What happened already: told as it was, with its reason, and charted like any other session."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from booking.models import Appointment
from clinic import audit, wall_time
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.charting.fields import clock
from desk.patients.forms import BORN_FORMATS
from treatments.incidents import LONGEST
from treatments.models import Session
from visits import treatment


class AfterwardsForm(forms.Form):
    """Who was treated, from when to when, and why nothing was asked or signed first."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    identity_name = forms.CharField(
        label=_("Name"), max_length=120, error_messages={"required": _("Confirm the name.")}
    )
    identity_born_on = forms.DateField(
        label=_("Date of birth"),
        input_formats=BORN_FORMATS,
        help_text=_("Day, month, year: 21/05/1994"),
        error_messages={"required": _("Confirm the date of birth."), "invalid": _("Write it as 21/05/1994.")},
    )
    started_at = forms.TimeField(
        label=_("Began at"),
        widget=clock(),
        error_messages={"required": _("Write when it began."), "invalid": _("Write the time as 14:30.")},
    )
    needling_ended_at = forms.TimeField(
        label=_("Needling was over at"),
        widget=clock(),
        error_messages={"required": _("Write when it was over."), "invalid": _("Write the time as 14:30.")},
    )
    reason = forms.CharField(
        label=_("What happened, and why"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say what happened, and why it was not stopped.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        who = Div("identity_name", "identity_born_on", css_class="two")
        when = Div("started_at", "needling_ended_at", css_class="two")
        self.helper.layout = Layout("version", Div(who, when, "reason", css_class="fields"))
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def facts(self, visit: Appointment) -> dict[str, Any]:
        """Return what `visits.treatment.record_afterwards` is told; both times are of the visit's own day."""
        cleaned = dict(self.cleaned_data)
        zone = visit.site.zone
        day = wall_time.local(visit.starts_at, zone).date()
        times = {field: wall_time.instant(day, cleaned[field], zone) for field in ("started_at", "needling_ended_at")}
        return cleaned | times


@may("treat")
@require_http_methods(["GET", "POST"])
def afterwards(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record a session that was held without the start."""
    visit = get_object_or_404(Appointment.objects.for_board(), uuid=uuid)
    begun = Session.objects.standing().filter(appointment=visit).first()
    if begun is not None:
        return redirect("desk:chart", begun.uuid)
    if request.method == "GET":
        audit.read(visit.patient, by=request.actor, at=request.now, patient=visit.patient)
        return _page(request, visit, AfterwardsForm(initial={"version": visit.version}))
    form = AfterwardsForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, form, status=422)
    try:
        session = treatment.record_afterwards(visit, **form.facts(visit), by=request.actor, at=request.now)
    except Stale as stale:
        form.add_error(None, str(stale))
        form.data = form.data.copy()
        form.data["version"] = str(Appointment.objects.get(pk=visit.pk).version)
        return _page(request, visit, form, status=409)
    except Refused as refused:
        field = refused.refusal.values.get("field", "")
        form.add_error(field if field in form.fields else None, str(refused))
        return _page(request, visit, form, status=422)
    return redirect("desk:chart", session.uuid)


def _page(request: HttpRequest, visit: Appointment, form: AfterwardsForm, status: int = 200) -> HttpResponse:
    context = {"visit": visit, "person": visit.patient, "form": form}
    return TemplateResponse(request, "desk/charting/afterwards.html", context, status=status)

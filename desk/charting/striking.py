"""Entered in error: strike a session, or move what was done into the record of whom it was done with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from booking.models import Appointment
from clinic import audit, wall_time
from clinic.models import Service
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.charting.pages import session_of, zone_of
from desk.patients.forms import BORN_FORMATS
from treatments.incidents import LONGEST
from treatments.models import Session
from visits import striking

HERE, ELSEWHERE = "strike", "move"


class ReasonForm(forms.Form):
    """What was wrong with the record."""

    reason = forms.CharField(
        label=gettext_lazy("What was wrong"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say what was wrong with this record.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class MoveForm(ReasonForm):
    """Whose visit it really was, confirmed by name and date of birth, and what was wrong."""

    visit = forms.ChoiceField(
        label=gettext_lazy("Whose session it was"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the visit it belongs to.")},
    )
    identity_name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, error_messages={"required": gettext_lazy("Confirm the name.")}
    )
    identity_born_on = forms.DateField(
        label=gettext_lazy("Date of birth"),
        input_formats=BORN_FORMATS,
        help_text=gettext_lazy("Day, month, year: 21/05/1994"),
        error_messages={
            "required": gettext_lazy("Confirm the date of birth."),
            "invalid": gettext_lazy("Write it as 21/05/1994."),
        },
    )

    def __init__(self, *args: Any, visits: list[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visits = {f"{one.uuid}:{one.version}": one for one in visits}
        self.fields["visit"].choices = [(key, _words(one)) for key, one in self.visits.items()]
        self.helper.layout = Layout(
            Div("visit", Div("identity_name", "identity_born_on", css_class="two"), "reason", css_class="fields")
        )
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    @property
    def chosen(self) -> Appointment:
        return self.visits[self.cleaned_data["visit"]]


@may("treat")
@require_http_methods(["GET", "POST"])
def in_error(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Strike a session that was entered in error; or write it into the right record."""
    session = session_of(uuid)
    if session.struck_at is not None:
        return redirect("desk:record", session.uuid)
    visits = _visits(session)
    if request.method == "GET":
        audit.read(session, by=request.actor, at=request.now, patient=session.patient)
        return _page(request, session, ReasonForm(prefix=HERE), MoveForm(prefix=ELSEWHERE, visits=visits))
    moves = ELSEWHERE in request.POST
    strike = ReasonForm(None if moves else request.POST, prefix=HERE)
    move = MoveForm(request.POST if moves else None, prefix=ELSEWHERE, visits=visits)
    form = move if moves else strike
    if not form.is_valid():
        return _page(request, session, strike, move, status=422)
    said = {"reason": form.cleaned_data["reason"], "by": request.actor, "at": request.now}
    try:
        if moves:
            right = striking.move(session, form.chosen, **_identity(form), **said)
        else:
            striking.strike(session, **said)
    except Stale as stale:
        form.add_error(None, str(stale))
        return _page(request, session, strike, move, status=409)
    except Refused as refused:
        field = refused.refusal.values.get("field", "")
        form.add_error(field if field in form.fields else None, str(refused))
        return _page(request, session, strike, move, status=422)
    if moves:
        told = {"wrong": session.patient.name, "right": right.patient.name}
        messages.success(request, _("Moved from %(wrong)s to %(right)s. End and sign it here.") % told)
        return redirect("desk:chart", right.uuid)
    messages.success(request, _("Struck. It stays on the record, marked as entered in error."))
    return redirect("desk:record", session.uuid)


def _identity(form: MoveForm) -> dict[str, Any]:
    names = ("identity_name", "identity_born_on")
    return {"version": form.chosen.version, **{name: form.cleaned_data[name] for name in names}}


def _visits(session: Session) -> list[Appointment]:
    """Return the needlings of that day at that site which other patients came, or were to come, for."""
    zone = zone_of(session)
    begins, ends = wall_time.day_bounds(wall_time.local(session.started_at, zone).date(), zone)
    of_day = Appointment.objects.for_board().filter(
        site=session.appointment.site, starts_at__gte=begins, starts_at__lt=ends, service__kind=Service.Kind.NEEDLING
    )
    none_came = (Appointment.State.CANCELLED, Appointment.State.NO_SHOW)
    others = of_day.exclude(patient=session.patient_id).exclude(state__in=none_came)
    return list(others.exclude(Session.objects.standing().at_visit()).order_by("starts_at", "pk"))


def _words(visit: Appointment) -> str:
    clock = date_format(wall_time.local(visit.starts_at, visit.site.zone), "H:i")
    return f"{clock} {visit.patient.name} · {visit.service.name}"


def _page(
    request: HttpRequest, session: Session, strike: ReasonForm, move: MoveForm, status: int = 200
) -> HttpResponse:
    context = {"session": session, "person": session.patient, "strike": strike, "move": move}
    context["form"] = move if move.is_bound else strike
    return TemplateResponse(request, "desk/charting/in_error.html", context, status=status)

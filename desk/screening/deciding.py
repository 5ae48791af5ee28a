"""Deciding about the answers that stand in the way of one visit, and the list of visits that wait for somebody."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from booking.models import Appointment
from clinic import audit, wall_time
from clinic.actors import Actor
from clinic.policy import may
from desk.screening import reading
from desk.screening.forms import DecideForm
from intake import letters
from patients import restrictions
from treatments import decisions
from treatments.decisions import Matter, NotDecided
from visits import answers


@may("judge_answers")
@require_http_methods(["GET", "POST"])
def visit_answers(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what stands in the way of a visit, and keep what is decided about it: for this visit only."""
    visit = get_object_or_404(Appointment.objects.for_board(), uuid=uuid)
    on = _day(visit, request)
    matters = decisions.matters(visit, on=on)
    mine = [one for one in matters if not one.decided and one.is_for(request.actor)]
    if request.method == "GET":
        audit.read(visit.patient, by=request.actor, at=request.now, patient=visit.patient)
        return _deciding(request, visit, matters, DecideForm(matters=mine))
    form = DecideForm(request.POST, matters=mine)
    if not form.is_valid():
        return _deciding(request, visit, matters, form, status=422)
    reasons = form.reasons()
    if not reasons:
        form.add_error(None, _("Say why for at least one answer, or leave this page: then nothing changes."))
        return _deciding(request, visit, matters, form, status=422)
    try:
        made = answers.decide(visit, reasons, on=on, by=request.actor, at=request.now)
    except NotDecided as refused:
        form.add_error(None, str(refused))
        return _deciding(request, visit, decisions.matters(visit, on=on), form, status=409)
    said = ngettext(
        "Decided about %(n)s answer, for this visit only.",
        "Decided about %(n)s answers, for this visit only.",
        len(made),
    )
    messages.success(request, said % {"n": len(made)})
    return redirect("desk:visit_answers", visit.uuid)


def _day(visit: Appointment, request: HttpRequest) -> date:
    """Return the day of the visit, or today for one that was to begin before."""
    today = wall_time.local(request.now, request.site.zone).date()
    return max(today, wall_time.local(visit.starts_at, visit.site.zone).date())


def _deciding(
    request: HttpRequest, visit: Appointment, matters: list[Matter], form: DecideForm, status: int = 200
) -> HttpResponse:
    on = _day(visit, request)
    context = {
        "visit": visit,
        "person": visit.patient,
        "rows": [_row(one, form, on, reader=request.actor) for one in matters],
        "left": sum(not one.decided for one in matters),
        "form": form,
        "has_prescriber": letters.has_prescriber(),
        "is_today": on == wall_time.local(request.now, request.site.zone).date(),
    }
    return TemplateResponse(request, "desk/screening/decide.html", context, status=status)


def _row(matter: Matter, form: DecideForm, on: date, *, reader: Actor) -> dict[str, object]:
    name = f"reason_{matter.code}"
    does, tone = reading.does_words(matter.finding, on)
    return {
        "matter": matter,
        "said": reading.said(matter.answer),
        "does": does,
        "tone": tone,
        "field": form[name] if name in form.fields else None,
        "is_hard": not matter.passed_by,
        "needs_letter": matter.letter is not None and not reader.may(matter.passed_by),
    }


@may("book")
@require_safe
def broken_visits(request: HttpRequest) -> HttpResponse:
    """List the booked visits that a restriction stops: to be moved, called off, or decided about."""
    found = answers.broken(site=request.site, at=request.now)
    today = wall_time.local(request.now, request.site.zone).date()
    words = restrictions.words_for_desk([one.visit.patient for one in found], on=today)
    rows = [{"visit": one.visit, "refusal": one.refusal, "word": words[one.visit.patient_id]} for one in found]
    return TemplateResponse(request, "desk/screening/broken.html", {"rows": rows})

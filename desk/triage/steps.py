"""What is done about a report: taken on, taken over, closed, or written down as an adverse reaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftercare import reports as known
from aftercare.models import Report
from clinic import audit, submissions
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.patients.banner import of_page
from desk.products.comparing import retype
from desk.reactions.forms import ReportForm
from desk.triage import telling, views
from desk.triage.forms import CloseForm
from treatments import reaction_rules
from treatments.models import Reaction
from visits import reports

Category = Reaction.Category
LIKELY = {  # by sign: the category of table 5 that it is most often a sign of
    "breathing": Category.ALLERGY,
    "face_swelling": Category.ALLERGY,
    "fainting": Category.FAINT,
    "fever_spreading": Category.BACTERIAL,
    "numbing": Category.ANAESTHETIC,
    "spreading_redness": Category.BACTERIAL,
    "pus": Category.BACTERIAL,
    "swelling_severe": Category.SWELLING,
    "swelling_worse": Category.SWELLING,
    "blisters": Category.HERPES,
    "rash": Category.CONTACT,
    "redness_stays": Category.ERYTHEMA,
    "dark_marks": Category.PIGMENT,
    "bumps": Category.GRANULOMA,
}


@may("treat")
@require_POST
def acknowledge(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a report on, by one press."""
    return _taken(request, uuid, reports.acknowledge, _("You have it in hand. It escalates no more."))


@may("treat")
@require_POST
def take_over(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a report over from whoever had it in hand."""
    return _taken(request, uuid, reports.take_over, _("You have it in hand now."))


def _taken(request: HttpRequest, uuid: UUID, act: Callable[..., Report], said: str) -> HttpResponse:
    report = views.found_one(uuid)
    try:
        act(report, by=request.actor, at=request.now)
    except Refused as refused:
        messages.error(request, f"{refused.refusal.title}. {refused}")
    else:
        messages.success(request, said)
    return redirect("desk:report", report.uuid)


@may("treat")
@require_POST
def close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Close a report with what came of it; what waited for it goes on."""
    report = views.found_one(uuid)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return views.one_page(request, report, status=422, close=form, sent=True)
    try:
        reports.close(report, **form.cleaned_data, by=request.actor, at=request.now)
    except Stale as stale:
        form.add_error(None, str(stale))
        now = views.found_one(uuid)
        retype(form, "version", now.version)
        return views.one_page(request, now, status=409, close=form, sent=True)
    except known.NotOpen as refused:
        messages.error(request, str(refused))
        return redirect("desk:report", report.uuid)
    except Refused as refused:
        form.refuse(refused)
        return views.one_page(request, views.found_one(uuid), status=422, close=form, sent=True)
    messages.success(request, _("Closed. What waited for it and is still timely goes on."))
    return redirect("desk:reports")


@may("treat")
@require_http_methods(["GET", "POST"])
def react(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down the adverse reaction that a report turned out to be; the report ends with it."""
    report = views.found_one(uuid)
    audit.read(report, by=request.actor, at=request.now, patient=report.patient)
    if request.method == "GET":
        return _react_page(request, report, ReportForm(patient=report.patient, initial=_prefilled(report)))
    form = ReportForm(request.POST, patient=report.patient)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            with submissions.once(request, leads_to=lambda made: reverse("desk:reaction", args=[made.uuid])) as posted:
                reports.react(report, **form.facts, site=request.site, by=request.actor, at=request.now)
            messages.success(request, _("Written down. The report is closed with it."))
            return redirect(posted.url)
    except (submissions.Mismatch, Stale) as changed:
        form.add_error(None, str(changed))
        return _react_page(request, report, form, status=409)
    except Refused as refused:
        form.refuse(refused)
    return _react_page(request, report, form, status=422)


def _prefilled(report: Report) -> dict[str, Any]:
    """Return what the form begins with: what the patient told, and what that most often is."""
    told = [*telling.signs(report), report.words]
    likely = next((LIKELY[sign] for sign in report.signs if sign in LIKELY), "")
    return {
        "session": report.session.uuid if report.session else None,
        "category": likely,
        "onset_at": report.told_at,
        "causality": Reaction.Causality.UNDETERMINED,
        "signs": "\n".join(filter(None, told)),
    }


def _react_page(request: HttpRequest, report: Report, form: ReportForm, status: int = 200) -> HttpResponse:
    names = dict(Category.choices)
    context = {
        "person": report.patient,
        "banner": of_page(request, report.patient),
        "form": form,
        "usual": [(names[code], one) for code, one in reaction_rules.usual().items()],
    }
    return TemplateResponse(request, "desk/reactions/add.html", context, status=status)

"""The waitlist: who would come sooner, entered, changed and taken off."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import preferences
from booking import waitlist as entries
from booking.models import Appointment, WaitlistEntry
from clinic import submissions
from clinic.policy import may
from clinic.refusals import Refusal, Refused
from clinic.wall_time import local
from desk.booking import search, steps
from desk.waitlist import listing
from desk.waitlist.forms import EnterForm, WantsForm
from patients.models import Patient
from visits import waiting

ON_A_PAGE = 50
State, Ended = Appointment.State, WaitlistEntry.Ended


def find_entry(request: HttpRequest, uuid: UUID) -> WaitlistEntry:
    """Return an entry of this house; 404 for any other."""
    entries = WaitlistEntry.objects.select_related(*listing.WITH).filter(patient__closed_at=None)
    return get_object_or_404(entries, uuid=uuid, site=request.site)


@may("book")
@require_safe
def waitlist(request: HttpRequest) -> HttpResponse:
    """Show who waits: everybody, the urgent, those with an offer, or who would come on one day."""
    shelf = request.GET.get("show", "") if request.GET.get("show", "") in listing.SHELVES else ""
    everybody, day = listing.waiting(request.site), _day(request)
    found = listing.on_shelf(everybody, shelf).select_related(*listing.WITH)
    if day is not None:
        found = [entry for entry in found if preferences.suits_day(entry, day)]
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    choices = [
        (key, words, listing.on_shelf(everybody, key).count(), key == shelf) for key, words in listing.SHELVES.items()
    ]
    context = {
        "lines": listing.lines(page, at=request.now),
        "page": page,
        "choices": choices,
        "shelf": shelf,
        "day": day,
        "taken_off": entries.taken_off(request.site, at=request.now),
    }
    return TemplateResponse(request, "desk/waitlist/list.html", context)


@may("book")
@require_http_methods(["GET", "POST"])
def waitlist_add(request: HttpRequest) -> HttpResponse:
    """Find the patient, then ask what they want; put them on the list when the form says so."""
    patient = _patient(request)
    if patient is None:
        return _show_search(request)
    to_come = _to_come(request, patient)
    if request.method == "GET":
        return _show_form(request, EnterForm(initial=_initial(request, to_come), to_come=to_come), patient=patient)
    form = EnterForm(request.POST, to_come=to_come)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if not form.is_valid():
            return _show_form(request, form, patient=patient, status=422)
        later = form.cleaned_data["booking"]
        wants = form.wants(needling_minutes=later.needling_minutes if later else None)
        who = {"patient": patient, "site": request.site, "booking": later}
        with submissions.once(request, leads_to=reverse("desk:waitlist")) as posted:
            waiting.enter(**who, wants=wants, by=request.actor, at=request.now)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
        return _show_form(request, form, patient=patient, status=422)
    except Refused as refused:
        return _show_form(request, form, patient=patient, **_refused(form, refused))
    messages.success(request, _("%(name)s is on the waitlist.") % {"name": patient.name})
    return redirect(posted.url)


@may("book")
@require_http_methods(["GET", "POST"])
def waitlist_entry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what somebody waits for, and change it."""
    entry = find_entry(request, uuid)
    if request.method == "GET":
        return _show_form(request, WantsForm(initial=_said(entry)), entry=entry)
    form = WantsForm(request.POST)
    if not form.is_valid():
        return _show_form(request, form, entry=entry, status=422)
    try:
        wants = form.wants(needling_minutes=entry.needling_minutes)
        waiting.edit(entry, wants=wants, by=request.actor, at=request.now)
    except Refused as refused:
        return _show_form(request, form, entry=entry, **_refused(form, refused))
    messages.success(request, _("What %(name)s waits for is changed.") % {"name": entry.patient.name})
    return redirect("desk:waitlist")


@may("book")
@require_POST
def waitlist_withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take somebody off the list, and back what is offered to them."""
    entry = find_entry(request, uuid)
    ended = waiting.withdraw(entry, by=request.actor, at=request.now)
    undo = f"undo:{reverse('desk:waitlist_put_back', args=[entry.uuid])}" if ended.ended_why == Ended.WITHDRAWN else ""
    words = _("%(name)s is off the waitlist.") % {"name": entry.patient.name}
    messages.success(request, words, extra_tags=undo)
    return redirect("desk:waitlist")


@may("book")
@require_POST
def waitlist_put_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put somebody who was taken off the list by a slip back, with the place that they had."""
    entry = find_entry(request, uuid)
    try:
        waiting.put_back(entry, by=request.actor, at=request.now)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("%(name)s is on the waitlist again, in the same place.") % {"name": entry.patient})
    return redirect(steps.came_from(request) or "desk:waitlist")


def _show_search(request: HttpRequest) -> HttpResponse:
    typed = request.GET.get("q", "")
    found = search.find(typed, on=local(request.now, request.site.zone).date())
    kept = {name: request.GET[name] for name in ("service",) if request.GET.get(name)}
    context = {"typed": typed, "results": found, "kept": kept}
    name = "desk/waitlist/_found.html" if request.htmx else "desk/waitlist/find.html"
    return TemplateResponse(request, name, context, status=200 if request.method == "GET" else 422)


def _show_form(
    request: HttpRequest,
    form: WantsForm,
    *,
    patient: Patient | None = None,
    entry: WaitlistEntry | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    who = entry.patient if entry else patient
    context: dict[str, Any] = {"form": form, "entry": entry, "refusal": refusal, "patient": who}
    context["found"] = search.tell(who, on=local(request.now, request.site.zone).date()) if who else None
    if entry:
        context["line"] = listing.lines([entry], at=request.now)[0]
    return TemplateResponse(request, "desk/waitlist/entry.html", context, status=status)


def _refused(form: WantsForm, refused: Refused) -> dict[str, Any]:
    """Return how a refusal is shown: at its field, or over the form."""
    field = refused.refusal.values.get("field")
    if field in form.fields:
        form.add_error(field, str(refused))
        return {"status": 422}
    return {"refusal": refused.refusal, "status": 409}


def _patient(request: HttpRequest) -> Patient | None:
    """Return the patient that the address or the form names, or None."""
    named = request.POST.get("patient") or request.GET.get("patient") or ""
    try:
        return Patient.objects.filter(uuid=UUID(named), died_on=None).first()
    except ValueError:
        return None


def _to_come(request: HttpRequest, patient: Patient | None) -> Any:
    found = Appointment.objects.filter(patient=patient, site=request.site, starts_at__gt=request.now)
    return (
        found.filter(state__in=[State.BOOKED, State.CONFIRMED]).select_related("service", "site").order_by("starts_at")
    )


def _initial(request: HttpRequest, to_come: Any) -> dict[str, Any]:
    """Return what the form begins with: the named visit, else the next one of the named service."""
    visits, named = list(to_come), request.GET.get("service", "")
    later = next((one for one in visits if str(one.uuid) == request.GET.get("booking")), None)
    if later is None:
        later = next((one for one in visits if not named or str(one.service_id) == named), None)
    service = later.service_id if later else named
    return {"service": service, "booking": later.uuid if later else None, "part": ""}


def _said(entry: WaitlistEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in WantsForm.base_fields}


def _day(request: HttpRequest) -> date | None:
    try:
        return parse_date(request.GET.get("day", ""))
    except ValueError:
        return None

"""A patient's visit behind its link: say that you come, ask for another time, call it off. Opening changes nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from booking import calendar_files
from booking.models import Appointment
from booking.own_hands import Stands, changeable_until, why_not
from clinic.policy import open_to_all
from clinic.refusals import Refusal, Refused, Stale
from intake import health_forms
from patients import links
from portal.pages import after_post, page
from portal.visits import ahead
from portal.visits.door import Guest, with_link
from portal.visits.forms import CancelForm, version_said
from visits import by_link

TO_COME = (Stands.OPEN, Stands.LATE)


@csrf_exempt  # the link is the key, and a page without referrer sends no origin that could be checked
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def visit(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show the visit with what may still be done with it; a post says that the patient comes."""
    if request.method != "POST":
        return show(request, guest)
    if request.POST.get("answer") != "confirm":
        return show(request, guest, status=422)
    if guest.visit.state == Appointment.State.CONFIRMED:  # pressed twice
        return after_post(guest.home)
    try:
        by_link.confirm(guest.visit, version=version_said(request), by=guest.by, at=guest.at)
    except (Refused, Stale) as why:
        return stopped(request, guest, why)
    return after_post(guest.home)


@csrf_exempt
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def cancel(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Ask once more, with what the clinic says about missed visits; a post calls the visit off."""
    if guest.stands == Stands.CANCELLED and request.method == "POST":  # pressed twice
        return after_post(guest.home)
    if guest.stands != Stands.OPEN:
        return show(request, guest, status=409 if request.method == "POST" else 200)
    form = CancelForm(request.POST if request.method == "POST" else None, initial={"version": guest.visit.version})
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return page(request, "portal/visits/cancel.html", status=status, **_known(guest), form=form)
    try:
        by_link.cancel(guest.visit, **form.cleaned_data, by=guest.by, at=guest.at)
    except (Refused, Stale) as why:
        return stopped(request, guest, why)
    return after_post(guest.home)


@open_to_all
@require_safe
@with_link
def calendar(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Hand out the visit for the patient's own calendar: the file that goes with the mails about its time."""
    file = calendar_files.written(guest.visit, language=guest.patient.language)
    answer = HttpResponse(file, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    answer.headers["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return answer


def stopped(request: HttpRequest, guest: Guest, why: Refused | Stale) -> HttpResponse:
    """Show the visit as it stands now, with why the press changed nothing."""
    guest.visit.refresh_from_db()
    refusal = why.refusal if isinstance(why, Refused) else None
    return show(request, guest, status=409, refusal=refusal, is_stale=refusal is None)


def show(
    request: HttpRequest, guest: Guest, *, status: int = 200, refusal: Refusal | None = None, is_stale: bool = False
) -> HttpResponse:
    stands = guest.stands
    is_to_come = stands in TO_COME
    form = health_forms.of(guest.patient) if is_to_come else None
    return page(
        request,
        "portal/visits/visit.html",
        status=status,
        **_known(guest),
        stands=str(stands),
        is_to_come=is_to_come,
        is_confirmed=guest.visit.state == Appointment.State.CONFIRMED,
        changeable_until=changeable_until(guest.visit) if stands == Stands.OPEN else None,
        why_call=why_not(guest.visit, stands).sentence if stands in (Stands.LATE, Stands.BEGUN) else "",
        form_stands=health_forms.standing(form, at=guest.at),
        form_address=links.path(health_forms.link_of(form)) if form and form.is_open(guest.at) else "",
        goes_on=ahead.of(guest),
        refusal=refusal,
        is_stale=is_stale,
    )


def _known(guest: Guest) -> dict[str, Any]:
    """Return what every page of a visit shows."""
    visit, is_with = guest.visit, guest.visit.practitioner
    return {
        "link": guest.link,
        "site": guest.site,
        "token": guest.token,
        "visit": visit,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "practitioner": is_with.name,
    }

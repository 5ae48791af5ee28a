"""Booking beside the board: find the patient, choose a time, book. Works as plain form posts and by htmx alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking.models import Appointment
from clinic import submissions
from clinic.policy import may
from clinic.refusals import Refused
from clinic.wall_time import local
from desk.board.look import Look
from desk.board.pages import day_context, name_shown, today_of
from desk.booking import agreeing, lengths, search
from desk.booking import drawer as drawers
from desk.booking.choice import offer_instead
from desk.booking.drawer import Drawer
from desk.booking.forms import BookForm
from desk.booking.go import go
from desk.booking.offers import aloud
from patients import twins
from visits import reception

ACTS = ("book", "walk_in")


@may("book")
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """Show the drawer for what was said so far; book when the form says so."""
    said = drawers.asked_of(request)
    form = BookForm(said)
    form.is_valid()
    if said.get("do") in ACTS and request.method == "POST":
        return _book(request, said, form)
    return _show(request, said, drawers.read(request, said, form))


@may("book")
@require_safe
def book_patients(request: HttpRequest) -> HttpResponse:
    """Answer the search in the drawer with the rows found."""
    today = today_of(request)
    typed = request.GET.get("q", "")
    drawer = {"typed": typed, "results": search.find(typed, on=today)}
    return TemplateResponse(request, "desk/booking/_found.html", {"drawer": drawer})


def _book(request: HttpRequest, said: QueryDict, form: BookForm) -> HttpResponse:
    try:
        if answer := submissions.answered_before(request):
            return go(request, answer)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
    if not form.require_all(now=said["do"] == "walk_in"):
        return _show(request, said, drawers.read(request, said, form), status=422, tells_errors=True)
    if alikes := _look_alikes(said, form):
        drawer = drawers.read(request, said, form)
        drawer.alikes = alikes
        return _show(request, said, drawer, status=422)
    try:
        with submissions.once(request, leads_to=fresh_url) as posted:
            booked = _walked_in(request, form) if said["do"] == "walk_in" else _booked(request, form)
    except Refused as refused:
        return _refuse(request, said, form, refused)
    words = _("%(who)s is here: %(when)s.") if booked.is_walk_in else _("%(who)s is booked: %(when)s.")
    when = aloud(booked.starts_at, booked.ends_at, booked.practitioner, request.site.zone)
    address = reverse("desk:appointment", args=[booked.uuid])
    who = name_shown(request, booked.patient.name)
    messages.success(request, words % {"who": who, "when": when}, extra_tags=f"open:{address}")
    return go(request, posted.url)


def fresh_url(booked: Appointment) -> str:
    """Return the address of the day on which a visit stands that was booked a moment ago."""
    look = Look(day=local(booked.starts_at, booked.site.zone).date())
    return f"{look.url()}&fresh={booked.uuid}"


def _look_alikes(said: QueryDict, form: BookForm) -> list[Any]:
    """Return who may be the one that is being entered, unless the desk said that this is somebody else."""
    given = form.cleaned_data
    if not given["is_new"] or said.get("certain"):
        return []
    return twins.look_alikes(
        name=given["name"], phone=str(given["phone"] or ""), email=given["email"], born_on=given["born_on"]
    )


def _booked(request: HttpRequest, form: BookForm) -> Appointment:
    given = form.cleaned_data
    starts_at, practitioner = given["time"]
    times = {"starts_at": starts_at, "practitioner": practitioner, "tell_patient": given["tell_patient"]}
    visit = _visit(request, given) | times
    if given["is_new"]:
        return reception.book_new(**_person(given), **visit)
    return reception.book(patient=given["patient"], **visit)


def _walked_in(request: HttpRequest, form: BookForm) -> Appointment:
    given = form.cleaned_data
    visit = _visit(request, given) | {"practitioner": given["practitioner"]}
    if given["is_new"]:
        return reception.walk_in_new(**_person(given), **visit)
    return reception.walk_in(patient=given["patient"], **visit)


def _person(given: dict[str, Any]) -> dict[str, Any]:
    phone = str(given["phone"] or "")
    return {"name": given["name"], "phone": phone, "email": given["email"], "born_on": given["born_on"]}


def _visit(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "service": given["service"],
        "site": request.site,
        "needling_minutes": lengths.to_keep(given["service"], given["needling_minutes"]),
        "note": given["note"],
        **agreeing.said(given),
        "by": request.actor,
        "at": request.now,
    }


def _refuse(request: HttpRequest, said: QueryDict, form: BookForm, refused: Refused) -> HttpResponse:
    """Show the refusal with everything typed still there, and the nearest times in place of the one refused."""
    field = refused.refusal.values.get("field")
    if field in form.fields:
        form.add_error(field, str(refused))
        return _show(request, said, drawers.read(request, said, form), status=422, tells_errors=True)
    drawer = drawers.read(request, said, form)
    offer_instead(drawer, refused.refusal, request)
    return _show(request, said, drawer, status=409)


def _show(
    request: HttpRequest, said: QueryDict, drawer: Drawer, *, status: int = 200, tells_errors: bool = False
) -> HttpResponse:
    """Answer with the drawer alone to htmx, else with the day and the drawer beside it."""
    if not tells_errors:
        drawer.form = BookForm(initial={name: said.get(name) for name in drawer.form.fields if said.get(name)})
    if said.get("pick") == "new" and not tells_errors:
        drawer.form.begin_with("phone" if said.get("name") else "name")
    context = {
        "drawer": drawer,
        "form": drawer.form,
        "said": said,
        "tells_errors": tells_errors,
        "was_stopped": status == 409,
    }
    if request.htmx:
        return TemplateResponse(request, "desk/booking/_drawer.html", context, status=status)
    today = today_of(request)
    look = Look.of(request.GET, today=today)
    first = drawer.asked or (said.get("from_day") and drawer.chosen and drawer.chosen.starts_at)
    if "day" not in request.GET and first:
        look = replace(look, day=local(first, request.site.zone).date())
    context |= {"asked_at": drawer.asked, "asked_with": drawer.practitioner.pk if drawer.practitioner else None}
    return TemplateResponse(request, "desk/booking/book.html", day_context(request, look, **context), status=status)

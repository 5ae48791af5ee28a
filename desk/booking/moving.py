"""Moving a visit without a drag: choose among its free times, or a free cell of the board, and say so once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.models import Appointment
from booking.rules import may as may_step
from clinic.policy import may
from clinic.refusals import Refused, Stale
from clinic.wall_time import local
from desk.board.look import Look
from desk.board.pages import day_context, name_shown, today_of
from desk.booking import agreeing, lengths, pressed
from desk.booking.changed import refusal_of
from desk.booking.choice import Choice, fill, offer_instead
from desk.booking.forms import MoveForm
from desk.booking.go import go
from desk.booking.offers import aloud
from desk.booking.panel import find_visit
from desk.booking.steps import undo_of
from visits import reception, replanning


@dataclass
class Moving(Choice):
    """The choice of another time for one visit. later: how many visits of its course are booked after it."""

    visit: Appointment | None = None
    old_words: str = ""
    later: int = 0


@may("book")
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show the times a visit can move to; move it when the form says so."""
    visit = find_visit(request, uuid)
    said = (request.POST if request.method == "POST" else request.GET).copy()
    if request.method == "GET":
        said["version"] = str(visit.version)
        said["asked"] = said.get("start", "")
        said.setdefault("practitioner", str(visit.practitioner_id))
        if visit.tell_patient:
            said.setdefault("tell_patient", "on")
    form = MoveForm(said)
    form.is_valid()
    if not may_step("move", visit.state):
        return _too_late(request, visit)
    if request.method == "POST" and said.get("do") == "move":
        return _move(request, visit, said, form)
    if request.method == "POST" and said.get("do") == "follow":
        return go(request, _with_what_follows(visit, said))
    return _show(request, said, form, _read(request, visit, said, form))


def _with_what_follows(visit: Appointment, said: QueryDict) -> str:
    """Return the page that moves the sessions after this one too, with the time that is chosen here."""
    address = reverse("desk:series_move", args=[visit.uuid])
    names = ("time", "practitioner", "reason", "agreed_by", "agreed_reason", "tell_patient")
    known = {name: said[name] for name in names if said.get(name)}
    return f"{address}?{urlencode(known)}" if known else address


def _read(request: HttpRequest, visit: Appointment, said: QueryDict, form: MoveForm) -> Moving:
    given = form.cleaned_data
    usual = visit.needling_minutes or lengths.usual(visit.service, None)
    length = lengths.chosen(said, given.get("needling_minutes"), usual)
    moving = Moving(
        visit=visit,
        service=visit.service,
        practitioner=given.get("practitioner"),
        part=given.get("part") or "",
        asked=given.get("asked"),
        length=length,
        usual_length=usual,
        lengths=lengths.to_choose(length),
        just_picked=request.method == "GET",  # the times are what is read next
        has_more=not said.get("more"),
        old_words=aloud(visit.starts_at, visit.ends_at, visit.practitioner, request.site.zone),
        later=len(replanning.later_in_course(visit)),
    )
    fill(moving, request, said, from_day=given.get("from_day"), patient=visit.patient, ignore=visit)
    return moving


def _move(request: HttpRequest, visit: Appointment, said: QueryDict, form: MoveForm) -> HttpResponse:
    if not form.require_all():
        return _show(request, said, form, _read(request, visit, said, form), status=422, tells_errors=True)
    given = form.cleaned_data
    starts_at, practitioner = given["time"]
    asked = {
        "starts_at": starts_at,
        "practitioner": practitioner,
        "version": given["version"],
        "reason": given["reason"],
        "needling_minutes": lengths.to_keep(visit.service, given["needling_minutes"], now=visit.needling_minutes),
        "tell_patient": given["tell_patient"],
    }
    try:
        moved = reception.move(visit, **asked, **agreeing.said(given), by=request.actor, at=request.now)
    except (Refused, Stale) as stopped:
        moved = pressed.before(request, visit, "move", **asked)
        if moved is None:
            return _stopped(request, visit, said, form, stopped)
    when = aloud(moved.starts_at, moved.ends_at, moved.practitioner, request.site.zone)
    words = _("%(who)s is moved: %(when)s.") % {"who": name_shown(request, moved.patient.name), "when": when}
    messages.success(request, words, extra_tags=undo_of(moved))
    look = Look(day=local(moved.starts_at, request.site.zone).date())
    return go(request, f"{look.url()}&fresh={moved.uuid}")


def _stopped(
    request: HttpRequest, visit: Appointment, said: QueryDict, form: MoveForm, stopped: Refused | Stale
) -> HttpResponse:
    """Show why the visit was not moved: with the nearest free times, or as it stands now."""
    if isinstance(stopped, Stale):
        return _stale(request, visit, said, form, stopped)
    moving = _read(request, visit, said, form)
    offer_instead(moving, stopped.refusal, request)
    return _show(request, said, form, moving, status=409)


def _too_late(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Lead to a visit that can no longer be moved; say so to somebody who has just tried."""
    if request.method == "POST":
        messages.warning(request, _("This visit changed meanwhile and can no longer be moved. Nothing was changed."))
    return go(request, reverse("desk:appointment", args=[visit.uuid]))


def _stale(request: HttpRequest, visit: Appointment, said: QueryDict, form: MoveForm, stale: Stale) -> HttpResponse:
    """Show where the visit stands now beside what was chosen; the next press counts for that."""
    fresh = find_visit(request, visit.uuid)
    if not may_step("move", fresh.state):
        return _too_late(request, fresh)
    said["version"] = str(fresh.version)
    moving = _read(request, fresh, said, form)
    moving.refusals, moving.all_the_same = [refusal_of(stale, request.site.zone)], None
    return _show(request, said, form, moving, status=409)


def _show(
    request: HttpRequest,
    said: QueryDict,
    form: MoveForm,
    moving: Moving,
    *,
    status: int = 200,
    tells_errors: bool = False,
) -> HttpResponse:
    """Answer with the drawer alone to htmx, else beside the day; the board's free cells lead back here."""
    if not tells_errors:
        form = MoveForm(initial={name: said.get(name) for name in form.fields if said.get(name)})
    context = {
        "drawer": moving,
        "form": form,
        "said": said,
        "tells_errors": tells_errors,
        "was_stopped": status == 409,
        "visit": moving.visit,
    }
    if request.htmx:
        return TemplateResponse(request, "desk/booking/_moving.html", context, status=status)
    beside = day_context(request, _look(request, moving), **context, **_on_the_board(moving))
    return TemplateResponse(request, "desk/booking/move.html", beside, status=status)


def _look(request: HttpRequest, moving: Moving) -> Look:
    """Return the day to show: the one in the address, else that of the asked cell, else the visit's own."""
    look = Look.of(request.GET, today=today_of(request))
    if "day" in request.GET:
        return look
    return replace(look, day=local(moving.asked or moving.visit.starts_at, request.site.zone).date())


def _on_the_board(moving: Moving) -> dict[str, Any]:
    return {
        "asked_at": moving.asked,
        "asked_with": moving.practitioner.pk if moving.practitioner else None,
        "picked": moving.visit.uuid,
        "slot_url": reverse("desk:appointment_move", args=[moving.visit.uuid]),
    }

"""One visit beside the board: where it stands, its next step, and every other thing the desk does with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from booking import attendance, waitlist
from booking.models import Appointment
from booking.rules import may as may_step
from clinic.models import Service
from clinic.policy import may
from clinic.wall_time import local
from desk.board.changes import tell
from desk.board.look import Look
from desk.board.pages import day_context
from desk.booking import search
from desk.booking.forms import CancelForm, LateForm, NoteForm
from desk.messages import listing
from desk.messages.listing import Line
from desk.waitlist import fits as waiting
from desk.waitlist.fits import Slot
from outbox.models import Notice
from treatments import courses, rules
from treatments.rules import Window

PATH = ("booked", "confirmed", "arrived", "in_room", "done")  # the states a visit goes through when all goes well
LATE_BY = (5, 10, 15)  # minutes that are one press away
REBOOK_WEEKS = (4, 5, 6)  # C-61 to C-63
SOON = timedelta(minutes=60)  # nearer than this a message is told by the minute

NOTICE_WORDS = {  # what a message about a visit is, for everybody: nothing clinical is in them
    "CONFIRMATION": gettext_lazy("Confirmation"),
    "CHANGE": gettext_lazy("Change"),
    "CANCELLATION": gettext_lazy("Cancellation"),
    "PRE_7D": gettext_lazy("Preparation, a week before"),
    "PRE_24H": gettext_lazy("Reminder, the day before"),
}


@dataclass(frozen=True)
class Message:
    """A message about the visit. sends_in: how long until it leaves, as in 2:10; "" when that is not soon."""

    line: Line
    words: str
    sends_in: str


@dataclass(frozen=True)
class Again:
    """The same visit again after so many weeks. fits: whether that day lies in the window; None where there is none."""

    weeks: int
    address: str
    fits: bool | None


def find_visit(request: HttpRequest, uuid: UUID) -> Appointment:
    """Return a visit of this house; 404 for any other."""
    return get_object_or_404(Appointment.objects.for_board(), uuid=uuid, site=request.site)


@may("see_board")
@require_safe
def appointment(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one visit beside its day."""
    return show(request, find_visit(request, uuid))


def show(request: HttpRequest, visit: Appointment, *, status: int = 200, **more: Any) -> HttpResponse:
    """Answer with the visit's panel beside its day; more: a refusal to show, or a form that was wrong."""
    zone, version = request.site.zone, {"version": visit.version}
    look = Look(day=local(visit.starts_at, zone).date())
    changes = tell(visit.changes.select_related("appointment__patient").order_by("-id"), zone)
    place = courses.place(visit)
    context = {
        "visit": visit,
        "found": search.tell(visit.patient, on=local(request.now, zone).date()),
        "attendance": attendance.of_one(visit.patient, at=request.now),
        "service_words": f"{visit.service.name} · {place}" if place else visit.service.name,
        "path": _path(visit),
        "history": changes,
        "undo": next((one for one in changes if one.may_undo), None),
        "forward": _forward(request, visit),
        "steps": _other_steps(request, visit),
        "cancel_form": CancelForm(initial=version),
        "note_form": NoteForm(initial=version | {"note": visit.note}),
        "late_form": LateForm(initial=version),
        "late_by": LATE_BY,
        "would_be_late": _would_be_late(visit, request.now),
        "waits": waitlist.waiting_for(visit) if may_step("cancel", visit.state) else None,
        "visit_messages": _messages(request, visit),
        "rebook": _rebook(request, visit),
        "fits": _who_fits(request, visit),
        "picked": visit.uuid,
        "may_book": request.actor.may("book"),
        **more,
    }
    return TemplateResponse(request, "desk/booking/visit.html", day_context(request, look, **context), status=status)


def _messages(request: HttpRequest, visit: Appointment) -> list[Message]:
    """Return what the patient is told about this visit, the next first, as far as the reader may know it."""
    if not request.actor.may("see_messages"):
        return []
    found = listing.visible(request.actor).filter(owner="booking", subject=f"appointment:{visit.pk}")
    lines = [listing.line(notice, reader=request.actor) for notice in found.order_by("due_at", "id")]
    return [_message(line, request.now) for line in lines]


def _message(line: Line, at: datetime) -> Message:
    words = str(NOTICE_WORDS.get(line.notice.kind, line.notice.get_purpose_display()))
    wait = line.notice.due_at - at
    is_soon = line.notice.state == Notice.State.DUE and line.is_mail and timedelta() < wait <= SOON
    minutes, seconds = divmod(int(wait.total_seconds()), 60)
    return Message(line, words, f"{minutes}:{seconds:02}" if is_soon else "")


def _rebook(request: HttpRequest, visit: Appointment) -> list[Again]:
    """Return the same again, so many weeks after this visit; a treatment says which of them lie in its window."""
    if not request.actor.may("book") or visit.state in (Appointment.State.CANCELLED, Appointment.State.NO_SHOW):
        return []
    day = local(visit.starts_at, request.site.zone).date()
    known = {"patient": visit.patient.uuid, "service": visit.service_id, "practitioner": visit.practitioner_id}
    window = _window_after(visit, day)
    found = []
    for weeks in REBOOK_WEEKS:
        on = day + timedelta(weeks=weeks)
        fits = window.holds(on) if window else None
        found.append(Again(weeks, f"{reverse('desk:book')}?{urlencode(known | {'from_day': on})}", fits))
    return found


def _window_after(visit: Appointment, day: date) -> Window | None:
    """Return when the session after this one falls, or after a later one that was performed since; None for others."""
    if visit.service.kind != Service.Kind.NEEDLING:
        return None
    course = courses.course_of(visit) or courses.running_for(visit.patient)
    last = courses.last_session(course) if course else None
    counted_from = max(day, local(last.ended_at, visit.site.zone).date()) if last else day
    return rules.window(counted_from, **courses.days_of(course))


def _who_fits(request: HttpRequest, visit: Appointment) -> Slot | None:
    """Return who waits for such a time as this visit has given back; None while it is held, or over."""
    is_free = visit.state in (Appointment.State.CANCELLED, Appointment.State.NO_SHOW)
    if not is_free or visit.ends_at <= request.now or not request.actor.may("book"):
        return None
    span = {"starts_at": visit.starts_at, "ends_at": visit.ends_at}
    slot = waiting.for_slot(request.site, practitioner=visit.practitioner, **span, at=request.now)
    return slot if slot.fits else None


def _would_be_late(visit: Appointment, at: datetime) -> bool:
    return visit.starts_at - at < timedelta(hours=visit.site.late_cancel_hours)


def _path(visit: Appointment) -> list[tuple[str, str, str]]:
    """Return each state of a visit's way with its words and whether it was passed, stands, or is to come."""
    labels = dict(Appointment.State.choices)
    if visit.state not in PATH:
        return [(visit.state, labels[visit.state], "cur")]
    here = PATH.index(visit.state)
    return [
        (state, labels[state], "did" if n < here else "cur" if n == here else "todo") for n, state in enumerate(PATH)
    ]


def _forward(request: HttpRequest, visit: Appointment) -> tuple[str, str, str] | None:
    """Return the next true step this person may take: verb, words and address. The chart's is a link."""
    actor, is_needling = request.actor, visit.service.kind == Service.Kind.NEEDLING
    is_today = local(visit.starts_at, request.site.zone).date() == local(request.now, request.site.zone).date()
    if visit.state == Appointment.State.ARRIVED and is_needling:
        return ("start", _("Start"), reverse("desk:start", args=[visit.uuid])) if actor.may("treat") else None
    verb, words = {
        Appointment.State.BOOKED: ("arrive", _("Arrived")),
        Appointment.State.CONFIRMED: ("arrive", _("Arrived")),
        Appointment.State.ARRIVED: ("enter_room", _("In room")),
        Appointment.State.IN_ROOM: ("finish", _("Done")),
    }.get(visit.state, ("", ""))
    if not verb or not is_today or not actor.may("book") or (verb == "finish" and is_needling):
        return None
    return verb, words, reverse(f"desk:appointment_{verb}", args=[visit.uuid])


def _other_steps(request: HttpRequest, visit: Appointment) -> dict[str, bool]:
    """Return which other steps this person may take now; the templates ask nothing of states."""
    books = request.actor.may("book")
    is_today = local(visit.starts_at, request.site.zone).date() == local(request.now, request.site.zone).date()
    return {
        "confirm": books and may_step("confirm", visit.state),
        "move": books and may_step("move", visit.state),
        "cancel": books and may_step("cancel", visit.state),
        "late": books and may_step("late", visit.state) and is_today,
        "note": books and may_step("note", visit.state),
        "no_show": books and may_step("no_show", visit.state) and request.now >= visit.starts_at,
    }

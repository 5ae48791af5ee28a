"""One visit beside the board: where it stands, its next step, and every other thing the desk does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from booking.models import Appointment
from booking.rules import may as may_step
from clinic.models import Service
from clinic.policy import may
from clinic.refusals import Refusal, Refused, Stale
from clinic.wall_time import local
from desk.board.changes import tell
from desk.board.look import Look
from desk.board.pages import day_context
from desk.booking import search
from desk.booking.forms import CancelForm, StepForm
from desk.booking.go import go
from treatments import courses
from visits import reception

PATH = ("booked", "confirmed", "arrived", "in_room", "done")  # the states a visit goes through when all goes well
Step = Callable[..., Appointment]


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
    zone = request.site.zone
    look = Look(day=local(visit.starts_at, zone).date())
    changes = tell(visit.changes.select_related("appointment__patient").order_by("-id"), zone)
    place = courses.place(visit)
    context = {
        "visit": visit,
        "found": search.tell(visit.patient, on=local(request.now, zone).date()),
        "service_words": f"{visit.service.name} · {place}" if place else visit.service.name,
        "path": _path(visit),
        "history": changes,
        "undo": next((one for one in changes if one.may_undo), None),
        "forward": _forward(request, visit),
        "steps": _other_steps(request, visit),
        "cancel_form": CancelForm(initial={"version": visit.version}),
        "picked": visit.uuid,
        "may_book": request.actor.may("book"),
        **more,
    }
    return TemplateResponse(request, "desk/booking/visit.html", day_context(request, look, **context), status=status)


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
    return {
        "confirm": books and may_step("confirm", visit.state),
        "move": books and may_step("move", visit.state),
        "cancel": books and may_step("cancel", visit.state),
        "no_show": books and may_step("no_show", visit.state) and request.now >= visit.starts_at,
    }


def _step(verb: str, act: Step, words: str, *, can_undo: bool = True) -> Callable[..., HttpResponse]:
    """Return the view that takes one step and goes back to where the person was."""

    @may("book")
    @require_POST
    def view(request: HttpRequest, uuid: UUID) -> HttpResponse:
        visit = find_visit(request, uuid)
        form = StepForm(request.POST)
        if not form.is_valid():
            return show(request, visit, status=422, refusal=_look_again())
        try:
            done = act(visit, version=form.cleaned_data["version"], by=request.actor, at=request.now)
        except (Refused, Stale) as stopped:
            return refuse(request, visit, stopped)
        tags = f"undo:{reverse('desk:appointment_revert', args=[uuid])}?version={done.version}" if can_undo else ""
        messages.success(request, _(words) % {"name": done.patient.name}, extra_tags=tags)
        return go(request, back(request, done))

    view.__name__ = verb
    return view


def refuse(request: HttpRequest, visit: Appointment, stopped: Refused | Stale, **more: Any) -> HttpResponse:
    """Show the visit as it stands now and why the step was not taken."""
    fresh = find_visit(request, visit.uuid)
    refusal = stopped.refusal if isinstance(stopped, Refused) else changed_meanwhile(str(stopped))
    return show(request, fresh, status=409, refusal=refusal, **more)


def changed_meanwhile(sentence: str) -> Refusal:
    return Refusal(rule="visit.stale", title=_("This visit changed meanwhile"), sentence=sentence)


def _look_again() -> Refusal:
    return changed_meanwhile(_("Look at it as it stands now, then press again."))


def back(request: HttpRequest, visit: Appointment) -> str:
    """Return where the person came from, or the visit's day."""
    address = request.POST.get("next", "")
    if address and url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return address
    return Look(day=local(visit.starts_at, request.site.zone).date()).url()


confirm = _step("confirm", reception.confirm, gettext_noop("%(name)s is confirmed."))
arrive = _step("arrive", reception.arrive, gettext_noop("%(name)s has arrived."))
enter_room = _step("enter_room", reception.enter_room, gettext_noop("%(name)s is in the room."), can_undo=False)
finish = _step("finish", reception.finish_visit, gettext_noop("The visit of %(name)s is over."), can_undo=False)
no_show = _step("no_show", reception.no_show, gettext_noop("%(name)s is marked as not having come."))


@may("book")
@require_POST
def revert(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back the last step. The version comes with the address (a toast) or with the form (everywhere else)."""
    visit = find_visit(request, uuid)
    form = StepForm({"version": request.POST.get("version") or request.GET.get("version")})
    if not form.is_valid():
        return show(request, visit, status=422, refusal=_look_again())
    try:
        done = reception.revert(visit, version=form.cleaned_data["version"], by=request.actor, at=request.now)
    except (Refused, Stale) as stopped:
        return refuse(request, visit, stopped)
    messages.success(request, _("Taken back. %(name)s stands as before.") % {"name": done.patient.name})
    return go(request, back(request, done))


@may("book")
@require_POST
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Cancel a visit, with the reason."""
    visit = find_visit(request, uuid)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return show(request, visit, status=422, cancel_form=form, form=form)
    try:
        done = reception.cancel(visit, **form.cleaned_data, by=request.actor, at=request.now)
    except (Refused, Stale) as stopped:
        kept = CancelForm(initial=form.cleaned_data | {"version": find_visit(request, uuid).version})
        return refuse(request, visit, stopped, cancel_form=kept)
    undo = f"undo:{reverse('desk:appointment_revert', args=[uuid])}?version={done.version}"
    messages.success(request, _("The visit of %(name)s is cancelled.") % {"name": done.patient.name}, extra_tags=undo)
    return go(request, back(request, done))

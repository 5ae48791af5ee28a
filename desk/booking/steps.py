"""The steps of one visit as they are pressed: each goes back to where the person was, with its undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from booking import waitlist
from booking.models import Appointment
from clinic.policy import may
from clinic.refusals import Refused, Stale
from clinic.wall_time import local
from desk.board.look import Look
from desk.board.pages import name_shown
from desk.booking import pressed
from desk.booking.changed import refusal_of
from desk.booking.forms import CancelForm, LateForm, NoteForm, StepForm
from desk.booking.go import go
from desk.booking.panel import find_visit, show
from visits import reception

Step = Callable[..., Appointment]
Say = Callable[[HttpRequest, Appointment], HttpResponse]


def _step(verb: str, act: Step, words: str, *, can_undo: bool = True) -> Callable[..., HttpResponse]:
    """Return the view that takes one step and goes back to where the person was."""

    @may("book")
    @require_POST
    def view(request: HttpRequest, uuid: UUID) -> HttpResponse:
        visit = find_visit(request, uuid)
        form = StepForm(request.POST)
        if not form.is_valid():
            return show(request, visit, status=422, refusal=refusal_of(None, request.site.zone))
        try:
            done = act(visit, **form.cleaned_data, by=request.actor, at=request.now)
        except (Refused, Stale) as stopped:
            done = pressed.before(request, visit, verb, **form.cleaned_data)
            if done is None:
                return refuse(request, visit, stopped)
        undo = undo_of(done) if can_undo else ""
        messages.success(request, _(words) % {"name": name_shown(request, done.patient.name)}, extra_tags=undo)
        return go(request, back(request, done))

    view.__name__ = verb
    return view


def undo_of(visit: Appointment) -> str:
    """Return the mark with which a message offers to take the visit's last step back."""
    return f"undo:{reverse('desk:appointment_revert', args=[visit.uuid])}?version={visit.version}"


def refuse(request: HttpRequest, visit: Appointment, stopped: Refused | Stale, **more: Any) -> HttpResponse:
    """Show the visit as it stands now and why the step was not taken."""
    fresh = find_visit(request, visit.uuid)
    refusal = stopped.refusal if isinstance(stopped, Refused) else refusal_of(stopped, request.site.zone)
    return show(request, fresh, status=409, refusal=refusal, **more)


def came_from(request: HttpRequest) -> str:
    """Return where the person came from, if the form says it."""
    address = request.POST.get("next", "")
    return address if url_has_allowed_host_and_scheme(address, {request.get_host()}) else ""


def back(request: HttpRequest, visit: Appointment) -> str:
    """Return where the person came from, or the visit's day."""
    return came_from(request) or Look(day=local(visit.starts_at, request.site.zone).date()).url()


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
        return show(request, visit, status=422, refusal=refusal_of(None, request.site.zone))
    try:
        done = reception.revert(visit, **form.cleaned_data, by=request.actor, at=request.now)
    except (Refused, Stale) as stopped:
        done = pressed.before(request, visit, "revert", **form.cleaned_data)
        if done is None:
            return refuse(request, visit, stopped)
    words = _("Taken back. %(name)s stands as before.")
    messages.success(request, words % {"name": name_shown(request, done.patient.name)})
    return go(request, back(request, done))


@may("book")
@require_POST
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Cancel a visit, with the reason and by whom; the panel then shows who waits for such a time."""
    return _take(request, uuid, CancelForm, "cancel", reception.cancel, _cancelled)


@may("book")
@require_POST
def late(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Note how late the patient will be."""
    return _take(request, uuid, LateForm, "late", reception.late, _is_late)


@may("book")
@require_POST
def note(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write the note of a visit."""
    return _take(request, uuid, NoteForm, "note", reception.change_note, _noted, keeps_note=True)


def _take(
    request: HttpRequest, uuid: UUID, form_class: type[StepForm], verb: str, act: Step, say: Say, **beside: Any
) -> HttpResponse:
    """Take a step with what a form of the panel says; what was typed stays there while it cannot be taken.

    verb: as in the visit's history; the form in the panel has its name. say: tells that it was done, and leads on.
    beside: what a refusal shows, too.
    """
    visit, name = find_visit(request, uuid), f"{verb}_form"
    form = form_class(request.POST)
    if not form.is_valid():
        return show(request, visit, status=422, form=form, **{name: form})
    try:
        done = act(visit, **form.cleaned_data, by=request.actor, at=request.now)
    except (Refused, Stale) as stopped:
        done = pressed.before(request, visit, verb, **form.cleaned_data)
        if done is None:
            return refuse(request, visit, stopped, **{name: _kept(request, uuid, form)}, **beside)
    return say(request, done)


def _cancelled(request: HttpRequest, done: Appointment) -> HttpResponse:
    words = _("The visit of %(name)s is cancelled.")
    if waitlist.waiting_for(done):
        words = _("The visit of %(name)s is cancelled, and with it the wait for a sooner time.")
    words = words % {"name": name_shown(request, done.patient.name)}
    messages.success(request, words, extra_tags=undo_of(done))
    return go(request, reverse("desk:appointment", args=[done.uuid]))


def _is_late(request: HttpRequest, done: Appointment) -> HttpResponse:
    words = _("%(name)s comes %(minutes)s minutes late.")
    named = {"name": name_shown(request, done.patient.name), "minutes": done.late_minutes}
    messages.success(request, words % named, extra_tags=undo_of(done))
    return go(request, back(request, done))


def _noted(request: HttpRequest, done: Appointment) -> HttpResponse:
    messages.success(request, _("The note is kept."))
    return go(request, reverse("desk:appointment", args=[done.uuid]))


def _kept(request: HttpRequest, uuid: UUID, form: forms.Form) -> forms.Form:
    """Return the form with what was typed, ready to be sent for the visit as it is now."""
    return type(form)(initial=form.cleaned_data | {"version": find_visit(request, uuid).version})

"""The page of a patient's course: what is planned, where it stands, what can be done with it, what was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from clinic.policy import may
from clinic.refusals import Refused
from desk import numbers
from desk.board.pages import today_of
from desk.courses import reading
from desk.courses.forms import FinishForm, PauseForm
from desk.packages import reading as packages
from desk.patients.banner import of_page
from patients.models import Patient
from treatments.course_states import OPEN
from treatments.models import Course
from visits import courses

PRESSED: dict[str, tuple[Callable[..., Course], Any]] = {  # what is done at once, and what is said of it
    "resume": (courses.resume, _("The course goes on.")),
    "waive": (courses.waive, _("The course goes on without a consultation; your name stands beside it.")),
    "maintain": (courses.maintain, _("The course goes on as maintenance.")),
    "end_maintenance": (courses.end_maintenance, _("The maintenance has ended.")),
}


@may("see_clinical")
@require_safe
def course(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show the course that is open, else the latest; another where the address names it."""
    return page(request, get_object_or_404(Patient, uuid=uuid))


@may("treat")
@require_POST
def course_pause(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let the course rest, with its cause."""
    person, form = get_object_or_404(Patient, uuid=uuid), PauseForm(request.POST)
    return _asked(request, person, form, "pausing", courses.pause, _("The course rests; nobody is asked back."))


@may("treat")
@require_POST
def course_finish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """End the course before its time, with a note."""
    person, form = get_object_or_404(Patient, uuid=uuid), FinishForm(request.POST)
    return _asked(request, person, form, "finishing", courses.finish_early, _("The course has ended."))


@may("treat")
@require_POST
def course_step(request: HttpRequest, uuid: UUID, verb: str) -> HttpResponse:
    """Take a step that asks nothing: resume, waive, maintain, end the maintenance."""
    person = get_object_or_404(Patient, uuid=uuid)
    act, said = PRESSED[verb]
    try:
        act(_current(person), by=request.actor, at=request.now)
    except Refused as refused:
        return page(request, person, status=409, refusal=refused.refusal)
    messages.success(request, str(said))
    return redirect("desk:course", person.uuid)


def _asked(
    request: HttpRequest, person: Patient, form: forms.Form, name: str, act: Callable[..., Course], said: Any
) -> HttpResponse:
    """Take a step that asks something first."""
    if not form.is_valid():
        return page(request, person, status=422, **{name: form})
    try:
        act(_current(person), **form.cleaned_data, by=request.actor, at=request.now)
    except Refused as refused:
        return page(request, person, status=409, refusal=refused.refusal, **{name: form})
    messages.success(request, str(said))
    return redirect("desk:course", person.uuid)


def _current(person: Patient) -> Course:
    """Return the course that a step is about: the open one, else the latest."""
    found = _of_patient(person)
    if not found:
        raise Http404
    return found[0]


def _of_patient(person: Patient) -> list[Course]:
    """Return the patient's courses, the open one first, then the latest."""
    found = Course.objects.filter(patient=person).select_related("concern", "patient")
    return sorted(found.prefetch_related("zones", "also_concerns"), key=lambda one: one.state not in OPEN)


def _package_words(request: HttpRequest, person: Patient) -> str:
    return packages.left_words(packages.of_record(person, today=today_of(request)))


def page(request: HttpRequest, person: Patient, *, status: int = 200, **more: Any) -> HttpResponse:
    """Answer with the page of the course that the address names, else of the current one."""
    found = _of_patient(person)
    wanted = numbers.read(request.GET.get("of", ""))
    shown = next((one for one in found if one.pk == wanted), found[0] if found else None)
    is_current = bool(found) and shown == found[0]
    context: dict[str, Any] = {
        "person": person,
        "banner": of_page(request, person),
        "course": shown,
        "others": [one for one in found if one != shown],
        "may_plan": request.actor.may("treat") and not any(one.state in OPEN for one in found),
        "ways": reading.ways(shown) if is_current and request.actor.may("treat") else (),
        "pausing": PauseForm(),
        "finishing": FinishForm(),
    }
    if shown is not None:
        context |= {
            "facts": reading.facts(shown),
            "depths": reading.depths(shown),
            "versions": reading.versions(shown),
            "progress": reading.progress(shown),
            "package_words": _package_words(request, person) if is_current else "",
        }
    return TemplateResponse(request, "desk/courses/course.html", context | more, status=status)

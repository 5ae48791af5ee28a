"""The full screening: read by clinicians, asked screen by screen, handed in, and one answer changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.models import Appointment
from clinic import audit, wall_time
from clinic.models import Service
from clinic.policy import may
from clinic.refusals import Stale
from desk import numbers
from desk.screening import reading
from desk.screening.forms import ScreenForm
from intake import freshness, question_sets, screenings
from intake.models import Question, Screening, ScreeningDraft
from intake.rules import Reply
from intake.screenings import AnswersMissing, Screen
from patients import restrictions
from patients.models import Patient
from treatments.models import Session
from visits import answers


@may("see_clinical")
@require_safe
def screening(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read the newest full screening, or an older one that the address names."""
    person = get_object_or_404(Patient, uuid=uuid)
    audit.read(person, by=request.actor, at=request.now, patient=person)
    today = _today(request)
    everything = list(person.screenings.full().select_related("question_set", "asked_by"))
    asked_for = request.GET.get("of", "")
    chosen = next((one for one in everything if str(one.uuid) == asked_for), everything[0] if everything else None)
    state, words = reading.of_patient(person, on=today)
    context = {
        "person": person,
        "age": person.age_on(today),
        "sheet": reading.sheet(chosen, on=today) if chosen else None,
        "everything": everything,
        "state": state,
        "state_words": words,
        "desk_word": restrictions.word_for_desk(person, on=today),
        "draft": ScreeningDraft.objects.filter(patient=person).first(),
        "broken": answers.broken(site=request.site, at=request.now, patient=person),
        "visit": _visit_of_today(person, request),
        "letter_count": person.letters.standing().count(),
    }
    return TemplateResponse(request, "desk/screening/read.html", context)


def _visit_of_today(person: Patient, request: HttpRequest) -> Appointment | None:
    """Return the session that is booked for today and has not begun, to go back to its start."""
    begins, ends = wall_time.day_bounds(_today(request), request.site.zone)
    of_today = Appointment.objects.standing().filter(patient=person, starts_at__gte=begins, starts_at__lt=ends)
    not_begun = of_today.filter(service__kind=Service.Kind.NEEDLING).exclude(Session.objects.standing().at_visit())
    return not_begun.order_by("starts_at").first()


@may("treat")
@require_POST
def screening_begin(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Begin to ask, or go on where it was left."""
    person = get_object_or_404(Patient, uuid=uuid)
    try:
        draft = screenings.begin(person, by=request.actor, at=request.now)
    except question_sets.NoQuestions as missing:
        messages.warning(request, str(missing))
        return redirect("desk:screening", person.uuid)
    return _on(draft)


@may("treat")
@require_http_methods(["GET", "POST"])
def screening_screen(request: HttpRequest, uuid: UUID, screen: str) -> HttpResponse:
    """Ask the questions of one screen; a press keeps them and leads to the next that is open."""
    draft = _draft(request, uuid)
    shown, all_screens = _screen(draft, screen)
    told = screenings.replies_of(draft)
    known = {"questions": shown.questions, "told": told}
    if request.method == "GET":
        audit.read(draft.patient, by=request.actor, at=request.now, patient=draft.patient)
        return _asking(request, draft, shown, all_screens, ScreenForm(initial={"version": draft.version}, **known))
    form = ScreenForm(request.POST, **known)
    if not form.is_valid():
        return _asking(request, draft, shown, all_screens, form, status=422)
    try:
        version = form.cleaned_data["version"]
        kept = screenings.save(draft, screen, form.replies(), version=version, by=request.actor, at=request.now)
    except AnswersMissing as missing:
        form.show(missing)
        return _asking(request, draft, shown, all_screens, form, status=422)
    except Stale as stale:
        form.add_error(None, str(stale))
        form.data = form.data.copy()
        form.data["version"] = str(ScreeningDraft.objects.filter(pk=draft.pk).values_list("version", flat=True).first())
        return _asking(request, draft, shown, all_screens, form, status=409)
    return _on(kept, after=screen)


def _asking(
    request: HttpRequest,
    draft: ScreeningDraft,
    shown: Screen,
    all_screens: list[Screen],
    form: ScreenForm,
    status: int = 200,
) -> HttpResponse:
    place = [one.code for one in all_screens].index(shown.code)
    last_time = _last_time(draft.patient)
    context = {
        "person": draft.patient,
        "screen": shown,
        "screens": all_screens,
        "number": place + 1,
        "back": all_screens[place - 1] if place else None,
        "form": form,
        "issues": form.issues() if form.is_bound else [],
        "asked": [one | {"before": last_time.get(one["question"].code, "")} for one in form.asked()],
    }
    return TemplateResponse(request, "desk/screening/ask.html", context, status=status)


def _last_time(patient: Patient) -> dict[str, str]:
    """Return what was said last time, by the question's code."""
    last = freshness.latest(patient)
    rows = last.answers.select_related("question") if last else ()
    return {one.question.code: reading.said(one) for one in rows}


@may("treat")
@require_http_methods(["GET", "POST"])
def screening_check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Look at all the answers once more and hand them in."""
    draft = _draft(request, uuid)
    person = draft.patient
    if request.method == "GET":
        audit.read(person, by=request.actor, at=request.now, patient=person)
        return _checking(request, draft)
    version = numbers.read(request.POST.get("version", "")) or 0
    try:
        kept = answers.submit(draft, version=version, on=_today(request), by=request.actor, at=request.now)
    except AnswersMissing:
        return _checking(request, draft, problem=_("Some questions are still open."), status=422)
    except Stale as stale:
        fresh = ScreeningDraft.objects.filter(patient=person).first()
        if fresh is None:
            messages.info(request, str(stale))
            return redirect("desk:screening", person.uuid)
        return _checking(request, screenings.begin(person, by=request.actor, at=request.now), str(stale), 409)
    messages.success(request, _outcome_words(kept))
    return redirect("desk:screening", person.uuid)


def _checking(request: HttpRequest, draft: ScreeningDraft, problem: str = "", status: int = 200) -> HttpResponse:
    told = screenings.replies_of(draft)
    context = {
        "person": draft.patient,
        "draft": draft,
        "screens": [(screen, _told_on(screen, told)) for screen in screenings.screens(draft)],
        "problem": problem,
        "is_whole": all(screen.is_done for screen in screenings.screens(draft)),
    }
    return TemplateResponse(request, "desk/screening/check.html", context, status=status)


def _told_on(screen: Screen, told: Mapping[str, Reply]) -> list[tuple[Question, str, str]]:
    """Return the questions of a screen with what was answered and what was said."""
    found = []
    for one in screen.questions:
        reply = told.get(one.code)
        found.append((one, reading.reply_words(one, reply) if reply else "", reply.note if reply else ""))
    return found


def _outcome_words(kept: Screening) -> str:
    if kept.outcome == Screening.Outcome.NEEDS_CLINICIAN:
        return _("Kept. A clinician decides before the next session.")
    if kept.outcome == Screening.Outcome.NOT_BEFORE:
        return _("Kept. No session before %(day)s.") % {"day": reading.short_day_words(kept.not_before)}
    return _("Kept. Nothing in the answers stands in the way.")


@may("treat")
@require_http_methods(["GET", "POST"])
def screening_change(request: HttpRequest, uuid: UUID, code: str) -> HttpResponse:
    """Answer one question of the newest full screening otherwise, with those that then follow from it."""
    person = get_object_or_404(Patient, uuid=uuid)
    last = freshness.latest(person)
    asked = last.question_set.asked if last else []
    questions = [one for one in asked if code in (one.code, one.only_if.get("code")) and one.shape != "birth"]
    if not any(one.code == code for one in questions):
        raise Http404
    told = {one.question.code: reading.reply_of(one) for one in last.answers.select_related("question")}
    known = {"questions": questions, "told": told}
    if request.method == "GET":
        audit.read(person, by=request.actor, at=request.now, patient=person)
        return _changing(request, person, code, ScreenForm(initial={"version": 1}, **known))
    form = ScreenForm(request.POST, **known)
    if not form.is_valid():
        return _changing(request, person, code, form, status=422)
    try:
        kept = answers.change(last, form.replies(), on=_today(request), by=request.actor, at=request.now)
    except AnswersMissing as missing:
        form.show(missing)
        return _changing(request, person, code, form, status=422)
    except Stale as stale:
        form.add_error(None, str(stale))
        return _changing(request, person, code, form, status=409)
    messages.success(request, _outcome_words(kept))
    return redirect("desk:screening", person.uuid)


def _changing(request: HttpRequest, person: Patient, code: str, form: ScreenForm, status: int = 200) -> HttpResponse:
    context = {"person": person, "form": form, "issues": form.issues() if form.is_bound else [], "code": code}
    return TemplateResponse(request, "desk/screening/change.html", context, status=status)


def _draft(request: HttpRequest, uuid: UUID) -> ScreeningDraft:
    found = ScreeningDraft.objects.select_related("patient", "question_set")
    return get_object_or_404(found, patient__uuid=uuid)


def _screen(draft: ScreeningDraft, code: str) -> tuple[Screen, list[Screen]]:
    all_screens = screenings.screens(draft)
    shown = next((one for one in all_screens if one.code == code), None)
    if shown is None:
        raise Http404
    return shown, all_screens


def _on(draft: ScreeningDraft, after: str = "") -> HttpResponse:
    """Lead to the next screen that is open, those after the one just kept first; to the last look when none is."""
    all_screens = screenings.screens(draft)
    place = next((number for number, one in enumerate(all_screens) if one.code == after), -1)
    in_turn = [*all_screens[place + 1 :], *all_screens[: place + 1]]
    left = next((one for one in in_turn if not one.is_done), None)
    if left is None:
        return redirect("desk:screening_check", draft.patient.uuid)
    return redirect("desk:screening_screen", draft.patient.uuid, left.code)


def _today(request: HttpRequest) -> date:
    return wall_time.local(request.now, request.site.zone).date()

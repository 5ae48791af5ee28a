"""Planning a series: what is proposed, what cannot be had and why, and all of it booked at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from clinic import submissions
from clinic.models import Service, User
from clinic.policy import may
from clinic.refusals import Refused
from desk.booking import agreeing, search
from desk.booking.agreeing import AllTheSame
from desk.booking.go import go
from desk.booking.offers import PARTS_OF_DAY
from desk.series import reading
from desk.series.forms import SeriesForm, fingerprint, just_written, times_in, written_in
from desk.series.rows import conflicts_of, event_words, rows
from patients.models import Patient
from treatments import courses
from treatments.courses import NotRunning
from treatments.rules import COURSE_SESSIONS
from visits import series as planning
from visits.series import Chosen, Proposal, Time, Wanted, Written


@may("book")
@require_http_methods(["GET", "POST"])
def series(request: HttpRequest) -> HttpResponse:
    """Show the sessions still to come, a time for each; book them when the form says so."""
    said = (request.POST if request.method == "POST" else request.GET).copy()
    if not said.get("patient"):
        return redirect("desk:patients")
    patient = _patient(said["patient"])
    course = courses.running_for(patient)
    if request.method == "GET":
        _say_what_is_known(said, course)
    form = SeriesForm(said, today=reading.today_of(request))
    form.is_valid()
    if form.fields["service"].queryset.first() is None:
        return _nothing_to_plan(request, patient)
    wanted = _wanted(request, patient, course, form)
    if request.method == "POST" and said.get("do") == "book":
        return _book(request, said, form, wanted)
    _read_times(said, form)
    if request.method == "POST" and said.get("do") == "event" and not form.errors:
        return _keep_event(request, form, wanted)
    tells_errors = request.method == "POST" and bool(form.errors)
    return _show(request, said, form, wanted, status=422 if tells_errors else 200, tells_errors=tells_errors)


def _patient(uuid: str) -> Patient:
    try:
        found = Patient.objects.filter(uuid=UUID(uuid), died_on=None).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _say_what_is_known(said: QueryDict, course: Any) -> None:
    said.setdefault("tell_patient", "on")
    service = SeriesForm.offered().first()
    said.setdefault("service", str(service.pk) if service else "")
    if course is None:
        said.setdefault("sessions", str(COURSE_SESSIONS[0]))  # as the form will say it, so that what is picked counts
    if course and course.event_on:
        said.setdefault("event_on", course.event_on.isoformat())
        said.setdefault("event_words", course.event_words)


def _wanted(request: HttpRequest, patient: Patient, course: Any, form: SeriesForm) -> Wanted:
    given = form.cleaned_data
    _words, after, before = PARTS_OF_DAY[given.get("part") or ""]
    return Wanted(
        patient=patient,
        service=given.get("service") or form.fields["service"].queryset.first(),
        site=request.site,
        course=course,
        sessions=given.get("sessions") or form.fields["sessions"].empty_value,
        from_day=given.get("from_day"),
        practitioner=given.get("practitioner"),
        part=(after, before),
        event_on=given.get("event_on"),
    )


def _book(request: HttpRequest, said: QueryDict, form: SeriesForm, wanted: Wanted) -> HttpResponse:
    try:
        if answer := submissions.answered_before(request):
            return go(request, answer)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
    times = _times(_read_times(said, form))
    if just_written(said):
        form.add_error(None, _("Look at the time that you wrote, then book."))
    elif not times:
        form.add_error(None, _("Choose a time for at least one session."))
    form.require_reason()
    if form.errors:
        return _show(request, said, form, wanted, status=422, tells_errors=True)
    event = (form.cleaned_data["event_on"], form.cleaned_data["event_words"]) if wanted.course else None
    known = {"tell_patient": form.cleaned_data["tell_patient"], **agreeing.said(form.cleaned_data)}
    try:
        with submissions.once(request, leads_to=f"{_address(wanted.patient)}&booked=1") as posted:
            booked = planning.book(wanted, times, event=event, **known, by=request.actor, at=request.now)
    except Refused as refused:
        return _show(request, said, form, wanted, status=409, refused=refused)
    words = ngettext("%(count)s session is booked.", "All %(count)s sessions are booked.", len(booked))
    messages.success(request, words % {"count": len(booked)})
    return go(request, posted.url)


def _read_times(said: QueryDict, form: SeriesForm) -> Chosen:
    """Return the times that were picked or written; the form says what is no time."""
    try:
        return times_in(said) | written_in(said)
    except ValidationError as wrong:
        if wrong.messages[0] not in form.non_field_errors():
            form.add_error(None, wrong)
        return times_in(said)


def _times(chosen: Chosen) -> list[Time]:
    """Return the times to book; a written one counts once the page has shown with whom it is."""
    seen = {n: (one.starts_at, one.practitioner_id) if isinstance(one, Written) else one for n, one in chosen.items()}
    picked = [seen[number] for number in sorted(seen) if seen[number]]
    people = User.objects.practitioners().in_bulk([person for _starts_at, person in picked])
    return [Time(starts_at, people[person]) for starts_at, person in picked if person in people]


def _keep_event(request: HttpRequest, form: SeriesForm, wanted: Wanted) -> HttpResponse:
    """Keep the day alone, when nothing is booked yet."""
    given = form.cleaned_data
    if wanted.course:
        try:
            planning.set_event(
                wanted.course, on=given["event_on"], words=given["event_words"], by=request.actor, at=request.now
            )
        except NotRunning as refused:
            return _show(request, form.data.copy(), form, wanted, status=409, refused=refused)
        messages.success(request, _("The day is kept with the course."))
    return go(request, _address(wanted.patient))


def _address(patient: Patient) -> str:
    return f"{reverse('desk:series')}?patient={patient.uuid}"


def _nothing_to_plan(request: HttpRequest, patient: Patient) -> HttpResponse:
    return TemplateResponse(request, "desk/series/plan.html", {"person": patient, "address": _address(patient)})


def _show(
    request: HttpRequest,
    said: QueryDict,
    form: SeriesForm,
    wanted: Wanted,
    *,
    status: int = 200,
    tells_errors: bool = False,
    refused: Refused | None = None,
) -> HttpResponse:
    """Answer with the plan; to htmx with its form alone. What was picked counts while the settings are the same."""
    settings = fingerprint(said)
    picked = _read_times(said, form) if said.get("settings", settings) == settings else {}
    is_booked = bool(said.get("booked"))
    proposal, all_the_same = _propose(request, said, wanted, picked)
    context = {
        **_about(request, wanted),
        "form": form,
        "tells_errors": tells_errors,
        "settings": settings,
        "proposal": proposal,
        "overview": reading.overview(proposal, reader=request.actor),
        "rows": [] if is_booked else rows(proposal, request.site.zone, said),
        "is_booked": is_booked,
        "asks": not is_booked and bool(proposal.sessions),
        "ways": _ways(wanted.patient, proposal),
        "event_said": event_words(proposal),
        "refusal": proposal.refusal or (refused.refusal if refused else None),
        "all_the_same": all_the_same,
        "conflicts": conflicts_of(refused),
        "was_stopped": status == 409,
    }
    name = "desk/series/_plan.html" if request.htmx else "desk/series/plan.html"
    return TemplateResponse(request, name, context, status=status)


def _propose(
    request: HttpRequest, said: QueryDict, wanted: Wanted, chosen: Chosen
) -> tuple[Proposal, AllTheSame | None]:
    """Return the plan, and what can be done about the rules that stop all of it or that a written time breaks.

    What stops all of it is planned past only when somebody who may asked for that.
    """
    proposal = planning.propose(wanted, at=request.now, chosen=chosen)
    if proposal.refusal is not None:
        all_the_same = agreeing.judge([proposal.refusal], by=request.actor)
        if not (all_the_same and all_the_same.may and said.get("all_the_same")):
            return proposal, all_the_same
        proposal = planning.propose(wanted, at=request.now, chosen=chosen, agrees=True)
    of_all = [proposal.refusal] if proposal.refusal else []
    broken = [*of_all, *(refusal for one in proposal.bookable for refusal in one.refusals)]
    return proposal, agreeing.judge(broken, by=request.actor)


def _about(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    found = search.tell(wanted.patient, on=reading.today_of(request))
    return {"person": wanted.patient, "found": found, "address": _address(wanted.patient), "wanted": wanted}


def _ways(patient: Patient, proposal: Proposal) -> list[tuple[str, str]]:
    """Return what can be done about a refusal of the whole series: the address and its words."""
    talk = Service.objects.filter(is_offered=True, kind=Service.Kind.CONSULTATION).first()
    if proposal.refusal is None or proposal.refusal.rule != "consultation.first" or talk is None:
        return []
    address = f"{reverse('desk:book')}?patient={patient.uuid}&service={talk.pk}"
    return [(address, _("Book the consultation"))]

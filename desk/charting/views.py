"""From start to seal: the gates, the chart, the review with end and signature, the sealed record and its addenda."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.models import Appointment
from clinic import audit, submissions, wall_time
from clinic.policy import may
from clinic.refusals import Refusal, Refused, Stale
from desk import numbers
from desk.charting import begin, maps, presses, sheet
from desk.charting.drafts import DEPTHS, SETS, Chart, place_of
from desk.charting.forms import AddendumForm, EndForm, StartForm
from desk.patients.banner import Banner, banner
from intake.models import Purpose
from intake.screenings import AnswersMissing
from intake.texts import NoConsentText
from treatments import carrying, courses, drafts, judging, sessions, shelf
from treatments.models import Session
from treatments.sessions import Incomplete
from visits import treatment

CHART = "desk/charting/chart.html"


# --- the start -----------------------------------------------------------------------------------------------


@may("treat")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make sure who is here, ask, record consent; then the session begins."""
    visit = get_object_or_404(Appointment.objects.for_board(), uuid=uuid)
    begun = Session.objects.filter(appointment=visit).first()
    if begun is not None:
        return redirect("desk:chart", begun.uuid)
    try:
        scene = begin.scene(visit, by=request.actor, at=request.now)
    except NoConsentText as missing:
        messages.warning(request, str(missing))
        return redirect("desk:my_day")
    if request.method == "GET":
        audit.read(visit.patient, by=request.actor, at=request.now, patient=visit.patient)
        return _start_page(request, scene, scene.form())
    form = scene.form(request.POST)
    if not form.is_valid():
        return _start_page(request, scene, form, status=422)
    try:
        session = treatment.start(visit, **scene.facts(form), by=request.actor, at=request.now)
    except AnswersMissing as missing:
        begin.show_missing(form, missing)
        return _start_page(request, scene, form, status=422)
    except Stale as stale:
        form.add_error(None, str(stale))
        begin.renew(form, scene)
        return _start_page(request, scene, form, status=409)
    except Refused as refused:
        begin.renew(form, scene)
        return _start_page(request, scene, form, refusal=refused.refusal, status=422)
    return redirect("desk:chart", session.uuid)


def _start_page(
    request: HttpRequest, scene: begin.Scene, form: StartForm, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    stop = refusal or scene.stop
    purposes = stop.values.get("purposes", []) if stop else []
    context = {
        "scene": scene,
        "form": form,
        "issues": begin.issues(form) if form.is_bound else [],
        "refusal": stop,
        "unsigned": [(purpose, Purpose(purpose).label) for purpose in purposes],
        "way_on": begin.way_on(stop, scene.visit),
        "is_asked": status != 200,
    }
    return TemplateResponse(request, "desk/charting/start.html", context, status=status)


# --- the chart -----------------------------------------------------------------------------------------------


@may("treat")
@require_http_methods(["GET", "POST"])
def chart(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write what is done while it is done; every press keeps the whole chart."""
    session = _session(uuid)
    if session.is_signed:
        return redirect("desk:record", session.uuid)
    if request.method == "GET":
        audit.read(session, by=request.actor, at=request.now, patient=session.patient)
        if session.typed:
            return _chart_page(request, Chart.of_typed(session, at=request.now))
        return _chart_page(request, Chart.of(session, drafts.of(session), at=request.now))
    said = request.POST
    add, remove = said.get("more", ""), said.get("less", "")
    if add in SETS or remove:
        return _chart_page(request, Chart.retyped(session, said, at=request.now, add=add, remove=remove))
    if "tap" in said:
        tapped = presses.tapped(session, said, said["tap"], at=request.now)
        return _chart_page(request, Chart.retyped(session, tapped, at=request.now, at_place=said["tap"]))
    typed = Chart.read(session, _pressed(request, session), at=request.now)
    if said.get("then") == "autosave":
        return _autosave(request, session, typed)
    return _save(request, session, typed)


def _pressed(request: HttpRequest, session: Session) -> QueryDict:
    """Return what was typed, with what the press wrote into it."""
    said = request.POST
    if "step" in said:
        return presses.stamped(session, said, said["step"], at=request.now)
    if "confirm" in said:
        return presses.confirmed(session, said, at=request.now)
    if "carry" in said:
        typed, left_out = presses.carried(session, said, at=request.now)
        for zone, why in left_out:
            messages.warning(request, _("%(zone)s was left out. %(why)s") % {"zone": zone, "why": why})
        return typed
    return said


def _autosave(request: HttpRequest, session: Session, typed: Chart) -> HttpResponse:
    """Keep the chart while it is written; answer only whether it is kept and what the rules notice now.

    What cannot be read or recorded yet is kept as it was typed, and counts for nothing.
    """
    unread, unsaved, is_stale = "", "", False
    version = numbers.read(request.POST.get("version", "")) or 0
    said = {"version": version, "by": request.actor, "at": request.now}
    try:
        if typed.is_valid():
            session = treatment.save(session, typed.draft(), **said, decides=False)
        else:
            unread = typed.issues()[0].words
    except Stale as stale:
        unsaved, is_stale = str(stale), True
    except sessions.AlreadySigned as signed:
        unsaved = str(signed)
    except Refused as refused:
        unread = str(refused)
    if unread:
        try:
            session = treatment.keep_typed(session, typed.typed(), **said)
        except (Refused, Stale) as stopped:
            unsaved, is_stale = str(stopped), isinstance(stopped, Stale)
    kept = drafts.of(session)
    context = {
        "session": session,
        "unsaved": unsaved,
        "unread": unread,
        "is_stale": is_stale,
        "missing": judging.missing(kept, judging.of_session(session, kept, typed.frame)),
        "changed": typed.judge().with_new_findings(),
        "zones": typed.rows["zones"],
    }
    return TemplateResponse(request, "desk/charting/_autosaved.html", context)


def _save(request: HttpRequest, session: Session, typed: Chart) -> HttpResponse:
    if not typed.is_valid():
        return _chart_page(request, typed, status=422)
    draft = typed.draft()
    try:
        kept = treatment.save(
            session, draft, version=typed.main.cleaned_data["version"], by=request.actor, at=request.now
        )
    except Stale as stale:
        audit.read(session, by=request.actor, at=request.now, patient=session.patient)
        session.refresh_from_db()
        typed.renew(session.version)
        return _chart_page(request, typed, stale=stale, status=409)
    except Refused as refused:
        typed.refuse(getattr(refused, "problems", None) or [judging.Problem("", refused.refusal)])
        return _chart_page(request, typed, status=422)
    if request.POST.get("then") == "review":
        return _go(request, reverse("desk:session_review", args=[kept.uuid]))
    if request.htmx:
        return _chart_page(request, Chart.of(kept, drafts.of(kept), at=request.now))
    return redirect("desk:chart", kept.uuid)


def _chart_page(request: HttpRequest, shown: Chart, *, stale: Stale | None = None, status: int = 200) -> HttpResponse:
    session = shown.session
    kept = drafts.of(session)
    open_things = judging.missing(kept, judging.of_session(session, kept, shown.frame))
    context = {
        "chart": shown.judge(),
        "form": shown.main,
        "session": session,
        "place": courses.place(session.appointment),
        "banner": _banner(request, session),
        "depths": DEPTHS,
        "step": f"{shown.step_mm:.2f}",
        "issues": shown.issues(),
        "missing": open_things,
        "map": maps.of_chart(shown),
        "last": carrying.source(session),
        "stale": stale,
    }
    name = f"{CHART}#chart" if request.htmx else CHART
    return TemplateResponse(request, name, context, status=status)


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to another page, also out of a part that htmx asked for."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


# --- the review: end, then sign --------------------------------------------------------------------------------


@may("treat")
@require_http_methods(["GET", "POST"])
def session_review(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read the whole record once more; end the treatment, then sign it."""
    session = _session(uuid)
    if session.is_signed:
        return redirect("desk:record", session.uuid)
    if request.method == "GET":
        return _review_page(request, session, EndForm.proposing(wall_time.local(request.now, _zone(session)).time()))
    return _sign(request, session) if "sign" in request.POST else _end(request, session)


def _end(request: HttpRequest, session: Session) -> HttpResponse:
    form = EndForm(request.POST)
    if not form.is_valid():
        return _review_page(request, session, form, status=422)
    try:
        ended = treatment.finish(
            session, ended_at=_ended_at(session, form), version=_read_version(request), by=request.actor, at=request.now
        )
    except Stale as stale:
        return _review_page(request, _session(session.uuid), form, refusal=_changed(stale), status=409)
    except Incomplete:
        return _review_page(request, session, form, status=422)
    except sessions.AlreadyEnded:
        return redirect("desk:session_review", session.uuid)
    except Refused as refused:
        form.add_error("ended_at", str(refused))
        return _review_page(request, session, form, status=422)
    clock = date_format(wall_time.local(ended.ended_at, _zone(session)), "H:i")
    messages.success(request, _("Treatment ended at %(clock)s. Aftercare has begun.") % {"clock": clock})
    return redirect("desk:session_review", session.uuid)


def _ended_at(session: Session, form: EndForm) -> datetime:
    """Return the end on the day of the start; within the minute of the start it is the start itself."""
    zone = _zone(session)
    day = wall_time.local(session.started_at, zone).date()
    typed = wall_time.instant(day, form.cleaned_data["ended_at"], zone)
    return session.started_at if typed <= session.started_at < typed + timedelta(minutes=1) else typed


def _sign(request: HttpRequest, session: Session) -> HttpResponse:
    try:
        signed = treatment.sign(
            session,
            version=_read_version(request),
            reason=request.POST.get("reason", ""),
            by=request.actor,
            at=request.now,
        )
    except sessions.AlreadySigned:
        return redirect("desk:record", session.uuid)
    except Stale as stale:
        return _review_page(request, _session(session.uuid), None, refusal=_changed(stale), status=409)
    except Refused as refused:
        return _review_page(request, session, None, refusal=refused.refusal, status=422)
    messages.success(request, _("Signed. The record of %(name)s is sealed.") % {"name": signed.patient.name})
    return redirect("desk:record", signed.uuid)


def _read_version(request: HttpRequest) -> int:
    """Return the version of the chart that stood on the page; one that cannot be read is none that ever stood."""
    return numbers.read(request.POST.get("version", "")) or 0


def _changed(stale: Stale) -> Refusal:
    return Refusal("session.stale", _("The chart changed meanwhile"), str(stale))


def _review_page(
    request: HttpRequest, session: Session, form: EndForm | None, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    audit.read(session, by=request.actor, at=request.now, patient=session.patient)
    draft = drafts.of(session)
    found = judging.of_session(session, draft)
    open_things = judging.missing(draft, found)
    context = {
        "form": form,
        "refusal": refusal,
        "missing": [(f"{reverse('desk:chart', args=[session.uuid])}{place_of(one)}", one.words) for one in open_things],
        "is_mine": session.practitioner_id == request.user.pk,
        "doubts": shelf.doubts(session) if session.ended_at and not session.is_signed else [],
        "reason": request.POST.get("reason", ""),
        **_told(request, session, sheet.of(session, draft, found)),
    }
    return TemplateResponse(request, "desk/charting/review.html", context, status=status)


def _told(request: HttpRequest, session: Session, told: sheet.Sheet) -> dict[str, Any]:
    return {
        "session": session,
        "sheet": told,
        "place": courses.place(session.appointment),
        "banner": _banner(request, session),
    }


def _banner(request: HttpRequest, session: Session) -> Banner:
    """Return who was treated, as old as they were on that day."""
    day = wall_time.local(session.started_at, _zone(session)).date()
    return banner(session.patient, reader=request.actor, today=day)


# --- the record and its addenda ------------------------------------------------------------------------------


@may("see_clinical")
@require_safe
def record(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what was done, by whom it was signed, and what was said of it since."""
    return _record_page(request, _session(uuid), AddendumForm())


@may("treat")
@require_POST
def addendum(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write a dated addendum beside a sealed record."""
    session = _session(uuid)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
    except submissions.Mismatch as mismatch:
        form = AddendumForm(request.POST)
        form.add_error(None, str(mismatch))
        return _record_page(request, session, form, status=409)
    form = AddendumForm(request.POST)
    if form.is_valid():
        try:
            with submissions.once(request, leads_to=reverse("desk:record", args=[session.uuid]) + "#addenda") as posted:
                treatment.add_addendum(session, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(posted.url)
    return _record_page(request, session, form, status=422)


def _record_page(request: HttpRequest, session: Session, form: AddendumForm, status: int = 200) -> HttpResponse:
    audit.read(session, by=request.actor, at=request.now, patient=session.patient)
    draft = drafts.of(session)
    context = {
        "form": form,
        "addenda": session.addenda.select_related("written_by"),
        "seal_holds": sessions.verify(session) if session.is_signed else None,
        "may_add": session.is_signed and request.actor.may("treat"),
        **_told(request, session, sheet.of(session, draft, judging.of_session(session, draft))),
    }
    return TemplateResponse(request, "desk/charting/record.html", context, status=status)


def _session(uuid: UUID) -> Session:
    found = Session.objects.select_related(
        "patient",
        "practitioner",
        "signed_by",
        "room",
        "rule_set",
        "device",
        "course__concern",
        "consent__text",
        "appointment__site",
        "appointment__service",
        "cartridge__lot__product",
    )
    return get_object_or_404(found, uuid=uuid, patient__closed_at=None)


def _zone(session: Session) -> Any:
    return session.appointment.site.zone

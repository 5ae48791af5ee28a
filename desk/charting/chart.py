"""The chart, while it is written: every press keeps the whole of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic import audit
from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk import numbers
from desk.charting import maps, presses, scanning
from desk.charting.drafts import DEPTHS, Chart
from desk.charting.pages import banner_of, session_of
from desk.charting.row_forms import SETS
from desk.charting.scanning import Scan
from treatments import carrying, courses, demands, drafts, judging, phrases, sessions
from treatments.models import Session
from visits import treatment

CHART = "desk/charting/chart.html"


@may("treat")
@require_http_methods(["GET", "POST"])
def chart(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write what is done while it is done; every press keeps the whole chart."""
    session = session_of(uuid)
    if session.is_signed or session.struck_at is not None:
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
    if said.get("then") == "autosave":
        return _autosave(request, session, Chart.read(session, said, at=request.now))
    pressed, scan = scanning.read(session, _pressed(request, session), at=request.now)
    typed = Chart.read(session, pressed, at=request.now)
    if "read" in said and (scan.refusal or not typed.is_valid()):
        shown = Chart.retyped(session, pressed, at=request.now)
        return _chart_page(request, shown, scan=scan, status=422 if scan.refusal else 200)
    return _save(request, session, typed, scan)


def _pressed(request: HttpRequest, session: Session) -> QueryDict:
    """Return what was typed, with what the press wrote into it."""
    said = request.POST
    if "step" in said:
        return presses.stamped(session, said, said["step"], at=request.now)
    if "phrase" in said:
        return presses.phrased(said, phrases.found(request.user, said["phrase"]))
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
        "missing": judging.missing(kept, judging.of_session(session, kept, typed.frame), demands.asked()),
        "changed": typed.judge().with_new_findings(),
        "zones": typed.rows["zones"],
    }
    return TemplateResponse(request, "desk/charting/_autosaved.html", context)


def _save(request: HttpRequest, session: Session, typed: Chart, scan: Scan) -> HttpResponse:
    if not typed.is_valid():
        return _chart_page(request, typed, scan=scan, status=422)
    draft = typed.draft()
    try:
        kept = treatment.save(
            session, draft, version=typed.main.cleaned_data["version"], by=request.actor, at=request.now
        )
    except Stale as stale:
        audit.read(session, by=request.actor, at=request.now, patient=session.patient)
        session.refresh_from_db()
        typed.renew(session.version)
        return _chart_page(request, typed, stale=stale, scan=scan, status=409)
    except Refused as refused:
        typed.refuse(getattr(refused, "problems", None) or [judging.Problem("", refused.refusal)])
        return _chart_page(request, typed, scan=scan, status=422)
    if request.htmx and request.POST.get("then") != "review":
        return _chart_page(request, Chart.of(kept, drafts.of(kept), at=request.now), scan=scan)
    _tell(request, scan)
    if request.POST.get("then") == "review":
        return _go(request, reverse("desk:session_review", args=[kept.uuid]))
    return redirect("desk:chart", kept.uuid)


def _tell(request: HttpRequest, scan: Scan) -> None:
    """Say on the next page what came of a code."""
    if scan.refusal:
        messages.warning(request, scan.refusal)
    elif scan.note:
        messages.success(request, scan.note)


def _chart_page(
    request: HttpRequest, shown: Chart, *, stale: Stale | None = None, scan: Scan | None = None, status: int = 200
) -> HttpResponse:
    session = shown.session
    kept = drafts.of(session)
    found = judging.of_session(session, kept, shown.frame)
    open_things = judging.missing(kept, found, demands.asked())
    context = {
        "noted": [one for one in found if one.where in drafts.MORE],
        "phrases": phrases.of(request.user),
        "chart": shown.judge(),
        "form": shown.main,
        "session": session,
        "place": courses.place(session.appointment),
        "banner": banner_of(request, session),
        "depths": DEPTHS,
        "step": f"{shown.step_mm:.2f}",
        "issues": shown.issues(),
        "missing": open_things,
        "map": maps.of_chart(shown),
        "last": carrying.source(session),
        "stale": stale,
        "scan": scan or Scan(code=request.POST.get("code", "")),
    }
    name = f"{CHART}#chart" if request.htmx else CHART
    return TemplateResponse(request, name, context, status=status)


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to another page, also out of a part that htmx asked for."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)

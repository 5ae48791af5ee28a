"""The record: what was done, by whom it was signed, and what was said of it since."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clinic import audit, submissions, wall_time
from clinic.policy import may
from clinic.refusals import Refused
from desk.charting import papers, sheet
from desk.charting.end_forms import AddendumForm
from desk.charting.pages import session_of, told, zone_of
from treatments import drafts, judging, sessions
from treatments.models import Session
from visits import treatment


@may("see_clinical")
@require_safe
def record(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what was done, by whom it was signed, and what was said of it since."""
    return _record_page(request, session_of(uuid), AddendumForm())


@may("see_clinical")
@require_safe
def record_pdf(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hand out the signed record as a document; a draft is none."""
    session = session_of(uuid)
    if not session.is_signed:
        return redirect("desk:record", session.uuid)
    audit.read(session, by=request.actor, at=request.now, patient=session.patient)
    audit.record("session.printed", session, by=request.actor, at=request.now, patient=session.patient)
    draft = drafts.of(session)
    paper = papers.of(session, sheet.of(session, draft, judging.of_session(session, draft)), at=request.now)
    day = wall_time.local(session.started_at, zone_of(session)).date()
    name = f"session-{session.patient.reference}-{day}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(paper, content_type="application/pdf", headers=headers)


@may("treat")
@require_POST
def addendum(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write a dated addendum beside a sealed record."""
    session = session_of(uuid)
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
        "may_add": session.is_signed and session.struck_at is None and request.actor.may("treat"),
        "may_strike": session.struck_at is None and request.actor.may("treat"),
        **told(request, session, sheet.of(session, draft, judging.of_session(session, draft))),
    }
    return TemplateResponse(request, "desk/charting/record.html", context, status=status)

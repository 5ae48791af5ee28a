"""The review: the whole record read once more, the treatment ended, then the signature."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic import audit, wall_time
from clinic.policy import may
from clinic.refusals import Refusal, Refused, Stale
from desk import numbers
from desk.charting import sheet, signature
from desk.charting.end_forms import EndForm
from desk.charting.issues import place_of
from desk.charting.pages import session_of, told, zone_of
from treatments import demands, drafts, judging, sessions, shelf
from treatments.models import Session
from treatments.sessions import Incomplete
from visits import treatment


@may("treat")
@require_http_methods(["GET", "POST"])
def session_review(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Read the whole record once more; end the treatment, then sign it."""
    session = session_of(uuid)
    if session.is_signed or session.struck_at is not None:
        return redirect("desk:record", session.uuid)
    if request.method == "GET":
        return _review_page(request, session, EndForm.proposing(wall_time.local(request.now, zone_of(session)).time()))
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
        return _review_page(request, session_of(session.uuid), form, refusal=_changed(stale), status=409)
    except Incomplete:
        return _review_page(request, session, form, status=422)
    except sessions.AlreadyEnded:
        return redirect("desk:session_review", session.uuid)
    except Refused as refused:
        form.add_error("ended_at", str(refused))
        return _review_page(request, session, form, status=422)
    clock = date_format(wall_time.local(ended.ended_at, zone_of(session)), "H:i")
    messages.success(request, _("Treatment ended at %(clock)s. Aftercare has begun.") % {"clock": clock})
    return redirect("desk:session_review", session.uuid)


def _ended_at(session: Session, form: EndForm) -> datetime:
    """Return the end on the day of the start; within the minute of the start it is the start itself."""
    zone = zone_of(session)
    day = wall_time.local(session.started_at, zone).date()
    typed = wall_time.instant(day, form.cleaned_data["ended_at"], zone)
    return session.started_at if typed <= session.started_at < typed + timedelta(minutes=1) else typed


def _sign(request: HttpRequest, session: Session) -> HttpResponse:
    try:
        signature.confirm(request, password=request.POST.get("password", ""))
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
        return _review_page(request, session_of(session.uuid), None, refusal=_changed(stale), status=409)
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
    open_things = judging.missing(draft, found, demands.asked())
    context = {
        "form": form,
        "refusal": refusal,
        "missing": [(f"{reverse('desk:chart', args=[session.uuid])}{place_of(one)}", one.words) for one in open_things],
        "asks_password": not signature.is_fresh(request),
        "is_mine": session.practitioner_id == request.user.pk,
        "doubts": shelf.doubts(session) if session.ended_at and not session.is_signed else [],
        "reason": request.POST.get("reason", ""),
        **told(request, session, sheet.of(session, draft, found)),
    }
    return TemplateResponse(request, "desk/charting/review.html", context, status=status)

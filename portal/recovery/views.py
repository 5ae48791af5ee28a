"""A patient's recovery page, the same address every day: what is normal, what waits, whom to call, what to tell."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from aftercare import recovery, recovery_days, watching
from aftercare import report_rules as rules
from aftercare import reports as known
from aftercare.models import Report
from clinic.policy import open_to_all
from clinic.refusals import Refused
from portal.recovery import coming, dots, uploads
from portal.recovery.door import Visitor, show, to, with_link
from portal.recovery.forms import HowForm
from visits import reports

Feeling = Report.Feeling


@open_to_all
@require_safe
@with_link
def today(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the day of recovery that it is. Opening the page changes nothing."""
    day = recovery.today(visitor.session, site=visitor.site, at=visitor.at)
    language = visitor.language
    context = {
        "day": day,
        "normal": day.normal.in_language(language),
        "do": [one.in_language(language) for one in day.do],
        "not_yet": [(one.short.in_language(language), one.from_at) for one in day.waits_in_short],
        "all_waits": [(one.full.in_language(language), one.from_at) for one in day.waits],
        "notes": [one.in_language(language) for one in day.notes],
        "stages": [
            (stage, stage.words.in_language(language), stage.from_day <= day.number <= stage.until_day)
            for stage in recovery_days.STAGES
        ],
        "dots": dots.week(day),
        "last_day": recovery.LAST_DAY,
        "next": coming.after(visitor.session, at=visitor.at) if day.number >= recovery.LAST_DAY - 7 else None,
        "status_of": _status(visitor),
        **_red_flags(),
    }
    return show(request, visitor, "today", **context)


@csrf_exempt  # the link is the key, and a page without referrer sends no origin that could be checked
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def how(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask how the skin is; a post tells it. What an emergency asks for is said before anything is sent."""
    uploads.read_in_memory(request)
    if request.method != "POST":
        return _ask(request, visitor, HowForm(about=_about(visitor), feeling=request.GET.get("feeling", "")))
    if request.POST.get("only") == "feeling" and request.POST.get("feeling") in (Feeling.NOT_SURE, Feeling.WORRIED):
        return to(f"{visitor.address('recovery_how')}?feeling={request.POST['feeling']}")
    form = HowForm(request.POST, request.FILES, about=_about(visitor))
    if not form.is_valid():
        return _ask(request, visitor, form, status=422)
    if rules.is_emergency(form.said["signs"]) and "sure" not in request.POST:
        return show(request, visitor, "emergency", form=form, **_red_flags())
    told = {"session": visitor.session, "site": visitor.site, "came_by": Report.CameBy.LINK}
    try:
        if form.has_photos:
            known.refuse_a_flood(visitor.patient, at=visitor.at)  # before anything is done with them
        photos = form.cleaned_photos()
        if photos is None:
            return _ask(request, visitor, form, status=422)
        reports.tell(visitor.patient, **told, **form.said, photos=photos, by=visitor.by, at=visitor.at)
    except Refused as refused:
        return _ask(request, visitor, form, status=409, refusal=refused.refusal)
    return to(visitor.address("recovery_told"))


@open_to_all
@require_safe
@with_link
def told(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Say what becomes of what was told last: who looks, by when, and that nobody watches around the clock."""
    last = visitor.open_report or visitor.last_told
    if last is None:
        return to(visitor.address())
    is_emergency = last.is_open and rules.is_emergency(last.signs)
    return show(request, visitor, "told", last=last, is_emergency=is_emergency, status_of=_status(visitor))


def _ask(request: HttpRequest, visitor: Visitor, form: HowForm, *, status: int = 200, **more: Any) -> HttpResponse:
    return show(request, visitor, "how", status=status, form=form, status_of=_status(visitor), **more, **_red_flags())


def _about(visitor: Visitor) -> str:
    return rules.check_in(visitor.hours)


def _status(visitor: Visitor) -> dict[str, Any] | None:
    """Return how what they told stands while it is open: since when, in whose hands, and by when somebody looks."""
    report = visitor.open_report
    if report is None:
        return None
    look = watching.look(visitor.site, urgency=report.urgency, at=report.told_at)
    is_late = report.acknowledged_at is None and look.by is not None and look.by < visitor.at
    return {"told_at": report.told_at, "is_taken_on": bool(report.acknowledged_at), "by": look.by, "is_late": is_late}


def _red_flags() -> dict[str, list[str]]:
    return {
        "call_today": [str(sign.words) for sign in rules.TODAY],
        "emergency": [str(sign.words) for sign in rules.EMERGENCIES],
        "call_soon": [str(sign.words) for sign in rules.LATER],
    }

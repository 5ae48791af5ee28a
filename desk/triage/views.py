"""What patients told and nobody has closed: for everybody who waits and since when, for clinicians what it says.

On the list stand names, phones and how urgent it is, for every reader; signs and words stand on the page of one report,
which leaves its row in the trail.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from aftercare.models import Report
from clinic import audit
from clinic.policy import may
from desk import numbers
from desk.patients.banner import of_page
from desk.triage import photos, telling
from desk.triage.forms import CloseForm

ON_A_PAGE = 50
URGENT = (Report.Urgency.EMERGENCY, Report.Urgency.SAME_DAY)


def known() -> QuerySet[Report]:
    """Return the reports of open records."""
    return Report.objects.filter(patient__closed_at=None)


@may("see_board")
@require_safe
def reports_list(request: HttpRequest) -> HttpResponse:
    """Show what waits, the gravest first; for clinicians also what was closed, the latest first."""
    may_read = request.actor.may("see_clinical")
    shows_closed = may_read and request.GET.get("show") == "closed"
    found = known().select_related("patient", "taken_by", "closed_by", "site")
    chosen = (
        found.exclude(closed_at=None).order_by("-closed_at", "-pk") if shows_closed else found.open().urgent_first()
    )
    page = Paginator(chosen, ON_A_PAGE).get_page(numbers.read(request.GET.get("page", "")) or 1)
    context = {
        "rows": [telling.row(one, reader=request.actor, at=request.now) for one in page.object_list],
        "page": page,
        "shows_closed": shows_closed,
        "may_read": may_read,
        "may_treat": request.actor.may("treat"),
        "open_count": 0 if shows_closed else page.paginator.count,
    }
    return TemplateResponse(request, "desk/triage/list.html", context)


@may("see_board")
@require_safe
def reports_waiting(request: HttpRequest) -> HttpResponse:
    """Tell the header how many reports nobody has taken on yet; it asks every twenty seconds."""
    urgencies = list(known().waiting().order_by().values_list("urgency", flat=True))
    urgent, count = sum(one in URGENT for one in urgencies), len(urgencies)
    words = ngettext("%(n)s report waits", "%(n)s reports wait", count) % {"n": count}
    loud = ngettext("%(n)s urgent report waits", "%(n)s urgent reports wait", urgent) % {"n": urgent}
    return JsonResponse({"count": count, "urgent": urgent, "words": words, "loud": loud if urgent else ""})


@may("see_clinical")
@require_safe
def report(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one report with its story, the session it is about, and what may be done."""
    return one_page(request, found_one(uuid))


def found_one(uuid: UUID) -> Report:
    whole = ("patient", "site", "taken_down_by", "taken_by", "closed_by", "reaction", "session__practitioner")
    return get_object_or_404(known().select_related(*whole), uuid=uuid)


def one_page(request: HttpRequest, one: Report, *, status: int = 200, **more: Any) -> HttpResponse:
    """Show a report. more: the form that was sent, or why nothing was done."""
    audit.read(one, by=request.actor, at=request.now, patient=one.patient)
    may_treat = request.actor.may("treat")
    is_mine = one.taken_by_id == request.user.pk
    context = {
        "report": one,
        "person": one.patient,
        "banner": of_page(request, one.patient),
        "row": telling.row(one, reader=request.actor, at=request.now),
        "signs": telling.signs(one),
        "photos": photos.shown(one),
        "facts": telling.facts(one),
        "treated": telling.treated(one),
        "story": telling.story(one),
        "may_take_on": may_treat and one.is_open and one.acknowledged_at is None,
        "may_take_over": may_treat and one.is_open and one.acknowledged_at is not None and not is_mine,
        "close": CloseForm(initial={"version": one.version}) if may_treat and one.is_open else None,
        "title": _("Report of %(name)s") % {"name": one.patient.name},
        **more,
    }
    return TemplateResponse(request, "desk/triage/one.html", context, status=status)

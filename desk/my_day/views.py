"""My day: who is next, and am I ready."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from clinic.policy import may
from desk.my_day import day


@may("treat")
@require_safe
def my_day(request: HttpRequest) -> HttpResponse:
    """Show today's visits of the reader with the next step of each, and the records that still wait for a signature."""
    stops = day.stops(request.actor, site=request.site, at=request.now)
    unsigned = day.unsigned(request.actor, site=request.site, at=request.now)
    context = {
        "stops": stops,
        "unsigned": unsigned,
        "today": request.now,
        "waits_for_text": any(stop.waits_for_text for stop in stops),
    }
    return TemplateResponse(request, "desk/my_day/day.html", context)

"""Is everything running? The same answer twice: for whoever stands at the desk, and for machines that watch."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from clinic.policy import may, open_to_all
from desk.status import checks, words


@may("see_messages")
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Show what runs and what does not, and what to do about it."""
    found = checks.look(at=request.now)
    lines = words.lines(found)
    context = {"lines": lines, "is_well": all(line.is_well for line in lines), "version": settings.VERSION}
    return TemplateResponse(request, "desk/status/status.html", context)


@open_to_all
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer a machine whether the house can do its work: 200 or 503, with figures and nothing about anybody."""
    found = checks.look(at=request.now)
    return JsonResponse(found.for_machines(), status=200 if found.is_ready else 503)

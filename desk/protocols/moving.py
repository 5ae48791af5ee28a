"""Plans that run and follow an older version: what moving them would change, and the press that does it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from aftercare import protocols
from clinic import audit
from clinic.policy import may
from visits import protocols as moving


@may("manage")
@require_http_methods(["GET", "HEAD", "POST"])
def protocol_plans(request: HttpRequest) -> HttpResponse:
    """Show which unsent messages would change, with the difference; a post moves the plans."""
    standing = protocols.current()
    if standing is None:
        return redirect("desk:protocols")
    if request.method == "POST":
        if request.POST.get("version") != str(standing.pk):  # another was published since the page was read
            return _page(request, status=409)
        moved = moving.move_plans(standing, by=request.actor, at=request.now)
        said = ngettext("%(n)s plan follows it now.", "%(n)s plans follow it now.", moved) % {"n": moved}
        messages.success(request, said)
        return redirect("desk:protocols")
    return _page(request)


def _page(request: HttpRequest, status: int = 200) -> HttpResponse:
    standing = protocols.current()
    running = moving.running_elsewhere(standing, at=request.now)
    looked = moving.looked_at(standing, by=request.actor, at=request.now)
    for one in looked:
        audit.read(one.plan.session, by=request.actor, at=request.now, patient=one.plan.session.patient)
    context = {
        "standing": standing,
        "plans": running.count(),
        "unsent": moving.unsent_of(running).count(),
        "looked": looked,
        "is_stale": status == 409,
    }
    return TemplateResponse(request, "desk/protocols/plans.html", context, status=status)

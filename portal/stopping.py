"""What we may write to a patient, behind the link under every letter: shown by a look, changed by a post alone.

Mail programs stop letters with one press by themselves (RFC 8058): they post without cookies and follow nothing.
Programs that look at links for viruses open them too, so looking changes nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinic import sites
from clinic.actors import Actor
from clinic.policy import open_to_all
from outbox import choosing
from patients import links
from patients.models import Link
from portal.pages import page, quiet, wrong_link
from visits import choices

ONE_CLICK = ("List-Unsubscribe", "One-Click")
RECALL = "wants_recall_mail"  # what the header of a letter stops


@csrf_exempt  # the link is the key, and a program that stops letters has neither cookie nor form
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def stopping(request: HttpRequest, token: str) -> HttpResponse:
    """Show what we write and let the patient choose; a program's one press stops what the letter was about."""
    link = links.read(token, purpose=choosing.PURPOSE, at=request.now)
    if link is None:
        return wrong_link(request)
    if request.method != "POST":
        return _show(request, link)
    name, value = ONE_CLICK
    if request.POST.get(name) == value:
        _choose(request, link, {RECALL: False})
        return quiet(HttpResponse(status=200, content_type="text/plain"))
    if "stop" in request.POST:
        _choose(request, link, {RECALL: False})
    elif "choose" in request.POST:
        _choose(request, link, {choice: choice in request.POST for choice in choices.CHOICES})
    else:
        return _show(request, link, status=422)
    return quiet(HttpResponseRedirect(f"{request.path}?kept", status=303))


def _choose(request: HttpRequest, link: Link, wanted: dict[str, bool]) -> None:
    choices.choose(link.patient, wanted, by=Actor.of_link(link.patient.name, link.uuid), at=request.now)


def _show(request: HttpRequest, link: Link, *, status: int = 200) -> HttpResponse:
    patient = link.patient
    context = {
        "wants": {name: getattr(patient, name) for name in choices.CHOICES},
        "email": patient.email,
        "is_kept": "kept" in request.GET,
    }
    return page(request, "portal/stopping.html", link=link, site=sites.first(), status=status, **context)

"""A link that has stopped working, and the one press that sends a new one to the address on record.

Nobody learns more of that address than its first letters, and the answer to the press is the same for every link.
"""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic.policy import open_to_all
from clinic.refusals import Refused
from patients import links
from patients.models import Link
from portal.pages import asked_for_a_new_link, page, wrong_link
from visits import own_links

HIDDEN = "•••"


def no_entry(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a link that opens nothing; one that only ran out is offered anew."""
    link = _run_out(request, token)
    found = own_links.following(link, at=request.now) if link else None
    if link is None or found is None:
        return wrong_link(request)
    context = {"token": token, "email": masked(link.patient.email)}
    return page(request, "portal/run_out.html", link=link, site=found.site, status=410, **context)


@csrf_exempt  # the link is the key, and a page without referrer sends no origin that could be checked
@open_to_all
@require_POST
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Send a new link in the place of one that ran out; whoever asks hears the same, whatever the link was."""
    link = _run_out(request, token)
    if link is not None:
        with suppress(Refused):  # such as for a record that was closed since
            own_links.send_anew(link, at=request.now)
    return asked_for_a_new_link(request)


def _run_out(request: HttpRequest, token: str) -> Link | None:
    found = (links.run_out(token, purpose=purpose, at=request.now) for purpose in own_links.PURPOSES)
    return next((link for link in found if link), None)


def masked(address: str) -> str:
    """Return an e-mail address of which its owner knows it again and nobody else learns it: a•••@g•••.com."""
    name, _at, domain = address.rpartition("@")
    first, _dot, last = domain.rpartition(".")
    return f"{name[:1]}{HIDDEN}@{first[:1]}{HIDDEN}.{last}"

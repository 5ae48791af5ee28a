"""What every page behind a link shares: the patient's language, the site's clock and phone, and no trace elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation

from clinic import sites
from clinic.models import Site
from patients.models import Link


def page(
    request: HttpRequest, template: str, *, link: Link, site: Site, status: int = 200, **context: Any
) -> HttpResponse:
    """Answer with a page in the patient's language and the site's time; of the patient it knows the first name only."""
    with translation.override(link.patient.language), timezone.override(site.zone):
        known = {"site": site, "first_name": link.patient.first_name, **context}
        return quiet(render(request, template, known, status=status))


def wrong_link(request: HttpRequest, *, may_ask: bool = False) -> HttpResponse:
    """Answer that a link opens nothing, the same for every reason, with the clinic's phone.

    may_ask: a new link can be asked for on this page.
    """
    context = {"site": sites.first(), "may_ask": may_ask}
    return quiet(render(request, "portal/wrong_link.html", context, status=404))


def asked_for_a_new_link(request: HttpRequest) -> HttpResponse:
    """Answer that a new link is on its way if there is anything to send, the same whatever there is."""
    return quiet(render(request, "portal/new_link.html", {"site": sites.first()}))


def call_us(request: HttpRequest, *, link: Link, site: Site, back: str = "") -> HttpResponse:
    """Answer that this goes no further without a call; of the reason it says nothing. back: the page before it."""
    return page(request, "portal/call_us.html", link=link, site=site, back=back)


def after_get(address: str) -> HttpResponse:
    """Answer a look with another page to look at."""
    return quiet(HttpResponseRedirect(address, status=302))


def after_post(address: str) -> HttpResponse:
    """Answer a post that was done with the page that shows what came of it; a reader is led to its heading."""
    return quiet(HttpResponseRedirect(f"{address}#now", status=303))


def quiet(response: HttpResponse) -> HttpResponse:
    """Keep the address of a page, which is a secret, from other sites and from search engines."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response

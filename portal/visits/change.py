"""Another time for a visit, chosen by its patient: a month, a day, a last look, and it has moved."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from booking.own_hands import Stands
from clinic.policy import open_to_all
from clinic.refusals import Refused, Stale
from portal import choosing
from portal.choosing import Pages
from portal.pages import after_post, call_us
from portal.visits.door import Guest, with_link
from portal.visits.forms import version_said
from portal.visits.views import show, stopped
from visits import by_link, own_choice


@open_to_all
@require_safe
@with_link
def month(request: HttpRequest, guest: Guest) -> HttpResponse:
    return _with_pages(request, guest, lambda pages: choosing.month_page(request, pages, visit=guest.visit))


@open_to_all
@require_safe
@with_link
def day(request: HttpRequest, guest: Guest, day: str) -> HttpResponse:
    return _with_pages(request, guest, lambda pages: choosing.day_page(request, pages, day, visit=guest.visit))


@csrf_exempt  # the link is the key, and a page without referrer sends no origin that could be checked
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def time(request: HttpRequest, guest: Guest, start: int, who: int) -> HttpResponse:
    """Show the new time beside the old one; a post moves the visit there."""
    starts_at = choosing.instant(start)
    if request.method == "POST" and guest.visit.starts_at == starts_at and guest.visit.practitioner_id == who:
        return after_post(guest.home)  # pressed twice
    return _with_pages(request, guest, lambda pages: _time(request, guest, pages, start, who))


def _time(request: HttpRequest, guest: Guest, pages: Pages, start: int, who: int) -> HttpResponse:
    starts_at, visit = choosing.instant(start), guest.visit
    if request.method != "POST":
        free = choosing.chosen(pages, start, who)
        if free is None:
            return choosing.gone_page(request, pages, starts_at, visit=visit)
        return choosing.time_page(request, pages, free, visit=visit)
    known = {"version": version_said(request), "by": guest.by, "at": guest.at}
    try:
        by_link.move(visit, starts_at=starts_at or visit.starts_at, practitioner=who, **known)
    except Refused as refused:
        if refused.refusal.rule != "claim.taken":
            return stopped(request, guest, refused)
        return choosing.gone_page(request, pages, starts_at, visit=visit)
    except Stale as stale:
        return stopped(request, guest, stale)
    return after_post(guest.home)


def _with_pages(request: HttpRequest, guest: Guest, answer) -> HttpResponse:
    """Answer with the pages of the choice, or say why it takes a call."""
    if guest.stands != Stands.OPEN:
        return show(request, guest, status=409 if request.method == "POST" else 200)
    try:
        choice = own_choice.to_move(guest.visit, at=guest.at)
    except Refused:
        return call_us(request, link=guest.link, site=guest.site, back=guest.home)
    anybody = choosing.wants_anybody(request)
    return answer(Pages(choice, guest.link, guest.token, "visit_change", guest.home, anybody))

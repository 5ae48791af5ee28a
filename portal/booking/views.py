"""The next visit of a course, chosen by its patient: a month, a day, a last look, and it is booked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from booking import visit_links
from booking.models import Appointment
from clinic.policy import open_to_all
from clinic.refusals import Refused
from patients import links
from portal import choosing
from portal.booking.door import Guest, with_link
from portal.choosing import Pages
from portal.pages import after_post, call_us, page
from visits import by_link, own_choice


@open_to_all
@require_safe
@with_link
def month(request: HttpRequest, guest: Guest) -> HttpResponse:
    return _with_pages(request, guest, lambda pages: choosing.month_page(request, pages))


@open_to_all
@require_safe
@with_link
def day(request: HttpRequest, guest: Guest, day: str) -> HttpResponse:
    return _with_pages(request, guest, lambda pages: choosing.day_page(request, pages, day))


@csrf_exempt  # the link is the key, and a page without referrer sends no origin that could be checked
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def time(request: HttpRequest, guest: Guest, start: int, who: int) -> HttpResponse:
    """Show the time once more; a post books it."""
    if request.method == "POST" and own_choice.booked(guest.patient, at=guest.at):  # pressed twice, or booked by phone
        return after_post(guest.home)
    return _with_pages(request, guest, lambda pages: _time(request, guest, pages, start, who))


def _time(request: HttpRequest, guest: Guest, pages: Pages, start: int, who: int) -> HttpResponse:
    starts_at = choosing.instant(start)
    if request.method != "POST":
        free = choosing.chosen(pages, start, who)
        return choosing.time_page(request, pages, free) if free else choosing.gone_page(request, pages, starts_at)
    if starts_at is None:
        return choosing.gone_page(request, pages, None)
    try:
        by_link.book(guest.course, starts_at=starts_at, practitioner=who, by=guest.by, at=guest.at)
    except Refused as refused:
        if refused.refusal.rule == "claim.taken":
            return choosing.gone_page(request, pages, starts_at)
        return _with_pages(request, guest, lambda _pages: call_us(request, link=guest.link, site=guest.site))
    return after_post(guest.home)


def _with_pages(request: HttpRequest, guest: Guest, answer: Callable[[Pages], HttpResponse]) -> HttpResponse:
    """Answer with the pages of the choice, with the visit that is booked already, or say that it takes a call."""
    booked = own_choice.booked(guest.patient, at=guest.at)
    if booked is not None:
        return _booked(request, guest, booked)
    try:
        choice = own_choice.to_book(guest.course, at=guest.at)
    except Refused:
        return call_us(request, link=guest.link, site=guest.site)
    return answer(Pages(choice, guest.link, guest.token, "book", "", choosing.wants_anybody(request)))


def _booked(request: HttpRequest, guest: Guest, visit: Appointment) -> HttpResponse:
    own = visit_links.of(visit, at=guest.at)
    return page(
        request,
        "portal/booking/booked.html",
        link=guest.link,
        site=visit.site,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        practitioner=visit.practitioner.name,
        address=links.path(own) if own else "",
    )

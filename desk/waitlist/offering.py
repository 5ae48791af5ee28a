"""A time that has become free: who fits it, offered or booked at once, and how an offer ends at the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import offers
from booking.models import Appointment, Offer
from clinic import submissions
from clinic.models import User
from clinic.policy import may
from clinic.refusals import Refused
from clinic.wall_time import instant, local
from desk.board.look import Look
from desk.board.pages import name_shown
from desk.booking.offers import aloud, offer_value
from desk.booking.views import fresh_url
from desk.waitlist import fits, listing
from desk.waitlist.fits import Slot
from desk.waitlist.forms import OfferForm
from desk.waitlist.views import find_entry
from visits import waiting

A_QUARTER, A_DAY = 15, 24 * 60  # minutes
FAR_OFF = timedelta(days=3660)


@may("book")
@require_safe
def waitlist_match(request: HttpRequest) -> HttpResponse:
    """Show who fits a time that is free; an address that names none leads to the whole list."""
    slot = _slot(request, request.GET)
    return _show(request, slot) if slot else redirect("desk:waitlist")


@may("book")
@require_POST
def waitlist_offer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hold a time for somebody, and tell them."""

    def act(starts_at: datetime, practitioner: User) -> str:
        entry, when = find_entry(request, uuid), {"practitioner": practitioner, "starts_at": starts_at}
        with submissions.once(request, leads_to=reverse("desk:waitlist")) as posted:
            made = waiting.offer(entry, **when, by=request.actor, at=request.now)
        words = _("Offered to %(name)s: %(time)s, %(left)s.") % {
            "time": aloud(made.starts_at, made.ends_at, practitioner, request.site.zone),
            "name": made.entry.patient.name,
            "left": listing.left_words(made, at=request.now),
        }
        messages.success(request, words, extra_tags=f"undo:{reverse('desk:offer_withdraw', args=[made.uuid])}")
        return posted.url

    return _once(request, act)


@may("book")
@require_POST
def waitlist_book(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Book a time for somebody at once, as when they are on the phone."""

    def act(starts_at: datetime, practitioner: User) -> str:
        entry, when = find_entry(request, uuid), {"practitioner": practitioner, "starts_at": starts_at}
        with submissions.once(request, leads_to=fresh_url):
            booked = waiting.book(entry, **when, by=request.actor, at=request.now)
        return _told(request, booked)

    return _once(request, act)


@may("book")
@require_POST
def offer_accept(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take an offer up for somebody who said yes on the phone."""
    try:
        booked = waiting.accept(_offer(request, uuid), by=request.actor, at=request.now)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("desk:waitlist")
    return redirect(_told(request, booked))


@may("book")
@require_POST
def offer_withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take an offer back; the time is free at once."""
    ended = waiting.withdraw_offer(_offer(request, uuid), by=request.actor, at=request.now)
    if ended.state == Offer.State.ACCEPTED:
        messages.warning(request, _("%(name)s took the time a moment ago.") % {"name": ended.entry.patient.name})
    else:
        messages.success(request, _("The offer is withdrawn. The time is free again."))
    return redirect("desk:waitlist")


def _once(request: HttpRequest, act: Callable[[datetime, User], str]) -> HttpResponse:
    """Do it once, however often the form is sent; a refusal is shown over who fits now."""
    form, slot = OfferForm(request.POST), _slot(request, request.POST)
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if not form.is_valid():
            return _show(request, slot, status=422) if slot else redirect("desk:waitlist")
        return redirect(act(*form.cleaned_data["time"]))
    except Refused as refused:
        if slot:
            return _show(request, slot, status=409, refusal=refused.refusal)
        messages.warning(request, str(refused))
        return redirect("desk:waitlist")


def _told(request: HttpRequest, booked: Appointment) -> str:
    """Say what is booked, and return the address of its day."""
    zone = request.site.zone
    when = aloud(booked.starts_at, booked.ends_at, booked.practitioner, zone)
    who = name_shown(request, booked.patient.name)
    messages.success(request, _("%(who)s is booked: %(when)s.") % {"who": who, "when": when})
    return fresh_url(booked)


def _show(request: HttpRequest, slot: Slot, *, status: int = 200, **more: Any) -> HttpResponse:
    lines = listing.lines([fit.entry for fit in slot.fits], at=request.now)
    zone = request.site.zone
    rows = [
        {
            "line": line,
            "value": offer_value(fit.free.starts_at, fit.free.practitioner.pk),
            "when": aloud(fit.free.starts_at, fit.free.ends_at, fit.free.practitioner, zone),
            "can_wait": offers.can_be_answered(request.site, fit.free.starts_at, at=request.now),
        }
        for line, fit in zip(lines, slot.fits, strict=True)
    ]
    context = {
        "slot": slot,
        "rows": rows,
        "start": f"{local(slot.starts_at, zone):%Y-%m-%dT%H:%M}",
        "when": aloud(slot.starts_at, slot.ends_at, slot.practitioner, zone),
        "day_url": Look(day=local(slot.starts_at, zone).date()).url(),
        **more,
    }
    return TemplateResponse(request, "desk/waitlist/match.html", context, status=status)


def _slot(request: HttpRequest, said: Any) -> Slot | None:
    """Return the stretch that was named by local start, practitioner and minutes, with who fits; None for nonsense."""
    zone = request.site.zone
    try:
        wall = datetime.strptime(said.get("start", ""), "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the site's wall
        minutes = min(max(int(said.get("minutes") or A_QUARTER), 1), A_DAY)
        practitioner = User.objects.practitioners().filter(pk=int(said.get("practitioner", ""))).first()
        starts_at = instant(wall.date(), wall.time(), zone)
    except (ValueError, OverflowError):
        return None
    if practitioner is None or abs(starts_at - request.now) > FAR_OFF:
        return None
    ends_at = starts_at + timedelta(minutes=minutes)
    return fits.for_slot(request.site, practitioner=practitioner, starts_at=starts_at, ends_at=ends_at, at=request.now)


def _offer(request: HttpRequest, uuid: UUID) -> Offer:
    found = Offer.objects.select_related("entry__patient", "entry__site", "practitioner")
    return get_object_or_404(found, uuid=uuid, entry__site=request.site)

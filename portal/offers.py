"""A time that is held for a patient, behind their link: take it, or say no. Opening the page changes nothing."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import pgettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import offers, waitlist
from booking.models import Appointment, Offer
from booking.notices import SUBJECT
from clinic import wall_time
from clinic.actors import Actor
from clinic.policy import open_to_all
from clinic.refusals import Refusal, Refused
from outbox import notices
from outbox.models import Notice
from patients import links
from patients.models import Link
from portal.pages import page, quiet, wrong_link
from visits import waiting

State = Offer.State
NEWS = ("CONFIRMATION", "CHANGE")
COMING = {Notice.State.DUE, Notice.State.SENDING, Notice.State.HANDED}


@csrf_exempt  # the link is the key, and a page without referrer sends no origin that could be checked
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """Show where an offer stands; a post answers it, once, however often it is sent."""
    link = links.read(token, purpose=offers.PURPOSE, at=request.now)
    if link is None:
        return wrong_link(request)
    known = Offer.objects.select_related("entry__site", "entry__booking", "entry__patient", "practitioner")
    held = known.select_related("appointment__practitioner").get(uuid=link.subject.removeprefix("offer:"))
    if request.method == "POST":
        return _answer(request, link, held)
    return _show(request, link, held)


def _answer(request: HttpRequest, link: Link, held: Offer) -> HttpResponse:
    act = {"take": waiting.accept, "decline": waiting.decline}.get(request.POST.get("answer", ""))
    if act is None:
        return _show(request, link, held, status=422)
    try:
        with translation.override(link.patient.language):
            act(held, by=Actor.of_link(link.patient.name, link.uuid), at=request.now)
    except Refused as refused:
        held.refresh_from_db()
        return _show(request, link, held, status=409, refusal=refused.refusal)
    return quiet(HttpResponseRedirect(request.path, status=303))


def _show(
    request: HttpRequest, link: Link, held: Offer, *, status: int = 200, refusal: Refusal | None = None
) -> HttpResponse:
    is_lost = waitlist.has_lost_its_visit(held.entry, at=request.now)
    is_open, visit = held.is_open(request.now) and not is_lost, held.appointment
    stands = visit is not None and visit.is_standing
    site, told = held.entry.site, visit if stands else held
    way = notices.Reach.of(link.patient).channel(Notice.Purpose.APPOINTMENT)
    moves = waitlist.later_visit(held.entry, at=request.now)
    context = {
        "starts_at": told.starts_at,
        "ends_at": told.ends_at,
        "practitioner": told.practitioner.short_name or told.practitioner.name,
        "is_open": is_open,
        "is_taken": held.state == State.ACCEPTED and stands,
        "has_changed": held.state == State.ACCEPTED and not stands,
        "is_declined": held.state == State.DECLINED,
        "held_until": _until(held, at=request.now, language=link.patient.language),
        "moves_from": moves.starts_at if is_open and moves else None,
        "waits_on": held.entry.ended_at is None and not is_lost,
        "way": way,
        "letter": _letter(visit, way=way) if stands else "",
        "refusal": refusal if is_open else None,
    }
    return page(request, "portal/offer.html", link=link, site=site, status=status, **context)


def _letter(visit: Appointment, *, way: str) -> str:
    """Return how the mail about a visit's time stands: coming, gone, or "" when none goes. way: how mail would go."""
    news = Notice.objects.filter(subject=f"{SUBJECT}{visit.pk}", kind__in=NEWS, channel=Notice.Channel.MAIL)
    states = set(news.values_list("state", flat=True))
    if states & COMING:
        return "coming" if way == Notice.Channel.MAIL else ""
    return "gone" if Notice.State.SENT in states else ""


def _until(held: Offer, *, at: datetime, language: str) -> str:
    """Return until when the time is held: 14:20, with its day when that is not today."""
    zone = held.entry.site.zone
    until, now = wall_time.local(held.expires_at, zone), wall_time.local(at, zone)
    with translation.override(language):
        whole = pgettext("a day and hour as they are said, in Django's date letters", "l j F, H:i")
        return date_format(until, "H:i" if until.date() == now.date() else whole)

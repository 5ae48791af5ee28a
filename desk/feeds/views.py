"""The addresses at which calendars subscribe to the visits of a practitioner, of a room or of a numbing chair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import feeds
from booking.models import Feed
from clinic import askings, submissions
from clinic.models import Room, User
from clinic.policy import may


@dataclass(frozen=True)
class Line:
    """One calendar that the reader may share. code: what it is of, as in practitioner-3; feed: None without address."""

    code: str
    name: str
    practitioner: User | None
    room: Room | None
    feed: Feed | None
    is_own: bool

    @property
    def is_chair(self) -> bool:
        return self.room is not None and self.room.kind == Room.Kind.CHAIR


@may("see_board")
@require_safe
def feeds_list(request: HttpRequest) -> HttpResponse:
    """Show which calendars have an address; an address itself is never shown again."""
    return _page(request)


@may("see_board")
@require_POST
def feed_make(request: HttpRequest, code: str) -> HttpResponse:
    """Make an address and show it, this once; the one that it had before ends."""
    line = _line(request, code)
    try:
        if answer := submissions.answered_before(request):
            raise submissions.Answered(answer)
        with submissions.once(request, leads_to=reverse("desk:feeds")):
            of_what = {"practitioner": line.practitioner, "room": line.room}
            _feed, key = askings.act(feeds.make, site=request.site, **of_what, by=request.actor, at=request.now)
    except submissions.Answered as answered:
        messages.info(request, _("That address was shown before. Make a new one if it was lost."))
        return redirect(answered.url)
    except submissions.Mismatch as mismatch:
        messages.info(request, str(mismatch))
        return redirect("desk:feeds")
    address = request.build_absolute_uri(reverse("feeds:calendar", args=[key]))
    return _page(request, made=line, address=address)


@may("see_board")
@require_POST
def feed_end(request: HttpRequest, code: str) -> HttpResponse:
    """End an address; whoever subscribed to it sees no more visits from now on."""
    line = _line(request, code)
    if line.feed is not None and feeds.revoke(line.feed, by=request.actor, at=request.now):
        messages.success(request, _("The address of %(name)s has ended.") % {"name": line.name})
    return redirect("desk:feeds")


def _page(request: HttpRequest, *, made: Line | None = None, address: str = "") -> HttpResponse:
    lines = list(_lines(request))
    context = {
        "people": [line for line in lines if line.practitioner],
        "rooms": [line for line in lines if line.room and not line.is_chair],
        "chairs": [line for line in lines if line.is_chair],
        "made": made,
        "address": address,
        "shows_initials": request.site.feeds_show_initials,
    }
    return TemplateResponse(request, "desk/feeds/list.html", context)


def _lines(request: HttpRequest) -> Iterator[Line]:
    """Yield the calendars that this person may share: a manager all, a practitioner their own."""
    found = {(feed.practitioner_id, feed.room_id): feed for feed in feeds.standing(request.site)}
    me, manages = request.user.pk, request.actor.may("manage")
    for one in User.objects.practitioners().order_by("name"):
        if manages or one.pk == me:
            yield Line(f"practitioner-{one.pk}", one.name, one, None, found.get((one.pk, None)), one.pk == me)
    for room in request.site.rooms.filter(is_open=True).order_by("name") if manages else ():
        yield Line(f"room-{room.pk}", room.name, None, room, found.get((None, room.pk)), False)


def _line(request: HttpRequest, code: str) -> Line:
    """Return the calendar of this code; 404 for any that this person may not share."""
    line = next((one for one in _lines(request) if one.code == code), None)
    if line is None:
        raise Http404
    return line

"""Private calendars: what a practitioner, a room or a numbing chair has, for the calendar on somebody's telephone.

Behind each address stands a key that is kept as a digest only. No patient is named; a clinic may turn initials on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

import icalendar
from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from booking.models import Appointment, Claim, Feed
from clinic import audit, keys, wall_time
from clinic.actors import Actor
from clinic.models import Room, Site, User

DAYS_BACK = 30
DAYS_AHEAD = 180
ASK_AGAIN = timedelta(minutes=15)


@transaction.atomic
def make(
    *, site: Site, by: Actor, at: datetime, practitioner: User | None = None, room: Room | None = None
) -> tuple[Feed, str]:
    """Make the address of one practitioner or one room, and return it with its key, which cannot be read again.

    An address that the same calendar had before ends. room: a numbing chair is one, too. by: a person.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)  # the turn of whoever makes one at the same moment
    for old in _standing(practitioner=practitioner, room=room, site=site):
        revoke(old, by=by, at=at)
    key = keys.new_key()
    feed = Feed.objects.create(
        site=site, practitioner=practitioner, room=room, digest=keys.digest_of(key), made_by=by.user, made_at=at
    )
    audit.record("make_feed", feed, by=by, at=at, fields=_of_what(feed))
    return feed, key


@transaction.atomic
def revoke(feed: Feed, *, by: Actor, at: datetime) -> bool:
    """End an address at once; return whether it still stood."""
    if not Feed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=at):
        return False
    feed.revoked_at = at
    audit.record("revoke_feed", feed, by=by, at=at, fields=_of_what(feed))
    return True


def of_key(key: str) -> Feed | None:
    """Return the calendar behind a key, or None for a key that opens nothing (any more)."""
    rows = _opening().select_related("site", "practitioner", "room")
    return rows.filter(digest=keys.digest_of(key)).first()


def standing(site: Site) -> list[Feed]:
    """Return the addresses of a site that open something, with who made them."""
    return list(_opening().filter(site=site).select_related("made_by"))


def _opening() -> QuerySet[Feed]:
    """Return what was not ended and whose holder works here: the practitioner, of a room or a chair whoever made it."""
    is_held = Q(practitioner__is_active=True) | Q(practitioner=None, made_by__is_active=True)
    return Feed.objects.filter(is_held, revoked_at=None)


@dataclass(frozen=True)
class Event:
    """One visit in a calendar. It keeps its uid for ever; sequence rises with every change of its time or place."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    summary: str
    place: str
    words: str
    made_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Calendar:
    """A calendar as it is read at one moment. changed_at: nothing in it changed later."""

    name: str
    events: tuple[Event, ...]
    changed_at: datetime

    @property
    def tag(self) -> str:
        """Return a word that differs whenever the calendar does."""
        told = repr((self.name, [astuple(event) for event in self.events]))
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def written(self) -> bytes:
        """Return the calendar as a file (RFC 5545), all times in UTC."""
        file = icalendar.Calendar()
        for name, value in (("prodid", "-//Stipple//Stipple//EN"), ("version", "2.0"), ("method", "PUBLISH")):
            file.add(name, value)
        file.add("x-wr-calname", self.name)
        file.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
        file.add("x-published-ttl", "PT15M")
        for event in self.events:
            file.add_component(component(event))
        return file.to_ical()


def read(feed: Feed, *, at: datetime) -> Calendar:
    """Return what a calendar holds: 30 days back and 180 days ahead, visits that were called off included.

    A numbing chair has each visit for as long as somebody sits in it.
    """
    zone = feed.site.zone
    today = wall_time.local(at, zone).date()
    begins, _night = wall_time.day_bounds(today - timedelta(days=DAYS_BACK), zone)
    ends, _night = wall_time.day_bounds(today + timedelta(days=DAYS_AHEAD + 1), zone)
    midnight, _night = wall_time.day_bounds(today, zone)
    here = Appointment.objects.filter(site=feed.site, starts_at__gte=begins)
    visits = (
        here.filter(_mine(feed), starts_at__lt=ends).for_board().order_by("starts_at", "id").annotate(**_span(feed))
    )
    latest = here.aggregate(latest=Max("changed_at"))["latest"]  # of the whole site: a visit may have left this one
    return Calendar(
        name=f"{feed.practitioner or feed.room} · {feed.site.name}",
        events=tuple(_event(visit, feed) for visit in visits),
        changed_at=max(one for one in (feed.made_at, midnight, latest) if one is not None),
    )


def _mine(feed: Feed) -> Q:
    if feed.room is None:
        return Q(practitioner=feed.practitioner)
    return Q(chair=feed.room) if feed.room.kind == Room.Kind.CHAIR else Q(room=feed.room)


def _span(feed: Feed) -> dict[str, Any]:
    """Return from when to when a visit is in this calendar: as long as its claim on the chair, else all of it."""
    if feed.room is None or feed.room.kind != Room.Kind.CHAIR:
        return {"from_at": F("starts_at"), "until_at": F("ends_at")}
    held = Claim.objects.filter(appointment=OuterRef("pk"), room=feed.room).order_by("-is_active", "-pk")
    ends = {"from_at": "starts_at", "until_at": "ends_at"}
    return {name: Coalesce(Subquery(held.values(end)[:1]), F(end)) for name, end in ends.items()}


def _event(visit: Appointment, feed: Feed) -> Event:
    summary = visit.service.name
    if feed.site.feeds_show_initials:
        summary = f"{summary} · {visit.patient.initials}"
    return Event(
        uid=str(visit.uuid),
        sequence=visit.sequence,
        starts_at=visit.from_at,
        ends_at=visit.until_at,
        is_cancelled=visit.state == Appointment.State.CANCELLED,
        summary=summary,
        place=", ".join(part.name for part in (feed.room or visit.room, visit.site) if part),
        words=_("With %(name)s") % {"name": visit.practitioner.name} if feed.room else "",
        made_at=visit.booked_at,
        changed_at=visit.changed_at,
    )


def component(event: Event) -> icalendar.Event:
    """Return one visit as calendars read it; the instants keep the zone that they come in."""
    line = icalendar.Event()
    line.add("uid", event.uid)
    line.add("sequence", event.sequence)
    line.add("dtstart", event.starts_at)
    line.add("dtend", event.ends_at)
    line.add("dtstamp", event.changed_at)
    line.add("created", event.made_at)
    line.add("last-modified", event.changed_at)
    line.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    line.add("transp", "TRANSPARENT" if event.is_cancelled else "OPAQUE")
    line.add("summary", event.summary)
    line.add("location", event.place)
    if event.words:
        line.add("description", event.words)
    return line


def _standing(*, site: Site, practitioner: User | None, room: Room | None) -> Iterable[Feed]:
    return Feed.objects.filter(site=site, practitioner=practitioner, room=room, revoked_at=None)


def _of_what(feed: Feed) -> dict[str, object]:
    return {"practitioner": feed.practitioner_id, "room": feed.room_id}

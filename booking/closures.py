"""Closures: somebody away, a room or a device out of use, a whole site shut. Nothing new is booked in one.

A closure claims whatever is free in it. Visits that were booked before stay, and are listed until a person moves
them; what one of them lets go falls to the closure in the same transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from booking import claims, reach, turns
from booking.claims import Hold
from booking.models import Appointment, Claim, Closure
from clinic import audit
from clinic.actors import Actor
from clinic.models import Device, Room, Site, User
from clinic.refusals import Refusal, Refused

log = logging.getLogger(__name__)

LONGEST = timedelta(days=400)
TO_COME = (Appointment.State.BOOKED, Appointment.State.CONFIRMED)
IN_THE_HOUSE = (Appointment.State.ARRIVED, Appointment.State.IN_ROOM)
NAMED = ("practitioner", "room", "device")


@transaction.atomic
def add(
    *,
    kind: str,
    site: Site,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    at: datetime,
    practitioner: User | None = None,
    room: Room | None = None,
    device: Device | None = None,
    words: str = "",
) -> Closure:
    """Keep a practitioner, a room, a device or the whole site free of new visits for a while.

    Visits that stand in it stay; `conflicts` names them. Raises Refused for a time that is over, ends before it
    begins or lasts more than 400 days; ValueError for more than one thing, or one of another site.
    """
    if sum(one is not None for one in (practitioner, room, device)) > 1:
        raise ValueError("a closure is of one thing, or of the whole site")
    if any(one is not None and one.site_id != site.pk for one in (room, device)):
        raise ValueError("that belongs to another site")
    _must_be_a_time_to_come(starts_at, ends_at, at)
    closure = Closure(
        kind=kind,
        site=site,
        practitioner=practitioner,
        room=room,
        device=device,
        starts_at=starts_at,
        ends_at=ends_at,
        words=words.strip(),
        made_by=by.user,
        made_at=at,
    )
    wanted = reach.of(closure)
    turns.lock(wanted, at=at)
    closure.save()
    claims.close_over(closure, wanted)
    facts = {"starts_at": starts_at, "ends_at": ends_at} | {name: getattr(closure, f"{name}_id") for name in NAMED}
    audit.record("close", closure, by=by, at=at, reason=closure.words, fields=facts)
    return closure


@transaction.atomic
def lift(closure: Closure, *, by: Actor, at: datetime) -> Closure:
    """Open again what a closure keeps free. Raises Refused when it was lifted before."""
    claims.hold_closures(claims.holds_over(reach.of(closure)))  # its neighbours too: each may get a part of it
    if not Closure.objects.filter(pk=closure.pk, lifted_at=None).update(lifted_at=at):
        raise Refused(_lifted_before())
    closure.refresh_from_db()
    claims.release_closure(closure)
    audit.record("lift", closure, by=by, at=at, reason=closure.words)
    return closure


@transaction.atomic
def fill(closure: Closure, *, at: datetime) -> int:
    """Claim what the closure left open, let go of what it does not reach any more, and return how many it claimed."""
    wanted = reach.of(closure)
    turns.lock(wanted, at=at)
    claims.hold_closures(claims.holds_over(wanted))
    if not Closure.objects.select_for_update(no_key=True).filter(pk=closure.pk, lifted_at=None).exists():
        return 0
    claims.shrink(closure, wanted)
    return claims.close_over(closure, wanted)


def sweep(*, at: datetime) -> int:
    """Fill every closure that is not over, and return how many claims that took.

    One that could not be had just now is logged, waits for the next time, and keeps no other waiting.
    """
    filled = 0
    for closure in Closure.objects.standing().filter(ends_at__gt=at).select_related("site"):
        try:
            filled += fill(closure, at=at)
        except Exception:
            log.exception("Closure %s could not be filled", closure.pk)
    return filled


# --- visits that stand in one ----------------------------------------------------------------------------


def conflicts(closure: Closure) -> list[Appointment]:
    """Return the visits to come that stand in a closure, soonest first, in two queries; it need not be saved yet."""
    return _visits_in([closure])[closure.pk]


def here(closure: Closure, *, since: datetime) -> list[Appointment]:
    """Return the visits that stand in a closure whose patients came since then and are still here, soonest first."""
    visits = _visits_in([closure], states=IN_THE_HOUSE)[closure.pk]
    return [visit for visit in visits if visit.arrived_at is not None and visit.arrived_at >= since]


def conflicts_of(site: Site, *, at: datetime) -> list[tuple[Closure, list[Appointment]]]:
    """Return the closures of a site that are not over, soonest first, each with the visits to come that stand in it.

    Visits that should have begun before `at` are left to who closes the day. Three queries.
    """
    standing = Closure.objects.standing().filter(site=site, ends_at__gt=at)
    closures = list(standing.select_related(*NAMED, "site", "made_by"))
    visits = _visits_in(closures, since=at)
    return [(closure, visits[closure.pk]) for closure in closures]


def _visits_in(
    closures: list[Closure], *, since: datetime | None = None, states: Iterable[str] = TO_COME
) -> dict[int, list[Appointment]]:
    found: dict[int, list[Appointment]] = {closure.pk: [] for closure in closures}
    if not closures:
        return found
    begins, ends = min(one.starts_at for one in closures), max(one.ends_at for one in closures)
    held = Claim.objects.filter(is_active=True, appointment__state__in=states).between(begins, ends)
    if since is not None:
        held = held.filter(appointment__starts_at__gte=since)
    held = held.filter(_any_reached(closures)).select_related("appointment")
    standing: dict[int, set[int]] = {closure.pk: set() for closure in closures}
    for claim in held:
        for closure in closures:
            if _stands_in(claim, closure):
                standing[closure.pk].add(claim.appointment_id)
    wanted = set().union(*standing.values())
    for visit in Appointment.objects.for_board().filter(pk__in=wanted).order_by("starts_at", "pk"):
        for pk, visits in standing.items():
            if visit.pk in visits:
                found[pk].append(visit)
    return found


def _any_reached(closures: Iterable[Closure]) -> Q:
    query = Q(pk__in=[])
    for closure in closures:
        named = {name: pk for name in NAMED if (pk := getattr(closure, f"{name}_id"))}
        query |= Q(**named) if named else Q(appointment__site=closure.site_id)
    return query


def _stands_in(claim: Claim, closure: Closure) -> bool:
    if claim.starts_at >= closure.ends_at or claim.ends_at <= closure.starts_at:
        return False
    named = {name: pk for name in NAMED if (pk := getattr(closure, f"{name}_id"))}
    if not named:
        return claim.appointment.site_id == closure.site_id
    return all(getattr(claim, f"{name}_id") == pk for name, pk in named.items())


def shares_of(holds: Iterable[Hold]) -> list[Hold]:
    """Return what closures would get of this time if it were let go; nothing is locked and nothing changes."""
    holds = list(holds)
    if not holds:
        return []
    begins, ends = min(hold.starts_at for hold in holds), max(hold.ends_at for hold in holds)
    found = []
    for closure in Closure.objects.standing().between(begins, ends).select_related("site"):
        theirs = reach.of(closure)
        for hold in holds:
            shared = reach.overlap(theirs.get(hold.resource, ()), [(hold.starts_at, hold.ends_at)])
            found += [Hold(hold.resource, *stretch) for stretch in shared]
    return found


# --- refusals --------------------------------------------------------------------------------------------


def _must_be_a_time_to_come(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    if ends_at <= starts_at:
        raise Refused(_refusal("closure.order", _("This ends before it begins. Choose a later end.")))
    if ends_at <= at:
        raise Refused(_refusal("closure.over", _("This time is over, so there is nothing left to close.")))
    if ends_at - starts_at > LONGEST:
        sentence = _("Close at most %(days)s days at once.") % {"days": LONGEST.days}
        raise Refused(_refusal("closure.long", sentence))


def _refusal(rule: str, sentence: str) -> Refusal:
    return Refusal(rule=rule, title=_("This time cannot be closed"), sentence=sentence)


def _lifted_before() -> Refusal:
    return Refusal(
        rule="closure.lifted",
        title=_("This was lifted before"),
        sentence=_("The closure was lifted already; its time is free."),
    )

"""Who of the waitlist could come when a time becomes free: urgent first, then who waited longest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import Exists, OuterRef, Q

from booking import free_times, preferences, waitlist
from booking.free_times import FreeTime
from booking.models import Claim, Offer, WaitlistEntry
from clinic import wall_time
from clinic.models import Site, User
from patients import restrictions
from patients.models import Restriction
from patients.rules import hardest


@dataclass(frozen=True)
class Fit:
    """Somebody who waits, and the first time of a free stretch that suits them."""

    entry: WaitlistEntry
    free: FreeTime


def find(site: Site, *, practitioner: User, starts_at: datetime, ends_at: datetime, at: datetime) -> list[Fit]:
    """Return who could come at a start within a stretch of one practitioner, each with the first one.

    Free is what can be booked: their service with everything it needs, within hours and notice. Who has an offer
    already, is elsewhere then, has a visit no later than that or one that is not to come, or may not come that day is
    left out. Queries grow with the services that are waited for, not with the people.
    """
    asked = WaitlistEntry.objects.waiting().filter(
        ~Exists(Offer.objects.filter(entry=OuterRef("pk"), state=Offer.State.OPEN)),
        Q(practitioner=None) | Q(practitioner=practitioner),
        site=site,
        patient__died_on=None,
    )
    day = wall_time.local(starts_at, site.zone).date()
    known = (entry for entry in asked.select_related(*waitlist.WITH) if not waitlist.has_lost_its_visit(entry, at=at))
    entries = [entry for entry in known if preferences.suits_day(entry, day)]
    if not entries:
        return []
    stopped, busy = _stopped(entries, day), _busy(entries, day, site, at=at)
    starts = _free_starts(entries, site, practitioner, day, at=at)
    found = []
    for entry in (one for one in entries if one.pk not in stopped):
        before = _sooner_than(entry, ends_at, at=at)
        times = (free for free in starts[_kind(entry)] if starts_at <= free.starts_at < before)
        fit = next((free for free in times if _suits(entry, free, busy.get(entry.patient_id, ()))), None)
        if fit:
            found.append(Fit(entry, fit))
    return found


def _sooner_than(entry: WaitlistEntry, ends_at: datetime, *, at: datetime) -> datetime:
    """Return before when a start is of use: within the stretch, and sooner than the visit that they have."""
    later = waitlist.later_visit(entry, at=at)
    return min(ends_at, later.starts_at) if later else ends_at


def _suits(entry: WaitlistEntry, free: FreeTime, busy: Iterable[tuple[datetime, datetime]]) -> bool:
    wall = wall_time.local(free.starts_at, entry.site.zone)
    is_elsewhere = any(begins < free.ends_at and free.starts_at < ends for begins, ends in busy)
    return preferences.suits(entry, wall) and not is_elsewhere


def _kind(entry: WaitlistEntry) -> tuple[int, int]:
    return entry.service_id, entry.needling_length or 0


def _free_starts(
    entries: list[WaitlistEntry], site: Site, practitioner: User, day: date, *, at: datetime
) -> dict[tuple[int, int], list[FreeTime]]:
    """Return what is free that day for each service and length that is waited for."""
    return {
        kind: free_times.find(
            service=alike[0].service,
            site=site,
            start=day,
            days=1,
            at=at,
            practitioners=[practitioner],
            needling_minutes=alike[0].needling_length,
        )
        for kind, alike in ((kind, list(group)) for kind, group in groupby(sorted(entries, key=_kind), key=_kind))
    }


def _stopped(entries: list[WaitlistEntry], day: date) -> set[int]:
    """Return the entries whose patient may not come for that service on that day."""
    stops: dict[int, list[Restriction]] = {}
    for row in Restriction.objects.filter(patient__in={entry.patient_id for entry in entries}, lifted_at=None):
        stops.setdefault(row.patient_id, []).append(row)

    def stop(entry: WaitlistEntry) -> bool:
        rows = [
            r for r in stops.get(entry.patient_id, ()) if not r.service_kinds or entry.service.kind in r.service_kinds
        ]
        return hardest([restrictions.as_stop(row) for row in rows], day) is not None

    return {entry.pk for entry in entries if stop(entry)}


def _busy(
    entries: list[WaitlistEntry], day: date, site: Site, *, at: datetime
) -> dict[int, list[tuple[datetime, datetime]]]:
    """Return when each patient is elsewhere that day: in another visit, or with another time held for them."""
    held = Claim.objects.standing(at).between(*wall_time.day_bounds(day, site.zone))
    busy: dict[int, list[tuple[datetime, datetime]]] = {}
    chosen = held.filter(patient__in={entry.patient_id for entry in entries})
    for patient_id, starts_at, ends_at in chosen.values_list("patient", "starts_at", "ends_at"):
        busy.setdefault(patient_id, []).append((starts_at, ends_at))
    return busy

"""Booked visits that lie outside the hours: they stay, and a person decides about each."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from booking import hours
from booking.hours import Hours, Span
from booking.models import Appointment, Claim
from clinic.models import Site, User


def visits(site: Site, practitioner: User | None, *, at: datetime) -> list[Appointment]:
    """Return the visits to come outside somebody's hours, soonest first; outside opening hours for None.

    Three queries. For a person each stretch that holds them counts; for the site all of the visit, clean-down
    included.
    """
    held = _held(site, practitioner, at)
    if not held:
        return []
    spans = [span for stretches in held.values() for span in stretches]
    first, last = hours.day_of(min(spans)[0], site), hours.day_of(max(spans)[0], site)
    people = [practitioner.pk] if practitioner else []
    known = hours.read(site, start=first, days=(last - first).days + 1, practitioners=people)
    strays = [pk for pk, stretches in held.items() if not all(_fits(known, practitioner, one) for one in stretches)]
    return list(Appointment.objects.filter(pk__in=strays).for_board()) if strays else []


def _held(site: Site, practitioner: User | None, at: datetime) -> dict[int, list[Span]]:
    """Return what each visit to come holds: of a person, or from its first hold to its last."""
    claims = Claim.objects.filter(
        kind=Claim.Kind.VISIT,
        is_active=True,
        starts_at__gt=at,
        appointment__starts_at__gt=at,
        appointment__site=site,
        appointment__state__in=Appointment.STANDING,
    )
    if practitioner is not None:
        claims = claims.filter(practitioner=practitioner)
    held: dict[int, list[Span]] = defaultdict(list)
    for pk, starts_at, ends_at in claims.values_list("appointment", "starts_at", "ends_at"):
        held[pk].append((int(starts_at.timestamp()), int(ends_at.timestamp())))
    if practitioner is None:
        return {pk: [(min(spans)[0], max(end for _start, end in spans))] for pk, spans in held.items()}
    return held


def _fits(known: Hours, practitioner: User | None, span: Span) -> bool:
    day = hours.day_of(span[0], known.site)
    there = known.open_on(day) if practitioner is None else known.planned_on(practitioner.pk, day)
    return any(start <= span[0] and span[1] <= end for start, end in there)

"""What a closure reaches: who and what it keeps free of visits, and when.

Somebody away is away wherever they work. A whole site shuts its rooms, its chairs and its devices, and whoever works
there for the hours in which they would have been there; elsewhere they may work.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from booking import hours
from booking.models import Closure
from clinic import wall_time
from clinic.models import User

Resource = tuple[str, int]
Stretch = tuple[datetime, datetime]
Reach = dict[Resource, list[Stretch]]


def of(closure: Closure) -> Reach:
    """Return what a closure reaches, each with its stretches in order."""
    whole = [(closure.starts_at, closure.ends_at)]
    for name in ("practitioner", "room", "device"):
        if pk := getattr(closure, f"{name}_id"):
            return {(name, pk): whole}
    things = [("room", pk) for pk in closure.site.rooms.values_list("pk", flat=True)]
    things += [("device", pk) for pk in closure.site.devices.values_list("pk", flat=True)]
    return dict.fromkeys(things, whole) | _people(closure)


def _people(closure: Closure) -> Reach:
    here = Q(shifts__site=closure.site) | Q(special_days__site=closure.site)
    people = list(User.objects.filter(here, is_active=True).distinct().values_list("pk", flat=True))
    first = wall_time.local(closure.starts_at, closure.site.zone).date()
    last = wall_time.local(closure.ends_at, closure.site.zone).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    plan = hours.read(closure.site, start=first, days=len(days), practitioners=people)
    reached = {}
    for pk in people:
        planned = [_as_instants(span) for day in days for span in plan.planned_on(pk, day)]
        reached["practitioner", pk] = list(overlap(planned, [(closure.starts_at, closure.ends_at)]))
    return {resource: stretches for resource, stretches in reached.items() if stretches}


def _as_instants(span: hours.Span) -> Stretch:
    start, end = (datetime.fromtimestamp(second, UTC) for second in span)
    return start, end


def overlap(some: Iterable[Stretch], others: Iterable[Stretch]) -> list[Stretch]:
    """Return what lies in one of `some` and in one of `others`, in order."""
    both = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return sorted((start, end) for start, end in both if start < end)


def without(some: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """Return what is left of stretches when what is taken is cut out of them, in order."""
    held, left = sorted(taken), []
    for start, end in sorted(some):
        for begins, ends in held:
            if ends <= start or begins >= end:
                continue
            if start < begins:
                left.append((start, begins))
            start = ends
        if start < end:
            left.append((start, end))
    return left

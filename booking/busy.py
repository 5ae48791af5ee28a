"""What is held over some days, by what it holds, for the diary to ask thousands of times.

Instants are whole UTC seconds here. A stretch that begins or ends between two seconds counts to the outer ones, so
nothing is called free that the guard in the database would refuse.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from booking.hours import Span, joined
from booking.models import Appointment, Claim, Closure
from booking.models.claim import A_DAY, RESOURCES
from clinic.models import Site
from clinic.often import often

Resource = tuple[str, int]


class Busy:
    """The stretches in which one resource is held, in order; those that touch or overlap are one."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        whole = joined(spans)
        self.starts = [start for start, _ in whole]
        self.ends = [end for _, end in whole]

    def until(self, start: int, end: int) -> int:
        """Return when what stands in the way of a stretch is over; 0 when nothing does."""
        after = bisect_right(self.starts, start)
        if after and self.ends[after - 1] > start:
            return self.ends[after - 1]
        if after < len(self.starts) and self.starts[after] < end:
            return self.ends[after]
        return 0

    def is_free(self, start: int, end: int) -> bool:
        return not self.until(start, end)


NOTHING_HELD = Busy()


class Seconds(Func):
    """An instant as the whole UTC second at or before it; with up=True, at or after it. Spares the parsing of dates."""

    output_field = BigIntegerField()

    def __init__(self, name: str, *, up: bool = False) -> None:
        super().__init__(F(name), round="CEIL" if up else "FLOOR", part=" + (INSTR(%(expressions)s, '.') > 0)" * up)

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []  # the database's own number will do

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)" + self.extra["part"] + ")"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "%(round)s(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
        return self.as_sql(compiler, connection, template=template, **context)


SPAN = (*(f"{name}_id" for name in RESOURCES), Seconds("starts_at"), Seconds("ends_at", up=True))


def read(
    resources: Iterable[Resource],
    *,
    begins: datetime,
    ends: datetime,
    at: datetime,
    ways: Mapping[int, int],
    ignore: Appointment | None = None,
) -> dict[Resource, Busy]:
    """Return what is held of these resources over a stretch, in one query.

    ways: minutes to each other site; nobody is free on the way to a visit there, nor on the way back. ignore: a visit
    whose own holds do not count, but for those that a closure would get.
    """
    longest = timedelta(minutes=max(ways.values(), default=0))
    begins, ends, of_each = begins - longest, ends + longest, _by_kind(resources)
    if ignore:
        others = ~Q(appointment=ignore.pk) | Q(Exists(_closures_over(ignore)), patient=None)
        rows = _held_anywhere(at, begins - A_DAY, begins, ends, *of_each).filter(others)
    else:
        rows = (_anywhere if ways else _here)(at, begins - A_DAY, begins, ends, *of_each)
    spans: dict[Resource, list[Span]] = defaultdict(list)
    for practitioner, room, device, patient, start, end, *where in rows:
        if practitioner:
            way = ways.get(where[0], 0) * 60 if where else 0
            spans["practitioner", practitioner].append((start - way, end + way))
        elif room:
            spans["room", room].append((start, end))
        elif device:
            spans["device", device].append((start, end))
        else:
            spans["patient", patient].append((start, end))
    return {resource: Busy(held) for resource, held in spans.items()}


def _by_kind(resources: Iterable[Resource]) -> list[list[int]]:
    """Return the ids of each kind, in the order of RESOURCES."""
    ids: dict[str, list[int]] = {name: [] for name in RESOURCES}
    for name, pk in resources:
        ids[name].append(pk)
    return list(ids.values())


def _held(at: Any, a_day_before: Any, begins: Any, ends: Any, *of_each: Any) -> QuerySet[Claim]:
    """Return what is held of these resources, as `Claim.objects.standing` and `between`.

    of_each: ids by kind. a_day_before: a claim lasts a day at most, so the indexes narrow it on both sides.
    """
    any_of = Q(pk__in=[])
    for name, ids in zip(RESOURCES, of_each, strict=True):
        any_of |= Q(**{f"{name}__in": ids})
    standing = Claim.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), any_of, is_active=True)
    return standing.filter(starts_at__lt=ends, starts_at__gt=a_day_before, ends_at__gt=begins).order_by()


@often
def _here(*asked: Any) -> QuerySet[Claim]:
    return _held(*asked).values_list(*SPAN)


def _held_anywhere(*asked: Any) -> QuerySet[Claim]:
    return _held(*asked).values_list(*SPAN, Coalesce("appointment__site_id", "offer__entry__site_id"))


_anywhere = often(_held_anywhere)


def _closures_over(visit: Appointment) -> QuerySet[Closure]:
    """Return the closures that a claim of this visit stands in: what it lets go there is theirs, and free to nobody."""
    whole = Q(practitioner=None, room=None, device=None, site=visit.site_id)
    named = Q(practitioner=OuterRef("practitioner")) | Q(room=OuterRef("room")) | Q(device=OuterRef("device"))
    return Closure.objects.standing().filter(
        whole | named, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )


def is_on_the_way(visit: Appointment, *, at: datetime) -> bool:
    """Return whether the practitioner of a visit is needed at another site too late before it or too soon after it."""
    sites = Site.objects.exclude(pk=visit.site_id).values_list("pk", "travel_minutes")
    ways = {pk: max(minutes, visit.site.travel_minutes) for pk, minutes in sites}
    held = list(visit.claims.filter(is_active=True, practitioner=visit.practitioner_id)) if ways else []
    if not held:
        return False
    begins, ends = min(claim.starts_at for claim in held), max(claim.ends_at for claim in held)
    who = ("practitioner", visit.practitioner_id)
    others = read([who], begins=begins, ends=ends, at=at, ways=ways, ignore=visit).get(who, NOTHING_HELD)
    return not all(others.is_free(int(claim.starts_at.timestamp()), int(claim.ends_at.timestamp())) for claim in held)

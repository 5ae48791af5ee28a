"""Reads what a storm left behind and says what is wrong with it: nothing here asks the house's own rules.

What was acknowledged is compared with what stands in the tables: holds, visits, closures, histories and messages.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.models import Appointment, Change, Claim, Closure
from clinic.models import Phase
from outbox.models import Notice

Span = tuple[datetime, datetime]
Resource = tuple[str, int]
RESOURCES = ("practitioner", "room", "device", "patient")
DEAD = ("cancelled", "no_show")
TO_COME = ("due", "sending", "handed")


@dataclass(frozen=True)
class Acknowledged:
    """What a client was told it had done: to which visit, and which version of it that made."""

    client: int
    verb: str
    visit_id: int
    version: int


def faults(log: Iterable[Acknowledged]) -> list[str]:
    """Return everything that is wrong, in sentences; empty when the storm left the house in order."""
    return sorted(
        {
            *_overlaps(),
            *_orphans(),
            *_wrong_holds(),
            *_open_closures(),
            *_lost_or_doubled(list(log)),
            *_messages_for_the_dead(),
        }
    )


def resource_of(claim: Claim) -> Resource:
    return next((name, getattr(claim, f"{name}_id")) for name in RESOURCES if getattr(claim, f"{name}_id"))


def _overlaps() -> Iterator[str]:
    held: dict[Resource, list[tuple[datetime, datetime, int]]] = defaultdict(list)
    for claim in Claim.objects.filter(is_active=True):
        held[resource_of(claim)].append((claim.starts_at, claim.ends_at, claim.pk))
    for resource, claims in held.items():
        claims.sort()
        latest, whose = claims[0][1], claims[0][2]
        for starts_at, ends_at, pk in claims[1:]:
            if starts_at < latest:
                yield f"overlap: {resource} is held by claims {whose} and {pk} at once"
            if ends_at > latest:
                latest, whose = ends_at, pk


def _orphans() -> Iterator[str]:
    for claim in Claim.objects.filter(is_active=True).select_related("appointment", "closure"):
        if claim.kind == "visit" and claim.appointment.state in DEAD:
            yield f"orphan: claim {claim.pk} holds time for a visit that is {claim.appointment.state}"
        if claim.closure_id and claim.closure.lifted_at:
            yield f"orphan: claim {claim.pk} holds time for a closure that was lifted"
        if not claim.appointment_id and not claim.closure_id and not claim.offer_id:
            yield f"orphan: claim {claim.pk} holds time for nothing"


def _wrong_holds() -> Iterator[str]:
    """Yield the visits whose holds are not the phases of their service, each at its time."""
    for visit in Appointment.objects.exclude(state__in=DEAD).prefetch_related("claims", "service__phases"):
        held = Counter(
            (*resource_of(claim), moment)
            for claim in visit.claims.all()
            if claim.is_active
            for moment in _quarters(claim.starts_at, claim.ends_at)
        )
        if held != Counter(_asked(visit)):
            yield f"holds: visit {visit.pk} does not hold what it needs"


def _asked(visit: Appointment) -> Iterator[tuple[str, int, datetime]]:
    clock = visit.starts_at
    for phase in sorted(visit.service.phases.all(), key=lambda phase: phase.position):
        minutes = phase.minutes
        if phase.kind == Phase.Kind.NEEDLING and visit.needling_minutes:
            minutes = visit.needling_minutes
        for name in RESOURCES:
            if getattr(phase, f"holds_{name}"):
                for moment in _quarters(clock, clock + timedelta(minutes=minutes)):
                    yield name, getattr(visit, f"{name}_id"), moment
        clock += timedelta(minutes=minutes)


def _quarters(start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield each five minutes of a stretch: services here are cut in fives."""
    while start < end:
        yield start
        start += timedelta(minutes=5)


def _open_closures() -> Iterator[str]:
    """Yield the closures of one person or thing in which a minute is neither closed nor taken by a visit."""
    for closure in Closure.objects.filter(lifted_at=None):
        name = next((name for name in ("practitioner", "room", "device") if getattr(closure, f"{name}_id")), None)
        if name is None:
            continue
        claims = Claim.objects.filter(is_active=True, **{f"{name}_id": getattr(closure, f"{name}_id")})
        spans = sorted(claims.values_list("starts_at", "ends_at"))
        if gap := _gap((closure.starts_at, closure.ends_at), spans):
            yield f"open: closure {closure.pk} leaves {gap:%H:%M} to be booked"


def _gap(wanted: Span, spans: list[Span]) -> datetime | None:
    """Return the first moment of a stretch that nothing covers."""
    reached = wanted[0]
    for starts_at, ends_at in spans:
        if starts_at > reached:
            break
        reached = max(reached, ends_at)
    return reached if reached < wanted[1] else None


def _lost_or_doubled(log: list[Acknowledged]) -> Iterator[str]:
    """Yield the visits whose versions are not exactly those that clients were told of, once each."""
    told: dict[int, Counter[int]] = defaultdict(Counter)
    for one in log:
        told[one.visit_id][one.version] += 1
    lines = Counter(Change.objects.values_list("appointment_id", flat=True))
    for visit in Appointment.objects.all():
        wanted = Counter(range(1, visit.version + 1))
        if told[visit.pk] != wanted:
            yield f"history: visit {visit.pk} is at {visit.version}, clients were told of {dict(told[visit.pk])}"
        if lines[visit.pk] != visit.version:
            yield f"history: visit {visit.pk} has {lines[visit.pk]} lines for {visit.version} versions"


def _messages_for_the_dead() -> Iterator[str]:
    """Yield the messages to come about visits that are called off, and those about a time that is not theirs."""
    visits = {f"appointment:{visit.pk}": visit for visit in Appointment.objects.all()}
    for notice in Notice.objects.filter(owner="booking", state__in=TO_COME):
        visit = visits.get(notice.subject)
        if visit is None:
            yield f"message: {notice.kind} is about no visit"
        elif visit.state in DEAD and notice.kind != "CANCELLATION":
            yield f"message: {notice.kind} is to go out for visit {visit.pk}, which is {visit.state}"
        elif visit.state not in DEAD and notice.kind == "CANCELLATION":
            yield f"message: a cancellation is to go out for visit {visit.pk}, which stands"
        elif notice.kind == "PRE_24H" and not timedelta(0) < visit.starts_at - notice.due_at <= timedelta(hours=36):
            yield f"message: visit {visit.pk} is reminded of at the wrong time"

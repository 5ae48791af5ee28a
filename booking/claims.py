"""Holding things over time: the one place where a claim becomes active, and the lock in front of it.

Once in a transaction everything that may be held is locked; then one looks what is free, and takes it:
    locked = claims.lock({("room", 3), ("patient", 12)}, at=at)
    claims.take(locked, holds, kind=Claim.Kind.VISIT, appointment=visit)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from booking.guards import OVERLAP, OVERLAP_WORDS
from booking.models import Appointment, Claim, Closure, Offer
from booking.models.claim import A_DAY, RESOURCES
from clinic import audit
from clinic.actors import Actor
from clinic.models import Device, Room, User
from clinic.refusals import Refusal, Refused

Resource = tuple[str, int]

LOCK_SPACE = 0x57B0  # the first half of our advisory keys, so other users of such locks never meet ours
LOCK_WAIT = "3s"
CROWDED = {"40P01", "40001", "55P03"}  # deadlock, serialization failure, lock not available


class Taken(Refused):
    """Raised when something that is to be held is held already; nothing was changed."""


@dataclass(frozen=True)
class Hold:
    """One resource over a half-open stretch, to be held."""

    resource: Resource
    starts_at: datetime
    ends_at: datetime
    phase_kind: str = ""


@dataclass(frozen=True)
class Locked:
    """Proof that these resources are locked until the transaction ends; only `lock` makes one."""

    resources: frozenset[Resource]
    at: datetime


def lock(resources: Iterable[Resource], *, at: datetime) -> Locked:
    """Wait for the turn of all these resources and release the holds on them that ran out.

    Called once in a transaction, with everything it will hold: a second call could wait for somebody who waits for
    us. On SQLite the transaction itself is the turn. Raises OperationalError when the turn does not come in 3
    seconds; `was_crowded` tells it from others.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a lock lasts as long as its transaction, and there is none")
    chosen = frozenset(resources)
    if connection.vendor == "postgresql":
        _wait_in_order(chosen)
    Claim.objects.expired(at).filter(_of(chosen)).update(is_active=False)
    return Locked(chosen, at)


def _wait_in_order(resources: frozenset[Resource]) -> None:
    keys = sorted(lock_key(resource) for resource in resources)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, key])


def lock_key(resource: Resource) -> int:
    """Return the 31-bit key of a resource. Two that share one wait for each other needlessly, and no worse."""
    name, pk = resource
    return (pk * len(RESOURCES) + RESOURCES.index(name)) % 2**31


def was_crowded(error: OperationalError) -> bool:
    """Return whether an error only means that too many came at once, so trying again is right."""
    return getattr(error.__cause__, "sqlstate", "") in CROWDED or "database is locked" in str(error)


def take(
    locked: Locked,
    holds: Sequence[Hold],
    *,
    kind: str,
    appointment: Appointment | None = None,
    closure: Closure | None = None,
    offer: Offer | None = None,
    words: str = "",
    expires_at: datetime | None = None,
) -> list[Claim]:
    """Hold all of it or nothing, for a visit, a closure or an offer. Raises Taken.

    expires_at: when a hold that nobody takes up runs out. Raises ValueError for a resource that was not locked.
    """
    if unlocked := {hold.resource for hold in holds} - locked.resources:
        raise ValueError(f"not locked: {sorted(unlocked)}")
    if is_held(holds, at=locked.at):
        raise Taken(taken())
    claims = [
        Claim(
            kind=kind,
            appointment=appointment,
            closure=closure,
            offer=offer,
            **{f"{hold.resource[0]}_id": hold.resource[1]},
            phase_kind=hold.phase_kind,
            starts_at=hold.starts_at,
            ends_at=hold.ends_at,
            words=words,
            expires_at=expires_at,
        )
        for hold in holds
    ]
    try:
        with transaction.atomic():
            return Claim.objects.bulk_create(claims)
    except IntegrityError as error:
        if OVERLAP in str(error) or OVERLAP_WORDS in str(error):
            raise Taken(taken()) from error
        raise


def is_held(holds: Iterable[Hold], *, at: datetime) -> bool:
    """Return whether anything of it is held by somebody now."""
    query = Q(pk__in=[])
    for hold in holds:
        query |= _of([hold.resource]) & Q(
            starts_at__lt=hold.ends_at, starts_at__gt=hold.starts_at - A_DAY, ends_at__gt=hold.starts_at
        )
    return Claim.objects.standing(at).filter(query).exists()


def release(appointment: Appointment, *, at: datetime | None = None) -> None:
    """Let go of a visit's holds: all of them, or those that last beyond `at`. Freeing needs no lock."""
    held = appointment.claims.filter(is_active=True)
    if at is not None:
        held = held.filter(ends_at__gt=at)
    held.update(is_active=False)


def release_offer(offer: Offer) -> None:
    """Let go of what is held for an offer."""
    offer.claims.filter(is_active=True).update(is_active=False)


@transaction.atomic
def close(
    *,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    at: datetime,
    practitioner: User | None = None,
    room: Room | None = None,
    device: Device | None = None,
    words: str = "",
) -> list[Claim]:
    """Keep a practitioner, a room and a device free of visits for a while: a lunch, leave, a closure, a service.

    A stretch of days becomes one claim per 24 hours. Raises Taken when a visit stands in it; ValueError when
    nothing is named.
    """
    named = {"practitioner": practitioner, "room": room, "device": device}
    resources = [(name, one.pk) for name, one in named.items() if one is not None]
    if not resources:
        raise ValueError("say who or what is closed")
    holds = [
        Hold(resource, begins, min(begins + A_DAY, ends_at))
        for resource in resources
        for begins in _each_day(starts_at, ends_at)
    ]
    claims = take(lock(resources, at=at), holds, kind=kind, words=words)
    for claim in claims:
        audit.record("close", claim, by=by, at=at, reason=words)
    return claims


@transaction.atomic
def tidy(*, at: datetime) -> int:
    """Let go of the holds that ran out and return how many."""
    return Claim.objects.expired(at).update(is_active=False)


def taken(alternatives: tuple[object, ...] = ()) -> Refusal:
    """Return the refusal of a time that somebody else has."""
    return Refusal(
        rule="claim.taken",
        title=_("That time has just been taken"),
        sentence=_("Someone or something needed for this visit is taken at that time. Please choose another time."),
        alternatives=alternatives,
    )


def _each_day(starts_at: datetime, ends_at: datetime) -> list[datetime]:
    days = -(-(ends_at - starts_at) // timedelta(days=1))
    return [starts_at + number * A_DAY for number in range(days)]


def _of(resources: Iterable[Resource]) -> Q:
    query = Q(pk__in=[])
    for name in RESOURCES:
        ids = [pk for of, pk in resources if of == name]
        if ids:
            query |= Q(**{f"{name}__in": ids})
    return query

"""Holding things over time: the one place where a claim becomes active.

Once in a transaction everything that may be held is locked; then one looks what is free, and takes it:
    locked = turns.lock({("room", 3), ("patient", 12)}, at=at)
    claims.take(locked, holds, kind=Claim.Kind.VISIT, appointment=visit)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from booking import reach
from booking.guards import OVERLAP, OVERLAP_WORDS
from booking.models import Appointment, Claim, Closure, Offer
from booking.models.claim import A_DAY, RESOURCES
from booking.reach import Reach, Resource, Stretch
from clinic.often import insert
from clinic.refusals import Refusal, Refused

# written out, for it is asked at every booking; as `Claim.objects.standing` and `between`
ANY_HELD = (
    "SELECT 1 FROM booking_claim WHERE is_active AND (expires_at IS NULL OR expires_at > %s) AND ({pieces}) LIMIT 1"
)
ONE_HELD = "({column} = %s AND starts_at < %s AND starts_at > %s AND ends_at > %s)"


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
    """Proof that these resources are locked until the transaction ends; only `booking.turns` makes one."""

    resources: frozenset[Resource]
    at: datetime


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
    """Hold all of it or nothing, for a visit, a closure or an offer.

    expires_at: when a hold that nobody takes up runs out. Raises Taken, and ValueError for a resource that was not
    locked. When only the guard in the database saw the collision, PostgreSQL hears nothing more in this transaction.
    """
    if is_held(holds, at=locked.at):
        raise Taken(taken())
    return put(
        locked,
        holds,
        kind=kind,
        appointment=appointment,
        closure=closure,
        offer=offer,
        words=words,
        expires_at=expires_at,
    )


def put(locked: Locked, holds: Sequence[Hold], **of: Any) -> list[Claim]:
    """Hold what was seen to be free since it was locked. of: as `take`, which it raises as, too."""
    if unlocked := {hold.resource for hold in holds} - locked.resources:
        raise ValueError(f"not locked: {sorted(unlocked)}")
    return _write(holds, **of)


def _write(holds: Iterable[Hold], **fields: Any) -> list[Claim]:
    claims = [
        Claim(
            **{f"{hold.resource[0]}_id": hold.resource[1]},
            phase_kind=hold.phase_kind,
            starts_at=hold.starts_at,
            ends_at=hold.ends_at,
            **fields,
        )
        for hold in holds
    ]
    try:
        return list(insert(claims))
    except IntegrityError as error:
        if OVERLAP in str(error) or OVERLAP_WORDS in str(error):
            raise Taken(taken()) from error
        raise


def is_held(holds: Iterable[Hold], *, at: datetime) -> bool:
    """Return whether anything of it is held by somebody now."""
    instant = connection.ops.adapt_datetimefield_value
    pieces, values = [], [instant(at)]
    for hold in holds:
        name, pk = hold.resource
        pieces.append(ONE_HELD.format(column=f"{name}_id"))
        values += [pk, *map(instant, (hold.ends_at, hold.starts_at - A_DAY, hold.starts_at))]
    if not pieces:
        return False
    with connection.cursor() as cursor:
        cursor.execute(ANY_HELD.format(pieces=" OR ".join(pieces)), values)
        return cursor.fetchone() is not None


# --- letting go ------------------------------------------------------------------------------------------


def release(appointment: Appointment, *, at: datetime | None = None) -> list[Hold]:
    """Let go of a visit's holds: all of them, or those that last beyond `at`. Freeing needs no lock.

    Returns what is free now; whoever takes none of it hands it over.
    """
    held = appointment.claims.filter(is_active=True)
    if at is not None:
        held = held.filter(ends_at__gt=at)
    return _let_go(held)


def release_offer(offer: Offer) -> None:
    """Let go of what is held for an offer; a closure that it stands in gets the time."""
    hand_over(_let_go(offer.claims.filter(is_active=True)))


def tidy(*, at: datetime) -> int:
    """Let go of the holds that ran out and return how many; a closure that they stand in gets the time."""
    with transaction.atomic():
        freed = _let_go(Claim.objects.expired(at))
        hand_over(freed)
    return len(freed)


def let_go_expired(pks: Collection[int], *, at: datetime) -> None:
    """Let go of these holds as far as they ran out; a closure that they stand in gets the time."""
    hand_over(_let_go(Claim.objects.expired(at).filter(pk__in=pks)))


def _let_go(claims: QuerySet[Claim]) -> list[Hold]:
    """Make claims inactive, unless somebody else just did; return what they held.

    The closures that may get the time are held first: closures before claims, so nobody waits in a ring.
    """
    columns = [f"{name}_id" for name in RESOURCES]
    held = list(claims.order_by().values_list("starts_at", "ends_at", *columns))
    if not held:
        return []
    hold_closures(Hold(resource_of(ids), starts_at, ends_at) for starts_at, ends_at, *ids in held)
    rows = claims.select_for_update().order_by("pk").values_list("pk", "starts_at", "ends_at", *columns)
    freed = {pk: Hold(resource_of(ids), starts_at, ends_at) for pk, starts_at, ends_at, *ids in rows}
    if freed:
        Claim.objects.filter(pk__in=list(freed)).update(is_active=False)
    return list(freed.values())


def holds_of(visits: Iterable[Appointment]) -> list[Hold]:
    """Return what these visits hold now, in one query."""
    held = Claim.objects.filter(appointment__in=list(visits), is_active=True).order_by()
    rows = held.values_list("starts_at", "ends_at", *(f"{name}_id" for name in RESOURCES))
    return [Hold(resource_of(ids), starts_at, ends_at) for starts_at, ends_at, *ids in rows]


def resource_of(ids: Iterable[int | None]) -> Resource:
    return next((name, pk) for name, pk in zip(RESOURCES, ids, strict=True) if pk)


# --- closures --------------------------------------------------------------------------------------------


def hand_over(freed: Sequence[Hold]) -> None:
    """Give time that was just let go, and that nobody took again, to the closures that it stands in.

    Needs no lock: until the transaction ends, everybody else sees the claim that was there before.
    """
    if not freed:
        return
    for closure in _closures_over(freed):
        theirs = reach.of(closure)
        mine = {
            resource: reach.overlap(theirs[resource], _stretches_of(freed, resource))
            for resource in {hold.resource for hold in freed} & set(theirs)
        }
        close_over(closure, mine)


def hold_closures(freed: Iterable[Hold]) -> None:
    """Let nobody lift or fill the closures over this time until the transaction ends. SQLite is serial anyway."""
    holds = list(freed)
    if holds and connection.vendor == "postgresql":
        list(_closures_over(holds))


def _closures_over(holds: Sequence[Hold]) -> QuerySet[Closure]:
    """Return the standing closures that reach into these holds, held until the transaction ends, in their order."""
    ids = {name: {hold.resource[1] for hold in holds if hold.resource[0] == name} for name in RESOURCES}
    reached = Q(practitioner=None, room=None, device=None) | Q(practitioner__in=ids["practitioner"])
    reached |= Q(room__in=ids["room"]) | Q(device__in=ids["device"])
    begins, ends = min(hold.starts_at for hold in holds), max(hold.ends_at for hold in holds)
    closures = Closure.objects.standing().between(begins, ends).filter(reached).select_related("site")
    return closures.select_for_update(of=("self",), no_key=True).order_by("pk")


def holds_over(wanted: Reach) -> list[Hold]:
    """Return a closure's reach as holds."""
    return [Hold(resource, *stretch) for resource, stretches in wanted.items() for stretch in stretches]


def close_over(closure: Closure, wanted: Reach) -> int:
    """Hold for a closure whatever nobody holds of these stretches, in pieces of a day; return how many.

    The caller has locked all of it, or has just let it go.
    """
    held = _held_of(wanted)
    holds = [
        Hold(resource, begins, min(begins + A_DAY, ends))
        for resource, stretches in wanted.items()
        for start, ends in reach.without(stretches, held.get(resource, ()))
        for begins in _each_day(start, ends)
    ]
    return len(_write(holds, kind=closure.kind, closure=closure, words=closure.words))


def _held_of(wanted: Reach) -> Reach:
    """Return what is held of these resources meanwhile; whoever is letting go of some of it is waited for."""
    stretches = [stretch for some in wanted.values() for stretch in some]
    if not stretches:
        return {}
    begins, ends = min(start for start, _ in stretches), max(end for _, end in stretches)
    claims = Claim.objects.filter(_of(wanted), is_active=True).between(begins, ends)
    columns = [f"{name}_id" for name in RESOURCES]
    held: Reach = {}
    for start, end, *ids in claims.select_for_update().order_by("pk").values_list("starts_at", "ends_at", *columns):
        held.setdefault(resource_of(ids), []).append((start, end))
    return held


def shrink(closure: Closure, wanted: Reach) -> None:
    """Let go of what a closure holds beyond its reach; another closure of the same time gets its part."""
    columns = [f"{name}_id" for name in RESOURCES]
    rows = closure.claims.filter(is_active=True).values_list("pk", "starts_at", "ends_at", *columns)
    stale = [
        pk
        for pk, start, end, *ids in rows
        if not any(begins <= start and end <= ends for begins, ends in wanted.get(resource_of(ids), ()))
    ]
    hand_over(_let_go(Claim.objects.filter(pk__in=stale, is_active=True)))


def release_closure(closure: Closure) -> None:
    """Let go of all that a closure holds; another closure of the same time gets its part."""
    hand_over(_let_go(closure.claims.filter(is_active=True)))


def _stretches_of(holds: Iterable[Hold], resource: Resource) -> list[Stretch]:
    return [(hold.starts_at, hold.ends_at) for hold in holds if hold.resource == resource]


def _each_day(starts_at: datetime, ends_at: datetime) -> list[datetime]:
    days = -(-(ends_at - starts_at) // A_DAY)
    return [starts_at + number * A_DAY for number in range(days)]


# --- words and queries -----------------------------------------------------------------------------------


def taken(alternatives: tuple[object, ...] = ()) -> Refusal:
    """Return the refusal of a time that somebody else has."""
    return Refusal(
        rule="claim.taken",
        title=_("That time has just been taken"),
        sentence=_("Someone or something needed for this visit is taken at that time. Please choose another time."),
        alternatives=alternatives,
    )


def _of(resources: Iterable[Resource]) -> Q:
    query = Q(pk__in=[])
    for name in RESOURCES:
        ids = [pk for of, pk in resources if of == name]
        if ids:
            query |= Q(**{f"{name}__in": ids})
    return query

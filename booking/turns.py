"""Whose turn it is to hold things: a lock in front of each person and thing, to the end of the transaction.

    locked = turns.lock({("room", 3), ("patient", 12)}, at=at)

Whoever may have any of several rooms waits only for the people, and takes a room that is nobody's turn (`Turn`). The
turns of people come before those of things in every transaction, so nobody waits in a ring.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from booking import claims
from booking.claims import Locked
from booking.models import Claim
from booking.models.claim import RESOURCES
from booking.reach import Resource
from clinic.often import often

LOCK_SPACE = 0x57B0  # the first half of our advisory keys, so other users of such locks never meet ours
# the rows are tried one by one until one is locked, so the others stay free for those who try next
FIRST_NOT_LOCKED = (
    "(SELECT place FROM unnest(%s::int[]) WITH ORDINALITY AS tried(key, place)"
    " WHERE pg_try_advisory_xact_lock(%s, key) LIMIT 1)"
)
THINGS = ("room", "device")
CROWDED = {"40P01", "40001", "55P03"}  # deadlock, serialization failure, lock not available
PAUSES_S = (0.002, 0.005, *[0.01] * 300)  # about three seconds, as the database waits


class Crowded(OperationalError):
    """Raised when a room or device was somebody else's turn each time it was tried."""


class NotNow(Exception):
    """Raised when things are somebody else's turn, or were taken since they were seen to be free: try again."""


def lock(resources: Iterable[Resource], *, at: datetime) -> Locked:
    """Wait for the turn of all these resources and release the holds on them that ran out.

    Called once in a transaction, with everything it will hold: a second call could wait for somebody who waits for
    us. On SQLite the transaction itself is the turn. Raises OperationalError when the turn does not come in 3
    seconds; `was_crowded` tells it from others.
    """
    _must_last()
    chosen = frozenset(resources)
    if connection.vendor == "postgresql":
        _wait_in_order(chosen)
    _release(chosen, _run_out(at), at)
    return Locked(chosen, at)


def _must_last() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a lock lasts as long as its transaction, and there is none")


class Turn:
    """The turn of people now, and of things that turn out to be free later, in one transaction.

        turn = turns.Turn([("practitioner", 7), ("patient", 12)], at=at)
        while True:
            before = transaction.savepoint()
            try:
                return turn.of_things([[("room", 3), ("room", 4)], [("device", 1)]])
            except NotNow:
                transaction.savepoint_rollback(before)
            turn.pause()
    Things are tried and never waited for; what was tried in vain goes back to the savepoint before the next try, for
    whoever locks all in order may wait for it. On SQLite the outer transaction itself is the turn.
    """

    def __init__(self, people: Iterable[Resource], *, at: datetime) -> None:
        """Wait for these people and release the holds on them that ran out. Raises OperationalError as `lock` does."""
        _must_last()
        self.at, self.people, self._pauses = at, frozenset(people), iter(PAUSES_S)
        if connection.vendor == "postgresql":
            _wait_in_order(self.people)
        self.expired = _run_out(at)
        _release(self.people, self.expired, at)

    def pause(self) -> None:
        """Wait a little before the next try. Raises Crowded when that was about three seconds."""
        pause = next(self._pauses, None)
        if pause is None:
            raise Crowded
        time.sleep(pause)

    def of_things(self, kinds: Sequence[Sequence[Resource]]) -> tuple[list[Resource], Locked]:
        """Take of each kind the first whose turn is to be had, and release the holds on it that ran out.

        Returns these, and the proof for them and the people. Raises NotNow when all of a kind are others' turns.
        """
        had = [offered[0] for offered in kinds]
        if connection.vendor == "postgresql" and kinds:
            places = _try_each([[lock_key(resource) for resource in offered] for offered in kinds])
            if not all(places):
                raise NotNow
            had = [offered[place - 1] for offered, place in zip(kinds, places, strict=True)]
        _release(frozenset(had), self.expired, self.at)
        return had, Locked(self.people.union(had), self.at)


def _try_each(keys: Sequence[Sequence[int]]) -> list[int]:
    """Lock the first key of each list that nobody has, and return its place from 1 on; 0 where there is none."""
    with connection.cursor() as cursor:
        sql = "SELECT " + ", ".join([FIRST_NOT_LOCKED] * len(keys))
        cursor.execute(sql, [value for offered in keys for value in (offered, LOCK_SPACE)])
        return [place or 0 for place in cursor.fetchone()]


def _release(resources: frozenset[Resource], expired: Iterable[tuple[int, Resource]], at: datetime) -> None:
    """Release those of the holds that ran out that are on these resources."""
    if stale := [pk for pk, resource in expired if resource in resources]:
        claims.let_go_expired(stale, at=at)


def _run_out(at: datetime) -> list[tuple[int, Resource]]:
    """Return all holds that ran out: few do, and of all of them it is quicker to ask than of each resource."""
    return [(pk, claims.resource_of(ids)) for pk, *ids in _expired(at)]


@often
def _expired(at: datetime) -> QuerySet[Claim]:
    return Claim.objects.expired(at).order_by().values_list("pk", *(f"{name}_id" for name in RESOURCES))


def _wait_in_order(resources: frozenset[Resource]) -> None:
    keys = [lock_key(resource) for resource in sorted(resources, key=lambda one: (_is_thing(one), lock_key(one)))]
    with connection.cursor() as cursor:
        # an array is walked from its first to its last, so one question takes all the locks in their order
        cursor.execute("SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS key", [LOCK_SPACE, keys])


def _is_thing(resource: Resource) -> bool:
    return resource[0] in THINGS


def lock_key(resource: Resource) -> int:
    """Return the 31-bit key of a resource. Two that share one wait for each other needlessly, and no worse."""
    name, pk = resource
    return (pk * len(RESOURCES) + RESOURCES.index(name)) % 2**31


def was_crowded(error: OperationalError) -> bool:
    """Return whether an error only means that too many came at once, so trying again is right."""
    if isinstance(error, Crowded) or "database is locked" in str(error):
        return True
    return getattr(error.__cause__, "sqlstate", "") in CROWDED

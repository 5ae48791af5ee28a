"""Which messages are to leave, in what order, and taking them for the length of a lease.

The row decides: a claim is one conditional update that names what it took, so of two workers one has each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery
from django.utils.translation import gettext as _

from clinic.often import often
from outbox import rules
from outbox.models import Attempt, Notice

State = Notice.State
LOOK = 500  # rows looked at in one question


@dataclass(frozen=True)
class Candidate:
    """A message that was due when it was looked for, and whose it is."""

    pk: int
    state: str
    owner: str
    subject: str
    patient_id: int | None
    due_at: datetime
    not_after: datetime


NAMES = tuple(Candidate.__dataclass_fields__)


@dataclass(frozen=True)
class Claim:
    """Messages that one worker holds, and until when."""

    ids: list[int]
    lease_until: datetime


def look(*, at: datetime, but: Iterable[int] = ()) -> list[Candidate]:
    """Return mails to send now, in the order in which they are to leave. but: those that had their try already.

    What a stopped worker left comes first. Of the rest the newest are looked at, and the most urgent of them leaves
    first; what waited longer than an hour comes after what is fresh.
    """
    skipped = list(but)
    first = [Candidate(*row) for row in _abandoned(at, skipped)]
    found = [Candidate(*row) for row in _waiting(at, skipped)]
    found.sort(key=lambda one: (*rules.turn(at, due_at=one.due_at, not_after=one.not_after), one.pk))
    return first + found


@often
def _abandoned(at: datetime, but: list[int]) -> QuerySet[Notice]:
    return Notice.objects.abandoned(at).exclude(pk__in=but).order_by("lease_until").values_list(*NAMES)[:LOOK]


@often
def _waiting(at: datetime, but: list[int]) -> QuerySet[Notice]:
    return Notice.objects.waiting(at).exclude(pk__in=but).order_by("-due_at").values_list(*NAMES)[:LOOK]


@transaction.atomic
def take(chosen: Sequence[Candidate], *, at: datetime) -> Claim:
    """Hold those of these messages that are still due, and say which; others may be held by somebody else by now.

    One that a stopped worker had handed over stays "handed", since it may have left. A row that is being changed at
    this moment is passed by, so workers neither wait for each other nor in a ring.
    """
    lease = at + rules.LEASE
    ids = [one.pk for one in chosen]
    if not ids:
        return Claim([], lease)
    free: Any = ids
    if connection.features.has_select_for_update_skip_locked:
        free = Notice.objects.select_for_update(skip_locked=True).filter(pk__in=ids).order_by().values("pk")
    ready = Notice.objects.due(at).filter(pk__in=free)
    taken = set(_changed(ready.exclude(state=State.HANDED), state=State.SENDING, lease_until=lease))
    handed = [one.pk for one in chosen if one.state == State.HANDED and one.pk not in taken]
    if handed:
        again = _changed(ready.filter(pk__in=handed, state=State.HANDED), lease_until=lease)
        words = _("The worker stopped before an answer came.")
        left_open = Attempt.objects.filter(notice_id__in=again, outcome=Attempt.Outcome.STARTED)
        left_open.update(outcome=Attempt.Outcome.UNKNOWN, ended_at=at, reply=words)
        taken.update(again)
    return Claim([pk for pk in ids if pk in taken], lease)


def take_one(notice_id: int, *, at: datetime) -> Claim:
    """Hold one message if it is due."""
    rows = Notice.objects.due(at).filter(pk=notice_id).values_list(*NAMES)
    return take([Candidate(*row) for row in rows], at=at)


def held(notice_id: int, lease_until: datetime) -> Notice | None:
    """Return a message that we hold as it is now, with its patient and site; None when it was taken back meanwhile."""
    return _held.first(notice_id, lease_until, [State.SENDING.value, State.HANDED.value])


@often
def _held(notice_id: int, lease_until: datetime, states: list[str]) -> QuerySet[Notice]:
    ours = Notice.objects.select_related("site", "patient").filter(pk=notice_id, lease_until=lease_until)
    return ours.filter(state__in=states).order_by()


def let_go(ids: Iterable[int], lease_until: datetime, *, at: datetime) -> None:
    """Give up messages that we hold and did not begin with, so that they need not wait for the lease."""
    ours = Notice.objects.filter(pk__in=list(ids), lease_until=lease_until)
    ours.filter(state=State.SENDING).update(state=State.DUE, lease_until=None)
    ours.filter(state=State.HANDED).update(lease_until=at)


def _changed(rows: QuerySet[Notice], **values: Any) -> list[int]:
    """Update rows and return which they were; an ordinary update only counts them, and a lease names nobody."""
    update = rows.order_by().query.chain(UpdateQuery)
    update.add_update_values(values)
    written, params = update.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(f"{written} RETURNING {connection.ops.quote_name('id')}", params)
        return [pk for (pk,) in cursor.fetchall()]

"""How fast mail leaves: never more in a minute than the settings allow, however many workers there are.

What was let out stands in the database, so two workers, or two machines, share one allowance; a provider that sees
more than it likes turns all of it away.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from clinic.often import often
from outbox import rules
from outbox.models import Notice, Pace

State = Notice.State


@transaction.atomic
def take(wanted: int, *, at: datetime) -> int:
    """Return how many of so many mails may leave now, and count them as let out."""
    second = int(at.timestamp())
    row = _held()
    let_out = rules.let_out_since(row.let_out, second=second)
    allowed = rules.granted(wanted, let_out=let_out, most=settings.MAILS_A_MINUTE)
    if allowed:
        _keep(row, _added(let_out, second, allowed))
    return allowed


@transaction.atomic
def give_back(unused: int, *, at: datetime) -> None:
    """Count so many mails that were let out at this moment as not let out: they were not wanted any more."""
    if unused:
        row = _held()
        _keep(row, _added(row.let_out, int(at.timestamp()), -unused))


def free_again(notice: Notice, *, at: datetime) -> datetime | None:
    """Return when the patient may have this message, or None when it may leave now.

    Nobody gets two letters of care within ten minutes; one that would be too late by then leaves at once. The caller
    holds the patient, so that two workers take turns.
    """
    if notice.patient_id is None or notice.purpose in rules.EXEMPT:
        return None
    last = _last_left.first(notice.patient_id, at - rules.ONE_MAIL_IN, notice.pk, at, list(rules.EXEMPT))
    if last is None:
        return None
    left_at = last[0] or at  # none is written down while it is on its way
    until = left_at + rules.ONE_MAIL_IN
    return until if until <= notice.not_after else None


@often
def _last_left(patient: int, since: datetime, but: int, at: datetime, exempt: list[str]) -> QuerySet[Notice]:
    left = Q(state=State.SENT, settled_at__gt=since) | Q(state=State.HANDED, settled_at=None, lease_until__gte=at)
    theirs = Notice.objects.filter(left, patient=patient, channel=Notice.Channel.MAIL).exclude(pk=but)
    return theirs.exclude(purpose__in=exempt).order_by("-settled_at").values_list("settled_at")[:1]


def _held() -> Pace:
    Pace.objects.bulk_create([Pace()], ignore_conflicts=True)
    return Pace.objects.select_for_update().get()


def _keep(row: Pace, let_out: list[list[int]]) -> None:
    Pace.objects.filter(pk=row.pk).update(let_out=let_out)


def _added(let_out: list[list[int]], second: int, count: int) -> list[list[int]]:
    counts = {when: known for when, known in let_out}
    counts[second] = counts.get(second, 0) + count
    return [[when, known] for when, known in sorted(counts.items()) if known > 0]

"""How fast mail leaves: never more in a minute than the settings allow, however many workers there are.

What was let out stands in the database, so two workers, or two machines, share one allowance; a provider that sees
more than it likes turns all of it away.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

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
    others = Notice.objects.filter(patient=notice.patient_id, channel=Notice.Channel.MAIL).exclude(pk=notice.pk)
    others = others.exclude(purpose__in=rules.EXEMPT)
    since = at - rules.ONE_MAIL_IN
    left = others.filter(state=State.SENT, settled_at__gt=since).order_by("-settled_at")
    last = left.values_list("settled_at", flat=True).first()
    if last is None and others.filter(state=State.HANDED, lease_until__gte=at).exists():
        last = at
    until = last + rules.ONE_MAIL_IN if last else None
    return until if until and until <= notice.not_after else None


def _held() -> Pace:
    Pace.objects.bulk_create([Pace()], ignore_conflicts=True)
    return Pace.objects.select_for_update().get()


def _keep(row: Pace, let_out: list[list[int]]) -> None:
    Pace.objects.filter(pk=row.pk).update(let_out=let_out)


def _added(let_out: list[list[int]], second: int, count: int) -> list[list[int]]:
    counts = {when: known for when, known in let_out}
    counts[second] = counts.get(second, 0) + count
    return [[when, known] for when, known in sorted(counts.items()) if known > 0]

"""What comes to a lot and leaves it: received, used by a session, counted again, discarded. What is left is their sum.

A cartridge, a kit and a serum for one patient are counted by the signature, a whole unit each. What serves many, a
tube of cream for instance, no session counts: it is counted again when somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from stock import rules
from stock.models import Lot, Movement


def left(lot: Lot) -> int:
    """Return the units that the movements leave; below 0 where more was used than was ever entered."""
    return lot.movements.aggregate(sum=Sum("count"))["sum"] or 0


@transaction.atomic
def receive(lot: Lot, count: int, *, by: Actor, at: datetime) -> Movement:
    """Put a delivery to a lot. Raises Refused for a count that is none."""
    rules.must(rules.count_refusal(count, field="count"))
    moved = _moved(lot, Movement.Kind.RECEIVED, count, by=by, at=at)
    audit.record("lot.delivered", lot, by=by, at=at, fields={"count": count})
    return moved


@transaction.atomic
def correct(lot: Lot, *, counted: int, reason: str, by: Actor, at: datetime) -> Movement | None:
    """Let the shelf say what somebody counted, and return the movement; None where it said so already.

    counted: what is there now, 0 when the last is finished. Raises Refused for no count and without a reason.
    """
    rules.must(rules.count_refusal(counted, field="counted", least=0))
    reason = rules.reason(reason)
    held = Lot.objects.select_for_update().get(pk=lot.pk)
    if not (differs := counted - left(held)):
        return None
    moved = _moved(held, Movement.Kind.CORRECTED, differs, reason=reason, by=by, at=at)
    audit.record("lot.counted", lot, by=by, at=at, reason=reason, fields={"counted": counted})
    return moved


@transaction.atomic
def discard(lot: Lot, count: int, *, reason: str, by: Actor, at: datetime) -> Movement:
    """Take units away that nobody will use. Raises Refused without a reason, and for more than there are."""
    rules.must(rules.count_refusal(count, field="count"))
    reason = rules.reason(reason)
    held = Lot.objects.select_for_update().get(pk=lot.pk)
    there = left(held)
    if count > there:
        words = ngettext(
            "By the count %(n)s unit is left. If more are there, count again first.",
            "By the count %(n)s units are left. If more are there, count again first.",
            max(there, 0),
        )
        sentence = words % {"n": max(there, 0)}
        raise Refused(Refusal("lot.too_few", _("So many are not there."), sentence, values={"field": "count"}))
    moved = _moved(held, Movement.Kind.DISCARDED, -count, reason=reason, by=by, at=at)
    audit.record("lot.discarded", lot, by=by, at=at, reason=reason, fields={"count": count})
    return moved


def use(lots: Iterable[Lot], *, session: UUID, by: Actor, at: datetime) -> list[Movement]:
    """Count one unit of each lot that a session used up; of what serves many, none.

    It happened, so it is written whatever the count says: below 0 the shelf asks to be counted again.
    """
    once = {lot.pk: lot for lot in lots if lot.product.is_counted_by_use}
    return [_moved(once[pk], Movement.Kind.USED, -1, session=session, by=by, at=at) for pk in sorted(once)]


def give_back(session: UUID, *, reason: str, by: Actor, at: datetime) -> list[Movement]:
    """Count back what a session used up, as when it was written into another record that uses it up again."""
    used = Movement.objects.filter(kind=Movement.Kind.USED, session=session).select_related("lot").order_by("lot_id")
    return [_moved(row.lot, Movement.Kind.CORRECTED, -row.count, reason=reason, by=by, at=at) for row in used]


def note(lot: Lot, kind: str, *, reason: str, by: Actor, at: datetime) -> Movement:
    """Write beside the movements that a lot was set aside or released, which moves no unit."""
    return _moved(lot, kind, 0, reason=reason, by=by, at=at)


def _moved(
    lot: Lot, kind: str, count: int, *, by: Actor, at: datetime, reason: str = "", session: UUID | None = None
) -> Movement:
    return Movement.objects.create(
        lot=lot, kind=kind, count=count, reason=reason, session=session, at=at, by_name=by.name[:120]
    )

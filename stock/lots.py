"""Lots: what arrives, what is set aside, and what may be used today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from stock import movements, rules
from stock.models import Lot, Movement, Product

OFFERED = 3


class LotKnown(Refused):
    """Raised when this product already has a lot of that number."""


class LotUnusable(Refused):
    """Raised when a lot is expired or out of use; its words name lots that are in date."""


@transaction.atomic
def receive(
    product: Product, *, number: str, expires_on: date, received_count: int = 0, by: Actor, at: datetime
) -> Lot:
    """Put a delivery on the shelf and return its lot.

    expires_on: the last day of use (`rules.last_day` for an expiry printed as a month). Raises LotKnown.
    """
    number = " ".join(number.split())
    lot = Lot(
        product=product,
        number=number,
        number_key=rules.number_key(number),
        expires_on=expires_on,
        received_count=received_count,
    )
    try:
        with transaction.atomic():
            lot.save(force_insert=True)
    except IntegrityError:
        sentence = _("%(product)s already has a lot %(lot)s.") % {"product": product, "lot": number}
        raise LotKnown(Refusal("lot.known", _("This lot is on the shelf already."), sentence)) from None
    audit.record("lot.received", lot, by=by, at=at, fields={"number": number, "expires_on": expires_on})
    if received_count:
        movements.receive(lot, received_count, by=by, at=at)
    return lot


@transaction.atomic
def deliver(product: Product, *, number: str, expires_on: date, count: int, by: Actor, at: datetime) -> Lot:
    """Put a delivery on the shelf and return its lot: a new one, or the one that is there already, with more in it.

    Raises Refused for no number, no count, and for a lot that is there with another expiry: one of both was misread.
    """
    rules.must(rules.number_refusal(number))
    rules.must(rules.count_refusal(count, field="count"))
    known = Lot.objects.filter(product=product, number_key=rules.number_key(number)).first()
    if known is None:
        return receive(product, number=number, expires_on=expires_on, received_count=count, by=by, at=at)
    if known.expires_on != expires_on:
        words = _("Lot %(lot)s is on the shelf with use until %(day)s. Look at the pack again; one of both is wrong.")
        named = {"lot": known.number, "day": date_format(known.expires_on, "j M Y")}
        refusal = Refusal("lot.other_expiry", _("Two expiries"), words % named, values={"field": "expires"})
        raise Refused(refusal)
    movements.receive(known, count, by=by, at=at)
    return known


@transaction.atomic
def quarantine(lot: Lot, *, reason: str, by: Actor, at: datetime) -> Lot:
    """Take a lot out of use from now on. What was done with it stays as it was recorded. Raises Refused for no reason.

    Nothing happens where it is out of use already.
    """
    return _put(lot, since=at, kind=Movement.Kind.SET_ASIDE, verb="lot.quarantined", reason=reason, by=by, at=at)


@transaction.atomic
def release(lot: Lot, *, reason: str, by: Actor, at: datetime) -> Lot:
    """Let a lot be used again; nothing happens where it is in use.

    Raises Refused without a reason, and while something holds it (settings.LOT_HOLD), as an open recall does.
    """
    Lot.objects.select_for_update().get(pk=lot.pk)  # whoever sets it aside at the same moment waits, or comes first
    rules.must(import_string(settings.LOT_HOLD)(lot))
    return _put(lot, since=None, kind=Movement.Kind.RELEASED, verb="lot.released", reason=reason, by=by, at=at)


def _put(lot: Lot, *, since: datetime | None, kind: str, verb: str, reason: str, by: Actor, at: datetime) -> Lot:
    reason = rules.reason(reason)
    Lot.objects.select_for_update().get(pk=lot.pk)
    if Lot.objects.filter(pk=lot.pk, quarantined_at__isnull=since is not None).update(quarantined_at=since):
        movements.note(lot, kind, reason=reason, by=by, at=at)
        audit.record(verb, lot, by=by, at=at, reason=reason)
    lot.refresh_from_db()
    return lot


def was_set_aside(lot: Lot, *, at: datetime) -> bool:
    """Return whether a lot was out of use at that moment, whatever became of it since."""
    turns = lot.movements.filter(kind__in=(Movement.Kind.SET_ASIDE, Movement.Kind.RELEASED), at__lte=at)
    last = turns.order_by("-at", "-pk").first()
    return last is not None and last.kind == Movement.Kind.SET_ASIDE


def why_unusable(lot: Lot, *, on: date) -> Refusal | None:
    """Return why nothing of this lot may be used on that day, or None."""
    return rules.lot_refusal(
        number=lot.number,
        expires_on=lot.expires_on,
        is_quarantined=lot.quarantined_at is not None,
        is_stocked=lot.product.is_stocked,
        on=on,
    )


def must_be_usable(lot: Lot, *, on: date) -> None:
    """Raise LotUnusable, naming up to three lots of the same kind that are in date, when `lot` is not."""
    refusal = why_unusable(lot, on=on)
    if refusal is None:
        return
    others = list(Lot.objects.usable(on).of_kind(lot.product.kind).exclude(pk=lot.pk)[:OFFERED])
    raise LotUnusable(
        replace(refusal, sentence=f"{refusal.sentence} {in_date_words(others)}", alternatives=tuple(others))
    )


def in_date_words(lots: list[Lot]) -> str:
    """Return "In date: C4-0871-B (until 30 Nov 2027)." or a sentence that there is none."""
    if not lots:
        return _("No other lot of this kind is in date.")
    named = ", ".join(
        _("%(lot)s (until %(day)s)") % {"lot": lot.number, "day": date_format(lot.expires_on, "j M Y")} for lot in lots
    )
    return _("In date: %(lots)s.") % {"lots": named}

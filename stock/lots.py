"""Lots: what arrives, what is set aside, and what may be used today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from stock import rules
from stock.models import Lot, Product

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
    return lot


@transaction.atomic
def quarantine(lot: Lot, *, reason: str, by: Actor, at: datetime) -> Lot:
    """Take a lot out of use from now on. What was done with it stays as it was recorded."""
    if lot.quarantined_at is None:
        Lot.objects.filter(pk=lot.pk, quarantined_at=None).update(quarantined_at=at)
        audit.record("lot.quarantined", lot, by=by, at=at, reason=reason)
    lot.refresh_from_db()
    return lot


def must_be_usable(lot: Lot, *, on: date) -> None:
    """Raise LotUnusable, naming up to three lots of the same kind that are in date, when `lot` is not."""
    refusal = rules.lot_refusal(
        number=lot.number,
        expires_on=lot.expires_on,
        is_quarantined=lot.quarantined_at is not None,
        is_stocked=lot.product.is_stocked,
        on=on,
    )
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

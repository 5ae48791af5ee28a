"""Cartridges: one sterile unit, opened once, for one patient and one session (C-614, C-681)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from stock import lots
from stock.models import Cartridge, Lot, Product


class NotACartridge(Refused):
    """Raised when the lot is of something else, a serum for instance."""


class UnitOpened(Refused):
    """Raised when this very unit was opened before."""


@transaction.atomic
def open(lot: Lot, *, on: date | None, by: Actor, at: datetime, unit_code: str = "") -> Cartridge:
    """Open one unit of a lot and return it.

    on: today in the site's zone; None for a unit that was used already, whatever its lot is by now. unit_code: what is
    printed on the unit itself, empty where only a lot is.
    Raises NotACartridge, lots.LotUnusable or UnitOpened.
    """
    if lot.product.kind != Product.Kind.CARTRIDGE:
        sentence = _("Lot %(lot)s is %(product)s, not a cartridge.") % {"lot": lot, "product": lot.product}
        raise NotACartridge(Refusal("lot.not_a_cartridge", _("Choose a cartridge."), sentence))
    if on is not None:
        lots.must_be_usable(lot, on=on)
    cartridge = Cartridge(lot=lot, unit_code=unit_code.strip(), opened_at=at, opened_by=by.user)
    try:
        with transaction.atomic():
            cartridge.save(force_insert=True)
    except IntegrityError:
        sentence = _("Unit %(unit)s of lot %(lot)s was opened before. A cartridge serves one patient once.") % {
            "unit": cartridge.unit_code,
            "lot": lot,
        }
        raise UnitOpened(Refusal("cartridge.opened", _("This unit was used before."), sentence)) from None
    audit.record("cartridge.opened", cartridge, by=by, at=at, fields={"lot": lot.number})
    return cartridge


@transaction.atomic
def take_back(cartridge: Cartridge, *, by: Actor, at: datetime) -> None:
    """Strike out a unit that was picked by mistake on a draft and serves no session."""
    audit.record("cartridge.taken_back", cartridge, by=by, at=at, fields={"lot": cartridge.lot.number})
    cartridge.delete()

"""From a code that was scanned to what stands on the shelf: one question for receiving, one for the chart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from clinic.refusals import Refusal
from stock import codes, lots, rules
from stock.codes import Code
from stock.models import Lot, Product

NUMBER = re.compile(r"[A-Z0-9][A-Z0-9./_ -]{0,19}", re.ASCII | re.IGNORECASE)  # of a lot, as GS1 lets it be (AI 10)
SHORTEST_GTIN = 8  # digits


@dataclass(frozen=True)
class Found:
    """What a code is of. lot: None where the shelf does not hold it; product: None where no product has that number."""

    code: Code
    product: Product | None = None
    lot: Lot | None = None


def look(typed: str) -> Found | Refusal:
    """Return what the shelf knows of a code, or why it cannot be read; for receiving, where the lot may be new."""
    code = codes.read(typed)
    if isinstance(code, Refusal):
        return code
    product = Product.objects.filter(gtin=code.gtin).first() if code.gtin else None
    lot = None
    if product and code.lot:
        lot = product.lots.filter(number_key=rules.number_key(code.lot)).select_related("product").first()
    return Found(code, product, lot)


def find(typed: str, *, on: date | None) -> Found | Refusal:
    """Return the lot that a code names, good to be used on that day of the site, or a sentence that says why not.

    on: None for what was used already, whatever its lot is by now. A code without a product, as some packs carry the
    lot alone, finds the lot where it is the only one of that number, and so does the bare number of a lot.
    """
    found = look(typed)
    if isinstance(found, Refusal) or found == Found(Code(gtin=found.code.gtin)):
        found = _by_number(typed) or found
    if isinstance(found, Refusal):
        return found
    code = found.code
    if code.gtin and found.product is None:
        words = _("No product on the shelf has the number %(gtin)s. Receive it first, or choose the lot from the list.")
        return _not_found("code.unknown_product", words % {"gtin": code.gtin})
    if not code.lot:
        words = _("This code names no lot. Choose the lot from the list, or scan the code with the lot in it.")
        return _not_found("code.no_lot", words)
    lot = found.lot or _only_lot(code)
    if lot is None:
        words = _("Lot %(lot)s is not on the shelf. Receive it first, or choose the lot from the list.")
        return _not_found("code.unknown_lot", words % {"lot": code.lot})
    if on is None:
        return Found(code, lot.product, lot)
    if code.expires_on and code.expires_on < lot.expires_on:
        lot.expires_on = code.expires_on  # what the pack says counts when it is sooner; the shelf's own row stays
    return lots.why_unusable(lot, on=on) or Found(code, lot.product, lot)


def _by_number(typed: str) -> Found | Refusal | None:
    """Return the lot of a number that was typed as it is printed, or why it is none; None for what is no such number.

    Eight digits and more that are no lot are a misread code.
    """
    number = " ".join(typed.split())
    alike = (
        list(Lot.objects.filter(number_key=rules.number_key(number)).select_related("product")[:2]) if number else []
    )
    if len(alike) == 1:
        return Found(Code(lot=alike[0].number), alike[0].product, alike[0])
    if alike:
        words = _("More than one product has a lot %(lot)s. Choose it from the list.")
        return _not_found("code.two_lots", words % {"lot": number})
    if not NUMBER.fullmatch(number) or (number.isdecimal() and len(number) >= SHORTEST_GTIN):
        return None
    words = _("Lot %(lot)s is not on the shelf. Receive it first, or choose the lot from the list.")
    return _not_found("code.unknown_lot", words % {"lot": number})


def _only_lot(code: Code) -> Lot | None:
    if code.gtin:
        return None
    alike = Lot.objects.filter(number_key=rules.number_key(code.lot)).select_related("product")[:2]
    return alike[0] if len(alike) == 1 else None


def _not_found(rule: str, sentence: str) -> Refusal:
    return Refusal(rule, _("This pack is not found."), sentence, values={"field": "code"})

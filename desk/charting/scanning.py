"""A code that was scanned, or a lot number that was typed, put where it belongs on the chart.

A cartridge takes the place of the one that was chosen; a serum, a kit and a cream get a row of their own. What cannot
be used changes nothing and says why, and what was done already is told with any lot of the shelf.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from clinic import wall_time
from clinic.refusals import Refusal
from desk.charting import rows
from stock import scans
from stock.models import Lot, Product
from stock.scans import Found
from treatments.models import Session

Kind = Product.Kind
FIELDS = {Kind.CARTRIDGE: "cartridge_lot", Kind.SKIN_PREP: "skin_prep_lot"}
ROWS = {  # where there are several: the set, and what says that there is none
    Kind.SERUM: ("serums", "serum_is_none"),
    Kind.PRP_KIT: ("serums", "serum_is_none"),
    Kind.ANAESTHETIC: ("creams", "anaesthetic_is_none"),
}


@dataclass(frozen=True)
class Scan:
    """What came of a code. code: what stays in the field; note or refusal: what is said of it."""

    code: str = ""
    note: str = ""
    refusal: str = ""


def read(session: Session, data: QueryDict, *, at: datetime) -> tuple[QueryDict, Scan]:
    """Return what was typed with the lot of the code in its place, and what came of it; as it was where none is."""
    typed = data.get("code", "")
    if not typed.strip() and "read" not in data:
        return data, Scan()
    today = wall_time.local(at, session.appointment.site.zone).date()
    found = scans.find(typed, on=None if session.is_afterwards else today)
    if isinstance(found, Refusal):
        return data, Scan(code=typed, refusal=str(found.sentence))
    return _put(data, found), Scan(note=_("%(product)s, lot %(lot)s, is on the chart.") % _named(found.lot))


def _named(lot: Lot) -> dict[str, str]:
    return {"product": lot.product.name, "lot": lot.number}


def _put(data: QueryDict, found: Found) -> QueryDict:
    typed, kind, pk = data.copy(), found.lot.product.kind, str(found.lot.pk)
    if kind in ROWS:
        name, says_none = ROWS[kind]
        if pk not in rows.values(typed, name, "lot"):
            rows.put(typed, name, [{"lot": pk}], blank=("lot",))
        typed.pop(says_none, None)
        return typed
    if kind == Kind.CARTRIDGE and (found.code.serial or typed.get("cartridge_lot") != pk):
        typed["unit_code"] = found.code.serial
    typed[FIELDS[kind]] = pk
    return typed

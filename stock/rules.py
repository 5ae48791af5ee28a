"""Rules of the shelf: how a lot is read and whether it may be opened."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.refusals import Refusal, Refused

LONGEST_NEEDLE_MM = Decimal("3.00")  # as nobody needles deeper (C-02)
NEEDLES = (1, 999)
STRONGEST_PERCENT = Decimal("100")
MOST_UNITS = 9999  # of one lot; more is a typing error
LONGEST_NUMBER = 60  # letters of a lot
LONGEST_REASON = 250  # letters
WHOLE_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/. ](?P<month>\d{1,2})(?:[-/. ](?P<day>\d{1,2}))?", re.ASCII)
YEAR_LAST = re.compile(r"(?:(?P<day>\d{1,2})[-/. ])?(?P<month>\d{1,2})[-/. ](?P<year>\d{4})", re.ASCII)
ALWAYS_ASKED = ("gtin", "low_stock_below")  # of every kind
OF_A_KIT = {"use": "prp", "open_channel": "allow", "is_sterile": True, "is_single_use": True}  # own plasma (C-57)
ASKED = {  # what is said of each kind of product beside its name, its maker and its use
    "cartridge": ("needle_length_mm", "needle_count", "is_sterile", "is_single_use"),
    "serum": ("open_channel", "is_sterile", "is_single_use"),
    "anaesthetic": ("agents", "active_percent"),
    "skin_prep": ("is_sterile", "is_single_use"),
    "prp_kit": (),
}


def number_key(number: str) -> str:
    """Return a lot number without spaces and case, for finding; what was typed is kept beside it (C-614)."""
    return "".join(number.split()).casefold()


def last_day(year: int, month: int) -> date:
    """Return the last day of use of a unit whose expiry is printed as a month: the last day of that month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def expiry(typed: str) -> date | None:
    """Return the last day of use as packs print it, a day or a month, or None for what is neither (C-58)."""
    found = WHOLE_YEAR_FIRST.fullmatch(typed.strip()) or YEAR_LAST.fullmatch(typed.strip())
    if found is None:
        return None
    year, month, day = int(found["year"]), int(found["month"]), found["day"]
    try:
        return date(year, month, int(day)) if day else last_day(year, month)
    except (ValueError, calendar.IllegalMonthError):
        return None


def lot_refusal(*, number: str, expires_on: date, is_quarantined: bool, is_stocked: bool, on: date) -> Refusal | None:
    """Return why nothing of this lot may be opened on that day of the site, or None.

    expires_on is the last day of use, so a lot is good on that day itself (C-614).
    """
    values = {"lot": number, "expires_on": expires_on}
    if is_quarantined or not is_stocked:
        title = _("This lot is out of use.")
        sentence = _("Lot %(lot)s is out of use; nothing was saved.") % {"lot": number}
        return Refusal("lot.quarantined", title, sentence, values=values)
    if expires_on < on:
        title = _("This lot has expired.")
        sentence = _("Lot %(lot)s expired on %(day)s; nothing was saved.") % {
            "lot": number,
            "day": date_format(expires_on, "j M Y"),
        }
        return Refusal("lot.expired", title, sentence, values=values)
    return None


def product_refusal(kind: str, said: Mapping[str, Any]) -> Refusal | None:
    """Return what is wrong with a product as it is said, or None; values["field"] names the field.

    Needles are above 0 and at most 3.00 mm long (C-02), a numbing cream names at least one anaesthetic (C-219, C-220).
    """
    if not said.get("name"):
        return _unfit("name", _("Write the name of the product, as it stands on the pack."))
    if not said.get("maker"):
        return _unfit("maker", _("Write who makes it."))
    length, count, percent = said.get("needle_length_mm"), said.get("needle_count"), said.get("active_percent")
    if kind == "cartridge" and (length is None or not 0 < length <= LONGEST_NEEDLE_MM):
        return _unfit("needle_length_mm", _("Write the length of the needles in mm: above 0, 3.00 at most."))
    if count is not None and not NEEDLES[0] <= count <= NEEDLES[1]:
        return _unfit("needle_count", _("Write how many needles, from 1 to 999, or leave it empty."))
    if kind == "anaesthetic" and not said.get("agents"):
        return _unfit("agents", _("Tick each anaesthetic in it, as the pack says."))
    if (low := said.get("low_stock_below")) is not None and not 0 < low <= MOST_UNITS:
        return _unfit("low_stock_below", _("Write below how many units it is low, from 1 to 9999, or leave it empty."))
    if percent is not None and not 0 < percent <= STRONGEST_PERCENT:
        return _unfit("active_percent", _("Write the percentage above 0, 100 at most, or leave it empty."))
    return None


def number_refusal(number: str) -> Refusal | None:
    """Return why this cannot be the number of a lot, or None."""
    if 0 < len(" ".join(number.split())) <= LONGEST_NUMBER:
        return None
    sentence = _("Write the lot as it is printed on the pack, at most %(most)s letters.") % {"most": LONGEST_NUMBER}
    return Refusal("lot.number", _("Which lot?"), sentence, values={"field": "number"})


def count_refusal(count: int, *, field: str, least: int = 1) -> Refusal | None:
    """Return why this cannot be a number of units, or None."""
    if least <= count <= MOST_UNITS:
        return None
    sentence = _("Write how many units, from %(least)s to %(most)s.") % {"least": least, "most": MOST_UNITS}
    return Refusal("lot.count", _("How many?"), sentence, values={"field": field})


def reason(words: str) -> str:
    """Return the reason without blanks around it. Raises Refused where there is none, or a long one."""
    words = words.strip()
    if not words:
        _refuse_reason(_("Write why, in a few words."))
    if len(words) > LONGEST_REASON:
        _refuse_reason(_("Say it in at most %(longest)s letters.") % {"longest": LONGEST_REASON})
    return words


def must(refusal: Refusal | None) -> None:
    """Raise Refused where a rule says no."""
    if refusal:
        raise Refused(refusal)


def _refuse_reason(sentence: str) -> None:
    raise Refused(Refusal("lot.reason", _("A reason is missing"), sentence, values={"field": "reason"}))


def _unfit(field: str, sentence: str) -> Refusal:
    return Refusal("product.unfit", _("This can't be kept so."), sentence, values={"field": field})

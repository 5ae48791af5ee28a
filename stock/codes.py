"""What stands under the bars: a GS1 code as a scanner types it or as it is printed, read into its parts.

biip knows the grammar (AIs, check digits, day 00 as the last day of its month); here are our questions to it and our
sentences. Nothing here asks the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import biip
from biip.gs1_messages import GS1ElementStrings, GS1Message
from biip.gtin import Gtin
from django.utils.translation import gettext as _

from clinic.refusals import Refusal

GTIN, EXPIRY, LOT, SERIAL, COUNTS = "01", "17", "10", "21", ("30", "37")
SEPARATOR = "\x1d"  # FNC1 as scanners type it
STAND_INS = ("␝", "<GS>", "{GS}", "^]")  # how keyboards and labels write the separator
LONGEST = 300  # letters; a Data Matrix of a pack holds far fewer


@dataclass(frozen=True)
class Code:
    """A code as it was read. gtin: 14 digits; expires_on: the last day of use; "" and None for what it does not say."""

    gtin: str = ""
    lot: str = ""
    serial: str = ""
    expires_on: date | None = None
    count: int | None = None


def gtin_14(typed: str) -> str:
    """Return a GTIN of 8, 12, 13 or 14 digits, blanks and hyphens aside, in 14; "" for anything else."""
    digits = typed.replace(" ", "").replace("-", "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return ""
    try:
        return Gtin.parse(digits).as_gtin_14()
    except (biip.BiipException, ValueError):
        return ""


def read(typed: str) -> Code | Refusal:
    """Return what a code says, or a sentence that says what is wrong with it; never an exception."""
    text = _cleaned(typed)
    if not text or len(text) > LONGEST or not text.isascii():
        return _unread(_("Scan the code on the pack, or type what is printed under it."))
    try:
        message, gtin = _parsed(text)
    except (biip.BiipException, ValueError, OverflowError):
        return _no_code()
    return _told(message, gtin)


def _cleaned(typed: str) -> str:
    text = typed.strip(" \t\r\n")
    for written in STAND_INS:
        text = text.replace(written, SEPARATOR)
    return text


def _parsed(text: str) -> tuple[GS1ElementStrings | None, str]:
    """Return the parts of a code, and its GTIN where that is all it is."""
    if text.startswith("("):
        return GS1Message.parse_hri(text.replace(" ", "")).element_strings, ""
    if only := gtin_14(text):
        return None, only
    parsed = biip.parse(text)
    if parsed.gs1_message is not None:
        return parsed.gs1_message.element_strings, ""
    if parsed.gs1_digital_link_uri is not None:
        return parsed.gs1_digital_link_uri.element_strings, ""
    return None, parsed.gtin.as_gtin_14() if parsed.gtin else ""


def _told(parts: GS1ElementStrings | None, gtin: str) -> Code | Refusal:
    if parts is None:
        return Code(gtin=gtin) if gtin else _no_code()
    values = {one.ai.ai: one.value for one in parts}
    if GTIN in values and not (gtin := gtin_14(values[GTIN])):
        return _unread(_("The number of the product is misread: its check digit is wrong. Scan it again."))
    dates = {one.ai.ai: one.date for one in parts if one.date}
    count = next((values[ai] for ai in COUNTS if ai in values), "")
    code = Code(
        gtin=gtin,
        lot=values.get(LOT, "").strip(),
        serial=values.get(SERIAL, "").strip(),
        expires_on=dates.get(EXPIRY),
        count=int(count) if count else None,
    )
    return code if code != Code() else _no_code()


def _no_code() -> Refusal:
    return _unread(_("This is no code of a pack that can be read. Scan it again, or type what is printed."))


def _unread(sentence: str) -> Refusal:
    return Refusal("code.unread", _("This code can't be read."), sentence, values={"field": "code"})

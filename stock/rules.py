"""Rules of the shelf: how a lot is read and whether it may be opened."""

from __future__ import annotations

import calendar
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.refusals import Refusal


def number_key(number: str) -> str:
    """Return a lot number without spaces and case, for finding; what was typed is kept beside it (C-614)."""
    return "".join(number.split()).casefold()


def last_day(year: int, month: int) -> date:
    """Return the last day of use of a unit whose expiry is printed as a month: the last day of that month."""
    return date(year, month, calendar.monthrange(year, month)[1])


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

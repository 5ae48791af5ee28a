"""Lots that are not good to use now: offered where a record is written afterwards, each with the reason beside it."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from stock.models import Lot
from treatments import recall_holds

LOOKS_BACK = timedelta(days=2 * 365)  # an older pack is found by its number


def lots(on: date, *, of_day: date) -> list[tuple[Lot, str]]:
    """Return what cannot be used on that day, without what had expired long before `of_day`; each with its reason."""
    found = list(Lot.objects.set_aside(on, expired_since=of_day - LOOKS_BACK))
    recalled = recall_holds.covered(found)
    return [(lot, _why(lot, on, is_recalled=lot.pk in recalled)) for lot in found]


def why(lot: Lot, on: date) -> str:
    """Return why a lot cannot be used on that day, in a few words; "" where it can."""
    return _why(lot, on, is_recalled=bool(recall_holds.covered([lot])))


def _why(lot: Lot, on: date, *, is_recalled: bool) -> str:
    if is_recalled:
        return _("recalled")
    if lot.quarantined_at is not None:
        return _("set aside")
    if lot.expires_on < on:
        return _("expired %(day)s") % {"day": date_format(lot.expires_on, "j M Y")}
    return "" if lot.product.is_stocked else _("no longer used here")

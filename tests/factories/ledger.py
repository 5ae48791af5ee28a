"""Packages as the desk sells them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from clinic.actors import Actor
from ledger import packages
from ledger.models import Package
from ledger.packages import Sale
from patients.models import Patient
from tests.factories.booking import HOUSE, SUNDAY

TODAY = SUNDAY.date()


def sold(patient: Patient, *, by: Actor = HOUSE, today: date = TODAY, **said: Any) -> Package:
    """Return a package of six for 540 GBP, bought on the Sunday before the visits of the tests, that never expires."""
    known = {"name": "Six sessions", "sessions_count": 6, "price": Decimal("540.00"), "currency": "GBP"}
    sale = Sale(**(known | {"bought_on": today} | said))
    return packages.sell(patient, sale, today=today, by=by, at=SUNDAY)

"""What people of the demo paid in advance: one package that runs, one that expires soon, one that is used up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from clinic.actors import Actor
from desk.demo.script import Script
from ledger import packages
from ledger.packages import Sale
from patients.models import Patient


@dataclass(frozen=True)
class Bought:
    """A sale: days ago, sessions, price in pounds, and in how many days from the demo's own it expires, if ever."""

    days_ago: int
    sessions: int
    price: int
    expires_in: int | None = None
    note: str = ""


BOUGHT = {
    "José Ibáñez": Bought(126, 6, 900),
    "Noor Rahman": Bought(79, 4, 640, expires_in=25, note="Paid in two parts, both by card."),
    "Helen Voss": Bought(154, 3, 480),
}


def tell(patient: Patient, *, script: Script, by: Actor) -> None:
    """Add to the script what this patient pays for in advance, if anything; the sessions use it by themselves."""
    bought = BOUGHT.get(patient.name)
    if bought is None:
        return

    def sell(at: datetime) -> None:
        expires_on = None if bought.expires_in is None else script.day + timedelta(days=bought.expires_in)
        day = script.day - timedelta(days=bought.days_ago)
        name = f"Microneedling, {bought.sessions} sessions"
        sale = Sale(name, bought.sessions, Decimal(bought.price), "GBP", day, expires_on, note=bought.note)
        packages.sell(patient, sale, today=day, by=by, at=at)

    script.add(script.instant(bought.days_ago, time(16, 10)), sell)

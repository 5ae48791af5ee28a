"""What stands on the shelf: Northlight tips, a hyaluronic gel, a numbing cream. Dull and fixed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from clinic.actors import Actor
from stock import lots
from stock.models import Lot, Product

RECEIVED_AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
HOUSE = Actor.system("tests")
GOOD_UNTIL = date(2027, 11, 30)


def product(name: str, kind: str, **fields: Any) -> Product:
    return Product.objects.get_or_create(name=name, maker="Northlight", defaults={"kind": kind} | fields)[0]


def lot(of: Product, number: str, expires_on: date = GOOD_UNTIL, **fields: Any) -> Lot:
    return lots.receive(of, number=number, expires_on=expires_on, by=HOUSE, at=RECEIVED_AT, **fields)


def tip(needle_length_mm: str = "3.00") -> Product:
    """Return a 12-needle tip; with the usual length the needles never are the least limit."""
    name = f"Tip {needle_length_mm}"
    return product(name, Product.Kind.CARTRIDGE, needle_length_mm=Decimal(needle_length_mm), needle_count=12)


def cartridges(number: str = "C4-0871", expires_on: date = GOOD_UNTIL, needle_length_mm: str = "3.00") -> Lot:
    return lot(tip(needle_length_mm), number, expires_on)


def serum(number: str = "HA-2219", expires_on: date = GOOD_UNTIL, open_channel: str = "allow") -> Lot:
    return lot(product(f"Gel {open_channel}", Product.Kind.SERUM, open_channel=open_channel), number, expires_on)


def skin_prep(number: str = "CX-9004", expires_on: date = GOOD_UNTIL, name: str = "Chlorhexidine 0.5 %") -> Lot:
    return lot(product(name, Product.Kind.SKIN_PREP), number, expires_on)


def cream(
    number: str = "LC-0417",
    expires_on: date = GOOD_UNTIL,
    active_percent: str = "4.0",
    agents: tuple[str, ...] = ("lidocaine",),
) -> Lot:
    """Return a lot of a numbing cream; without agents it is one from before they were asked for."""
    kind = {("lidocaine",): "Cream", (): "Old cream"}.get(agents, f"Cream of {' and '.join(agents)}")
    name = f"{kind} {active_percent}"
    fields = {"active_percent": Decimal(active_percent), "agents": list(agents)}
    return lot(product(name, Product.Kind.ANAESTHETIC, **fields), number, expires_on)

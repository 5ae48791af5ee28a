"""As many signed sessions as the clinic has visits, and a recall of a lot that was used in some two hundred of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from booking.models import Appointment
from clinic.models import Device, Site, User
from stock.models import Cartridge, Lot, Product
from treatments.models import Recall, SerumUse, Session, Zone, ZonePass

USED_IN = 200  # sessions of the lot that is recalled
OTHER_LOTS = 100
AT_ONCE = 2000
GOOD_UNTIL = date(2030, 12, 31)


def fill(site: Site, now: datetime) -> Recall:
    """Write a session for each visit of the past; return the recall of the lot."""
    tips, gels = _lots("Tip", Product.Kind.CARTRIDGE, Decimal("1.50")), _lots("Gel", Product.Kind.SERUM, None)
    pen = Device.objects.create(
        site=site,
        name="Pen",
        maker="Bench",
        model="One",
        serial_number="1",
        max_depth_mm=Decimal("2.50"),
        service_due_on=GOOD_UNTIL,
    )
    zones = [_zone("cheek"), _zone("forehead")]
    past = Appointment.objects.filter(state=Appointment.State.DONE).order_by("pk")
    recalled, every = gels[0], max(past.count() // USED_IN, 1)
    visits = enumerate(past.iterator(chunk_size=AT_ONCE))
    while some := list(islice(visits, AT_ONCE)):
        _write(some, pen, tips, [recalled if n % every == 0 else gels[1 + n % OTHER_LOTS] for n, _v in some], zones)
    Session.objects.update(signed_at=now, signed_by=User.objects.earliest("pk"), seal_digest="0" * 64)
    return Recall.objects.create(
        site=site,
        what=Recall.What.LOT,
        name="Gel",
        lot=recalled,
        reason="Measured.",
        opened_by=User.objects.earliest("pk"),
        opened_at=now,
    )


def _write(
    some: list[tuple[int, Appointment]], pen: Device, tips: list[Lot], gels: list[Lot], zones: list[Zone]
) -> None:
    opened = Cartridge.objects.bulk_create(
        Cartridge(lot=tips[n % OTHER_LOTS], opened_at=visit.starts_at, opened_by_id=visit.practitioner_id)
        for n, visit in some
    )
    made = Session.objects.bulk_create(
        Session(
            appointment=visit,
            patient_id=visit.patient_id,
            practitioner_id=visit.practitioner_id,
            is_afterwards=True,
            identity_confirmed_at=visit.starts_at,
            started_at=visit.starts_at,
            ended_at=visit.ends_at,
            device=pen,
            cartridge=cartridge,
            saved_at=visit.ends_at,
        )
        for (_n, visit), cartridge in zip(some, opened, strict=True)
    )
    SerumUse.objects.bulk_create(SerumUse(session=one, lot=gel) for one, gel in zip(made, gels, strict=True))
    ZonePass.objects.bulk_create(_passes(made, zones))


def _passes(made: list[Session], zones: list[Zone]) -> Iterator[ZonePass]:
    for one in made:
        for zone in zones:
            yield ZonePass(session=one, zone=zone, depth_mm=Decimal("1.50"), pass_count=3)


def _lots(name: str, kind: str, needle_length_mm: Decimal | None) -> list[Lot]:
    product = Product.objects.create(name=name, maker="Bench", kind=kind, needle_length_mm=needle_length_mm)
    numbers = (f"{name}-{number}".upper() for number in range(OTHER_LOTS + 1))
    return Lot.objects.bulk_create(
        Lot(product=product, number=number, number_key=number, expires_on=GOOD_UNTIL) for number in numbers
    )


def _zone(code: str) -> Zone:
    known = {"label": code.title(), "max_mm": Decimal("3.00"), "source": "bench", "mark": "policy"}
    return Zone.objects.get_or_create(code=code, defaults=known)[0]

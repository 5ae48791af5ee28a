"""Those who would come sooner, entered as the front desk enters them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from booking.models import Appointment, Offer, WaitlistEntry
from booking.waitlist import Wants
from clinic.actors import Actor
from clinic.models import Service, Site
from patients.models import Patient
from tests.factories.booking import SUNDAY, TEN
from visits import waiting

HOUSE = Actor.system("tests")


def waits(
    patient: Patient,
    service: Service,
    *,
    booking: Appointment | None = None,
    by: Actor = HOUSE,
    at: datetime = SUNDAY,
    **wants: Any,
) -> WaitlistEntry:
    """Return the entry of somebody who would come at any time, unless said otherwise."""
    site, wanted = Site.objects.get(), Wants(service=service, **wants)
    return waiting.enter(patient=patient, site=site, wants=wanted, booking=booking, by=by, at=at)


def offered(entry: WaitlistEntry, practitioner: Any, **fields: Any) -> Offer:
    """Return Monday at 10:00, offered on Sunday at nine, unless said otherwise."""
    known = {"starts_at": TEN, "by": HOUSE, "at": SUNDAY}
    return waiting.offer(entry, practitioner=practitioner, **(known | fields))

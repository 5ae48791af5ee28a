"""Visits as the desk books them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from booking import appointments, closures
from booking.models import Appointment, Closure
from clinic.actors import Actor
from clinic.models import Site

SUNDAY = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)  # when the tests' desk sits down; London is on UTC
TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # the Monday after
HOUSE = Actor.system("tests")
NINE, SIX = TEN - timedelta(hours=1), TEN + timedelta(hours=8)  # from opening to closing


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def visit(patient: Any, service: Any, practitioner: Any, **fields: Any) -> Appointment:
    """Return a booked visit, Monday at 10:00 unless said otherwise."""
    known = {"starts_at": TEN, "by": HOUSE, "at": SUNDAY}
    return appointments.book(patient=patient, service=service, practitioner=practitioner, **(known | fields))


def away(practitioner: Any, site: Any, start: int = 0, end: int = 60, **fields: Any) -> Closure:
    """Return somebody's time away, from so many minutes after Monday at 10:00 to so many."""
    known = {"kind": Closure.Kind.LEAVE, "site": site, "practitioner": practitioner, "by": HOUSE, "at": SUNDAY}
    known |= {"starts_at": TEN + minutes(start), "ends_at": TEN + minutes(end)}
    return closures.add(**(known | fields))


def close(site: Site, starts_at: datetime = NINE, ends_at: datetime = SIX, **fields: Any) -> Closure:
    """Return a closure of the whole site on Monday, or of what is named."""
    known = {"kind": Closure.Kind.CLOSURE, "by": HOUSE, "at": SUNDAY}
    return closures.add(site=site, starts_at=starts_at, ends_at=ends_at, **(known | fields))

"""Visits as the desk books them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from booking import appointments, closures
from booking.models import Appointment, Closure
from clinic.actors import Actor

SUNDAY = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)  # when the tests' desk sits down; London is on UTC
TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # the Monday after
HOUSE = Actor.system("tests")


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

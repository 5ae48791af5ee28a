"""Rows by the thousand, for clinics of any size: what the actions would have left, written without asking them.

Only the demo and the measurements write this way. The database's own guards stand all the while, so nobody is
booked twice here either.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction

from booking.models import Appointment, Change, Claim
from booking.rules import Line, cut, patient_minutes
from clinic.models import Device, Room, Service, Site, User
from patients.models import Patient
from patients.rules import fold

AT_ONCE = 2000  # rows of one kind in one statement's batch
NAMES = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
GIVEN: list[str] = NAMES["given"]
FAMILY: list[str] = NAMES["family"]

T = TypeVar("T")
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Planned:
    """One visit to write. starts_at: UTC. booked_at: when it was entered, also the time of its last change."""

    patient: Patient
    service: Service
    practitioner: User
    room: Room | None
    device: Device | None
    starts_at: datetime
    booked_at: datetime
    state: str


def patients(count: int, *, first_number: int, at: datetime) -> list[Patient]:
    """Enter so many patients and return them; their references count on from first_number."""
    rows = [_patient(first_number + number, number, at) for number in range(count)]
    return Patient.objects.bulk_create(rows, batch_size=AT_ONCE)


def _patient(reference: int, number: int, at: datetime) -> Patient:
    given, family = GIVEN[number % len(GIVEN)], FAMILY[number // len(GIVEN) % len(FAMILY)]
    middle = FAMILY[number // (len(GIVEN) * len(FAMILY)) % len(FAMILY)]
    name = f"{given} {family}" if number < len(GIVEN) * len(FAMILY) else f"{given} {middle} {family}"
    digits = f"447700{900000 + number % 1000:06d}"  # numbers for drama, so families share them
    return Patient(
        reference=f"R-{reference}",
        name=name,
        search_key=fold(name),
        born_on=date(1945, 1, 1) + timedelta(days=number * 7919 % 22_000),
        phone=f"+{digits}",
        phone_digits=digits,
        created_at=at,
    )


def visits(site: Site, planned: Iterable[Planned], *, told: Progress = lambda count: None) -> int:
    """Write visits with their holds and the first line of their history; return how many.

    told is called after each batch with the number written so far.
    """
    lines: dict[int, tuple[Line, ...]] = {}
    written = 0
    for batch in _batches(planned, AT_ONCE):
        for one in batch:
            if one.service.pk not in lines:
                lines[one.service.pk] = cut(one.service.phases.order_by("position"))
        with transaction.atomic():
            _write(site, batch, lines)
        written += len(batch)
        told(written)
    return written


def _write(site: Site, batch: list[Planned], lines: dict[int, tuple[Line, ...]]) -> None:
    rows = Appointment.objects.bulk_create([_appointment(site, one, lines[one.service.pk]) for one in batch])
    held = [visit for visit in rows if visit.state not in (Appointment.State.CANCELLED, Appointment.State.NO_SHOW)]
    Claim.objects.bulk_create([claim for visit in held for claim in _claims(visit, lines[visit.service_id])], AT_ONCE)
    Change.objects.bulk_create([_booked(visit) for visit in rows])


def _appointment(site: Site, one: Planned, lines: tuple[Line, ...]) -> Appointment:
    return Appointment(
        site=site,
        patient=one.patient,
        service=one.service,
        practitioner=one.practitioner,
        room=one.room,
        device=one.device,
        starts_at=one.starts_at,
        ends_at=one.starts_at + timedelta(minutes=patient_minutes(lines)),
        state=one.state,
        tell_patient=False,
        booked_at=one.booked_at,
        changed_at=one.booked_at,
    )


def _claims(visit: Appointment, lines: tuple[Line, ...]) -> Iterator[Claim]:
    for line in lines:
        yield Claim(
            kind=Claim.Kind.VISIT,
            appointment=visit,
            **{f"{line.column}_id": getattr(visit, f"{line.resource}_id")},
            phase_kind=line.phase_kind,
            starts_at=visit.starts_at + timedelta(minutes=line.starts),
            ends_at=visit.starts_at + timedelta(minutes=line.ends),
        )


def _booked(visit: Appointment) -> Change:
    after: dict[str, Any] = {
        "state": Appointment.State.BOOKED,
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "practitioner": visit.practitioner_id,
        "room": visit.room_id,
        "device": visit.device_id,
    }
    return Change(appointment=visit, verb="book", at=visit.booked_at, by_name="The demo", after=after)


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch

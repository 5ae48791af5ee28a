"""A full house, written straight into the tables: what the board must carry without becoming slow or heavy."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from booking.models import Appointment, Claim
from clinic.models import Role, RoleGrant, Service, Shift, Site, User
from patients.models import Patient
from tests.factories.booking import SUNDAY, TEN, minutes

NAMES = [
    "Amara",
    "Bello",
    "Camille",
    "Roux",
    "Daniel",
    "Kerr",
    "Eilidh",
    "Munro",
    "Fatima",
    "Zahra",
    "Grace",
    "Whitfield",
    "Helen",
    "Voss",
    "Ines",
    "Carvalho",
]


def practitioners(site: Site, count: int) -> list[User]:
    """Return people who work Monday to Friday, 9:00 to 18:00."""
    people = User.objects.bulk_create(
        User(email=f"p{n}@rowan.example", name=f"{NAMES[n % 16]} {NAMES[-n % 16]} {n}", short_name=NAMES[n % 16])
        for n in range(count)
    )
    RoleGrant.objects.bulk_create(RoleGrant(user=one, role=Role.PRACTITIONER) for one in people)
    Shift.objects.bulk_create(
        Shift(practitioner=one, site=site, weekday=weekday, starts_at=time(9), ends_at=time(18))
        for one in people
        for weekday in range(5)
    )
    return people


def patients(count: int) -> list[Patient]:
    return Patient.objects.bulk_create(
        Patient(
            reference=f"R-{90000 + n}",
            name=f"{NAMES[n % 16]} {NAMES[n // 16 % 16]}-{NAMES[n // 256 % 16]}",
            phone_digits=f"44113496{n:04}",
            email=f"c{n}@example.org",
            search_key=f"{n}",
            created_at=SUNDAY,
        )
        for n in range(count)
    )


def visits(
    site: Site,
    service: Service,
    people: list[User],
    *,
    days: int,
    each: int,
    long: int,
    first: datetime = TEN - timedelta(hours=1),
) -> list[Appointment]:
    """Fill `days` days from an instant on: so many visits of each person a day, each so many minutes long."""
    starts = [first + timedelta(days=day) + minutes(long * n) for day in range(days) for n in range(each)]
    who = iter(patients(len(people) * len(starts)))
    made = Appointment.objects.bulk_create(
        Appointment(
            site=site,
            patient=next(who),
            service=service,
            practitioner=person,
            starts_at=start,
            ends_at=start + minutes(long),
            booked_at=SUNDAY,
            changed_at=SUNDAY,
        )
        for person in people
        for start in starts
    )
    Claim.objects.bulk_create(
        Claim(
            kind=Claim.Kind.VISIT,
            appointment=visit,
            practitioner_id=visit.practitioner_id,
            phase_kind="talk",
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
        )
        for visit in made
    )
    return made

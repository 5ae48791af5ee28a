"""The house of the tests: Rowan Skin Clinic in Leeds, its people, rooms, devices and menu. Dull and fixed."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

from clinic.models import Device, OpeningHours, Phase, Role, RoleGrant, Room, Service, Shift, Site, User

WEEKDAYS = range(5)  # Monday to Friday

PHASES: dict[str, list[tuple[str, int, str]]] = {  # kind, minutes, what is held: p r d (m the patient)
    "microneedling": [
        (Phase.Kind.PREPARE, 10, "prm"),
        (Phase.Kind.NUMBING, 30, "rm"),
        (Phase.Kind.NEEDLING, 30, "prdm"),
        (Phase.Kind.CALM, 10, "prm"),
        (Phase.Kind.CLEAN_DOWN, 10, "rd"),
    ],
    "consultation": [(Phase.Kind.TALK, 30, "prm")],
    "review": [(Phase.Kind.TALK, 15, "prm")],
}
KINDS = {
    "microneedling": (Service.Kind.NEEDLING, "Microneedling"),
    "consultation": (Service.Kind.CONSULTATION, "Consultation"),
    "review": (Service.Kind.REVIEW, "Review"),
}


def site(**fields: Any) -> Site:
    """Return Rowan Skin Clinic, open Monday to Friday 9:00 to 18:00, London time."""
    known = {
        "name": "Rowan Skin Clinic",
        "address": "12 Mill Lane, Leeds LS1 4AB",
        "phone": "+441134960000",
        "email": "hello@rowan.example",
        "time_zone": "Europe/London",
        "hours_words": "Mon to Fri 9:00 to 18:00",
        "out_of_hours_words": "call NHS 111",
        "emergency_number": "999",
        "country": "GB",
        "region": "ENG",
        "consultation_first": False,  # most tests need a needling at once
    }
    made = Site.objects.create(**(known | fields))
    OpeningHours.objects.bulk_create(
        OpeningHours(site=made, weekday=weekday, opens_at=time(9), closes_at=time(18)) for weekday in WEEKDAYS
    )
    return made


def user(name: str, *roles: str) -> User:
    """Return somebody who works here; nobody signs in with a password in these tests unless they set one."""
    short = name.split()[0]
    made = User.objects.create_user(f"{short.lower()}@rowan.example", name=name, short_name=short)
    RoleGrant.objects.bulk_create(RoleGrant(user=made, role=role) for role in roles)
    return made


def practitioner(name: str, where: Site) -> User:
    """Return a practitioner who works Monday to Friday, 9:00 to 13:00 and 14:00 to 18:00."""
    made = user(name, Role.PRACTITIONER)
    Shift.objects.bulk_create(
        Shift(practitioner=made, site=where, weekday=weekday, starts_at=starts_at, ends_at=ends_at)
        for weekday in WEEKDAYS
        for starts_at, ends_at in ((time(9), time(13)), (time(14), time(18)))
    )
    return made


def ana(where: Site) -> User:
    return practitioner("Ana Duarte", where)


def ben(where: Site) -> User:
    return practitioner("Ben Adeyemi", where)


def dee() -> User:
    return user("Dee Marlowe", Role.FRONT_DESK)


def max_() -> User:
    return user("Max Feld", Role.MANAGER)


def room(where: Site, name: str = "Room 1", **fields: Any) -> Room:
    return Room.objects.create(site=where, name=name, **fields)


def device(where: Site, name: str = "Pen 1", **fields: Any) -> Device:
    known = {
        "maker": "Northlight",
        "model": "NL-2",
        "serial_number": f"SN-{name}",
        "max_depth_mm": Decimal("2.50"),
        "service_due_on": date(2027, 6, 1),
    }
    return Device.objects.create(site=where, name=name, **(known | fields))


def service(
    code: str = "microneedling",
    *,
    practitioners: list[User],
    rooms: list[Room],
    devices: list[Device] | None = None,
    **fields: Any,
) -> Service:
    """Return a service of the menu with its phases: microneedling, consultation or review."""
    kind, name = KINDS[code]
    made = Service.objects.create(code=code, kind=kind, name=name, **fields)
    Phase.objects.bulk_create(
        Phase(
            service=made,
            position=position,
            kind=phase,
            minutes=minutes,
            holds_practitioner="p" in held,
            holds_room="r" in held,
            holds_device="d" in held,
            holds_patient="m" in held,
        )
        for position, (phase, minutes, held) in enumerate(PHASES[code])
    )
    made.practitioners.set(practitioners)
    made.rooms.set(rooms)
    made.devices.set(devices or [])
    return made

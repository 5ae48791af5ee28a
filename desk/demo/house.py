"""The place: Rowan Skin Clinic in Leeds, three practitioners, three rooms, three pens, a desk and a manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cached_property

from django.contrib.auth.hashers import make_password

from clinic import menu
from clinic.actors import Actor
from clinic.models import Device, OpeningHours, Role, RoleGrant, Room, Service, Shift, Site, User

PASSWORD = "stipple-demo-2026"  # noqa: S105  (printed on the screen; the demo refuses to run anywhere else)
SUNDAY, MONDAY = 6, 0


@dataclass(frozen=True)
class Person:
    """Somebody who works here. days_off are days after the demo's own day; nobody is off on that day."""

    name: str
    roles: tuple[str, ...]
    shifts: tuple[tuple[time, time], ...] = ()
    day_off: int | None = None
    max_depth_mm: Decimal = Decimal("2.50")

    @property
    def short_name(self) -> str:
        return self.name.split()[0]

    @property
    def email(self) -> str:
        return f"{self.short_name.lower()}@rowan.example"


STAFF = (
    Person("Dee Marlowe", (Role.FRONT_DESK,)),
    Person("Max Brandt", (Role.MANAGER,)),
    Person(
        "Ana Lindqvist",
        (Role.PRACTITIONER, Role.PRESCRIBER),
        ((time(9), time(12, 30)), (time(13, 15), time(18))),
        day_off=4,
    ),
    Person("Kwame Osei", (Role.PRACTITIONER,), ((time(9), time(13)), (time(13, 45), time(18))), day_off=2),
    Person(
        "Ines Carvalho",
        (Role.PRACTITIONER,),
        ((time(11), time(14)), (time(14, 45), time(18))),
        day_off=5,
        max_depth_mm=Decimal("2.00"),
    ),
)

LABEL = {  # invented, as its maker is
    "words": "Needling of the skin in adults aged 22 years and older, to 1.50 mm.",
    "concerns": [],
    "zones": [],
    "from_age": 22,
    "fitzpatrick": [1, 2, 3, 4, 5, 6],
    "deepest_mm": "1.50",
}
PENS = (  # name, maker, model, serial number, deepest setting, days until the next service
    ("Pen 1", "Northlight", "NL-2", "NL2-04417", "2.50", 160),
    ("Pen 2", "Northlight", "NL-2", "NL2-04963", "2.50", 9),
    ("Pen 3", "Halden", "H-3", "H3-2281", "2.00", 220),
)


@dataclass(frozen=True)
class House:
    """The house as the story needs it: everything by its name."""

    site: Site
    users: dict[str, User]
    rooms: dict[str, Room]
    services: dict[str, Service]

    def actor(self, short_name: str) -> Actor:
        return self.actors[short_name]

    @cached_property
    def actors(self) -> dict[str, Actor]:
        return {name: Actor.of(user) for name, user in self.users.items()}

    @property
    def practitioners(self) -> list[User]:
        return [self.users[person.short_name] for person in STAFF if person.shifts]


def build(day: date) -> House:
    """Enter the place, its people and its menu, so that everybody works on `day`."""
    closed = MONDAY if day.weekday() == SUNDAY else SUNDAY
    site = _site(closed)
    secret = make_password(PASSWORD)  # made once: it is meant to be slow
    users = {person.short_name: _user(person, secret, site, day, closed) for person in STAFF}
    rooms = {name: Room.objects.create(site=site, name=name) for name in ("Room 1", "Room 2", "Room 3")}
    devices = [_pen(site, day, *pen) for pen in PENS]
    devices[0].cleared = [LABEL]  # the others show how a device without one is told
    devices[0].save(update_fields=["cleared"])
    practitioners = [users[person.short_name] for person in STAFF if person.shifts]
    services = menu.enter(practitioners=practitioners, rooms=rooms.values(), devices=devices)
    return House(site, users, rooms, services)


def _site(closed: int) -> Site:
    words = "Tue to Sun 9:00 to 18:00" if closed == MONDAY else "Mon to Sat 9:00 to 18:00"
    site = Site.objects.create(
        name="Rowan Skin Clinic",
        address="12 Tannery Row, Leeds LS2 0XX",
        phone="+441134960000",
        email="hello@rowan.example",
        time_zone="Europe/London",
        hours_words=words,
        out_of_hours_words="Call NHS 111, or 999 if it cannot wait.",
        emergency_number="999",
        country="GB",
        region="ENG",
        policy_words="We keep this hour only for you. If you cannot come, tell us a day before.",
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(site=site, weekday=weekday, opens_at=time(9), closes_at=time(18))
        for weekday in range(7)
        if weekday != closed
    )
    return site


def _user(person: Person, secret: str, site: Site, day: date, closed: int) -> User:
    user = User.objects.create_user(
        person.email, name=person.name, short_name=person.short_name, max_depth_mm=person.max_depth_mm
    )
    user.password = secret
    user.save(update_fields=["password"])
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role) for role in person.roles)
    days_off = {closed}
    if person.day_off is not None:
        days_off.add((day + timedelta(days=person.day_off)).weekday())
    Shift.objects.bulk_create(
        Shift(practitioner=user, site=site, weekday=weekday, starts_at=starts_at, ends_at=ends_at)
        for weekday in range(7)
        if weekday not in days_off
        for starts_at, ends_at in person.shifts
    )
    return user


def _pen(site: Site, day: date, name: str, maker: str, model: str, serial: str, depth: str, days: int) -> Device:
    return Device.objects.create(
        site=site,
        name=name,
        maker=maker,
        model=model,
        serial_number=serial,
        max_depth_mm=Decimal(depth),
        service_due_on=day + timedelta(days=days),
    )

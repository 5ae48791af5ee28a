"""The first day: the site, its hours, its people, rooms, pen and menu, made together or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from clinic import audit, menu
from clinic.actors import Actor
from clinic.models import Device, OpeningHours, Role, RoleGrant, Room, Service, Shift, Site, User

Row = TypeVar("Row", bound=models.Model)

WEEKDAYS = range(5)  # Monday to Friday
OPEN = (time(9), time(18))
SHIFTS = ((time(9), time(13)), (time(14), time(18)))


@dataclass(frozen=True)
class Person:
    """Somebody to enter: their full name, and an e-mail address in lower case."""

    name: str
    email: str


@dataclass(frozen=True)
class Founded:
    """What was made. practitioners may hold the manager, who then treats too."""

    site: Site
    manager: User
    practitioners: list[User]
    rooms: list[Room]
    services: list[Service]
    devices: list[Device]


@transaction.atomic
def found(
    *,
    site: dict[str, Any],
    manager: Person,
    password: str | None,
    practitioners: list[Person],
    rooms: list[str],
    device: dict[str, Any] | None,
    by: Actor,
    at: datetime,
) -> Founded:
    """Make the first clinic. site, device: their fields. password: None where the manager has an account already.

    Raises ValidationError with sentences, and makes nothing, when a clinic exists or a field is wrong.
    """
    refuse_a_second()
    place = _kept(Site(**site, hours_words="Mon to Fri 9:00 to 18:00"))
    OpeningHours.objects.bulk_create(
        OpeningHours(site=place, weekday=weekday, opens_at=OPEN[0], closes_at=OPEN[1]) for weekday in WEEKDAYS
    )
    boss = _person(manager, (Role.MANAGER, Role.FRONT_DESK), password, by=by, at=at)
    treating = [_practitioner(person, place, by=by, at=at) for person in practitioners]
    doors = [_kept(Room(site=place, name=name)) for name in rooms]
    pens = [_kept(Device(site=place, **device))] if device else []
    services = menu.enter(practitioners=treating, rooms=doors, devices=pens, codes=menu.FIRST_THREE)
    audit.record("site.founded", place, by=by, at=at, fields=site)
    return Founded(place, boss, treating, doors, list(services.values()), pens)


def refuse_a_second() -> None:
    """Raise ValidationError when there is a clinic, or a part of one, already."""
    if there := Site.objects.first():
        raise ValidationError(
            _("There is a clinic already: %(name)s. Nothing was changed.") % {"name": there.name}, code="second"
        )
    if Service.objects.exists():
        raise ValidationError(_("There are services already, so this is no new clinic. Nothing was changed."))


def account_of(person: Person) -> User | None:
    """Return the account of somebody who is entered already and works here, if there is one."""
    return User.objects.filter(email__iexact=person.email, is_active=True).first()


def new_user(person: Person) -> User:
    """Return an account that is not saved yet."""
    return User(email=person.email, name=person.name, short_name=person.name.split()[0])


def _person(person: Person, roles: tuple[str, ...], password: str | None, *, by: Actor, at: datetime) -> User:
    user = account_of(person)
    if user is None:
        user = new_user(person)
        user.set_password(password)
        _kept(user)
    for role in roles:
        RoleGrant.objects.get_or_create(user=user, role=role)
    audit.record("roles.granted", user, by=by, at=at, fields={"roles": " ".join(roles)})
    return user


def _practitioner(person: Person, site: Site, *, by: Actor, at: datetime) -> User:
    user = _person(person, (Role.PRACTITIONER,), None, by=by, at=at)
    Shift.objects.bulk_create(
        Shift(practitioner=user, site=site, weekday=weekday, starts_at=starts_at, ends_at=ends_at)
        for weekday in WEEKDAYS
        for starts_at, ends_at in SHIFTS
    )
    return user


def _kept(row: Row) -> Row:
    row.full_clean()
    row.save(force_insert=True)
    return row

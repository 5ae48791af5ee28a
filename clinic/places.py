"""Rooms, numbing chairs and devices: which there are, and which are in use.

Taking one out of use changes no visit that is booked there; nothing new is booked with it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.models import Device, Room, Service, Site
from clinic.refusals import Refusal, Refused


@transaction.atomic
def add(site: Site, *, kind: str, name: str, by: Actor, at: datetime) -> Room:
    """Enter a room or a numbing chair. A chair goes to every service with a phase in a chair; a room to none by itself.

    Raises Refused where the site has one of that name.
    """
    name = " ".join(name.split())
    if Room.objects.filter(site=site, name__iexact=name).exists():
        raise Refused(
            Refusal(
                rule="room.named_twice",
                title=_("That name is taken"),
                sentence=_("There is a “%(name)s” already. Choose another name.") % {"name": name},
                values={"field": "name"},
            )
        )
    room = Room(site=site, name=name, kind=kind)
    room.full_clean()
    room.save(force_insert=True)
    if kind == Room.Kind.CHAIR:
        room.services.set(Service.objects.filter(phases__holds_chair=True).distinct())
    audit.record("room.added", room, by=by, at=at, fields={"name": name, "kind": kind})
    return room


@transaction.atomic
def set_open(room: Room, *, is_open: bool, by: Actor, at: datetime) -> None:
    """Take a room or chair into use or out of it; nothing happens where it is so already."""
    if Room.objects.filter(pk=room.pk, is_open=not is_open).update(is_open=is_open):
        audit.record("room.opened" if is_open else "room.closed", room, by=by, at=at)
    room.is_open = is_open


@transaction.atomic
def set_in_use(device: Device, *, is_in_use: bool, by: Actor, at: datetime) -> None:
    """Take a device into use or out of it; nothing happens where it is so already."""
    rows = Device.objects.filter(pk=device.pk, quarantined_at__isnull=not is_in_use)
    if rows.update(quarantined_at=None if is_in_use else at):
        audit.record("device.into_use" if is_in_use else "device.out_of_use", device, by=by, at=at)
    device.quarantined_at = None if is_in_use else at

"""The services of the menu, as a manager changes them.

Visits that are booked keep what they hold: a changed service counts for what is booked from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.models import Device, Phase, Room, Service, User
from clinic.refusals import Refusal, Refused

RESOURCES = ("practitioner", "room", "chair", "device", "patient")
LONGEST_VISIT = 24 * 60  # minutes; a hold is at most a day long


@dataclass(frozen=True)
class Stretch:
    """One phase to be: its kind, its length in whole minutes (1 to 480), and what it holds (of RESOURCES)."""

    kind: str
    minutes: int
    holds: frozenset[str]

    @classmethod
    def of(cls, phase: Phase) -> Stretch:
        holds = frozenset(name for name in RESOURCES if getattr(phase, f"holds_{name}"))
        return cls(phase.kind, phase.minutes, holds)


@transaction.atomic
def change(
    service: Service,
    *,
    by: Actor,
    at: datetime,
    phases: Sequence[Stretch],
    practitioners: Iterable[User],
    rooms: Iterable[Room],
    devices: Iterable[Device],
    **fields: Any,
) -> list[str]:
    """Change a service and return the names of what changed. rooms: rooms and numbing chairs alike.

    fields: of name, beside, is_offered, start_grid_minutes, minimum_notice_minutes, maximum_advance_days. Raises
    Refused for phases that make no visit, ValidationError for a value out of range.
    """
    _refuse_no_visit(phases)
    stands = Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    changed = _write_fields(stands, fields)
    if list(phases) != [Stretch.of(phase) for phase in stands.phases.order_by("position")]:
        _write_phases(stands, phases)
        changed["phases"] = [(phase.kind, phase.minutes, sorted(phase.holds)) for phase in phases]
    chosen = {"practitioners": practitioners, "rooms": rooms, "devices": devices}
    changed |= {name: ids for name, ones in chosen.items() if (ids := _choose(stands, name, ones))}
    if changed:
        audit.record("service.changed", stands, by=by, at=at, fields=changed)
    return list(changed)


def _choose(service: Service, name: str, chosen: Iterable[models.Model]) -> str:
    """Tick these and no others for a service; return their ids as text, empty where they were ticked before."""
    ids, field = {one.pk for one in chosen}, getattr(service, name)
    if ids == set(field.values_list("pk", flat=True)):
        return ""
    field.set(ids)
    return str(sorted(ids))


def missing(service: Service) -> list[str]:
    """Return what the phases hold and nobody ticked, as words of RESOURCES; with any of them nothing can be booked."""
    held = {name for phase in service.phases.all() for name in Stretch.of(phase).holds}
    kinds = {room.kind for room in service.rooms.all() if room.is_open}
    there = {
        "practitioner": any(person.is_active for person in service.practitioners.all()),
        "room": Room.Kind.ROOM in kinds,
        "chair": Room.Kind.CHAIR in kinds,
        "device": any(device.quarantined_at is None for device in service.devices.all()),
    }
    return [name for name in RESOURCES if name in held and not there.get(name, True)]


def _write_fields(service: Service, fields: dict[str, Any]) -> dict[str, Any]:
    """Keep the fields that differ and return them."""
    changed = {name: value for name, value in fields.items() if value != getattr(service, name)}
    for name, value in changed.items():
        setattr(service, name, value)
    if changed:
        service.full_clean()
        service.save(update_fields=list(changed))
    return changed


def _write_phases(service: Service, phases: Sequence[Stretch]) -> None:
    service.phases.all().delete()
    Phase.objects.bulk_create(
        Phase(
            service=service,
            position=position,
            kind=phase.kind,
            minutes=phase.minutes,
            **{f"holds_{name}": name in phase.holds for name in RESOURCES},
        )
        for position, phase in enumerate(phases)
    )


def _refuse_no_visit(phases: Sequence[Stretch]) -> None:
    if not any("patient" in phase.holds for phase in phases):
        raise Refused(
            Refusal(
                rule="service.nobody_comes",
                title=_("Nobody would come"),
                sentence=_("A visit needs at least one phase that holds the patient."),
                values={"field": "phases"},
            )
        )
    if sum(phase.minutes for phase in phases) > LONGEST_VISIT:
        raise Refused(
            Refusal(
                rule="service.too_long",
                title=_("That is longer than a day"),
                sentence=_("The phases of a visit may take 24 hours together at most."),
                values={"field": "phases"},
            )
        )

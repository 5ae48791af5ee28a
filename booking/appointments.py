"""Visits: booked, moved, confirmed, and every step until they are over. Each step writes history and trail.

A step that holds time goes through `booking.claims`; a step that only says what happened never meets a claim.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from booking import claims, diary, free_times, history, refusals
from booking.claims import Hold, Locked, Taken
from booking.free_times import FreeTime
from booking.models import Appointment, Claim
from booking.rules import RELEASING, TRANSITIONS, cut, may
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Device, Room, Service, Site, User
from clinic.refusals import Refused
from patients import restrictions
from patients.models import Patient


class SlotTaken(Taken):
    """Raised when the time is gone; `refusal.alternatives` holds the three nearest free times."""


class WrongState(Refused):
    """Raised when a visit that stands where it stands cannot take this step."""


@transaction.atomic
def book(
    *,
    patient: Patient,
    service: Service,
    practitioner: User,
    starts_at: datetime,
    by: Actor,
    at: datetime,
    site: Site | None = None,
    room: Room | None = None,
    device: Device | None = None,
    note: str = "",
    tell_patient: bool = True,
) -> Appointment:
    """Book a visit and hold everything it needs, phase by phase.

    room and device: the ones that are wanted, else the first that are free. site: may be left out in a house of one.
    Raises SlotTaken with alternatives; Refused for a time outside the hours, off the grid, past or too far ahead, and
    for a practitioner who does not give the service.
    """
    site = site or (room.site if room else Site.objects.get())
    locked = _lock(patient, service, practitioner, at=at)
    free = _claimable(service, site, practitioner, starts_at, patient=patient, room=room, device=device, at=at)
    appointment = Appointment.objects.create(
        site=site,
        patient=patient,
        service=service,
        practitioner=practitioner,
        room=free.room,
        device=free.device,
        starts_at=free.starts_at,
        ends_at=free.ends_at,
        note=note,
        tell_patient=tell_patient,
        booked_at=at,
        changed_at=at,
    )
    _hold(appointment, locked)
    history.write(appointment, "book", before={}, by=by, at=at)
    return appointment


@transaction.atomic
def move(
    appointment: Appointment,
    *,
    starts_at: datetime,
    practitioner: User | None = None,
    version: int,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> Appointment:
    """Give a visit another time or practitioner; it keeps its room and device where they are free.

    Raises as `book` does, Stale when somebody changed it since `version`, WrongState once it has begun.
    """
    practitioner = practitioner or appointment.practitioner
    locked = _lock(appointment.patient, appointment.service, practitioner, at=at)
    current = _fresh(appointment, "move", version)
    free = _claimable(
        current.service,
        current.site,
        practitioner,
        starts_at,
        patient=current.patient,
        at=at,
        ignore=current,
    )
    before = history.snapshot(current)
    current.practitioner, current.room, current.device = free.practitioner, free.room, free.device
    current.starts_at, current.ends_at = free.starts_at, free.ends_at
    current.state = Appointment.State.BOOKED
    claims.release(current)
    _hold(current, locked)
    return _saved(current, "move", before, by=by, at=at, reason=reason)


def confirm(appointment: Appointment, *, version: int, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Note that the patient said they will come."""
    return _step(appointment, "confirm", version=version, by=by, at=at, reason=reason)


def arrive(appointment: Appointment, *, version: int, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Note that the patient is in the house."""
    return _step(appointment, "arrive", version=version, by=by, at=at, reason=reason)


def enter_room(appointment: Appointment, *, version: int, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Note that the visit has begun; a patient whom nobody marked as arrived has arrived now."""
    return _step(appointment, "enter_room", version=version, by=by, at=at, reason=reason)


def finish(appointment: Appointment, *, version: int, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Note that the visit is over."""
    return _step(appointment, "finish", version=version, by=by, at=at, reason=reason)


def cancel(appointment: Appointment, *, version: int, reason: str, by: Actor, at: datetime) -> Appointment:
    """Call a visit off and free what it still holds. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused(refusals.reason_missing())
    return _step(appointment, "cancel", version=version, by=by, at=at, reason=reason.strip())


def no_show(appointment: Appointment, *, version: int, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Note that the patient did not come, and free what the visit still holds. Raises Refused before its start."""
    if at < appointment.starts_at:
        raise Refused(refusals.not_begun(appointment))
    return _step(appointment, "no_show", version=version, by=by, at=at, reason=reason)


@transaction.atomic
def _step(appointment: Appointment, verb: str, *, version: int, by: Actor, at: datetime, reason: str) -> Appointment:
    current = _fresh(appointment, verb, version)
    before = history.snapshot(current)
    current.state = TRANSITIONS[verb].leads_to
    if verb in ("arrive", "enter_room"):
        current.arrived_at = current.arrived_at or at
    if verb in RELEASING:
        claims.release(current, at=at)
    return _saved(current, verb, before, by=by, at=at, reason=reason)


@transaction.atomic
def revert(appointment: Appointment, *, version: int, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Take back the last step that was not taken back yet: a state, or a move.

    What the visit had is held again through the same guard, so it raises SlotTaken when somebody has it by now.
    Raises WrongState when nothing can be taken back.
    """
    last = history.last_revertible(appointment)
    had = last.before if last else {}
    places = {
        (name, had.get(name) or getattr(appointment, f"{name}_id")) for name in ("practitioner", "room", "device")
    }
    locked = claims.lock({place for place in places if place[1]} | {("patient", appointment.patient_id)}, at=at)
    current = _fresh(appointment, "revert", version)
    if last is None:
        raise WrongState(refusals.nothing_to_undo())
    before = history.snapshot(current)
    history.restore(current, last.before)
    if last.verb in RELEASING or last.verb == "move":
        claims.release(current)
        _hold(current, locked)
    history.mark_undone(last, at=at)
    return _saved(current, "revert", before, by=by, at=at, reason=reason)


def _places_of(appointment: Appointment, before: dict[str, Any]) -> set[tuple[str, int]]:
    """Return everyone and everything that a visit held before a step, to be locked."""
    had = {name: before.get(name) or getattr(appointment, f"{name}_id") for name in ("practitioner", "room", "device")}
    return {(name, pk) for name, pk in had.items() if pk} | {("patient", appointment.patient_id)}


def _lock(patient: Patient, service: Service, practitioner: User, *, at: datetime) -> Locked:
    """Lock everyone and everything that a visit may come to hold, whichever room and device it gets."""
    rooms = {("room", pk) for pk in service.rooms.values_list("pk", flat=True)}
    devices = {("device", pk) for pk in service.devices.values_list("pk", flat=True)}
    return claims.lock({("patient", patient.pk), ("practitioner", practitioner.pk)} | rooms | devices, at=at)


def _claimable(
    service: Service,
    site: Site,
    practitioner: User,
    starts_at: datetime,
    *,
    patient: Patient,
    at: datetime,
    room: Room | None = None,
    device: Device | None = None,
    ignore: Appointment | None = None,
) -> FreeTime:
    """Return the free time at that start, or raise why there is none. Asked under the lock."""
    day = wall_time.local(starts_at, site.zone).date()
    book_of_day = diary.read(
        service=service,
        site=site,
        start=day,
        days=1,
        at=at,
        practitioners=[practitioner],
        patient=patient,
        room=room,
        device=device,
        ignore=ignore,
    )
    if not (service.is_offered and book_of_day.is_for_a_patient):
        raise Refused(refusals.not_offered(service.name))
    start = int(starts_at.timestamp())
    rule = book_of_day.objection(start, practitioner.pk)
    if rule == diary.TAKEN:
        raise SlotTaken(claims.taken(_alternatives(service, site, practitioner, starts_at, patient, at, ignore)))
    if rule:
        raise Refused(refusals.of_time(rule, book_of_day, starts_at, practitioner))
    return free_times.at_start(book_of_day, start, practitioner)


def _alternatives(
    service: Service,
    site: Site,
    practitioner: User,
    starts_at: datetime,
    patient: Patient,
    at: datetime,
    ignore: Appointment | None,
) -> list[FreeTime]:
    """Return three free times near the wished one: with the same practitioner, else with anybody.

    Never a day on which a restriction keeps the patient from this kind of visit.
    """
    wished = wall_time.local(starts_at, site.zone).date()
    first = _first_allowed_day(patient, service, wished, site, at)
    for wanted in ([practitioner], None):
        found = free_times.nearest(
            service=service,
            site=site,
            starts_at=starts_at,
            at=at,
            practitioners=wanted,
            patient=patient,
            not_before=first,
            ignore=ignore,
        )
        if found:
            return found
    return []


def _first_allowed_day(patient: Patient, service: Service, wished: date, site: Site, at: datetime) -> date | None:
    """Return the first day that a restriction leaves to this kind of visit; the wished one was agreed to."""
    today = wall_time.local(at, site.zone).date()
    refusal = restrictions.judge(patient, service_kind=service.kind, on=today, at=at)
    if refusal is None or refusal.earliest is None:
        return None
    return min(refusal.earliest, wished)


def _hold(appointment: Appointment, locked: Locked) -> None:
    """Hold the visit's time phase by phase. Raises SlotTaken, with other times, when somebody has it by now."""
    try:
        claims.take(locked, _holds(appointment), kind=Claim.Kind.VISIT, appointment=appointment)
    except Taken as taken:
        alternatives = _alternatives(
            appointment.service,
            appointment.site,
            appointment.practitioner,
            appointment.starts_at,
            appointment.patient,
            locked.at,
            appointment,
        )
        raise SlotTaken(claims.taken(alternatives)) from taken


def _holds(appointment: Appointment) -> list[Hold]:
    return [
        Hold(
            (line.resource, getattr(appointment, f"{line.resource}_id")),
            appointment.starts_at + timedelta(minutes=line.starts),
            appointment.starts_at + timedelta(minutes=line.ends),
            line.phase_kind,
        )
        for line in cut(appointment.service.phases.order_by("position"))
    ]


def _fresh(appointment: Appointment, verb: str, version: int) -> Appointment:
    """Return the visit as it is now, locked. Raises Stale, or WrongState for a step that its state does not allow."""
    current = Appointment.objects.select_for_update(of=("self",), no_key=True).for_board().get(pk=appointment.pk)
    history.refuse_stale(current, version)
    if not may(verb, current.state):
        raise WrongState(refusals.wrong_state(verb, current))
    return current


def _saved(
    appointment: Appointment, verb: str, before: dict[str, Any], *, by: Actor, at: datetime, reason: str
) -> Appointment:
    appointment.version += 1
    appointment.sequence += history.is_news(before, history.snapshot(appointment))
    appointment.changed_at = at
    appointment.save()
    history.write(appointment, verb, before=before, by=by, at=at, reason=reason)
    return appointment

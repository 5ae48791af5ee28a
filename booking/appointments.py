"""Visits: booked, moved, confirmed, and every step until they are over. Each step writes history and trail.

A step that holds time goes through `booking.claims`; a step that only says what happened never meets a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar
from uuid import UUID

from django.db import connection, transaction

from booking import claims, history, refusals, turns
from booking.busy import is_on_the_way
from booking.claims import Hold, Locked, Taken
from booking.models import Appointment, Claim
from booking.rules import RECEIVING, RELEASING, TRANSITIONS, Line, cut, may
from booking.telling import GRACE
from booking.wishes import SlotTaken, Wish, holds
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Device, Room, Service, Site, User
from clinic.often import insert
from clinic.refusals import Refused, Stale
from patients.models import Patient

__all__ = [
    "SlotTaken",
    "WrongState",
    "arrive",
    "book",
    "cancel",
    "change_note",
    "confirm",
    "enter_room",
    "finish",
    "holds_of",
    "late",
    "move",
    "no_show",
    "revert",
]

P = ParamSpec("P")
R = TypeVar("R")

LATEST_MINUTES = 240


class WrongState(Refused):
    """Raised when a visit that stands where it stands cannot take this step."""


class VisitLike(Protocol):
    """What must be known of a visit to hold its time; ids of what its service does not need are None."""

    service: Service
    practitioner_id: int
    room_id: int | None
    chair_id: int | None
    device_id: int | None
    patient_id: int
    needling_minutes: int | None
    starts_at: datetime


def in_one_transaction(act: Callable[P, R]) -> Callable[P, R]:
    """Open a transaction for a step unless its caller has one: what refuses before it writes needs no savepoint."""

    @wraps(act)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return act(*args, **kwargs)
        with transaction.atomic():
            return act(*args, **kwargs)

    return told


@in_one_transaction
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
    needling_minutes: int | None = None,
    is_walk_in: bool = False,
    passes: frozenset[str] = frozenset(),
) -> Appointment:
    """Book a visit and hold everything it needs, phase by phase.

    room and device: the ones that are wanted, else the first that are free. site: may be left out in a house of one.
    needling_minutes: the needling's length, else the service's own. passes: rules of the diary that somebody answers
    for (`booking.diary`); whoever passes them here has settled who.
    Raises SlotTaken with alternatives; Refused for a time outside the hours, off the grid, past or too far ahead, and
    for a practitioner who does not give the service.
    """
    site = site or (room.site if room else Site.objects.get())
    wish = Wish(
        service,
        site,
        practitioner,
        starts_at,
        patient,
        at,
        room=room,
        device=device,
        needling_minutes=needling_minutes,
        passes=passes,
    )
    free, locked = wish.taken_up()
    appointment = Appointment(
        site=site,
        patient=patient,
        service=service,
        practitioner=practitioner,
        room=free.room,
        chair=free.chair,
        device=free.device,
        needling_minutes=needling_minutes,
        is_walk_in=is_walk_in,
        starts_at=free.starts_at,
        ends_at=free.ends_at,
        note=note,
        tell_patient=tell_patient,
        booked_at=at,
        changed_at=at,
    )
    with transaction.atomic(savepoint=False):
        insert([appointment])
        _hold(appointment, locked, wish.page.lines, hold=claims.put)
        history.write(appointment, "book", before={}, by=by, at=at)
    return appointment


@in_one_transaction
def move(
    appointment: Appointment,
    *,
    starts_at: datetime,
    practitioner: User | None = None,
    version: int,
    by: Actor,
    at: datetime,
    reason: str = "",
    needling_minutes: int | None = None,
    tell_patient: bool | None = None,
    passes: frozenset[str] = frozenset(),
    press: UUID | None = None,
) -> Appointment:
    """Give a visit another time, practitioner or length; it keeps its room, chair and device where they are free.

    needling_minutes, tell_patient: None leaves them as they are. passes: as in `book`. press: as in `history.write`.
    Raises as `book` does, Stale when somebody changed it since `version`, WrongState once it has begun.
    """
    practitioner = practitioner or appointment.practitioner
    length = needling_minutes or appointment.needling_minutes
    wish = Wish(
        appointment.service,
        appointment.site,
        practitioner,
        starts_at,
        appointment.patient,
        at,
        ignore=appointment,
        needling_minutes=length,
        passes=passes,
    )
    locked = _lock(wish)
    current = _fresh(appointment, "move", version)
    free = wish.granted()
    before = history.snapshot(current)
    current.practitioner, current.room, current.chair = free.practitioner, free.room, free.chair
    current.device, current.needling_minutes, current.late_minutes = free.device, length, None
    if tell_patient is not None:
        current.tell_patient = tell_patient
    current.starts_at, current.ends_at = free.starts_at, free.ends_at
    current.state = Appointment.State.BOOKED
    with transaction.atomic(savepoint=False):
        freed = claims.release(current)
        _hold(current, locked, wish.page.lines)
        claims.hand_over(freed)
        return _saved(current, "move", before, by=by, at=at, reason=reason, press=press)


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


def cancel(
    appointment: Appointment,
    *,
    version: int,
    reason: str,
    by: Actor,
    at: datetime,
    called_off_by: str = Appointment.CalledOffBy.PATIENT,
    press: UUID | None = None,
) -> Appointment:
    """Call a visit off and free what it still holds. Raises Refused without a reason.

    called_off_by: the patient or the clinic; the message says so, and only the patient's count as late. press: as in
    `history.write`.
    """
    if not reason.strip():
        raise Refused(refusals.reason_missing())
    who = str(Appointment.CalledOffBy(called_off_by))
    said = {"reason": reason.strip(), "press": press}
    return _step(appointment, "cancel", version=version, by=by, at=at, **said, cancelled_by=who)


def late(appointment: Appointment, *, minutes: int, version: int, by: Actor, at: datetime) -> Appointment:
    """Note that the patient is on the way and comes so many minutes late; no time is held or freed for it.

    minutes: 1 to 240. It is forgotten when they arrive and when the visit moves. Raises Refused outside the range.
    """
    if not 1 <= minutes <= LATEST_MINUTES:
        raise Refused(refusals.late_out_of_range(LATEST_MINUTES))
    return _step(appointment, "late", version=version, by=by, at=at, reason="", late_minutes=minutes)


def change_note(appointment: Appointment, *, note: str, version: int, by: Actor, at: datetime) -> Appointment:
    """Write what the house should know of this visit, in the place of what was there."""
    return _step(appointment, "note", version=version, by=by, at=at, reason="", note=note.strip())


def no_show(appointment: Appointment, *, version: int, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Note that the patient did not come, and free what the visit still holds. Raises Refused before its start."""
    if at < appointment.starts_at:
        raise Refused(refusals.not_begun(appointment))
    return _step(appointment, "no_show", version=version, by=by, at=at, reason=reason)


def must_be_as_read(appointment: Appointment, *, version: int) -> None:
    """Raise Stale unless the visit still is as it was at that version."""
    if not Appointment.objects.filter(pk=appointment.pk, version=version).exists():
        raise Stale


def _must_be_today(appointment: Appointment, at: datetime) -> None:
    """Raise Refused unless the visit is on this day of the site, or lasts over its midnight until now."""
    zone = appointment.site.zone
    is_today = wall_time.local(appointment.starts_at, zone).date() == wall_time.local(at, zone).date()
    if not is_today and not appointment.starts_at <= at < appointment.ends_at:
        raise Refused(refusals.not_today(appointment))


@transaction.atomic
def _step(
    appointment: Appointment,
    verb: str,
    *,
    version: int,
    by: Actor,
    at: datetime,
    reason: str,
    press: UUID | None = None,
    **facts: Any,
) -> Appointment:
    current = _fresh(appointment, verb, version)
    before = history.snapshot(current)
    current.state = TRANSITIONS[verb].leads_to or current.state
    for name, value in facts.items():
        setattr(current, name, value)
    if verb in RECEIVING:
        _must_be_today(current, at)
        current.arrived_at, current.late_minutes = current.arrived_at or at, None
    if verb in RELEASING:
        claims.hand_over(claims.release(current, at=at))
    return _saved(current, verb, before, by=by, at=at, reason=reason, press=press)


@transaction.atomic
def revert(appointment: Appointment, *, version: int, by: Actor, at: datetime, reason: str = "") -> Appointment:
    """Take back the last step that was not taken back yet: a state, or a move.

    What the visit had is held again through the same guard, so it raises SlotTaken when somebody has it by now.
    Raises WrongState when nothing can be taken back.
    """
    last = history.last_revertible(appointment)
    locked = turns.lock(_places_of(appointment, last.before if last else {}), at=at)
    current = _fresh(appointment, "revert", version)
    if last is None:
        raise WrongState(refusals.nothing_to_undo())
    before = history.snapshot(current)
    history.restore(current, last.before)
    if at - last.at >= GRACE:  # whoever was told of the step is told that it was taken back, and nobody else
        current.tell_patient = before["tell_patient"]
    if last.verb in RELEASING or last.verb == "move":
        freed = claims.release(current)
        _hold(current, locked, lines_of(current))
        claims.hand_over(freed)
        if is_on_the_way(current, at=at):
            raise SlotTaken(Wish.of(current, at=at))
    history.mark_undone(last, at=at)
    return _saved(current, "revert", before, by=by, at=at, reason=reason)


def _places_of(appointment: Appointment, before: dict[str, Any]) -> set[tuple[str, int]]:
    """Return everyone and everything that a visit held before a step, to be locked."""
    names = ("practitioner", "room", "chair", "device")
    had = {name: before.get(name) or getattr(appointment, f"{name}_id") for name in names}
    places = {("room" if name == "chair" else name, pk) for name, pk in had.items() if pk}
    return places | {("patient", appointment.patient_id)}


def _lock(wish: Wish) -> Locked:
    """Lock everyone and everything that the visit may come to hold, whichever room and device it gets."""
    return turns.lock(wish.page.resources, at=wish.at)


def _hold(
    appointment: Appointment, locked: Locked, lines: Iterable[Line], hold: Callable[..., Any] = claims.take
) -> None:
    """Hold the visit's time line by line. Raises SlotTaken when somebody has it by now.

    So it does when the service came to need, since it was booked, what the visit has not: a room, a chair or a device.
    hold: `claims.put` for what was seen to be free under these locks.
    """
    wanted = _holds(appointment, lines)
    if not all(pk for _name, pk in (one.resource for one in wanted)):
        raise SlotTaken(Wish.of(appointment, at=locked.at))
    try:
        hold(locked, wanted, kind=Claim.Kind.VISIT, appointment=appointment)
    except Taken as taken:
        raise SlotTaken(Wish.of(appointment, at=locked.at)) from taken


def lines_of(visit: VisitLike) -> tuple[Line, ...]:
    """Return the lines that a visit's service has now, in the visit's own length."""
    return cut(visit.service.phases.order_by("position"), needling_minutes=visit.needling_minutes)


def holds_of(visit: VisitLike) -> list[Hold]:
    """Return what a visit holds, phase by phase: a booked one, or one that is only offered."""
    return _holds(visit, lines_of(visit))


def _holds(visit: VisitLike, lines: Iterable[Line]) -> list[Hold]:
    ids = {name: getattr(visit, f"{name}_id") for name in ("practitioner", "room", "chair", "device", "patient")}
    return holds(lines, visit.starts_at, ids)


def _fresh(appointment: Appointment, verb: str, version: int) -> Appointment:
    """Return the visit as it is now, locked. Raises Stale, or WrongState for a step that its state does not allow."""
    current = Appointment.objects.select_for_update(of=("self",), no_key=True).for_board().get(pk=appointment.pk)
    history.refuse_stale(current, version)
    if not may(verb, current.state):
        raise WrongState(refusals.wrong_state(verb, current))
    return current


def _saved(appointment: Appointment, verb: str, before: dict[str, Any], *, at: datetime, **said: Any) -> Appointment:
    """Save the visit with a line of its history. said: who and why, as in `history.write`."""
    appointment.version += 1
    appointment.sequence += history.is_other_in_calendars(before, history.snapshot(appointment))
    appointment.changed_at = at
    appointment.save()
    history.write(appointment, verb, before=before, at=at, **said)
    return appointment

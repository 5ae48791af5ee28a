"""Visits that must give way: what can be done with each, and doing it with all of them at once.

Somebody is away, a room is closed, a site shut. Nothing is dropped: each visit keeps its time until it is moved,
called off by the clinic, or left where it is for now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from booking import diary, free_times, turns
from booking.claims import Hold, Resource
from booking.diary import ADVANCE, GRID, NOTICE, Diary
from booking.free_times import FreeTime
from booking.models import Appointment, Closure
from booking.rules import Line, cut
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Service, User
from clinic.refusals import Refusal, Refused, Stale
from outbox import notices as outbox
from treatments import gates
from visits import bookings
from visits.allowed_days import AllowedDays, allowed_days

SEARCHED = (14, 60)  # local days from the first allowed one; the second only when the first hold nothing
SAME_MINUTE = frozenset({GRID, NOTICE, ADVANCE})  # passed by a visit that keeps its time: it has it already
OTHER_PERSON_COSTS = 5.0  # days that waiting for one's own practitioner is worth
AN_HOUR_COSTS = 0.5  # days that an hour away from one's own time of day is worth
LATE_COSTS = 1000.0  # a time after the window stands behind every time in it


@dataclass(frozen=True)
class Proposal:
    """What can be done with one visit.

    same_time: with a colleague, or in another room, at its own hour. next_time: the next one that suits the patient.
    closes: the last day of the patient's window when next_time lies after it. why_not: why it cannot move at all.
    """

    visit: Appointment
    same_time: FreeTime | None = None
    next_time: FreeTime | None = None
    closes: date | None = None
    why_not: str = ""

    @property
    def best(self) -> str:
        """Return what is proposed: same, next, or leave when no time is known. Nobody is called off unasked."""
        return "same" if self.same_time else "next" if self.next_time else "leave"


@dataclass
class Reserved:
    """What is spoken for while proposals are made one after the other, though nobody holds it yet."""

    holds: dict[Resource, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def add(self, holds: Iterable[Hold]) -> None:
        for hold in holds:
            self.holds.setdefault(hold.resource, []).append((hold.starts_at, hold.ends_at))

    def meets(self, holds: Iterable[Hold]) -> bool:
        return any(
            starts_at < hold.ends_at and hold.starts_at < ends_at
            for hold in holds
            for starts_at, ends_at in self.holds.get(hold.resource, ())
        )


@dataclass(frozen=True)
class Decision:
    """What is to be done with one visit as it was read at that version.

    verb: move or cancel. starts_at and practitioner: where it moves to.
    """

    visit: Appointment
    version: int
    verb: str
    starts_at: datetime | None = None
    practitioner: User | None = None


@dataclass(frozen=True)
class Settled:
    """The visits as they stand after it."""

    moved: list[Appointment]
    cancelled: list[Appointment]


class NotSettled(Refused):
    """Raised when one decision could not be carried out, so none was; it names the visit."""

    def __init__(self, visit: Appointment, stopped: Refused | Stale) -> None:
        self.visit = visit
        self.stopped = stopped
        wall = wall_time.local(visit.starts_at, visit.site.zone)
        said = {"name": visit.patient.name, "when": date_format(wall, "l j F, H:i"), "why": str(stopped)}
        refusal = Refusal(
            rule=stopped.refusal.rule if isinstance(stopped, Refused) else "visit.stale",
            title=_("Nothing was changed"),
            sentence=_("%(name)s, %(when)s: %(why)s") % said,
        )
        super().__init__(refusal)


def propose(visits: Iterable[Appointment], *, at: datetime, closure: Closure | None = None) -> list[Proposal]:
    """Return what can be done with each visit, soonest first; no two proposals take the same time of anything.

    visits: to come. closure: what is closed, or is to be; it need not be saved yet. Nothing is proposed inside it.
    """
    reserved = Reserved()
    return [_proposal(visit, closure, reserved, at=at) for visit in sorted(visits, key=lambda one: one.starts_at)]


def _proposal(visit: Appointment, closure: Closure | None, reserved: Reserved, *, at: datetime) -> Proposal:
    lines = cut(visit.service.phases.order_by("position"), needling_minutes=visit.needling_minutes)
    same_time = _at_its_own_time(visit, lines, closure, reserved, at=at)
    if same_time:
        reserved.add(holds_of(visit, same_time, lines))
    days = allowed_days(visit, at=at)
    if days.refusal:
        return Proposal(visit, same_time, why_not=str(days.refusal.sentence))
    next_time = _next(visit, lines, days, closure, reserved, at=at)
    if next_time is None:
        return Proposal(visit, same_time)
    reserved.add(holds_of(visit, next_time, lines))
    is_late = days.last is not None and wall_time.local(next_time.starts_at, visit.site.zone).date() > days.last
    return Proposal(visit, same_time, next_time, closes=days.last if is_late else None)


def _at_its_own_time(
    visit: Appointment, lines: Sequence[Line], closure: Closure | None, reserved: Reserved, *, at: datetime
) -> FreeTime | None:
    """Return who and what is free at the visit's own time: its own practitioner if it is not about them."""
    day = wall_time.local(visit.starts_at, visit.site.zone).date()
    if gates.restriction_refusal(visit, on=day, at=at):
        return None
    page = diary.read(
        service=visit.service,
        site=visit.site,
        start=day,
        days=1,
        at=at,
        patient=visit.patient,
        ignore=visit,
        needling_minutes=visit.needling_minutes,
        passes=SAME_MINUTE,
    )
    people = sorted(page.practitioners.values(), key=lambda one: (one.pk != visit.practitioner_id, one.name))
    found = (free for person in people if (free := _there(page, visit, person)))
    return next((free for free in found if not is_in_the_way(visit, free, lines, closure, reserved)), None)


def _there(page: Diary, visit: Appointment, person: User) -> FreeTime | None:
    start = int(visit.starts_at.timestamp())
    return None if page.objection(start, person.pk) else free_times.at_start(page, start, person)


def _next(
    visit: Appointment,
    lines: Sequence[Line],
    days: AllowedDays,
    closure: Closure | None,
    reserved: Reserved,
    *,
    at: datetime,
) -> FreeTime | None:
    """Return the time that suits the patient best, of those that can be booked on the allowed days."""
    for reach in SEARCHED:
        found = free_times.find(
            service=visit.service,
            site=visit.site,
            start=days.first,
            days=reach,
            at=at,
            patient=visit.patient,
            ignore=visit,
            needling_minutes=visit.needling_minutes,
        )
        ranked = sorted(
            (free for free in found if free.starts_at > visit.starts_at), key=lambda one: cost(visit, one, days)
        )
        for free in ranked:
            if not is_in_the_way(visit, free, lines, closure, reserved):
                return free
    return None


def cost(visit: Appointment, free: FreeTime, days: AllowedDays) -> tuple[float, datetime]:
    """Return how far a time is from what the patient had, in days; the smaller is the better."""
    was, new = (wall_time.local(moment, visit.site.zone) for moment in (visit.starts_at, free.starts_at))
    hours = abs((new.hour + new.minute / 60) - (was.hour + was.minute / 60))
    total = (new.date() - was.date()).days + hours * AN_HOUR_COSTS
    if free.practitioner.pk != visit.practitioner_id:
        total += OTHER_PERSON_COSTS
    if days.last is not None and new.date() > days.last:
        total += LATE_COSTS
    return total, free.starts_at


def is_in_the_way(
    visit: Appointment, free: FreeTime, lines: Sequence[Line], closure: Closure | None, reserved: Reserved
) -> bool:
    """Return whether a free time lies in what is closed, or was proposed to somebody before."""
    holds = holds_of(visit, free, lines)
    return reserved.meets(holds) or (closure is not None and any(_is_shut(hold, closure) for hold in holds))


def holds_of(visit: Appointment, free: FreeTime, lines: Sequence[Line]) -> list[Hold]:
    """Return what a visit would hold at that time."""
    taken = {
        "practitioner": free.practitioner.pk,
        "room": free.room.pk if free.room else None,
        "chair": free.chair.pk if free.chair else None,
        "device": free.device.pk if free.device else None,
        "patient": visit.patient_id,
    }
    return [
        Hold(
            (line.column, taken[line.resource]),
            free.starts_at + timedelta(minutes=line.starts),
            free.starts_at + timedelta(minutes=line.ends),
            line.phase_kind,
        )
        for line in lines
        if taken[line.resource] is not None
    ]


def _is_shut(hold: Hold, closure: Closure) -> bool:
    shut = shuts(closure)
    return (
        (shut is None or hold.resource == shut)
        and hold.starts_at < closure.ends_at
        and closure.starts_at < hold.ends_at
    )


def shuts(closure: Closure) -> Resource | None:
    """Return the one thing that a closure closes, or None for a whole site."""
    for name in ("practitioner", "room", "device"):
        if pk := getattr(closure, f"{name}_id"):
            return name, pk
    return None


def hold_all(decisions: Sequence[Decision], *, at: datetime, besides: Iterable[Resource] = ()) -> list[Decision]:
    """Take the turn of every patient, person, room and device of the decisions; for within a step.

    Once and in one order, so that two who settle a day never wait for each other. besides: what else the step holds.
    """
    patients = {one.visit.patient_id: one.visit.patient for one in decisions}
    for pk in sorted(patients):
        outbox.hold(patients[pk])
    services = {one.visit.service_id: one.visit.service for one in decisions}
    everything = set(besides) | {("patient", pk) for pk in patients}
    for one in decisions:
        people = {one.visit.practitioner_id, one.practitioner.pk if one.practitioner else one.visit.practitioner_id}
        everything |= {("practitioner", pk) for pk in people}
    for service in services.values():
        everything |= _places_of(service)
    turns.lock(everything, at=at)
    return sorted(decisions, key=lambda one: (one.visit.starts_at, one.visit.pk))


def _places_of(service: Service) -> set[Resource]:
    rooms = {("room", pk) for pk in service.rooms.values_list("pk", flat=True)}
    return rooms | {("device", pk) for pk in service.devices.values_list("pk", flat=True)}


def carry_out(
    decisions: Sequence[Decision], *, reason: str, by: Actor, at: datetime, press: UUID | None = None
) -> Settled:
    """Do what was decided, within a step that holds it all. press: as in `history.write`. Raises NotSettled."""
    settled, said = Settled([], []), {"reason": reason, "press": press, "by": by, "at": at}
    for one in decisions:
        try:
            if one.verb == "move":
                settled.moved.append(_moved(one, **said))
            else:
                settled.cancelled.append(_called_off(one, **said))
        except (Refused, Stale) as stopped:
            raise NotSettled(one.visit, stopped) from stopped
    return settled


def _moved(one: Decision, **said: Any) -> Appointment:
    keeps_its_time = one.starts_at == one.visit.starts_at
    return bookings.move(
        one.visit,
        starts_at=one.starts_at,
        practitioner=one.practitioner,
        version=one.version,
        tell_patient=True,
        passes=SAME_MINUTE if keeps_its_time else frozenset(),
        **said,
    )


def _called_off(one: Decision, **said: Any) -> Appointment:
    return bookings.cancel(one.visit, version=one.version, called_off_by=Appointment.CalledOffBy.CLINIC, **said)

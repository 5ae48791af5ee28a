"""What somebody wants: a visit at a certain time. Asked whether it can be had, and what could be had instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db import transaction
from django.utils.functional import SimpleLazyObject

from booking import claims, diary, free_times, refusals, turns
from booking.claims import Hold, Locked, Taken
from booking.diary import Diary
from booking.free_times import FreeTime
from booking.models import Appointment
from booking.rules import Line, column_of
from booking.turns import NotNow, Turn
from clinic import wall_time
from clinic.models import Device, Room, Service, Site, User
from clinic.refusals import Refused
from patients import restrictions
from patients.models import Patient


class SlotTaken(Taken):
    """Raised when the time is gone; `refusal.alternatives` holds the three nearest free times.

    They are looked up when they are first read: whoever lost gives way at once to those who wait, and what is
    offered is free at the moment in which it is shown.
    """

    def __init__(self, wish: Wish) -> None:
        super().__init__(claims.taken(SimpleLazyObject(lambda: tuple(wish.alternatives()))))


@dataclass(frozen=True)
class Wish:
    """A visit as it is wanted. room, device: None leaves the choice. ignore: the visit that is to move.

    passes: the rules of the diary that do not count this time; what is taken stays taken.
    """

    service: Service
    site: Site
    practitioner: User
    starts_at: datetime
    patient: Patient
    at: datetime
    room: Room | None = None
    device: Device | None = None
    ignore: Appointment | None = None
    needling_minutes: int | None = None
    passes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, visit: Appointment, *, at: datetime) -> Wish:
        """Return the wish for the time that a visit has."""
        return cls(
            visit.service,
            visit.site,
            visit.practitioner,
            visit.starts_at,
            visit.patient,
            at,
            ignore=visit,
            needling_minutes=visit.needling_minutes,
        )

    @cached_property
    def page(self) -> Diary:
        """The diary of the wished day, which has not looked at what is held."""
        return diary.open_at(
            service=self.service,
            site=self.site,
            start=self.day,
            days=1,
            at=self.at,
            practitioners=[self.practitioner],
            patient=self.patient,
            room=self.room,
            device=self.device,
            ignore=self.ignore,
            needling_minutes=self.needling_minutes,
            passes=self.passes,
        )

    @property
    def day(self) -> date:
        return wall_time.local(self.starts_at, self.site.zone).date()

    def granted(self) -> FreeTime:
        """Return the free time that was wished for. Raises SlotTaken, or Refused by the rule that it breaks.

        What is held is looked at each time; whoever is to take it locks `page.resources` first.
        """
        start = int(self.starts_at.timestamp())
        page = self.page.look(at_start=start)
        if not (self.service.is_offered and page.is_for_a_patient):
            raise Refused(refusals.not_offered(self.service.name))
        rule = page.objection(start, self.practitioner.pk)
        if rule == diary.TAKEN:
            raise SlotTaken(self)
        if rule:
            raise Refused(refusals.of_time(rule, page, self.starts_at, self.practitioner))
        return free_times.at_start(page, start, self.practitioner)

    def taken_up(self) -> tuple[FreeTime, Locked]:
        """Return the free time that was wished for, locked to be held: nothing of it is. Raises as `granted`.

        People are waited for. Of the rooms, chairs and devices that are free it has the first that nobody else is just
        taking, so that those who book with several people at once do not wait for each other.
        """
        turn = turns.Turn(self.page.people, at=self.at)
        while True:
            free = self.granted()
            before = transaction.savepoint()  # the transaction's own end ends it: one question less than releasing it
            try:
                return self._placed(free, turn)
            except NotNow:
                transaction.savepoint_rollback(before)
            turn.pause()

    def _placed(self, free: FreeTime, turn: Turn) -> tuple[FreeTime, Locked]:
        """Return the time with the things that it has. Raises NotNow."""
        offered = self.page.things_free_at(int(self.starts_at.timestamp()))
        things, locked = turn.of_things([[(column_of(name), one.pk) for one in some] for name, some in offered.items()])
        had = {name: pk for name, (_column, pk) in zip(offered, things, strict=True)}
        lines = [line for line in self.page.lines if line.resource in had]
        if claims.is_held(holds(lines, self.starts_at, had), at=self.at):
            raise NotNow
        return replace(
            free, **{name: next(one for one in offered[name] if one.pk == had[name]) for name in had}
        ), locked

    def alternatives(self) -> list[FreeTime]:
        """Return three free times near the wished one: with the same practitioner, else with anybody.

        Never a day on which a restriction keeps the patient from this kind of visit.
        """
        first = self._first_allowed_day()
        for wanted in ([self.practitioner], None):
            found = free_times.nearest(
                service=self.service,
                site=self.site,
                starts_at=self.starts_at,
                at=self.at,
                practitioners=wanted,
                patient=self.patient,
                not_before=first,
                ignore=self.ignore,
                needling_minutes=self.needling_minutes,
            )
            if found:
                return found
        return []

    def _first_allowed_day(self) -> date | None:
        """Return the first day that a restriction leaves to this kind of visit; the wished one was agreed to."""
        today = wall_time.local(self.at, self.site.zone).date()
        refusal = restrictions.judge(self.patient, service_kind=self.service.kind, on=today, at=self.at)
        if refusal is None or refusal.earliest is None:
            return None
        return min(refusal.earliest, self.day)


def holds(lines: Iterable[Line], starts_at: datetime, ids: Mapping[str, int | None]) -> list[Hold]:
    """Return what a visit at this start holds, line by line. ids: of the practitioner, room, chair, device, patient."""
    return [
        Hold(
            (line.column, ids[line.resource]),
            starts_at + timedelta(minutes=line.starts),
            starts_at + timedelta(minutes=line.ends),
            line.phase_kind,
        )
        for line in lines
    ]

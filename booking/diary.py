"""The diary: everything that decides whether a visit fits, read once and asked in memory.

The list of free times and the booking itself ask the same diary, so what is offered can be booked.
Inside, instants are whole UTC seconds: thousands of starts are tried for one list.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from booking import busy as held
from booking import hours as opening
from booking.busy import NOTHING_HELD, Busy, Resource
from booking.hours import Hours, Span, around, seconds
from booking.models import Appointment
from booking.rules import Line, cut, patient_minutes
from clinic import wall_time
from clinic.models import Device, Phase, Room, Service, Site, User
from clinic.often import often
from patients.models import Patient

PAST = "time.past"
NOTICE = "notice.short"
ADVANCE = "advance.far"
GRID = "grid.off"
HOURS = "hours.outside"
UNSUITED = "service.unsuited"
LAPSED = "registration.lapsed"
OVERDUE = "device.service_overdue"
TAKEN = "claim.taken"

A_DAY = 24 * 60 * 60

# written out, for it is asked at every look at free times and says more than the queries that would make it
SUITED = """
SELECT 'practitioner', one.id, one.name, one.short_name
FROM clinic_user AS one JOIN clinic_service_practitioners AS gives ON gives.user_id = one.id
WHERE gives.service_id = %s AND one.is_active
  AND (EXISTS (SELECT 1 FROM clinic_shift WHERE practitioner_id = one.id AND site_id = %s)
    OR EXISTS (SELECT 1 FROM clinic_specialday WHERE practitioner_id = one.id AND site_id = %s))
UNION ALL
SELECT 'room', one.id, one.name, one.kind
FROM clinic_room AS one JOIN clinic_service_rooms AS suits ON suits.room_id = one.id
WHERE suits.service_id = %s AND one.site_id = %s AND one.is_open
UNION ALL
SELECT 'device', one.id, one.name, CAST(one.service_due_on AS varchar)
FROM clinic_device AS one JOIN clinic_service_devices AS suits ON suits.device_id = one.id
WHERE suits.service_id = %s AND one.site_id = %s AND one.quarantined_at IS NULL
"""


M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Place:
    """Where a visit would be: a room, a chair for the cream and a device, or None for what it does not need."""

    room: Room | None = None
    chair: Room | None = None
    device: Device | None = None


@dataclass
class Diary:
    """What is open, who works and what is held, for one service at one site over some days.

    start and days: the local days it is about. rooms, chairs and devices: those that suit the service, in the order in
    which they are given out. ignore: a visit whose own holds do not count. passes: rules that do not count this time,
    as when somebody walked in or a person answers for the hour. busy: what is held, once somebody looked.
    """

    service: Service
    site: Site
    at: datetime
    start: date
    days: int
    lines: tuple[Line, ...]
    practitioners: dict[int, User]
    hours: Hours
    rooms: list[Room]
    chairs: list[Room]
    devices: list[Device]
    patient: Patient | None = None
    ignore: Appointment | None = None
    passes: frozenset[str] = frozenset()
    busy: dict[Resource, Busy] | None = None
    _places: dict[int, Place | None] = field(default_factory=dict)

    @property
    def people(self) -> set[Resource]:
        """Everyone whom a visit of this diary may come to hold."""
        staff = {("practitioner", pk) for pk in self.practitioners}
        return staff | ({("patient", self.patient.pk)} if self.patient else set())

    @property
    def resources(self) -> set[Resource]:
        """Everyone and everything that a visit of this diary may come to hold."""
        rooms = {("room", one.pk) for one in (*self.rooms, *self.chairs)}
        return self.people | rooms | {("device", one.pk) for one in self.devices}

    def look(self, at_start: int | None = None) -> Diary:
        """Read what is held now, in one query, and return the diary; whoever is to take a time has locked it first.

        at_start: look no further than a visit at this start, the one that is then asked for.
        """
        if at_start is None:
            begins, _ = wall_time.day_bounds(self.start, self.site.zone)
            ends, _ = wall_time.day_bounds(self.start + timedelta(days=self.days), self.site.zone)
        else:
            begins = datetime.fromtimestamp(at_start, UTC)
            ends = begins + timedelta(minutes=max((line.ends for line in self.lines), default=0))
        known = {"begins": begins, "ends": ends, "at": self.at, "ways": self.hours.ways, "ignore": self.ignore}
        self.busy = held.read(self.resources, **known)
        self._places.clear()
        return self

    @property
    def is_for_a_patient(self) -> bool:
        """Whether the service has a phase that somebody comes for; one that is still being set up may have none."""
        return any(line.resource == "patient" for line in self.lines)

    @cached_property
    def minutes(self) -> int:
        return max(line.ends for line in self.lines)

    @cached_property
    def patient_minutes(self) -> int:
        return patient_minutes(self.lines)

    # --- lists ---------------------------------------------------------------------------------------------

    def free_on(self, day: date) -> Iterator[tuple[int, User]]:
        """Return the starts of a local day at which the visit fits, and with whom; soonest first, then by name."""
        starts = self.starts_on(day)
        people = sorted(self.practitioners.values(), key=lambda person: person.name)
        pairs = [(start, rank) for rank, who in enumerate(people) for start in self._free_of(who.pk, day, starts)]
        return ((start, people[rank]) for start, rank in sorted(pairs) if self.place(start))

    def starts_on(self, day: date) -> list[int]:
        """Return the starts of the day that lie on the grid, inside opening hours and inside the notice."""
        if (day - self._today).days > self.service.maximum_advance_days:
            return []
        notice = timedelta(minutes=self.service.minimum_notice_minutes)
        soonest = -int(-(self.at + notice).timestamp() // 1)
        return [
            start
            for opens, closes in self.hours.open_on(day)
            for start in self._grid(day, opens, closes - self.minutes * 60)
            if start >= soonest
        ]

    def _grid(self, day: date, first: int, last: int) -> Sequence[int]:
        """Return the starts from one instant to another, both included, that lie on the grid of the wall."""
        step = self.service.start_grid_minutes * 60
        midnight, next_midnight = (int(bound.timestamp()) for bound in wall_time.day_bounds(day, self.site.zone))
        if next_midnight - midnight == A_DAY:
            return range(midnight + -(-(first - midnight) // step) * step, last + 1, step)
        clocks = [time(second // 3600, second // 60 % 60) for second in range(0, A_DAY, step)]
        shown = {seconds(day, clock, self.site) for clock in clocks}  # a clock time that is skipped is the next one
        return [start for start in sorted(shown) if first <= start <= last and self._is_on_grid(start)]

    def _free_of(self, practitioner: int, day: date, starts: list[int]) -> Iterator[int]:
        """Return those of the starts at which somebody works and is free; a stretch that is taken is leapt over."""
        spans = self._spans.get("practitioner", [])
        ways = (Busy(around(self.hours.works_on(practitioner, day))), self._busy_of("practitioner", practitioner))
        number = 0
        while number < len(starts):
            start = starts[number]
            later = next(
                (
                    until - begins
                    for begins, ends in spans
                    for way in ways
                    if (until := way.until(start + begins, start + ends))
                ),
                0,
            )
            if later:
                number = bisect_left(starts, later, number + 1)
            else:
                yield start
                number += 1

    # --- one start -----------------------------------------------------------------------------------------

    def objection(self, start: int, practitioner: int) -> str:
        """Return the rule that keeps this practitioner from a visit at this start, or an empty string."""
        if practitioner not in self.practitioners:
            return UNSUITED
        return self.objection_to_start(start) or self.objection_to_person(start, practitioner)

    def objection_to_start(self, start: int) -> str:
        """Return the rule that this start breaks whoever treats, or an empty string."""
        starts_at = datetime.fromtimestamp(start, UTC)
        day = opening.day_of(start, self.site)
        broken = {
            PAST: starts_at < self.at,
            NOTICE: self.at <= starts_at < self.at + timedelta(minutes=self.service.minimum_notice_minutes),
            ADVANCE: (day - self._today).days > self.service.maximum_advance_days,
            GRID: not self._is_on_grid(start),
            HOURS: not _inside(self.hours.open_on(day), start, start + self.minutes * 60),
        }
        return next((rule for rule, is_broken in broken.items() if is_broken and rule not in self.passes), "")

    def objection_to_person(self, start: int, practitioner: int) -> str:
        """Return the rule broken by one who gives the service, at a start to which there is no objection."""
        day = opening.day_of(start, self.site)
        if not self.hours.may_treat_on(practitioner, day):
            return LAPSED
        works = self.hours.works_on(practitioner, day)
        spans = self._held("practitioner", start)
        if HOURS not in self.passes and not all(_inside(works, *span) for span in spans):
            return HOURS
        if self.is_service_overdue(start):
            return OVERDUE
        if not self._is_free("practitioner", practitioner, spans) or self.place(start) is None:
            return TAKEN
        return ""

    def place(self, start: int) -> Place | None:
        """Return the first room, chair and device that are free for a visit at this start, if the patient is too."""
        if start not in self._places:
            self._places[start] = self._find_place(start)
        return self._places[start]

    def _find_place(self, start: int) -> Place | None:
        if self.patient and not self._is_free("patient", self.patient.pk, self._held("patient", start)):
            return None
        found = {name: next(free, None) for name, free in self._free_things(start)}
        return Place(**found) if all(found.values()) else None

    def things_free_at(self, start: int) -> dict[str, list[Room] | list[Device]]:
        """Return the rooms, chairs and devices that are free for a visit at this start, of each kind that it needs."""
        return {name: list(free) for name, free in self._free_things(start)}

    def _free_things(self, start: int) -> Iterator[tuple[str, Iterator[Any]]]:
        choices = (("room", "room", self.rooms), ("chair", "room", self.chairs), ("device", "device", self.devices))
        for name, column, offered in choices:
            if spans := self._held(name, start):
                if name == "device":
                    offered = [one for one in offered if start < self._serviced_before[one.pk]]
                yield name, (one for one in offered if self._is_free(column, one.pk, spans))

    def is_service_overdue(self, start: int) -> bool:
        """Return whether the visit needs a device, and each that suits it is overdue for service by then (C-613)."""
        due = self._serviced_before.values()
        return "device" in self._spans and bool(due) and all(start >= until for until in due)

    @cached_property
    def _serviced_before(self) -> dict[int, int]:
        """The instant from which each device may not be used: the end of the local day on which its service is due."""
        ends = ((one.pk, wall_time.day_bounds(one.service_due_on, self.site.zone)[1]) for one in self.devices)
        return {pk: int(end.timestamp()) for pk, end in ends}

    def _is_on_grid(self, start: int) -> bool:
        """Whether the wall shows a time of the grid, and shows it for the first time on that day."""
        wall = wall_time.local(datetime.fromtimestamp(start, UTC), self.site.zone)
        minute = wall.hour * 60 + wall.minute
        return not (wall.second or wall.fold or minute % self.service.start_grid_minutes)

    def _is_free(self, name: str, pk: int, spans: list[Span]) -> bool:
        busy = self._busy_of(name, pk)
        return all(busy.is_free(*span) for span in spans)

    def _busy_of(self, name: str, pk: int) -> Busy:
        return self.busy.get((name, pk), NOTHING_HELD)

    def _held(self, resource: str, start: int) -> list[Span]:
        return [(start + begins, start + ends) for begins, ends in self._spans.get(resource, ())]

    @cached_property
    def _spans(self) -> dict[str, list[Span]]:
        """What the visit holds, in seconds after its start."""
        spans: dict[str, list[Span]] = {}
        for line in self.lines:
            spans.setdefault(line.resource, []).append((line.starts * 60, line.ends * 60))
        return spans

    @cached_property
    def _today(self) -> date:
        return wall_time.local(self.at, self.site.zone).date()


def _inside(spans: list[Span], start: int, end: int) -> bool:
    return any(opens <= start and end <= closes for opens, closes in spans)


# --- reading -----------------------------------------------------------------------------------------------


def read(**known: Any) -> Diary:
    """Return the diary with what is held now, in four queries whatever the number of its days.

    known: as in `open_at`.
    """
    return open_at(**known).look()


def open_at(
    *,
    service: Service,
    site: Site,
    start: date,
    days: int,
    at: datetime,
    practitioners: Iterable[User] | None = None,
    patient: Patient | None = None,
    room: Room | None = None,
    device: Device | None = None,
    ignore: Appointment | None = None,
    needling_minutes: int | None = None,
    passes: frozenset[str] = frozenset(),
) -> Diary:
    """Return the diary of `days` local days from `start`, which still has to look at what is held.

    practitioners, room and device narrow the choice. ignore: a visit whose own holds do not count, and whose room,
    chair and device are kept where they are free. needling_minutes: the needling's length, else the service's own.
    passes: as in `Diary`.
    """
    people, places, devices = _suited(service, site, practitioners)
    had = {ignore.room_id, ignore.chair_id} if ignore else set()
    places.sort(key=lambda one: (one.pk not in had, one.name))
    devices.sort(key=lambda one: (ignore is None or one.pk != ignore.device_id, one.name))
    staff = {person.pk: person for person in people}
    return Diary(
        service=service,
        site=site,
        at=at,
        start=start,
        days=days,
        lines=cut(_phases(service.pk), needling_minutes=needling_minutes),
        practitioners=staff,
        hours=opening.read(site, start=start, days=days, practitioners=staff),
        rooms=[one for one in places if one.kind == Room.Kind.ROOM and (room is None or one.pk == room.pk)],
        chairs=[one for one in places if one.kind == Room.Kind.CHAIR],
        devices=[one for one in devices if device is None or one.pk == device.pk],
        patient=patient,
        ignore=ignore,
        passes=passes,
    )


@often
def _phases(service: int) -> QuerySet[Phase]:
    return Phase.objects.filter(service=service).order_by("position")


def _suited(service: Service, site: Site, wanted: Iterable[User] | None) -> tuple[list[User], list[Room], list[Device]]:
    """Return who gives the service and works here at all, and its rooms, chairs and devices that are in use.

    wanted: those to choose among; the same objects are returned. Others have their names, and no more is read yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(SUITED, [service.pk, site.pk, site.pk, service.pk, site.pk, service.pk, site.pk])
        rows = cursor.fetchall()
    known = None if wanted is None else {person.pk: person for person in wanted}
    people, rooms, devices = [], [], []
    for what, pk, name, more in rows:
        if what == "room":
            rooms.append(_of(Room, id=pk, site_id=site.pk, name=name, kind=more, is_open=True))
        elif what == "device":
            devices.append(_of(Device, id=pk, site_id=site.pk, name=name, service_due_on=date.fromisoformat(more)))
        elif known is None:
            people.append(_of(User, id=pk, name=name, short_name=more, is_active=True))
        elif pk in known:
            people.append(known[pk])
    return people, rooms, devices


def _of(model: type[M], **known: Any) -> M:
    """Return a row of which so much is known; the rest is read if somebody asks for it."""
    return model.from_db("default", list(known), list(known.values()))

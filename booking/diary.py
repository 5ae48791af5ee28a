"""The diary: everything that decides whether a visit fits, read once and asked in memory.

The list of free times and the booking itself ask the same diary, so what is offered can be booked.
Inside, instants are whole UTC seconds: thousands of starts are tried for one list.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q

from booking.models import Appointment, Claim
from booking.rules import Line, cut, patient_minutes
from clinic import wall_time
from clinic.models import Device, Room, Service, Shift, Site, User
from patients.models import Patient

Span = tuple[int, int]
Resource = tuple[str, int]
WallSpan = tuple[time, time]

PAST = "time.past"
NOTICE = "notice.short"
ADVANCE = "advance.far"
GRID = "grid.off"
HOURS = "hours.outside"
UNSUITED = "service.unsuited"
TAKEN = "claim.taken"


class Busy:
    """The stretches in which one resource is held; they never overlap, the database sees to that."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        ordered = sorted(spans)
        self.starts = [start for start, _ in ordered]
        self.ends = [end for _, end in ordered]

    def is_free(self, start: int, end: int) -> bool:
        after = bisect_right(self.starts, start)
        if after and self.ends[after - 1] > start:
            return False
        return after == len(self.starts) or self.starts[after] >= end


NOTHING_HELD = Busy()


@dataclass(frozen=True)
class Place:
    """Where a visit would be: a room, a chair for the cream and a device, or None for what it does not need."""

    room: Room | None = None
    chair: Room | None = None
    device: Device | None = None


@dataclass
class Diary:
    """What is open, who works and what is held, for one service at one site over some days.

    opening: wall-time spans by weekday. shifts: the same within the opening hours, by practitioner and weekday.
    rooms, chairs and devices: those that suit the service, in the order in which they are given out. passes: rules
    that do not count this time, as when somebody walked in or a person answers for the hour.
    """

    service: Service
    site: Site
    at: datetime
    lines: tuple[Line, ...]
    practitioners: dict[int, User]
    opening: dict[int, set[WallSpan]]
    shifts: dict[tuple[int, int], set[WallSpan]]
    rooms: list[Room]
    chairs: list[Room]
    devices: list[Device]
    busy: dict[Resource, Busy]
    patient: Patient | None = None
    passes: frozenset[str] = frozenset()
    _spans: dict[tuple[int, date], list[Span]] = field(default_factory=dict)
    _places: dict[int, Place | None] = field(default_factory=dict)

    @property
    def is_for_a_patient(self) -> bool:
        """Whether the service has a phase that somebody comes for; one that is still being set up may have none."""
        return any(line.resource == "patient" for line in self.lines)

    @property
    def minutes(self) -> int:
        return max(line.ends for line in self.lines)

    @property
    def patient_minutes(self) -> int:
        return patient_minutes(self.lines)

    def starts_on(self, day: date) -> list[int]:
        """Return the starts of the day that lie on the grid, inside opening hours and inside the notice."""
        zone, grid = self.site.zone, self.service.start_grid_minutes
        clocks = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, grid)]
        opening = self.opening.get(day.weekday(), set())
        near = [clock for clock in clocks if any(opens <= clock < closes for opens, closes in opening)]
        starts = [int(wall_time.instant(day, clock, zone).timestamp()) for clock in near]
        return sorted({start for start in starts if not self.objection_to_start(start)})

    def objection_to_start(self, start: int) -> str:
        """Return the rule that this start breaks whoever treats, or an empty string."""
        starts_at = datetime.fromtimestamp(start, UTC)
        wall = wall_time.local(starts_at, self.site.zone)
        today = wall_time.local(self.at, self.site.zone).date()
        broken = {
            PAST: starts_at < self.at,
            NOTICE: starts_at < self.at + timedelta(minutes=self.service.minimum_notice_minutes),
            ADVANCE: (wall.date() - today).days > self.service.maximum_advance_days,
            GRID: bool(wall.second or (wall.hour * 60 + wall.minute) % self.service.start_grid_minutes),
            HOURS: not _inside(self._open_on(wall.date()), start, start + self.minutes * 60),
        }
        return next((rule for rule, is_broken in broken.items() if is_broken and rule not in self.passes), "")

    def objection(self, start: int, practitioner: int) -> str:
        """Return the rule that keeps this practitioner from a visit at this start, or an empty string."""
        if practitioner not in self.practitioners:
            return UNSUITED
        return self.objection_to_start(start) or self.objection_to_person(start, practitioner)

    def objection_to_person(self, start: int, practitioner: int) -> str:
        """Return the rule broken by one who gives the service, at a start to which there is no objection."""
        day = wall_time.local(datetime.fromtimestamp(start, UTC), self.site.zone).date()
        works, held = self._works_on(practitioner, day), self._held("practitioner", start)
        if HOURS not in self.passes and not all(_inside(works, *span) for span in held):
            return HOURS
        if not self._is_free("practitioner", practitioner, held) or self.place(start) is None:
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
        found: dict[str, Any] = {}
        choices = (("room", "room", self.rooms), ("chair", "room", self.chairs), ("device", "device", self.devices))
        for name, column, offered in choices:
            spans = self._held(name, start)
            if spans:
                found[name] = next((one for one in offered if self._is_free(column, one.pk, spans)), None)
                if found[name] is None:
                    return None
        return Place(**found)

    def _is_free(self, name: str, pk: int, spans: list[Span]) -> bool:
        busy = self.busy.get((name, pk), NOTHING_HELD)
        return all(busy.is_free(*span) for span in spans)

    def _held(self, resource: str, start: int) -> list[Span]:
        return [(start + line.starts * 60, start + line.ends * 60) for line in self.lines if line.resource == resource]

    def _open_on(self, day: date) -> list[Span]:
        return self._resolved((0, day), self.opening.get(day.weekday(), set()))

    def _works_on(self, practitioner: int, day: date) -> list[Span]:
        return self._resolved((practitioner, day), self.shifts.get((practitioner, day.weekday()), set()))

    def _resolved(self, key: tuple[int, date], spans: set[WallSpan]) -> list[Span]:
        """Return wall-time spans of a day as instants, those that touch or overlap made one."""
        if key not in self._spans:
            zone, joined = self.site.zone, []
            for opens, closes in sorted(spans):
                start, end = (int(wall_time.instant(key[1], clock, zone).timestamp()) for clock in (opens, closes))
                if joined and start <= joined[-1][1]:
                    joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
                else:
                    joined.append((start, end))
            self._spans[key] = joined
        return self._spans[key]


def _inside(spans: list[Span], start: int, end: int) -> bool:
    return any(opens <= start and end <= closes for opens, closes in spans)


def read(
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
    """Return the diary of `days` local days from `start`, in five queries whatever their number.

    practitioners, room and device narrow the choice. ignore: a visit whose own holds do not count, and whose room,
    chair and device are kept where they are free. needling_minutes: the needling's length, else the service's own.
    passes: as in `Diary`.
    """
    lines = cut(service.phases.order_by("position"), needling_minutes=needling_minutes)
    staff, opening, shifts = _hours(service, site, practitioners)
    places = list(service.rooms.filter(site=site, is_open=True).order_by("name"))
    had = {ignore.room_id, ignore.chair_id} if ignore else set()
    places.sort(key=lambda one: one.pk not in had)
    devices = service.devices.filter(site=site, quarantined_at=None, **({"pk": device.pk} if device else {}))
    diary = Diary(
        service=service,
        site=site,
        at=at,
        lines=lines,
        practitioners=staff,
        opening=opening,
        shifts=shifts,
        rooms=[one for one in places if one.kind == Room.Kind.ROOM and (room is None or one.pk == room.pk)],
        chairs=[one for one in places if one.kind == Room.Kind.CHAIR],
        devices=sorted(devices, key=lambda one: (ignore is None or one.pk != ignore.device_id, one.name)),
        busy={},
        patient=patient,
        passes=passes,
    )
    diary.busy = _busy(diary, start, days, ignore)
    return diary


def _hours(
    service: Service, site: Site, practitioners: Iterable[User] | None
) -> tuple[dict[int, User], dict[int, set[WallSpan]], dict[tuple[int, int], set[WallSpan]]]:
    """Return who can give the service here, the site's hours on the days they work, and their own within them."""
    rows = (
        Shift.objects.filter(site=site, practitioner__services=service, practitioner__is_active=True)
        .filter(site__opening_hours__weekday=F("weekday"))
        .annotate(opens=F("site__opening_hours__opens_at"), closes=F("site__opening_hours__closes_at"))
        .select_related("practitioner")
    )
    if practitioners is not None:
        rows = rows.filter(practitioner__in=[person.pk for person in practitioners])
    staff: dict[int, User] = {}
    opening: dict[int, set[WallSpan]] = defaultdict(set)
    shifts: dict[tuple[int, int], set[WallSpan]] = defaultdict(set)
    for row in rows:
        staff[row.practitioner_id] = row.practitioner
        opening[row.weekday].add((row.opens, row.closes))
        span = (max(row.opens, row.starts_at), min(row.closes, row.ends_at))
        if span[0] < span[1]:
            shifts[row.practitioner_id, row.weekday].add(span)
    return staff, opening, shifts


def _busy(diary: Diary, start: date, days: int, ignore: Appointment | None) -> dict[Resource, Busy]:
    begins, _ = wall_time.day_bounds(start, diary.site.zone)
    ends, _ = wall_time.day_bounds(start + timedelta(days=days), diary.site.zone)
    of_these = (
        Q(practitioner__in=list(diary.practitioners))
        | Q(room__in=[room.pk for room in (*diary.rooms, *diary.chairs)])
        | Q(device__in=[device.pk for device in diary.devices])
    )
    if diary.patient:
        of_these |= Q(patient=diary.patient.pk)
    claims = Claim.objects.standing(diary.at).between(begins, ends).filter(of_these)
    if ignore:
        claims = claims.exclude(appointment=ignore.pk)
    spans: dict[Resource, list[Span]] = defaultdict(list)
    columns = ("practitioner", "room", "device", "patient")
    for *ids, starts_at, ends_at in claims.order_by().values_list(*columns, "starts_at", "ends_at"):
        name, pk = next((name, pk) for name, pk in zip(columns, ids, strict=True) if pk is not None)
        spans[name, pk].append((int(starts_at.timestamp()), int(ends_at.timestamp())))
    return {resource: Busy(held) for resource, held in spans.items()}

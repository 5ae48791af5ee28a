"""A bigger clinic: the told one, and beside it as many practitioners, patients and years as somebody wants to see.

Each patient comes for a consultation, three needlings five weeks apart and a review: five visits. A practitioner has
a room and a pen of their own, and every day the same eleven times, so no two visits meet. One in twenty comes back
for a second course.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import ceil

from booking.models import Appointment
from clinic import wall_time
from clinic.models import Device, OpeningHours, Role, RoleGrant, Room, Service, Shift, Site, User
from desk.demo import bulk
from desk.demo.bulk import Planned, Progress
from patients.models import Patient, ReferenceSeries

TALK, NEEDLING, REVIEW = "consultation", "microneedling-no-numbing", "review"
WAY = (TALK, NEEDLING, NEEDLING, NEEDLING, REVIEW)  # what each patient comes for, in this order
DAYS_UNTIL_NEXT = (12, 35, 35, 28)
DAY = (  # what each practitioner does at which time, every day
    (time(9), NEEDLING),
    (time(10), NEEDLING),
    (time(11), NEEDLING),
    (time(12), TALK),
    (time(12, 30), TALK),
    (time(14), NEEDLING),
    (time(15), NEEDLING),
    (time(16), NEEDLING),
    (time(17), REVIEW),
    (time(17, 15), REVIEW),
    (time(17, 30), TALK),
)
COME_BACK = 0.05
FULL = 0.8  # how much of that is taken
DAYS_AHEAD = 35
State = Appointment.State


@dataclass
class Crowd:
    """So many patients over so many years, seen from `day`; the rest follows."""

    site: Site
    patients: int
    years: float
    day: date
    at: datetime
    services: dict[str, Service] = field(default_factory=dict)
    staff: list[tuple[User, Room, Device]] = field(default_factory=list)

    @property
    def visits(self) -> int:
        """About how many visits that makes; those of the last patients are still to come."""
        return self.patients * len(WAY)

    def fill(self, *, told: Progress = lambda count: None) -> int:
        """Write it all and return how many visits there are. told: as in `bulk.visits`."""
        self.services = {one.code: one for one in Service.objects.filter(code__in=set(WAY))}
        days = self._open_days()
        self._hire(ceil(self.visits / (len(days) * len(DAY) * FULL)))
        series = ReferenceSeries.objects.get(pk=1)
        people = bulk.patients(self.patients, first_number=series.last + 1, at=self.at)
        ReferenceSeries.objects.filter(pk=1).update(last=series.last + self.patients)
        return bulk.visits(self.site, self._plan(days, people), told=told)

    def _open_days(self) -> list[date]:
        open_on = set(OpeningHours.objects.filter(site=self.site).values_list("weekday", flat=True))
        first = self.day - timedelta(days=round(self.years * 365))
        span = (self.day - first).days + DAYS_AHEAD
        return [day for n in range(span) if (day := first + timedelta(days=n)).weekday() in open_on]

    def _hire(self, count: int) -> None:
        weekdays = sorted(set(OpeningHours.objects.filter(site=self.site).values_list("weekday", flat=True)))
        for number in range(count):
            name = f"{bulk.GIVEN[number * 7 % len(bulk.GIVEN)]} {bulk.FAMILY[number * 11 % len(bulk.FAMILY)]}"
            user = User.objects.create(
                email=f"practitioner{number + 1}@rowan.example",
                name=name,
                short_name=name.split()[0],
                password="!",  # noqa: S106  (no password opens this account)
            )
            RoleGrant.objects.create(user=user, role=Role.PRACTITIONER)
            Shift.objects.bulk_create(
                Shift(practitioner=user, site=self.site, weekday=weekday, starts_at=starts_at, ends_at=ends_at)
                for weekday in weekdays
                for starts_at, ends_at in ((time(9), time(13)), (time(14), time(18)))
            )
            self.staff.append((user, self._room(number), self._pen(number)))
        for service in self.services.values():
            service.practitioners.add(*(user for user, _room, _pen in self.staff))
            service.rooms.add(*(room for _user, room, _pen in self.staff))
        self.services[NEEDLING].devices.add(*(pen for _user, _room, pen in self.staff))

    def _room(self, number: int) -> Room:
        return Room.objects.create(site=self.site, name=f"Room {number + 11}")

    def _pen(self, number: int) -> Device:
        return Device.objects.create(
            site=self.site,
            name=f"Pen {number + 11}",
            maker="Northlight",
            model="NL-2",
            serial_number=f"NL2-C{number:04d}",
            max_depth_mm=Decimal("2.50"),
            service_due_on=self.day + timedelta(days=200),
        )

    def _plan(self, days: list[date], people: list[Patient]) -> Iterator[Planned]:
        """Yield the visits day by day: whoever is due comes, and as many begin each day as the years ask for."""
        due: dict[str, list[tuple[date, int, int]]] = {NEEDLING: [], REVIEW: []}  # day, number of the patient, step
        begun = 0
        for number, day in enumerate(days):
            may_have_begun = ceil(len(people) * (1 + COME_BACK) * (number + 1) / len(days))
            for clock, what in DAY:
                for user, room, pen in self.staff:
                    if what == TALK:
                        if begun >= may_have_begun:
                            continue
                        who, step, begun = begun, 0, begun + 1
                    elif due[what] and due[what][0][0] <= day:
                        _day, who, step = heapq.heappop(due[what])
                    else:
                        continue
                    if step + 1 < len(WAY):
                        next_on = day + timedelta(days=DAYS_UNTIL_NEXT[step])
                        heapq.heappush(due[WAY[step + 1]], (next_on, who, step + 1))
                    yield self._visit(day, clock, what, people[who % len(people)], (user, room, pen), begun * 31 + step)

    def _visit(
        self, day: date, clock: time, what: str, patient: Patient, with_what: tuple[User, Room, Device], luck: int
    ) -> Planned:
        user, room, pen = with_what
        starts_at = wall_time.instant(day, clock, self.site.zone)
        return Planned(
            patient=patient,
            service=self.services[what],
            practitioner=user,
            room=room,
            device=pen if what == NEEDLING else None,
            starts_at=starts_at,
            booked_at=min(starts_at - timedelta(days=10), self.at - timedelta(hours=1)),
            state=self._state(starts_at, luck),
        )

    def _state(self, starts_at: datetime, luck: int) -> str:
        """Of a hundred past visits three are missed and four called off; those of today still go their way."""
        if starts_at >= self.at:
            return State.BOOKED
        if luck % 100 < 3:
            return State.NO_SHOW
        return State.CANCELLED if luck % 100 < 7 else State.DONE

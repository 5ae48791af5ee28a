"""The clinic of the journeys: the tests' house, open every day, standing where it is just past noon.

A worker runs by the clock on the wall, so the story is told today. A zone in which it is noon now leaves a whole
morning behind it, whatever hour the tests run at, and midnight far away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import time_machine

from booking.models import Appointment
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import OpeningHours, Service, Shift, Site, User
from patients.models import Patient
from stock.models import Lot
from tests.factories import aftercare, clinic, patients, stock
from tests.factories import treatments as chart
from visits import reception

NOON = 12
PASSWORD = "rowan-keeps-its-needles-sharp"
WEEKEND = (5, 6)
SHIFTS = ((time(9), time(13)), (time(14), time(18)))


@dataclass(frozen=True)
class Shelf:
    """What stands on the shelf, and the box that nobody threw away yesterday."""

    cartridges: Lot
    late_cartridges: Lot
    serum: Lot
    cream: Lot


@dataclass(frozen=True)
class House:
    """Everything the story needs, ready for the day."""

    site: Site
    today: date
    ana: User
    ben: User
    dee: User
    max: User
    mia: Patient
    microneedling: Service
    consultation: Service
    shelf: Shelf

    def instant(self, clock: str, days: int = 0) -> datetime:
        """Return the instant at which the house's clock shows this, so many days after today."""
        return wall_time.instant(self.today + timedelta(days=days), time.fromisoformat(clock), self.site.zone)

    def book(
        self, patient: Patient, clock: str, *, days: int = 0, who: User | None = None, **visit: object
    ) -> Appointment:
        """Return a visit that Dee booked yesterday afternoon: a consultation with Ben unless said otherwise."""
        known = {"service": self.consultation, "practitioner": who or self.ben, "site": self.site}
        known |= {"by": Actor.of(self.dee), "at": self.instant("15:00", -1)}
        return reception.book(patient=patient, starts_at=self.instant(clock, days), **(known | visit))


def open_house() -> House:
    """Return the clinic of this day: Ana and Ben give everything, in two rooms with two pens."""
    site = _site()
    today = wall_time.local(datetime.now(UTC), site.zone).date()
    ana, ben = (_at_weekends_too(person, site) for person in (clinic.ana(site), clinic.ben(site)))
    rooms = [clinic.room(site, f"Room {number}") for number in (1, 2)]
    serviced = today + timedelta(days=200)
    pens = [clinic.device(site, f"Pen {number}", service_due_on=serviced) for number in (1, 2)]
    given = {"practitioners": [ana, ben], "rooms": rooms}
    chart.values()
    aftercare.values()
    house = House(
        site=site,
        today=today,
        ana=ana,
        ben=ben,
        dee=clinic.dee(),
        max=clinic.max_(),
        mia=patients.mia(),
        microneedling=clinic.service("microneedling", **given, devices=pens, position=1),
        consultation=clinic.service("consultation", **given, position=2),
        shelf=_shelf(today),
    )
    for person in (house.dee, house.max, ana, ben):
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return house


def _site() -> Site:
    made = clinic.site(time_zone=zone_where_it_is(NOON, datetime.now(UTC)), hours_words="Every day 9:00 to 18:00")
    for weekday in WEEKEND:
        OpeningHours.objects.create(site=made, weekday=weekday, opens_at=time(9), closes_at=time(18))
    return made


def zone_where_it_is(hour: int, at: datetime) -> str:
    """Return a zone of fixed offset whose clocks show this hour at an instant (UTC)."""
    ahead = (hour - at.hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"  # their signs count westwards


def _at_weekends_too(person: User, site: Site) -> User:
    for weekday in WEEKEND:
        for starts_at, ends_at in SHIFTS:
            Shift.objects.create(practitioner=person, site=site, weekday=weekday, starts_at=starts_at, ends_at=ends_at)
    return person


def _shelf(today: date) -> Shelf:
    good_until = today + timedelta(days=400)
    return Shelf(
        cartridges=stock.cartridges("C4-0871", good_until),
        late_cartridges=stock.cartridges("C4-0212", today - timedelta(days=1)),
        serum=stock.serum("HA-2219", good_until),
        cream=stock.cream("LC-0417", good_until),
    )


class Clock:
    """The clock of the web server; it ticks on from wherever it is turned to."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.turned: time_machine.travel | None = None

    def turn_to(self, clock: str, days: int = 0) -> None:
        """Let it be this time of day at the clinic, so many days after today."""
        self.let_be()
        self.turned = time_machine.travel(self.house.instant(clock, days))
        self.turned.start()

    def let_be(self) -> None:
        """Let it show what the clock on the wall shows: past noon."""
        if self.turned:
            self.turned.stop()
            self.turned = None

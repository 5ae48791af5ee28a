"""Today: who comes when, to whom, in which room. Two thirds full, with visits beside the numbing of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from booking.models import Appointment
from desk.demo.lives import DESK, Life, Teller, minutes
from visits import reception


@dataclass(frozen=True)
class Entry:
    """One visit of today. booked: days ago; comes, begins: minutes after its start; comes None: nobody comes."""

    who: str
    at: time
    service: str
    name: str
    room: str
    booked: int
    comes: int | None = -6
    begins: int = 2
    is_cancelled: bool = False
    is_confirmed: bool | None = None  # None: as it falls out


NEEDLING, REVIEW, TALK = "microneedling", "review", "consultation"

TODAY = (
    Entry("Ana", time(9), NEEDLING, "Grace Whitfield", "Room 1", 10),
    Entry("Ana", time(9, 15), REVIEW, "Tomasz Wrona", "Room 3", 8),
    Entry("Ana", time(10, 30), NEEDLING, "Noor Rahman", "Room 1", 18),
    Entry("Ana", time(12, 15), REVIEW, "Zoë Harland", "Room 1", 20, comes=-45),
    Entry("Ana", time(13, 15), NEEDLING, "Amara Bello", "Room 1", 9, comes=-60, begins=0),
    Entry("Ana", time(13, 30), REVIEW, "Lucy Penhale", "Room 2", 11, comes=-16),
    Entry("Ana", time(15), NEEDLING, "Camille Roux", "Room 1", 12, comes=-18),
    Entry("Kwame", time(9), REVIEW, "Helen Voss", "Room 2", 14, comes=None),
    Entry("Kwame", time(9, 30), TALK, "Ruth Adeyemi", "Room 2", 4),
    Entry("Kwame", time(10), NEEDLING, "Samira Aziz", "Room 2", 8),
    Entry("Kwame", time(10, 15), REVIEW, "Oluwaseun Bankole", "Room 3", 12),
    Entry("Kwame", time(11, 30), NEEDLING, "Leila Haddad", "Room 2", 16, comes=-28),
    Entry("Kwame", time(13, 45), NEEDLING, "Marcus Bright", "Room 2", 15, comes=-15, begins=31),
    Entry("Kwame", time(15, 30), REVIEW, "Eilidh Munro", "Room 3", 7, comes=-30),
    Entry("Kwame", time(15, 15), NEEDLING, "Sofía Marchetti", "Room 2", 19, comes=9, begins=11),
    Entry("Kwame", time(16, 45), TALK, "Anjali Menon", "Room 2", 2, comes=-59),
    Entry("Kwame", time(17, 15), REVIEW, "Siobhán Byrne", "Room 2", 6, is_confirmed=True),
    Entry("Kwame", time(17, 30), TALK, "Hannah Fisk", "Room 2", 5, is_cancelled=True),
    Entry("Ines", time(11), NEEDLING, "Priya Deshmukh", "Room 3", 13, comes=-8),
    Entry("Ines", time(12, 30), TALK, "Daniel Kerr", "Room 3", 6, comes=14, begins=18),
    Entry("Ines", time(14, 45), TALK, "Nell Farrow", "Room 3", 3, comes=-31),
    Entry("Ines", time(15, 45), NEEDLING, "Fatima Zahra Idrissi", "Room 3", 9, comes=-20),
    Entry("Ines", time(17, 15), TALK, "Yuki Tanabe", "Room 3", 8, is_confirmed=False),
)


def tell(entry: Entry, teller: Teller, life: Life) -> None:
    """Add the booking of one visit of today, and what comes of it."""
    teller.script.add(teller.script.instant(entry.booked, time(17, 5)), lambda at: _book(entry, teller, life, at))


def _book(entry: Entry, teller: Teller, life: Life, at: datetime) -> None:
    house, script = teller.house, teller.script
    practitioner, service = house.users[entry.who], house.services[entry.service]
    starts_at = script.instant(0, entry.at)
    visit = {"service": service, "practitioner": practitioner, "starts_at": starts_at, "site": house.site}
    desk = {"room": house.rooms[entry.room], "by": house.actor(DESK), "at": at}
    if life.patient is None:
        comer = life.comer
        booked = reception.book_new(name=comer.name, phone=comer.phone, email=comer.email, **visit, **desk)
        life.patient = booked.patient
    else:
        booked = reception.book(patient=life.patient, **visit, **desk)
    _live(entry, teller, life, booked)


def _live(entry: Entry, teller: Teller, life: Life, visit: Appointment) -> None:
    script, desk = teller.script, teller.house.actor(DESK)
    if entry.is_cancelled:
        called_at = script.instant(0, time(8, 40))
        script.add(
            called_at,
            lambda at: teller.step(reception.cancel, visit, desk, at, reason="Cannot leave work today."),
        )
    elif entry.comes is None:
        script.add(visit.starts_at + minutes(22), lambda at: teller.step(reception.no_show, visit, desk, at))
    else:
        teller.live(life, visit, comes=entry.comes, begins=entry.begins, confirms=entry.is_confirmed)

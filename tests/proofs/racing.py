"""Many people who want one thing in the same moment: how they are let loose, and what each of them got."""

from __future__ import annotations

import os
import re
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from booking import appointments, free_times, turns
from booking.appointments import SlotTaken
from booking.models import Appointment, Claim
from booking.rules import cut
from booking.wishes import Wish
from clinic import askings, wall_time
from clinic.actors import Actor
from clinic.models import Service, Site, User
from patients.models import Patient
from tests.factories import clinic
from tests.factories.patients import patient
from tests.plugins.running import Answer, Live
from visits.transactions import step

PEOPLE = 50
ROUNDS = 20 if os.environ.get("STIPPLE_PROOFS") == "full" else 1
OFFERED = re.compile(r'name="time" value="(\d{4}-\d\d-\d\dT\d\d:\d\dZ)/\d+"')


@dataclass(frozen=True)
class House:
    """One practitioner, one room, and fifty people who all want to come."""

    site: Site
    ana: User
    dee: User
    consultation: Service
    people: list[Patient]

    @classmethod
    def build(cls) -> House:
        site = clinic.site()
        ana = clinic.ana(site)
        consultation = clinic.service("consultation", practitioners=[ana], rooms=[clinic.room(site)])
        people = [patient(f"Person {number}") for number in range(PEOPLE)]
        return cls(site, ana, clinic.dee(), consultation, people)

    def free(self, *, limit: int | None = None) -> list[datetime]:
        """Return the starts that are free from the day after tomorrow on."""
        return [starts_at for _practitioner, starts_at in self.free_for(self.consultation, limit=limit)]

    def free_for(self, service: Service, *, limit: int | None = None) -> list[tuple[User, datetime]]:
        """Return with whom and when a service can be had from the day after tomorrow on."""
        now = timezone.now()
        start = wall_time.local(now, self.site.zone).date() + timedelta(days=2)
        found = free_times.find(service=service, site=self.site, start=start, days=14, at=now, limit=limit)
        return [(free.practitioner, free.starts_at) for free in found]

    def book(self, person: Patient, starts_at: datetime) -> Appointment:
        """Book in a transaction of its own, as every door does."""
        return self.book_with(person, self.consultation, self.ana, starts_at)

    def book_with(self, *visit: Any) -> Appointment:
        """Book any service with anybody, in a transaction of its own. visit: as in `book_now`."""
        return step(self.book_now)(*visit)

    def book_now(self, person: Patient, service: Service, practitioner: User, starts_at: datetime) -> Appointment:
        """Book in the transaction that is open."""
        return appointments.book(
            patient=person,
            service=service,
            practitioner=practitioner,
            starts_at=starts_at,
            by=Actor.of(self.dee),
            at=timezone.now(),
        )

    def rush(self, starts_at: datetime) -> Counter[str]:
        """Let all fifty book one time in the same moment; count what they got."""
        return counted(rush([lambda p=person: self.book(p, starts_at) for person in self.people]))

    def rush_over_http(self, live: Live, starts_at: datetime) -> list[Answer]:
        """Let all fifty be booked by form, each from a browser of its own, in the same moment."""
        desks = [live.visitor(self.dee) for _ in self.people]
        forms = [self._form(person, starts_at) for person in self.people]
        return rush([lambda d=desk, f=form: d.post("/book/", f) for desk, form in zip(desks, forms, strict=True)])

    def _form(self, person: Patient, starts_at: datetime) -> dict[str, object]:
        return {
            "patient": person.uuid,
            "service": self.consultation.pk,
            "time": f"{starts_at:%Y-%m-%dT%H:%MZ}/{self.ana.pk}",
            "tell_patient": "on",
            "form_key": uuid.uuid4(),
            "do": "book",
        }


def rush(doings: Sequence[Callable[[], Any]]) -> list[Any]:
    """Let everybody do their thing in the same moment; return what each got, the exception where one was raised."""
    start = threading.Barrier(len(doings))
    got: list[Any] = [None] * len(doings)

    def run(number: int, do: Callable[[], Any]) -> None:
        try:
            start.wait(20)
            got[number] = do()
        except Exception as trouble:
            got[number] = trouble
        finally:
            connection.close()

    runners = [threading.Thread(target=run, args=pair) for pair in enumerate(doings)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(120)
    assert not any(runner.is_alive() for runner in runners)
    return got


def counted(got: Sequence[Any]) -> Counter[str]:
    """Count what people got: booked, taken, or the words of any other trouble."""
    names = {Appointment: "booked", SlotTaken: "taken"}
    return Counter(names.get(type(one)) or repr(one) for one in got)


def offered_in(answer: Answer) -> list[datetime]:
    """Return the times that a page offers."""
    return [datetime.strptime(when, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC) for when in OFFERED.findall(answer.text)]


def let_nobody_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the turns away on PostgreSQL: of those who are waited for, and of those that are only tried."""
    monkeypatch.setattr(turns, "_wait_in_order", lambda resources: None)
    monkeypatch.setattr(turns, "_try_each", lambda keys: [1] * len(keys))


class Meeting:
    """Where the first few who saw the same free time wait for each other before they write."""

    def __init__(self, size: int) -> None:
        self._seats = threading.Semaphore(size)
        self._all_here = threading.Barrier(size)

    def wait(self) -> None:
        if self._seats.acquire(blocking=False):
            self._all_here.wait(20)


def naive_book(meeting: Meeting) -> Callable[..., Appointment]:
    """Return booking as it is often written: look whether the time is free, and then write."""

    def book(
        *,
        patient: Patient,
        service: Service,
        practitioner: User,
        starts_at: datetime,
        site: Site,
        at: datetime,
        **_: Any,
    ) -> Appointment:
        free = Wish(service, site, practitioner, starts_at, patient, at).granted()
        meeting.wait()
        return askings.act(_write, free, patient, service, site, at)

    return book


def _write(free: free_times.FreeTime, patient: Patient, service: Service, site: Site, at: datetime) -> Appointment:
    visit = Appointment.objects.create(
        site=site,
        patient=patient,
        service=service,
        practitioner=free.practitioner,
        room=free.room,
        starts_at=free.starts_at,
        ends_at=free.ends_at,
        booked_at=at,
        changed_at=at,
    )
    for line in cut(service.phases.order_by("position")):
        Claim.objects.create(
            kind=Claim.Kind.VISIT,
            appointment=visit,
            starts_at=visit.starts_at + timedelta(minutes=line.starts),
            ends_at=visit.starts_at + timedelta(minutes=line.ends),
            **{f"{line.resource}_id": getattr(visit, f"{line.resource}_id")},
        )
    return visit

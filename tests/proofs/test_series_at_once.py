"""Two desks book series that want the same times: one gets all of it, the other nothing, and is told what is gone.

Beside each proof stands its control: the visits booked one by one, or without turn and guard.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from booking import claims
from booking.models import Appointment, Claim
from booking.several import SomeRefused
from clinic import guards, wall_time
from clinic.actors import Actor
from clinic.models import Service, Site, User
from patients.models import Patient
from tests.booking.held import overlaps
from tests.factories import clinic
from tests.factories.patients import patient
from tests.proofs.racing import ROUNDS, Meeting, let_nobody_wait, rush
from visits import series
from visits.series import Time, Wanted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]

DESKS = 6
SESSIONS = 3


def newcomers() -> list[Patient]:
    return [patient(f"Person {number}") for number in range(DESKS)]


@dataclass(frozen=True)
class House:
    """One practitioner, one room, one pen, and a few people who want the same weeks."""

    site: Site
    ana: User
    dee: User
    needling: Service
    people: list[Patient]

    @classmethod
    def build(cls) -> House:
        site = clinic.site()
        ana = clinic.ana(site)
        needling = clinic.service(
            "microneedling", practitioners=[ana], rooms=[clinic.room(site)], devices=[clinic.device(site)]
        )
        return cls(site, ana, clinic.dee(), needling, newcomers())

    def wanted(self, person: Patient) -> Wanted:
        start = wall_time.local(timezone.now(), self.site.zone).date() + timedelta(days=2)
        return Wanted(person, self.needling, self.site, sessions=SESSIONS, from_day=start)

    def proposed(self) -> list[Time]:
        """Return the times that everybody sees proposed."""
        sessions = series.propose(self.wanted(self.people[0]), at=timezone.now()).sessions
        return [Time(one.chosen.starts_at, one.chosen.practitioner) for one in sessions]

    def book(self, person: Patient, times: list[Time]) -> list[Appointment]:
        return series.book(self.wanted(person), times, by=Actor.of(self.dee), at=timezone.now())

    def shares(self) -> list[int]:
        """Return how many visits each person has."""
        return [Appointment.objects.filter(patient=person).count() for person in self.people]


@pytest.fixture
def house(transactional_db: None) -> House:
    return House.build()


def kinds(got: list[Any]) -> dict[str, int]:
    names = [type(one).__name__ for one in got]
    return {name: names.count(name) for name in set(names)}


def test_of_all_who_book_one_series_at_once_one_gets_it_whole(house: House) -> None:
    for _ in range(ROUNDS):
        house = replace(house, people=newcomers())
        times = house.proposed()

        got = rush([partial(house.book, person, times) for person in house.people])

        assert kinds(got) == {"list": 1, "SomeRefused": DESKS - 1}
        lost = [one.refusals for one in got if isinstance(one, SomeRefused)]
        assert [list(refusals) for refusals in lost] == [[0, 1, 2]] * (DESKS - 1)
        assert sorted(house.shares()) == [0] * (DESKS - 1) + [SESSIONS]
    assert overlaps() == []


def test_of_series_that_overlap_in_part_each_is_whole_or_not_there(house: House) -> None:
    weeks = timedelta(weeks=5)
    first = house.proposed()[0]
    grid = [Time(first.starts_at + weeks * number, first.practitioner) for number in range(SESSIONS + 2)]
    overlapping = [grid[number % 3 : number % 3 + SESSIONS] for number in range(DESKS)]

    got = rush([lambda p=p, t=t: house.book(p, t) for p, t in zip(house.people, overlapping, strict=True)])

    assert kinds(got) == {"list": 1, "SomeRefused": DESKS - 1}  # the middle week is in all of them
    assert sorted(house.shares()) == [0] * (DESKS - 1) + [SESSIONS]
    assert overlaps() == []


def test_booked_one_by_one_both_are_left_with_half_a_series(house: House) -> None:
    """Control: each visit a step of its own, the two desks from both ends; nobody has what was agreed to."""
    times, both = house.proposed(), threading.Barrier(2)

    def one_by_one(person: Patient, in_order: list[Time]) -> None:
        house.book(person, in_order[:1])
        both.wait(20)
        for time in in_order[1:]:
            house.book(person, [time])

    rush(
        [
            lambda: one_by_one(house.people[0], times),
            lambda: one_by_one(house.people[1], times[::-1]),
        ]
    )

    mine, yours, *_others = house.shares()
    assert 0 < mine < SESSIONS
    assert 0 < yours < SESSIONS


@pytest.mark.postgres
def test_without_turn_and_guard_two_series_lie_on_each_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control on PostgreSQL: no lock and no constraint; both see the times free and both write."""
    times, meeting, look = house.proposed(), Meeting(2), claims.is_held

    def look_and_meet(holds: Any, *, at: Any) -> bool:
        held = look(holds, at=at)
        meeting.wait()
        return held

    let_nobody_wait(monkeypatch)
    monkeypatch.setattr(claims, "is_held", look_and_meet)
    with guards.lifted("claim_no_overlap"):
        try:
            got = rush([lambda p=person: house.book(p, times) for person in house.people[:2]])

            assert kinds(got) == {"list": 2}
            assert len(overlaps()) >= SESSIONS
        finally:
            Claim.objects.all().delete()

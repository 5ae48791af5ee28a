"""Many patients who press for one time behind their links at once: one has it, the others see the nearest."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from booking.models import Appointment
from clinic.actors import Actor
from patients import links
from patients.models import Link
from tests.booking.held import overlaps
from tests.factories.patients import patient
from tests.plugins.running import Live
from tests.proofs.racing import ROUNDS, House, rush
from visits import by_link, reception

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]

MANY = 8


@pytest.fixture
def house(transactional_db: None) -> House:
    return House.build()


def booked(house: House, count: int = MANY) -> list[Appointment]:
    """Return so many visits, each of somebody who reads mail, at the first times that are free in a few days."""
    by, at = Actor.of(house.dee), timezone.now()
    people = [patient(f"Reader {number}", email=f"reader{number}@post.example") for number in range(count)]
    starts = house.free()[40 : 40 + count * 4 : 4]
    known = {"service": house.consultation, "practitioner": house.ana, "site": house.site, "by": by, "at": at}
    return [reception.book(patient=one, starts_at=start, **known) for one, start in zip(people, starts, strict=True)]


def kinds(got: list[Any]) -> Counter[str]:
    return Counter(type(one).__name__ for one in got)


def test_one_of_many_who_move_to_one_time_has_it(house: House) -> None:
    visits = booked(house)
    for start in house.free()[120 : 120 + 4 * ROUNDS : 4]:
        at = timezone.now()
        before = {visit.pk: visit.starts_at for visit in Appointment.objects.all()}
        fresh = [Appointment.objects.for_board().get(pk=visit.pk) for visit in visits]
        got = rush(
            [
                partial(
                    by_link.move,
                    visit,
                    starts_at=start,
                    practitioner=house.ana.pk,
                    version=visit.version,
                    by=Actor.of_link(visit.patient.name, uuid4()),
                    at=at,
                )
                for visit in fresh
            ]
        )
        after = {visit.pk: visit.starts_at for visit in Appointment.objects.all()}

        assert kinds(got)["Appointment"] == 1
        assert {one.refusal.rule for one in got if not isinstance(one, Appointment)} == {"claim.taken"}
        assert len([pk for pk in after if after[pk] != before[pk]]) == 1
    assert overlaps() == []


def test_who_lost_over_http_sees_three_others(live: Live, house: House) -> None:
    visits = booked(house, 4)
    start = house.free()[120]
    known = Link.objects.filter(purpose="visit").in_bulk(field_name="pk")
    addresses = {link.subject: links.path(link) for link in known.values()}
    pages = [f"{addresses[f'appointment:{one.pk}']}change/{int(start.timestamp())}/{house.ana.pk}/" for one in visits]
    phones = [live.visitor() for _ in pages]
    calls = zip(phones, pages, strict=True)
    answers = rush([lambda p=phone, a=at: p.post(a, {"answer": "take", "version": "1"}) for phone, at in calls])

    assert Counter(one.status for one in answers) == Counter({303: 1, 409: 3})
    assert Appointment.objects.filter(starts_at=start).count() == 1
    for answer in answers:
        assert answer.status == 303 or answer.text.count('class="button" href="/v/') == 3


def test_a_yes_and_a_call_to_the_desk_at_once_leave_one_story(house: House) -> None:
    (visit,) = booked(house, 1)
    fresh, at = Appointment.objects.for_board().get(pk=visit.pk), timezone.now()
    got = rush(
        [
            partial(by_link.confirm, fresh, version=1, by=Actor.of_link("Reader 0", uuid4()), at=at),
            partial(by_link.cancel, fresh, version=1, by=Actor.of_link("Reader 0", uuid4()), at=at),
            partial(reception.cancel, fresh, version=1, reason="Rang", by=Actor.of(house.dee), at=at),
        ]
    )

    assert kinds(got) == Counter({"Stale": 2, "Appointment": 1})
    assert Appointment.objects.get().version == 2

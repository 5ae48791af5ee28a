"""An offered time and many who want it in the same moment: one has it, the others are told, nobody meets a fault.

The moment that matters is the expiry, where the patient's yes and the desk's booking are both in time by their own
clocks. Beside the proofs stands their control: without looking and without the guard, several have the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from booking import appointments, claims
from booking.diary import Diary
from booking.models import Appointment, Offer
from booking.waitlist import Wants
from clinic.actors import Actor
from patients import links
from patients.models import Link, Patient
from tests.booking.held import overlaps
from tests.factories import clinic
from tests.plugins.running import Live
from tests.proofs.racing import ROUNDS, House, rush
from tests.proofs.test_races import unguarded
from visits import waiting
from visits.transactions import step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]

DESKS = 11
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def house(transactional_db: None) -> House:
    return House.build()


def offer_to(house: House, person: Patient, *, starts_at: datetime | None = None) -> Offer:
    """Put somebody on the list and offer them the first time that is free."""
    by, at = Actor.of(house.dee), timezone.now()
    wants = Wants(service=house.consultation)
    entry = waiting.enter(patient=person, site=house.site, wants=wants, by=by, at=at)
    wanted = starts_at or house.free(limit=1)[0]
    return waiting.offer(entry, practitioner=house.ana, starts_at=wanted, by=by, at=at)


def yes(offer: Offer, *, at: datetime) -> Callable[[], Appointment]:
    return lambda: waiting.accept(offer, by=Actor.of_link("Somebody", uuid4()), at=at)


def bookings(house: House, offer: Offer, *, at: datetime) -> list[Callable[[], Appointment]]:
    """Return what eleven desks do: each books the offered time for somebody else."""
    wish = {"service": house.consultation, "practitioner": house.ana, "starts_at": offer.starts_at}
    others = [person for person in house.people if person.pk != offer.patient_id]
    known = {**wish, "by": Actor.of(house.dee), "at": at}
    return [lambda p=person: step(appointments.book)(patient=p, **known) for person in others[-DESKS:]]


def kinds(got: list[Any]) -> Counter[str]:
    return Counter(type(one).__name__ for one in got)


def test_a_yes_in_the_last_second_and_the_desks_in_the_next(house: House) -> None:
    for number in range(ROUNDS * 2):
        offer = offer_to(house, house.people[number])
        doings = [yes(offer, at=offer.expires_at - A_SECOND), *bookings(house, offer, at=offer.expires_at)]

        assert kinds(rush(doings)) == Counter({"Appointment": 1, "SlotTaken": DESKS})
        booked = Appointment.objects.get(starts_at=offer.starts_at)
        offer.refresh_from_db()
        assert (offer.state == Offer.State.ACCEPTED) == (booked.patient_id == offer.entry.patient_id)
    assert overlaps() == []


def test_while_it_is_held_only_the_patient_has_it(house: House) -> None:
    offer = offer_to(house, house.people[0])
    now = timezone.now()
    got = rush([yes(offer, at=now), *bookings(house, offer, at=now)])

    assert kinds(got) == Counter({"Appointment": 1, "SlotTaken": DESKS})
    assert Appointment.objects.get().patient == house.people[0]


def test_many_yeses_are_one(house: House) -> None:
    offer = offer_to(house, house.people[0])
    got = rush([yes(offer, at=timezone.now())] * 12)

    assert {one.pk for one in got} == {Appointment.objects.get().pk}
    assert Appointment.objects.get().changes.count() == 1


def test_many_yeses_over_http_get_the_same_answer(live: Live, house: House) -> None:
    offer_to(house, house.people[0])
    address = f"/l/{links.token(Link.objects.get(purpose='offer'))}/"
    phones = [live.visitor() for _ in range(12)]
    answers = rush([lambda one=phone: one.post(address, {"answer": "take"}) for phone in phones])

    assert Counter((one.status, one.headers["Location"]) for one in answers) == Counter({(303, address): 12})
    assert Appointment.objects.count() == 1


def test_a_yes_a_no_and_the_desk_that_takes_it_back(house: House) -> None:
    """Whichever comes first stands, and the others find it so."""
    for number in range(ROUNDS * 2):
        offer, now = offer_to(house, house.people[number]), timezone.now()
        others = [
            partial(act, offer, by=Actor.of(house.dee), at=now) for act in (waiting.decline, waiting.withdraw_offer)
        ]
        got = rush([yes(offer, at=now), *others])

        offer.refresh_from_db()
        booked = Appointment.objects.filter(starts_at=offer.starts_at, patient=offer.entry.patient).count()
        assert booked == (offer.state == Offer.State.ACCEPTED) == isinstance(got[0], Appointment)
        assert offer.claims.filter(is_active=True).count() == 0
        assert kinds(got[1:]) == Counter({"Offer": 2})


def test_two_workers_that_go_through_the_list_offer_a_time_once(house: House) -> None:
    first = offer_to(house, house.people[0])
    for person in house.people[1:6]:
        wants = {"wants": Wants(service=house.consultation), "by": Actor.of(house.dee), "at": timezone.now()}
        waiting.enter(patient=person, site=house.site, **wants)
    rush([lambda: waiting.expire(at=first.expires_at)] * 6)

    open_ones = Offer.objects.filter(state=Offer.State.OPEN)
    assert [offer.starts_at for offer in open_ones] == [first.starts_at]
    assert overlaps() == []


def test_two_desks_offer_one_time_to_two_people(house: House) -> None:
    by, at, wanted = Actor.of(house.dee), timezone.now(), house.free(limit=1)[0]
    wants = {"wants": Wants(service=house.consultation), "site": house.site, "by": by, "at": at}
    entries = [waiting.enter(patient=person, **wants) for person in house.people[:12]]
    when = {"practitioner": house.ana, "starts_at": wanted, "by": by, "at": at}
    got = rush([lambda e=entry: waiting.offer(e, **when) for entry in entries])

    assert kinds(got) == Counter({"Offer": 1, "SlotTaken": 11})
    assert Offer.objects.count() == 1


def test_two_people_are_offered_one_hour_in_two_rooms(house: House) -> None:
    """Each desk looks once its turn has come, so the second one is given the other room."""
    ben = clinic.ben(house.site)
    house.consultation.practitioners.add(ben)
    house.consultation.rooms.add(clinic.room(house.site, "Room 2"))
    by, at = Actor.of(house.dee), timezone.now()
    wants = {"wants": Wants(service=house.consultation), "site": house.site, "by": by, "at": at}
    entries = [waiting.enter(patient=person, **wants) for person in house.people]
    for number in range(min(ROUNDS * 4, len(entries) // 2)):
        wanted = next(start for start, people in Counter(house.free()).items() if people == 2)
        offer = partial(waiting.offer, starts_at=wanted, by=by, at=at)
        pairs = zip(entries[number * 2 : number * 2 + 2], (house.ana, ben), strict=True)
        got = rush([partial(offer, entry, practitioner=who) for entry, who in pairs])

        assert kinds(got) == Counter({"Offer": 2})
        assert {one.room.name for one in got} == {"Room 1", "Room 2"}


def test_without_looking_and_without_the_guard_several_have_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: the hold is there, and nobody looks at it."""
    offer = offer_to(house, house.people[0])
    monkeypatch.setattr(Diary, "_is_free", lambda *args: True)
    monkeypatch.setattr(claims, "is_held", lambda holds, *, at: False)
    with unguarded():
        now = timezone.now()
        got = rush([yes(offer, at=now), *bookings(house, offer, at=now)])

        assert kinds(got) == Counter({"Appointment": DESKS + 1})
        assert len(overlaps()) >= DESKS

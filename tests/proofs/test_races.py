"""Fifty people want one time. One gets it, the others are offered times that are free, and nobody meets a fault.

Beside each proof stands its control: the same rush with the guard off, in which the harm happens. STIPPLE_PROOFS=full
runs twenty rounds instead of one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction

from booking import appointments, claims, closures, turns
from booking.diary import Diary
from booking.models import Appointment, Claim, Closure
from clinic import guards
from clinic.actors import Actor
from outbox.models import Notice
from tests.booking.held import overlaps
from tests.factories import clinic
from tests.plugins.running import Live
from tests.proofs.racing import (
    PEOPLE,
    ROUNDS,
    House,
    Meeting,
    counted,
    let_nobody_wait,
    naive_book,
    offered_in,
    rush,
)
from visits import reception
from visits.transactions import Busy, step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]

ONE_WINS = Counter({"booked": 1, "taken": PEOPLE - 1})


@pytest.fixture
def house(transactional_db: None) -> House:
    return House.build()


@contextmanager
def unguarded() -> Iterator[None]:
    """Let the database accept overlaps for a while; what overlaps is gone when the guard comes back."""
    with guards.lifted("claim_no_overlap"):
        try:
            yield
        finally:
            Claim.objects.all().delete()


# --- through the door ------------------------------------------------------------------------------------


def test_fifty_people_race_for_one_time_over_http(live: Live, house: House) -> None:
    for round_number in range(ROUNDS):
        wanted = house.free(limit=1)[0]

        answers = house.rush_over_http(live, wanted)

        assert Counter(answer.status for answer in answers) == {302: 1, 409: PEOPLE - 1}
        assert Appointment.objects.filter(starts_at=wanted).count() == 1
        assert Appointment.objects.count() == round_number + 1
        still_free = house.free()
        for lost in (answer for answer in answers if answer.status == 409):
            offered = offered_in(lost)
            assert len(offered) == 3
            assert set(offered) <= set(still_free)
    assert overlaps() == []
    assert Notice.objects.filter(kind="CONFIRMATION").count() == ROUNDS


def test_without_the_guard_people_are_booked_twice_over_http(
    live: Live, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: look first, write later, no guard; the same rush through the same door."""
    monkeypatch.setattr(reception, "book", naive_book(Meeting(4)))
    wanted = house.free(limit=1)[0]

    with unguarded():
        answers = house.rush_over_http(live, wanted)

        statuses = Counter(answer.status for answer in answers)
        assert set(statuses) == {302, 409}
        assert statuses[302] >= 4
        assert Appointment.objects.filter(starts_at=wanted).count() == statuses[302]
        assert len(overlaps()) >= 4


# --- each wall by itself -----------------------------------------------------------------------------------


def test_fifty_people_race_for_one_time(house: House) -> None:
    for _ in range(ROUNDS):
        assert house.rush(house.free(limit=1)[0]) == ONE_WINS
    assert overlaps() == []


def test_fifty_people_race_for_times_that_overlap(house: House) -> None:
    """Half past, quarter to and the full hour cannot all be had; nobody overlaps and nobody meets a fault."""
    wanted = house.free(limit=4)

    got = counted(rush([lambda n=n, p=p: house.book(p, wanted[n % 4]) for n, p in enumerate(house.people)]))

    assert set(got) == {"booked", "taken"}
    assert got["booked"] == Appointment.objects.count()
    assert got["booked"] in (1, 2)  # of four starts a quarter apart, two half hours fit at most
    assert overlaps() == []


def test_two_practitioners_race_for_the_last_room(house: House) -> None:
    ben = clinic.ben(house.site)
    house.consultation.practitioners.add(ben)
    with_ben = House(house.site, ben, house.dee, house.consultation, house.people)
    wanted = house.free(limit=1)[0]

    doings = [
        lambda p=person, h=(house, with_ben)[number % 2]: h.book(p, wanted)
        for number, person in enumerate(house.people)
    ]

    assert counted(rush(doings)) == ONE_WINS
    assert overlaps() == []


def test_needlings_that_share_rooms_and_pens_never_wait_for_each_other_in_a_ring(house: House) -> None:
    """Three resources a visit, taken by whoever comes in whatever order: nobody meets a deadlock, nobody overlaps."""
    staff = [house.ana, clinic.ben(house.site), clinic.practitioner("Cleo Marsh", house.site)]
    rooms = [clinic.room(house.site, f"Room {number}") for number in (2, 3)]
    pens = [clinic.device(house.site, f"Pen {number}") for number in (1, 2)]
    needling = clinic.service("microneedling", practitioners=staff, rooms=rooms, devices=pens)
    wanted = house.free_for(needling)[:48]

    for round_number in range(ROUNDS):
        luck = random.Random(round_number)
        wishes = [(person, needling, *luck.choice(wanted)) for person in luck.sample(house.people, 20)]

        got = counted(rush([lambda wish=wish: house.book_with(*wish) for wish in wishes]))

        assert set(got) <= {"booked", "taken"}
        assert got["booked"] >= (round_number == 0)
    assert overlaps() == []


def test_one_patient_on_fifty_telephones_is_booked_once(house: House) -> None:
    mia = house.people[0]
    wanted = house.free(limit=1)[0]

    assert counted(rush([lambda: house.book(mia, wanted)] * PEOPLE)) == ONE_WINS


def test_a_cancelled_time_is_won_once_by_its_patient_or_somebody_else(house: House) -> None:
    """Taking back a cancellation passes the same guard as booking."""
    wanted = house.free(limit=1)[0]
    booked = house.book(house.people[0], wanted)
    actor = {"by": Actor.of(house.dee), "at": booked.booked_at}
    appointments.cancel(booked, version=1, reason="Ill", **actor)

    doings = [lambda: step(appointments.revert)(booked, version=2, **actor)]
    doings += [lambda p=person: house.book(p, wanted) for person in house.people[1:]]

    assert counted(rush(doings)) == ONE_WINS
    assert overlaps() == []


def test_two_desks_move_one_visit_and_one_of_them_is_told(house: House) -> None:
    booked = house.book(house.people[0], house.free(limit=1)[0])
    places = house.free()[4:24]
    actor = {"by": Actor.of(house.dee), "at": booked.booked_at}

    got = rush([lambda to=to: step(appointments.move)(booked, starts_at=to, version=1, **actor) for to in places])

    assert Counter(type(one).__name__ for one in got) == {"Appointment": 1, "Stale": len(places) - 1}
    assert overlaps() == []


def test_a_closure_meets_fifty_bookings_and_leaves_nothing_open(house: House) -> None:
    """Who was first stands in it and is named; who came later is told no; and no minute of it is free."""
    wanted = house.free(limit=4)
    day = {"starts_at": wanted[0], "ends_at": wanted[0] + timedelta(hours=2), "at": wanted[0] - timedelta(days=2)}

    def shut() -> Closure:
        known = {"kind": Closure.Kind.LEAVE, "site": house.site, "practitioner": house.ana, "by": Actor.of(house.dee)}
        return step(closures.add)(**known, **day)

    got = rush([shut] + [lambda n=n, p=p: house.book(p, wanted[n % 4]) for n, p in enumerate(house.people)])

    assert set(counted(got[1:])) <= {"booked", "taken"}
    assert closures.conflicts(got[0]) == list(Appointment.objects.order_by("starts_at"))
    assert (closures.sweep(at=day["at"]), overlaps()) == (0, [])


def test_a_cancellation_that_meets_a_closure_leaves_nothing_open(house: House) -> None:
    """Both in the same moment, whichever is first: the time falls to the closure."""
    for _ in range(ROUNDS):
        wanted = house.free(limit=1)[0]
        booked = house.book(house.people[0], wanted)
        actor = {"by": Actor.of(house.dee), "at": booked.booked_at}
        times = {"starts_at": wanted, "ends_at": wanted + timedelta(hours=1)}
        known = {"kind": Closure.Kind.LEAVE, "site": house.site, "practitioner": house.ana, **times, **actor}

        closure, cancelled = rush(
            [
                lambda known=known: step(closures.add)(**known),
                lambda b=booked, a=actor: step(appointments.cancel)(b, version=1, reason="Ill", **a),
            ]
        )

        assert (type(closure), cancelled.state) == (Closure, Appointment.State.CANCELLED)
        assert (closures.conflicts(closure), closures.sweep(at=booked.booked_at)) == ([], 0)
        assert wanted not in house.free(limit=1)


def test_the_turn_alone_lets_one_in(house: House) -> None:
    """The lock and the look under it, without the guard in the database."""
    with unguarded():
        assert house.rush(house.free(limit=1)[0]) == ONE_WINS
        assert overlaps() == []


def test_the_database_alone_lets_one_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard in the database, with nobody looking first."""
    wanted = house.free(limit=1)[0]
    monkeypatch.setattr(Diary, "_is_free", lambda *args: True)
    monkeypatch.setattr(claims, "is_held", lambda holds, *, at: False)

    assert house.rush(wanted) == ONE_WINS
    assert (Appointment.objects.count(), overlaps()) == (1, [])


@pytest.mark.postgres
def test_without_turn_and_guard_several_get_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control on PostgreSQL: no advisory lock and no constraint; everybody sees the time free and writes."""
    meeting, look = Meeting(8), claims.is_held

    def look_and_meet(holds, *, at):
        held = look(holds, at=at)
        meeting.wait()
        return held

    let_nobody_wait(monkeypatch)
    monkeypatch.setattr(claims, "is_held", look_and_meet)
    with unguarded():
        got = house.rush(house.free(limit=1)[0])

        assert set(got) == {"booked", "taken"}
        assert got["booked"] >= 8
        assert len(overlaps()) >= 8


@pytest.mark.postgres
@pytest.mark.parametrize(("rooms", "ben_is_booked"), [(2, True), (1, False)])
def test_a_room_is_waited_for_only_where_there_is_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch, rooms: int, ben_is_booked: bool
) -> None:
    """While Ana's visit is being written down, Ben's is booked in the other room; with one room he has to wait."""
    monkeypatch.setattr(turns, "PAUSES_S", (0.01,))  # not three seconds
    ben, wanted = clinic.ben(house.site), house.free(limit=1)[0]
    house.consultation.practitioners.add(ben)
    if rooms == 2:
        house.consultation.rooms.add(clinic.room(house.site, name="Room 2"))
    mia, tom = house.people[:2]

    with transaction.atomic():
        hers = house.book_now(mia, house.consultation, house.ana, wanted)
        [his] = rush([lambda: house.book_with(tom, house.consultation, ben, wanted)])

    assert isinstance(his, Appointment if ben_is_booked else Busy)
    assert not ben_is_booked or his.room != hers.room
    assert overlaps() == []


@pytest.mark.sqlite
def test_looking_outside_the_transaction_lets_several_in(house: House) -> None:
    """Control on SQLite: the look before the transaction, no triggers, a database in a file."""
    book, wanted = naive_book(Meeting(8)), house.free(limit=1)[0]
    at = wanted - timedelta(days=1)
    wish = {"service": house.consultation, "practitioner": house.ana, "starts_at": wanted, "site": house.site, "at": at}

    with unguarded():
        got = counted(rush([lambda p=person: book(patient=p, **wish) for person in house.people]))

        assert set(got) == {"booked", "taken"}
        assert got["booked"] >= 8
        assert len(overlaps()) >= 8

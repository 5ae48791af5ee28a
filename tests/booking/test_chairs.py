"""Chairs in which the cream works: the treatment room is free meanwhile, and every chair is one person's."""

from datetime import date

import pytest

from booking import appointments, free_times
from tests.booking.held import held, overlaps
from tests.factories import clinic, patients
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit

MONDAY = date(2026, 3, 2)


@pytest.fixture
def numbed_in_chairs(microneedling, site, pen):
    """Microneedling that leaves the room for 45 minutes while the cream works; one pen per room there may be."""
    microneedling.phases.filter(kind="numbing").update(holds_room=False, holds_chair=True, minutes=45)
    microneedling.devices.add(clinic.device(site, "Pen 2"))
    return microneedling


def chairs(service, site, count):
    made = [clinic.room(site, f"Chair {number + 1}", kind="chair") for number in range(count)]
    service.rooms.add(*made)
    return made


def starts(service, site, **more):
    found = free_times.find(service=service, site=site, start=MONDAY, days=1, at=SUNDAY, **more)
    return [free.starts_at for free in found]


def test_without_a_chair_nobody_can_be_numbed(numbed_in_chairs, site):
    assert starts(numbed_in_chairs, site) == []


def test_the_room_is_held_before_and_after_the_chair(numbed_in_chairs, site, ana, mia, room):
    [chair] = chairs(numbed_in_chairs, site, 1)

    booked = visit(mia, numbed_in_chairs, ana)

    assert (booked.room, booked.chair) == (room, chair)
    assert [line for line in held(booked) if line[0] == "room"] == [
        ("room", "prepare", 0, 10),
        ("room", "numbing", 10, 55),
        ("room", "needling", 55, 105),
    ]


def test_while_one_sits_in_a_chair_another_is_in_the_room(numbed_in_chairs, review, site, ana, mia, tomasz, room):
    """Mia leaves the room at 10:10 and is back at 10:55; Tomasz is reviewed in it from 10:15 to 10:30."""
    chairs(numbed_in_chairs, site, 1)
    booked = visit(mia, numbed_in_chairs, ana)

    between = visit(tomasz, review, ana, starts_at=TEN + minutes(15))

    assert (between.room, booked.room) == (room, room)
    assert booked.starts_at < between.starts_at < between.ends_at < booked.ends_at
    assert overlaps() == []


def test_with_the_cream_in_the_room_nobody_else_is_in_it(microneedling, review, ana, mia, tomasz):
    """Control: the same quarter hour without a chair."""
    visit(mia, microneedling, ana)

    with pytest.raises(appointments.SlotTaken):
        visit(tomasz, review, ana, starts_at=TEN + minutes(15))


@pytest.fixture
def three_at_once(numbed_in_chairs, site):
    """A practitioner, a room and a pen for each of four; only the chairs are scarce."""
    extra = [clinic.practitioner(f"{name} Practitioner", site) for name in ("Cleo", "Dan", "Eve")]
    numbed_in_chairs.practitioners.add(*extra)
    numbed_in_chairs.rooms.add(*(clinic.room(site, f"Room {number}") for number in (2, 3, 4)))
    numbed_in_chairs.devices.add(*(clinic.device(site, f"Pen {number}") for number in (3, 4)))
    return numbed_in_chairs


def test_three_chairs_are_room_for_three(three_at_once, site):
    made = chairs(three_at_once, site, 3)
    people = [patients.patient(name) for name in ("Noor Haddad", "Piet Brand", "Quin Ives", "Rui Sato")]
    staff = list(three_at_once.practitioners.order_by("name"))

    booked = [visit(one, three_at_once, who) for one, who in zip(people[:3], staff, strict=False)]

    assert [one.chair for one in booked] == made
    assert TEN not in starts(three_at_once, site, patient=people[3])
    with pytest.raises(appointments.SlotTaken):
        visit(people[3], three_at_once, staff[3])
    assert overlaps() == []


def test_a_fourth_chair_is_room_for_a_fourth(three_at_once, site):
    """Control: nothing but the chair was missing."""
    made = chairs(three_at_once, site, 4)
    people = [patients.patient(name) for name in ("Noor Haddad", "Piet Brand", "Quin Ives", "Rui Sato")]

    booked = [
        visit(*pair)
        for pair in (
            (one, three_at_once, who)
            for one, who in zip(people, three_at_once.practitioners.order_by("name"), strict=True)
        )
    ]

    assert [one.chair for one in booked] == made


def test_a_moved_visit_keeps_its_chair_where_that_is_free(numbed_in_chairs, site, ana, ben, mia, tomasz):
    first, second = chairs(numbed_in_chairs, site, 2)
    numbed_in_chairs.rooms.add(clinic.room(site, "Room 2"))
    numbed_in_chairs.practitioners.add(ben)
    early = visit(tomasz, numbed_in_chairs, ana)
    later = visit(mia, numbed_in_chairs, ben, starts_at=TEN + minutes(15))
    appointments.cancel(early, version=1, reason="Ill", by=HOUSE, at=SUNDAY)

    moved = appointments.move(later, starts_at=TEN, version=1, by=HOUSE, at=SUNDAY)

    assert (early.chair, later.chair, moved.chair) == (first, second, second)


def test_a_shorter_needling_is_held_shorter_and_offered_where_it_fits(microneedling, site, ana, mia):
    """From 11:35 on Ana's lunch at 13:00 leaves room for 20 minutes of needling and for no 30."""
    microneedling.start_grid_minutes = 5
    microneedling.save()
    last_before_lunch = TEN + minutes(100)

    assert last_before_lunch + minutes(10) not in starts(microneedling, site)
    assert last_before_lunch + minutes(10) in starts(microneedling, site, needling_minutes=20)
    booked = visit(mia, microneedling, ana, starts_at=last_before_lunch + minutes(10), needling_minutes=20)

    assert (booked.needling_minutes, booked.ends_at - booked.starts_at) == (20, minutes(70))
    assert [line for line in held(booked) if line[0] == "device"] == [
        ("device", "needling", 40, 60),
        ("device", "clean_down", 70, 80),
    ]


def test_a_moved_visit_keeps_its_length_unless_it_gets_another(microneedling, ana, mia):
    booked = visit(mia, microneedling, ana, needling_minutes=20)

    moved = appointments.move(booked, starts_at=TEN + minutes(15), version=1, by=HOUSE, at=SUNDAY)
    longer = appointments.move(moved, starts_at=TEN, version=2, by=HOUSE, at=SUNDAY, needling_minutes=30)

    assert (moved.needling_minutes, moved.ends_at - moved.starts_at) == (20, minutes(70))
    assert (longer.needling_minutes, longer.ends_at - longer.starts_at) == (30, minutes(80))


@pytest.mark.parametrize(
    ("starts_at", "at", "rule"),
    [
        (TEN - minutes(120), SUNDAY, "hours.outside"),
        (TEN + minutes(7), SUNDAY, "grid.off"),
        (TEN, TEN + minutes(2), "time.past"),
    ],
)
def test_a_rule_that_somebody_answers_for_is_passed_alone(consultation, ana, mia, starts_at, at, rule):
    with pytest.raises(appointments.Refused) as refused:
        visit(mia, consultation, ana, starts_at=starts_at, at=at)
    assert refused.value.refusal.rule == rule

    booked = visit(mia, consultation, ana, starts_at=starts_at, at=at, passes=frozenset({rule}))

    assert booked.starts_at == starts_at


def test_no_pass_makes_two_of_one(consultation, ana, mia, tomasz):
    visit(mia, consultation, ana)

    with pytest.raises(appointments.SlotTaken):
        visit(tomasz, consultation, ana, passes=frozenset({"claim.taken", "hours.outside", "time.past"}))

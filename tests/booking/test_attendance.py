"""Who missed a visit or called it off too late: counted for many at once, fairly."""

from datetime import timedelta

import pytest

from booking import appointments, attendance
from booking.attendance import Attendance
from tests.factories import patients as who
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit

NEXT_WEEK = TEN + timedelta(days=7)


@pytest.fixture
def booked(mia, review, ana):
    return visit(mia, review, ana)


def counted(patient, at=NEXT_WEEK):
    return attendance.of([patient.pk], at=at)[patient.pk]


def call_off(booked, before, **fields):
    """Cancel a visit so long before its start."""
    return appointments.cancel(
        booked, version=booked.version, reason="Ill", by=HOUSE, at=booked.starts_at - before, **fields
    )


def test_nobody_has_missed_anything_at_first(mia):
    assert counted(mia) == Attendance(no_shows=0, late_cancellations=0)


def test_a_visit_that_nobody_came_to_is_counted(booked, mia):
    appointments.no_show(booked, version=1, by=HOUSE, at=TEN + minutes(20))

    assert counted(mia) == Attendance(no_shows=1)


def test_a_no_show_that_was_taken_back_is_not(booked, mia):
    missed = appointments.no_show(booked, version=1, by=HOUSE, at=TEN + minutes(20))
    appointments.revert(missed, version=missed.version, by=HOUSE, at=TEN + minutes(21))

    assert counted(mia) == Attendance()


@pytest.mark.parametrize(("before", "late"), [(minutes(24 * 60), 0), (minutes(24 * 60 - 1), 1), (-minutes(5), 1)])
def test_late_is_less_than_a_day_before_the_start(booked, mia, before, late):
    call_off(booked, before)

    assert counted(mia) == Attendance(late_cancellations=late)


def test_the_house_says_what_late_is(booked, mia, site):
    site.late_cancel_hours = 48
    site.save()
    call_off(booked, minutes(47 * 60))

    assert counted(mia).late_cancellations == 1


def test_what_the_clinic_called_off_is_no_fault_of_the_patient(booked, mia):
    call_off(booked, minutes(10), called_off_by="clinic")

    assert counted(mia) == Attendance()


def test_a_cancellation_that_was_taken_back_and_made_again_in_time_counts_as_it_stands(booked, mia):
    off = call_off(booked, minutes(60))
    back = appointments.revert(off, version=off.version, by=HOUSE, at=TEN - minutes(59))
    moved = appointments.move(back, starts_at=NEXT_WEEK, version=back.version, by=HOUSE, at=TEN - minutes(58))
    call_off(moved, timedelta(days=3))

    assert counted(mia) == Attendance()


def test_what_is_older_than_two_years_is_forgotten(booked, mia):
    appointments.no_show(booked, version=1, by=HOUSE, at=TEN + minutes(20))

    assert counted(mia, at=TEN + timedelta(days=730)) == Attendance(no_shows=1)
    assert counted(mia, at=TEN + timedelta(days=731)) == Attendance()


@pytest.mark.parametrize("number", [1, 3])
def test_many_patients_cost_one_query(review, ana, django_assert_num_queries, number):
    people = [who.patient(f"Nora {count}") for count in range(number)]
    for count, person in enumerate(people):
        held = visit(person, review, ana, starts_at=TEN + minutes(30 * count), at=SUNDAY)
        appointments.no_show(held, version=1, by=HOUSE, at=held.starts_at)

    with django_assert_num_queries(1):
        told = attendance.of([person.pk for person in people], at=NEXT_WEEK)
    assert set(told.values()) == {Attendance(no_shows=1)}

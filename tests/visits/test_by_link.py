"""What a patient does behind a link goes by the rules of every door."""

from datetime import timedelta
from uuid import uuid4

import pytest

from booking import own_hands
from booking.models import Appointment
from booking.own_hands import Stands
from clinic.actors import Actor
from clinic.refusals import Refused, Stale
from outbox.models import Notice
from patients import restrictions
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.patients import patient
from visits import by_link, own_choice, reception

WEDNESDAY, FRIDAY = TEN + timedelta(days=2), TEN + timedelta(days=4)
BY = Actor.of_link("Mia Okafor", uuid4())


@pytest.fixture
def booked(mia, review, ana, dee, site):
    return reception.book(
        patient=mia, service=review, practitioner=ana, starts_at=WEDNESDAY, site=site, by=dee, at=SUNDAY
    )


def rule_of(act, *args, **known):
    with pytest.raises(Refused) as refused:
        act(*args, by=BY, **known)
    return refused.value.refusal.rule


def test_a_yes_is_kept_with_the_name_of_who_said_it(booked):
    confirmed = by_link.confirm(booked, version=1, by=BY, at=SUNDAY)

    assert confirmed.state == Appointment.State.CONFIRMED
    assert confirmed.changes.get(verb="confirm").by_name == "Mia Okafor"
    assert by_link.confirm(confirmed, version=2, by=BY, at=SUNDAY) == confirmed


def test_a_step_on_what_was_changed_meanwhile_changes_nothing(booked, dee, ana):
    reception.move(booked, starts_at=FRIDAY, version=1, by=dee, at=SUNDAY)
    for act, known in (
        (by_link.confirm, {}),
        (by_link.cancel, {}),
        (by_link.move, {"starts_at": WEDNESDAY + minutes(60), "practitioner": ana.pk}),
    ):
        with pytest.raises(Stale):
            act(booked, version=1, by=BY, at=SUNDAY, **known)


def test_a_day_before_it_takes_a_call(booked, ana):
    late = WEDNESDAY - timedelta(hours=23, minutes=59)

    assert rule_of(by_link.cancel, booked, version=1, at=late) == "own_visit.late"
    assert rule_of(by_link.move, booked, starts_at=FRIDAY, practitioner=ana.pk, version=1, at=late) == "own_visit.late"
    by_link.cancel(booked, version=1, by=BY, at=WEDNESDAY - timedelta(hours=24))


def test_once_it_has_begun_nothing_is_said_to_it_any_more(booked):
    assert rule_of(by_link.confirm, booked, version=1, at=WEDNESDAY) == "own_visit.begun"


@pytest.mark.parametrize(
    ("moment", "how"),
    [
        (WEDNESDAY - timedelta(hours=24), Stands.OPEN),
        (WEDNESDAY - timedelta(hours=24) + timedelta(seconds=1), Stands.LATE),
        (WEDNESDAY, Stands.BEGUN),
        (WEDNESDAY + minutes(15), Stands.OVER),
    ],
)
def test_the_clock_says_where_a_visit_stands(booked, moment, how):
    assert own_hands.stands(booked, at=moment) == how


def test_a_move_withdraws_what_was_to_be_said_of_the_old_time(booked, ana):
    moved = by_link.move(booked, starts_at=FRIDAY, practitioner=ana.pk, version=1, by=BY, at=SUNDAY + minutes(1))

    assert (moved.starts_at, moved.sequence) == (FRIDAY, 1)
    assert {one.due_at for one in Notice.objects.open().filter(kind="PRE_24H")} == {FRIDAY - timedelta(days=1)}


@pytest.mark.parametrize("shift", [7, 60 * 24 * 3, 60 * 9])
def test_a_time_that_cannot_be_booked_cannot_be_taken(booked, ana, shift):
    """Off the grid, on a Saturday, after hours."""
    starts_at = WEDNESDAY + minutes(shift)

    assert rule_of(by_link.move, booked, starts_at=starts_at, practitioner=ana.pk, version=1, at=SUNDAY) == (
        "claim.taken"
    )


def test_somebody_who_does_not_give_it_cannot_be_chosen(booked, ben):
    assert rule_of(by_link.move, booked, starts_at=FRIDAY, practitioner=ben.pk, version=1, at=SUNDAY) == "claim.taken"


def test_what_keeps_the_patient_away_keeps_them_away_here_too(booked, mia, ana):
    restrictions.write(mia, source="x", service_kinds=[], not_before=None, words="Ask first.", at=SUNDAY)

    known = {"starts_at": FRIDAY, "practitioner": ana.pk, "version": 1, "at": SUNDAY}
    assert rule_of(by_link.move, booked, **known) == "restriction.needs_clinician"


def test_all_that_is_shown_is_free_and_nothing_that_is_taken(booked, ana, review):
    visit(patient("Somebody Sooner"), review, ana, starts_at=FRIDAY)
    choice = own_choice.to_move(booked, at=SUNDAY)
    shown = [free.starts_at for free in choice.on(FRIDAY.date(), anybody=False)]

    assert FRIDAY not in shown
    assert FRIDAY + minutes(15) in shown
    assert [free.starts_at - FRIDAY for free in choice.nearest(FRIDAY, anybody=False)] == [
        minutes(-30),
        minutes(-15),
        minutes(15),
    ]


def test_a_session_moves_inside_the_window_of_its_course(course, mia, ana, microneedling, dee, site):
    """Done on 2 March: the window is 30 March to 13 April."""
    second = TEN + timedelta(days=35)
    booked = reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=second, site=site, by=dee, at=TEN + minutes(90)
    )
    choice = own_choice.to_move(booked, at=TEN + minutes(90))

    assert [f"{choice.first:%d %B}", f"{choice.last:%d %B}", choice.is_late] == ["30 March", "13 April", False]


def test_a_window_that_is_over_leaves_the_days_after_it(course, mia, ana, microneedling, dee, site):
    at, late = TEN + timedelta(days=43), TEN + timedelta(days=49)
    booked = reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=late, site=site, by=dee, at=at
    )
    choice = own_choice.to_move(booked, at=at)

    assert (choice.first, choice.is_late) == (at.date(), True)
    assert choice.soonest(anybody=False) is not None


def test_a_session_keeps_the_rest_before_the_next_one(course, mia, ana, microneedling, dee, site):
    known = {"patient": mia, "service": microneedling, "practitioner": ana, "site": site, "by": dee}
    second = reception.book(starts_at=TEN + timedelta(days=35), at=TEN + minutes(90), **known)
    third = reception.book(starts_at=TEN + timedelta(days=64), at=TEN + minutes(91), **known)

    assert own_choice.to_move(second, at=TEN + minutes(92)).last == (third.starts_at - timedelta(days=28)).date()


def test_the_next_session_is_booked_where_and_with_whom_the_last_one_was(course, mia, ana, microneedling, site):
    at, when = TEN + timedelta(days=21), TEN + timedelta(days=36, hours=-1)
    known = {"practitioner": ana.pk, "by": BY, "at": at}
    booked = by_link.book(course, starts_at=when, **known)

    assert (booked.patient, booked.service, booked.practitioner, booked.site) == (mia, microneedling, ana, site)
    assert booked.planned_visit.course == course
    with pytest.raises(Refused) as refused:
        by_link.book(course, starts_at=when + timedelta(days=1), **known)
    assert refused.value.refusal.rule == "own_choice.booked"


def test_a_day_outside_the_window_cannot_be_booked_behind_a_link(course, ana):
    at = TEN + timedelta(days=21)
    for days in (22, 43):
        known = {"starts_at": TEN + timedelta(days=days), "practitioner": ana.pk, "at": at}
        assert rule_of(by_link.book, course, **known) == "claim.taken"

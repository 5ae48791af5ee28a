"""A practitioner runs late: what the preview says is what happens, and what cannot move stays where it is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import appointments
from booking.models import Appointment
from clinic.refusals import Refused, Stale
from outbox.models import Notice
from patients import restrictions
from tests.factories import booking, clinic, treatments
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes
from tests.factories.patients import patient
from treatments import gates
from visits import closing, reception, running_late
from visits.displaced import NotSettled


@pytest.fixture(autouse=True)
def clinical_values(db):
    treatments.values()


@pytest.fixture
def morning(mia, tomasz, ana, consultation):
    """Mia at ten and Tomasz right after her, at half past."""
    first = booking.visit(mia, consultation, ana)
    return first, booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))


def seen(preview):
    return [(one.visit.patient.first_name, one.starts_at - TEN, one.why_not) for one in preview.shifts]


def shown(preview):
    return {one.visit.pk: one.visit.version for one in preview.moving}


def starts(practitioner):
    return list(Appointment.objects.filter(practitioner=practitioner).values_list("starts_at", flat=True))


def test_the_preview_moves_one_visit_into_the_time_that_the_next_one_leaves(morning, site, ana, dee):
    preview = running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN - minutes(20))

    assert seen(preview) == [("Mia", minutes(20), ""), ("Tomasz", minutes(50), "")]


def test_looking_changes_nothing(morning, site, ana, dee):
    running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN - minutes(20))

    assert starts(ana) == [TEN, TEN + minutes(30)]
    assert list(Appointment.objects.values_list("version", flat=True)) == [1, 1]
    assert Notice.objects.count() == 0


def locks_and_writes(asked):
    """Return the questions to the database that would make anybody wait."""
    holding = ("FOR UPDATE", "FOR NO KEY UPDATE", "advisory", "lock_timeout")
    return [
        sql
        for one in asked.captured_queries
        if not (sql := one["sql"].strip()).startswith("SELECT") or any(words in sql for words in holding)
    ]


def test_looking_makes_nobody_wait(morning, site, ana, dee):
    with CaptureQueriesContext(connection) as asked:
        running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN - minutes(20))

    assert locks_and_writes(asked) == []


def test_the_control_pressing_decides_under_the_lock(morning, site, ana, dee):
    with CaptureQueriesContext(connection) as asked:
        running_late.run(
            ana, site=site, minutes=20, versions={one.pk: 1 for one in morning}, by=dee, at=TEN - minutes(20)
        )

    held = [sql for sql in locks_and_writes(asked) if "advisory" in sql or "FOR NO KEY UPDATE" in sql]
    assert locks_and_writes(asked) != []
    assert bool(held) == (connection.vendor == "postgresql")


def test_what_was_shown_is_what_happens(morning, site, ana, dee):
    preview = running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN - minutes(20))

    done = running_late.run(ana, site=site, minutes=20, versions=shown(preview), by=dee, at=TEN - minutes(19))

    assert seen(done) == seen(preview)
    assert starts(ana) == [TEN + minutes(20), TEN + minutes(50)]
    assert [one.changes.latest("id").reason for one in Appointment.objects.all()] == [
        "Ana Duarte runs 20 minutes late",
        "Ana Duarte runs 20 minutes late",
    ]


def test_patients_who_are_still_at_home_are_told(mia, ana, site, dee, consultation):
    booked = reception.book(
        patient=mia, service=consultation, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY
    )

    running_late.run(ana, site=site, minutes=20, versions={booked.pk: 1}, by=dee, at=TEN - minutes(60))

    told = Notice.objects.filter(patient=mia, kind="CHANGE")
    assert list(told.values_list("state", "due_at")) == [(Notice.State.DUE, TEN - minutes(57))]


def test_even_whoever_wanted_no_confirmation_is_told_of_the_delay(mia, ana, site, dee, consultation):
    booked = reception.book(
        patient=mia,
        service=consultation,
        practitioner=ana,
        starts_at=TEN,
        site=site,
        tell_patient=False,
        by=dee,
        at=SUNDAY,
    )
    assert Notice.objects.filter(kind="CONFIRMATION").count() == 0

    running_late.run(ana, site=site, minutes=20, versions={booked.pk: 1}, by=dee, at=TEN - minutes(60))

    assert Notice.objects.filter(patient=mia, kind="CHANGE").count() == 1


def test_somebody_who_waits_keeps_their_time_and_is_to_be_told(morning, mia, site, ana, dee):
    appointments.arrive(morning[0], version=1, by=HOUSE, at=TEN - minutes(5))

    preview = running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN - minutes(5))

    assert [one.patient for one in preview.waiting] == [mia]
    assert seen(preview) == [("Tomasz", minutes(50), "")]


def test_the_visit_in_the_room_is_left_alone(morning, mia, site, ana, dee):
    appointments.enter_room(morning[0], version=1, by=HOUSE, at=TEN)

    preview = running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN + minutes(5))

    assert [one.patient for one in preview.in_room] == [mia]
    assert [one.visit.patient.first_name for one in preview.moving] == ["Tomasz"]


def test_a_visit_whose_room_is_taken_stays_and_says_so(morning, site, ana, ben, dee, consultation):
    consultation.practitioners.add(ben)
    booking.visit(patient("Zoe Lark"), consultation, ben, starts_at=TEN + minutes(60))

    preview = running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN - minutes(20))

    assert seen(preview) == [
        ("Mia", minutes(20), "Ana Duarte is taken from 10:30 on."),
        ("Tomasz", minutes(50), "Room 1 is taken from 11:00 on."),
    ]


def test_one_who_comes_while_the_cream_of_another_works_moves_on_together_with_them(
    mia, tomasz, ana, site, dee, microneedling, consultation
):
    consultation.rooms.set([clinic.room(site, "Room 2")])
    booking.visit(mia, microneedling, ana)
    passes = frozenset({"grid.off"})
    booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(10), passes=passes)  # ends as the needling begins

    preview = running_late.preview(ana, site=site, minutes=15, by=dee, at=TEN - minutes(20))

    assert seen(preview) == [("Mia", minutes(15), ""), ("Tomasz", minutes(25), "")]


def test_a_visit_is_not_moved_on_into_time_that_is_closed(morning, site, ana, dee):
    closing.close(
        kind="leave",
        site=site,
        practitioner=ana,
        starts_at=TEN + minutes(60),
        ends_at=TEN + minutes(120),
        by=dee,
        at=SUNDAY,
    )

    preview = running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN - minutes(20))

    assert [one.why_not for one in preview.shifts] == [
        "Ana Duarte is taken from 10:30 on.",
        "Ana Duarte is taken from 11:00 on.",
    ]


def test_another_room_that_is_free_lets_it_move(morning, site, ana, ben, dee, consultation):
    consultation.practitioners.add(ben)
    booking.visit(patient("Zoe Lark"), consultation, ben, starts_at=TEN + minutes(60))
    consultation.rooms.add(clinic.room(site, "Room 2"))

    preview = running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN - minutes(20))

    assert [one.why_not for one in preview.shifts] == ["", ""]


@pytest.fixture
def last_of_the_day(mia, ana, consultation):
    return booking.visit(mia, consultation, ana, starts_at=TEN + minutes(450))  # 17:30, until Ana goes home


def test_the_desk_cannot_move_a_visit_past_the_end_of_the_day(last_of_the_day, site, ana, dee):
    preview = running_late.preview(ana, site=site, minutes=15, by=dee, at=TEN + minutes(400))

    assert [one.why_not for one in preview.shifts] == [
        "That is outside working hours. These roles may answer for it: Practitioner, Prescriber, Manager."
    ]


def test_a_practitioner_may_and_the_house_keeps_who_answered(last_of_the_day, site, ana, as_ana):
    done = running_late.run(
        ana, site=site, minutes=15, versions={last_of_the_day.pk: 1}, by=as_ana, at=TEN + minutes(400)
    )

    assert [one.is_outside_hours for one in done.shifts] == [True]
    kept = last_of_the_day.overrides.get()
    assert (kept.rule, kept.agreed_by, kept.reason) == ("hours.outside", ana, "Ana Duarte runs 15 minutes late")


def test_a_late_day_agrees_to_nothing_but_the_hours(mia, tomasz, ana, microneedling, consultation, site, as_ana):
    early = booking.visit(mia, microneedling, ana)
    booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(120))
    tomorrow = TEN.date() + timedelta(days=1)
    restrictions.write(
        mia, source="x", service_kinds=["needling"], not_before=tomorrow, soft_days=3, words="Rests.", at=SUNDAY
    )

    preview = running_late.preview(ana, site=site, minutes=20, by=as_ana, at=TEN - minutes(20))
    assert [(one.visit.patient.first_name, bool(one.why_not)) for one in preview.shifts] == [
        ("Mia", True),
        ("Tomasz", False),
    ]
    running_late.run(ana, site=site, minutes=20, versions=shown(preview), by=as_ana, at=TEN - minutes(20))

    assert starts(ana) == [TEN, TEN + minutes(140)]
    assert early.overrides.count() == 0
    assert gates.restriction_refusal(early, on=TEN.date(), at=TEN).rule == "restriction.not_before"


def test_when_a_visit_changed_meanwhile_nothing_moves(morning, site, ana, dee):
    versions = shown(running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN - minutes(20)))
    appointments.confirm(morning[0], version=1, by=HOUSE, at=TEN - minutes(20))

    with pytest.raises(NotSettled) as stopped:
        running_late.run(ana, site=site, minutes=20, versions=versions, by=dee, at=TEN - minutes(19))

    assert stopped.value.visit == morning[0]
    assert starts(ana) == [TEN, TEN + minutes(30)]


def test_when_a_visit_came_in_meanwhile_nothing_moves(morning, site, ana, dee, consultation):
    versions = shown(running_late.preview(ana, site=site, minutes=20, by=dee, at=TEN - minutes(20)))
    booking.visit(patient("Zoe Lark"), consultation, ana, starts_at=TEN + minutes(120))

    with pytest.raises(Stale):
        running_late.run(ana, site=site, minutes=20, versions=versions, by=dee, at=TEN - minutes(19))

    assert starts(ana) == [TEN, TEN + minutes(30), TEN + minutes(120)]


def test_each_visit_can_be_put_back_the_first_one_first(morning, site, ana, dee):
    running_late.run(ana, site=site, minutes=20, versions={one.pk: 1 for one in morning}, by=dee, at=TEN - minutes(20))

    for visit in morning:
        reception.revert(visit, version=2, by=dee, at=TEN - minutes(19))

    assert starts(ana) == [TEN, TEN + minutes(30)]


@pytest.mark.parametrize("delay", [0, 181])
def test_a_delay_is_between_a_minute_and_three_hours(delay, site, ana, dee):
    with pytest.raises(Refused) as refused:
        running_late.preview(ana, site=site, minutes=delay, by=dee, at=TEN)

    assert refused.value.refusal.rule == "late.minutes"

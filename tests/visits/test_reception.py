"""What the desk does with a visit beyond booking it: late, a note, called off by whom, somebody who walks in."""

from datetime import timedelta

import pytest

from booking import appointments
from booking.appointments import SlotTaken
from booking.models import Appointment
from clinic.refusals import Refused, Stale
from outbox.models import Notice
from patients.models import Patient
from tests.factories.booking import SUNDAY, TEN, minutes
from visits import reception

State = Appointment.State
AT_10_04 = TEN + minutes(4) + timedelta(seconds=23)


@pytest.fixture
def house(site, review, ana):
    return {"site": site, "service": review, "practitioner": ana}


@pytest.fixture
def booked(mia, dee, house):
    return reception.book(patient=mia, starts_at=TEN, by=dee, at=SUNDAY, **house)


def last_change(visit):
    return visit.changes.order_by("-id").first()


# --- late ------------------------------------------------------------------------------------------------


def test_a_late_patient_keeps_state_and_time(booked, dee):
    told = reception.late(booked, minutes=15, version=booked.version, by=dee, at=TEN - minutes(20))

    assert (told.state, told.starts_at, told.late_minutes, told.sequence) == (State.BOOKED, TEN, 15, 0)
    assert (last_change(told).verb, last_change(told).after["late_minutes"]) == ("late", 15)


def test_being_late_is_taken_back(booked, dee):
    told = reception.late(booked, minutes=15, version=booked.version, by=dee, at=TEN)
    back = reception.revert(told, version=told.version, by=dee, at=TEN)

    assert back.late_minutes is None


def test_whoever_has_come_is_late_no_more(booked, dee):
    told = reception.late(booked, minutes=15, version=booked.version, by=dee, at=TEN)
    here = reception.arrive(told, version=told.version, by=dee, at=TEN + minutes(15))
    back = reception.revert(here, version=here.version, by=dee, at=TEN + minutes(16))

    assert (here.late_minutes, back.late_minutes) == (None, 15)


def test_a_visit_at_another_time_is_not_late(booked, dee):
    told = reception.late(booked, minutes=60, version=booked.version, by=dee, at=TEN - minutes(5))
    moved = reception.move(told, starts_at=TEN + minutes(60), version=told.version, by=dee, at=TEN - minutes(4))

    assert moved.late_minutes is None


@pytest.mark.parametrize("count", [0, -5, 241])
def test_a_lateness_beyond_reason_is_refused(booked, dee, count):
    with pytest.raises(Refused) as refused:
        reception.late(booked, minutes=count, version=booked.version, by=dee, at=TEN)

    assert refused.value.refusal.rule == "late.range"


def test_who_is_here_cannot_be_late(booked, dee):
    here = reception.arrive(booked, version=booked.version, by=dee, at=TEN)

    with pytest.raises(appointments.WrongState):
        reception.late(here, minutes=5, version=here.version, by=dee, at=TEN)


# --- the note ---------------------------------------------------------------------------------------------


def test_a_note_is_changed_and_nothing_else(booked, dee):
    told = reception.change_note(booked, note=" Brings her son ", version=booked.version, by=dee, at=TEN)

    assert (told.note, told.state, told.version) == ("Brings her son", State.BOOKED, 2)
    assert last_change(told).before["note"] == ""


def test_a_note_over_somebody_elses_note_is_stale_and_names_both(booked, dee):
    reception.change_note(booked, note="Parks at the back", version=1, by=dee, at=TEN)

    with pytest.raises(Stale) as stale:
        reception.change_note(booked, note="Brings her son", version=1, by=dee, at=TEN)

    assert stale.value.changed == {"note": ("", "Parks at the back")}


def test_a_note_does_not_stand_in_the_way_of_an_undo(booked, dee):
    here = reception.arrive(booked, version=booked.version, by=dee, at=TEN)
    noted = reception.change_note(here, note="Brings her son", version=here.version, by=dee, at=TEN)
    back = reception.revert(noted, version=noted.version, by=dee, at=TEN)

    assert (back.state, back.note) == (State.BOOKED, "Brings her son")


def test_a_cancelled_visit_takes_no_note(booked, dee):
    off = reception.cancel(booked, version=1, reason="Ill", by=dee, at=SUNDAY)

    with pytest.raises(appointments.WrongState):
        reception.change_note(off, note="Later", version=off.version, by=dee, at=SUNDAY)


# --- called off -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("patient", "Your appointment on Mon 2 March, 10:00 with Ana is cancelled. If you would like"),
        ("clinic", "We are sorry. We had to cancel your appointment on Mon 2 March, 10:00 with Ana."),
    ],
)
def test_the_message_says_who_called_the_visit_off(booked, mia, dee, who, words):
    off = reception.cancel(booked, version=1, reason="Ill", called_off_by=who, by=dee, at=SUNDAY + minutes(10))

    letter = Notice.objects.get(patient=mia, kind="CANCELLATION")
    assert off.cancelled_by == who
    assert words in " ".join(letter.body_text.split())


def test_a_visit_that_stands_again_was_called_off_by_nobody(booked, dee):
    off = reception.cancel(booked, version=1, reason="Ill", called_off_by="clinic", by=dee, at=SUNDAY)
    back = reception.revert(off, version=off.version, by=dee, at=SUNDAY)

    assert (back.state, back.cancelled_by) == (State.BOOKED, "")


# --- walking in -------------------------------------------------------------------------------------------


def test_who_walks_in_is_booked_from_the_next_minute_and_is_here(mia, dee, house):
    house["service"].minimum_notice_minutes = 60
    house["service"].save()

    here = reception.walk_in(patient=mia, by=dee, at=AT_10_04, **house)

    assert (here.starts_at, here.state, here.arrived_at) == (TEN + minutes(5), State.ARRIVED, AT_10_04)
    assert (here.is_walk_in, here.tell_patient) == (True, False)
    assert [change.verb for change in here.changes.order_by("id")] == ["book", "arrive"]
    assert not Notice.objects.filter(patient=mia).exists()


def test_the_control_a_booking_at_that_minute_is_off_the_grid(mia, dee, house):
    with pytest.raises(Refused) as refused:
        reception.book(patient=mia, starts_at=TEN + minutes(5), by=dee, at=AT_10_04, **house)

    assert refused.value.refusal.rule == "grid.off"


def test_who_walks_in_while_somebody_is_treated_hears_the_next_free_times(booked, tomasz, dee, house):
    with pytest.raises(SlotTaken) as taken:
        reception.walk_in(patient=tomasz, by=dee, at=AT_10_04, **house)

    offered = [free.starts_at for free in taken.value.refusal.alternatives]
    assert offered == [TEN + minutes(15), TEN + minutes(30), TEN + minutes(45)]
    assert not Appointment.objects.filter(patient=tomasz).exists()


def test_without_a_name_the_first_who_is_free_takes_them(booked, tomasz, dee, ben, site, review, room):
    review.practitioners.add(ben)
    review.rooms.add(type(room).objects.create(site=site, name="Room 2"))

    here = reception.walk_in(patient=tomasz, service=review, site=site, by=dee, at=AT_10_04)

    assert here.practitioner == ben


def test_outside_hours_nobody_walks_in(mia, dee, house):
    with pytest.raises(Refused) as refused:
        reception.walk_in(patient=mia, by=dee, at=TEN + minutes(8 * 60), **house)

    assert refused.value.refusal.rule == "hours.outside"
    assert Appointment.objects.count() == 0


def test_somebody_new_who_walks_in_is_entered_and_here_or_neither(booked, dee, house):
    with pytest.raises(SlotTaken):
        reception.walk_in_new(name="Noor Rahman", phone="0113 496 0123", by=dee, at=AT_10_04, **house)
    assert not Patient.objects.filter(name="Noor Rahman").exists()

    here = reception.walk_in_new(name="Noor Rahman", phone="0113 496 0123", by=dee, at=AT_10_04 + minutes(15), **house)

    assert (here.patient.name, here.state) == ("Noor Rahman", State.ARRIVED)


# --- moving -----------------------------------------------------------------------------------------------


def test_a_move_may_be_kept_quiet(booked, mia, dee):
    moved = reception.move(
        booked, starts_at=TEN + minutes(60), version=1, tell_patient=False, by=dee, at=SUNDAY + minutes(10)
    )

    assert not moved.tell_patient
    assert not Notice.objects.filter(patient=mia, kind="CHANGE", state=Notice.State.DUE).exists()


def test_the_control_a_move_is_told_otherwise(booked, mia, dee):
    reception.move(booked, starts_at=TEN + minutes(60), version=1, by=dee, at=SUNDAY + minutes(10))

    assert Notice.objects.filter(patient=mia, kind="CHANGE", state=Notice.State.DUE).count() == 1


def test_the_length_of_the_needling_moves_along_and_may_change(mia, dee, ana, site, microneedling):
    visit = reception.book(
        patient=mia,
        service=microneedling,
        practitioner=ana,
        starts_at=TEN,
        site=site,
        needling_minutes=20,
        by=dee,
        at=SUNDAY,
    )
    kept = reception.move(visit, starts_at=TEN + minutes(240), version=1, by=dee, at=SUNDAY)
    longer = reception.move(
        kept, starts_at=kept.starts_at, needling_minutes=25, version=kept.version, by=dee, at=SUNDAY
    )

    assert [(one.needling_minutes, one.ends_at - one.starts_at) for one in (visit, kept, longer)] == [
        (20, minutes(70)),
        (20, minutes(70)),
        (25, minutes(75)),
    ]

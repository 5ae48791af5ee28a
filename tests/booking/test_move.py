from datetime import timedelta

import pytest

from booking import appointments
from booking.models import Appointment
from clinic.models import AuditRow
from clinic.refusals import Refused, Stale
from tests.booking.held import held, overlaps
from tests.factories import clinic
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit

MONDAY_MORNING = TEN - timedelta(hours=1)


def move(appointment, **fields):
    known = {"starts_at": TEN + minutes(30), "version": appointment.version, "by": HOUSE, "at": SUNDAY}
    return appointments.move(appointment, **(known | fields))


def test_a_moved_visit_keeps_its_name_and_holds_its_new_time_only(mia, ana, microneedling):
    booked = visit(mia, microneedling, ana)

    moved = move(booked, starts_at=TEN + minutes(15))

    assert moved.pk == booked.pk
    assert (moved.starts_at, moved.ends_at) == (TEN + minutes(15), TEN + minutes(95))
    assert (moved.version, moved.sequence) == (2, 1)
    assert [(start, end) for _, _, start, end in held(moved)] == [
        (0, 10),
        (0, 90),
        (0, 80),
        (40, 80),
        (40, 70),
        (80, 90),
    ]


def test_the_time_that_was_left_is_free_for_others(mia, tomasz, ana, consultation):
    booked = visit(mia, consultation, ana)
    move(booked)

    assert visit(tomasz, consultation, ana).starts_at == TEN


def test_a_visit_moves_to_another_practitioner(mia, ana, ben, consultation):
    consultation.practitioners.add(ben)
    booked = visit(mia, consultation, ana)

    moved = move(booked, starts_at=TEN, practitioner=ben)

    assert (moved.practitioner, moved.starts_at, moved.sequence) == (ben, TEN, 1)
    assert not ana.claims.filter(is_active=True).exists()


def test_a_visit_keeps_its_room_and_device_where_they_are_free(mia, ana, microneedling, site):
    room_2, pen_2 = clinic.room(site, "Room 2"), clinic.device(site, "Pen 2")
    microneedling.rooms.add(room_2)
    microneedling.devices.add(pen_2)
    booked = visit(mia, microneedling, ana, room=room_2, device=pen_2)

    moved = move(booked, starts_at=TEN + timedelta(hours=4))

    assert (moved.room, moved.device) == (room_2, pen_2)


def test_a_move_onto_another_visit_is_refused_and_leaves_the_visit_where_it_was(mia, tomasz, ana, consultation):
    visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))
    booked = visit(mia, consultation, ana)

    with pytest.raises(appointments.SlotTaken) as taken:
        move(booked)

    booked.refresh_from_db()
    assert (booked.starts_at, booked.version, len(held(booked))) == (TEN, 1, 3)
    assert [free.starts_at for free in taken.value.refusal.alternatives] == [
        TEN - minutes(15),
        TEN + minutes(60),
        TEN + minutes(75),
    ]
    assert overlaps() == []


def test_a_confirmed_visit_that_moves_must_be_confirmed_again(mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    confirmed = appointments.confirm(booked, version=1, by=HOUSE, at=SUNDAY)

    assert move(confirmed).state == Appointment.State.BOOKED


def test_a_visit_that_has_begun_does_not_move(mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    arrived = appointments.arrive(booked, version=1, by=HOUSE, at=TEN)

    with pytest.raises(appointments.WrongState) as refused:
        move(arrived, at=TEN)

    assert refused.value.refusal.rule == "visit.state"
    assert str(refused.value) == "The visit is now “Arrived”, so this step is not possible any more."


def test_a_move_outside_the_hours_is_refused(mia, ana, consultation):
    booked = visit(mia, consultation, ana)

    with pytest.raises(Refused) as refused:
        move(booked, starts_at=TEN + timedelta(hours=12))

    assert refused.value.refusal.rule == "hours.outside"


def test_two_people_who_move_one_visit_do_not_overwrite_each_other(mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    move(booked)

    with pytest.raises(Stale) as stale:
        move(booked, starts_at=TEN + minutes(90))

    booked.refresh_from_db()
    assert (booked.starts_at, booked.version) == (TEN + minutes(30), 2)
    assert stale.value.changed == {
        "starts_at": ("2026-03-02T10:00:00+00:00", "2026-03-02T10:30:00+00:00"),
        "ends_at": ("2026-03-02T10:30:00+00:00", "2026-03-02T11:00:00+00:00"),
    }


def test_a_stale_edit_is_told_everything_that_changed_since(mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    moved = move(booked)
    appointments.confirm(moved, version=2, by=HOUSE, at=SUNDAY)

    with pytest.raises(Stale) as stale:
        appointments.cancel(booked, version=1, reason="Ill", by=HOUSE, at=SUNDAY)

    assert stale.value.changed["state"] == ("booked", "confirmed")
    assert stale.value.changed["starts_at"] == ("2026-03-02T10:00:00+00:00", "2026-03-02T10:30:00+00:00")


def test_what_a_stale_edit_is_told_begins_where_it_was_read(mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    once = move(booked, starts_at=TEN + minutes(60))
    move(once, starts_at=TEN + minutes(90))

    with pytest.raises(Stale) as stale:
        appointments.confirm(booked, version=1, by=HOUSE, at=SUNDAY)

    assert stale.value.changed["starts_at"] == ("2026-03-02T10:00:00+00:00", "2026-03-02T11:30:00+00:00")


def test_moving_writes_what_was_and_what_is(mia, ana, consultation, dee):
    booked = visit(mia, consultation, ana)
    move(booked, by=dee, reason="Her bus is late")

    change = booked.changes.get(verb="move")
    assert (change.by_name, change.reason) == ("Dee Marlowe", "Her bus is late")
    assert change.before == {"starts_at": "2026-03-02T10:00:00+00:00", "ends_at": "2026-03-02T10:30:00+00:00"}
    assert change.after == {"starts_at": "2026-03-02T10:30:00+00:00", "ends_at": "2026-03-02T11:00:00+00:00"}
    row = AuditRow.objects.get(verb="move")
    assert (row.object_id, row.reason, sorted(row.fields)) == (
        str(booked.pk),
        "Her bus is late",
        ["ends_at", "starts_at"],
    )

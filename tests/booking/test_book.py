from datetime import UTC, datetime, timedelta

import pytest

from booking import appointments, claims, turns
from booking.models import Appointment, Claim
from clinic import wall_time
from clinic.models import AuditRow
from clinic.refusals import Refused
from patients import restrictions
from tests.booking.held import held
from tests.factories import clinic
from tests.factories.booking import SUNDAY, TEN, away, minutes, visit


def refusal_of(*args, **kwargs):
    with pytest.raises(Refused) as refused:
        visit(*args, **kwargs)
    assert not Appointment.objects.exists()
    assert not Claim.objects.exists()
    return refused.value.refusal


def test_a_microneedling_holds_each_resource_only_in_the_phases_that_need_it(mia, ana, microneedling):
    booked = visit(mia, microneedling, ana)

    assert held(booked) == [
        ("practitioner", "prepare", 0, 10),
        ("room", "prepare", 0, 90),
        ("patient", "prepare", 0, 80),
        ("practitioner", "needling", 40, 80),
        ("device", "needling", 40, 70),
        ("device", "clean_down", 80, 90),
    ]


def test_a_booked_visit_says_all_that_was_asked(mia, ana, microneedling, site, room, pen, dee):
    booked = visit(mia, microneedling, ana, by=dee, note="Comes by bus", tell_patient=False)

    assert (booked.site, booked.patient, booked.service, booked.practitioner) == (site, mia, microneedling, ana)
    assert (booked.room, booked.device, booked.state) == (room, pen, Appointment.State.BOOKED)
    assert (booked.starts_at, booked.ends_at) == (TEN, TEN + minutes(80))
    assert (booked.note, booked.tell_patient, booked.version, booked.sequence) == ("Comes by bus", False, 1, 0)
    assert (booked.booked_at, booked.changed_at) == (SUNDAY, SUNDAY)


def test_booking_writes_a_line_of_history_and_of_the_trail(mia, ana, consultation, dee):
    booked = visit(mia, consultation, ana, by=dee)

    [change] = booked.changes.all()
    assert (change.verb, change.at, change.by, change.by_name) == ("book", SUNDAY, dee.user, "Dee Marlowe")
    assert change.before == {}
    assert (change.after["state"], change.after["starts_at"]) == ("booked", "2026-03-02T10:00:00+00:00")
    row = AuditRow.objects.get(object_kind="booking.appointment")
    assert (row.verb, row.object_id, row.actor_name) == ("book", str(booked.pk), "Dee Marlowe")
    assert row.patient_id_text == str(mia.uuid)


def test_a_booked_practitioner_cannot_be_booked_again(mia, tomasz, ana, consultation):
    booked = visit(mia, consultation, ana)

    with pytest.raises(appointments.SlotTaken) as taken:
        visit(tomasz, consultation, ana, starts_at=TEN + minutes(15))

    assert list(Appointment.objects.all()) == [booked]
    assert taken.value.refusal.rule == "claim.taken"
    assert [free.starts_at for free in taken.value.refusal.alternatives] == [
        TEN - minutes(30),
        TEN + minutes(30),
        TEN + minutes(45),
    ]


def test_a_visit_may_begin_in_the_minute_in_which_another_ends(mia, tomasz, ana, consultation):
    first = visit(mia, consultation, ana)
    second = visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))

    assert [first.ends_at, second.starts_at] == [TEN + minutes(30)] * 2


def restrict(patient, not_before):
    """Keep a patient from consultations until that day, and give the desk three days of grace."""
    restrictions.write(
        patient,
        source="test:spacing",
        service_kinds=["consultation"],
        not_before=not_before,
        soft_days=3,
        words="Too soon after the last session.",
        at=SUNDAY,
    )


def alternatives_to(*args, **kwargs):
    with pytest.raises(appointments.SlotTaken) as taken:
        visit(*args, **kwargs)
    return [free.starts_at for free in taken.value.refusal.alternatives]


def test_alternatives_keep_away_from_days_that_a_restriction_closes(mia, ana, consultation, site):
    """Ana is away on Tuesday; Monday evening is nearer than Wednesday morning, but too soon for Mia."""
    tuesday, wednesday = TEN + timedelta(hours=23), TEN + timedelta(hours=47)
    away(ana, site, starts_at=tuesday, ends_at=tuesday + timedelta(hours=9))
    monday_evening = [TEN + timedelta(hours=7, minutes=m) for m in (0, 15, 30)]
    assert alternatives_to(mia, consultation, ana, starts_at=tuesday) == monday_evening

    restrict(mia, tuesday.date())

    assert alternatives_to(mia, consultation, ana, starts_at=tuesday) == [
        wednesday,
        wednesday + minutes(15),
        wednesday + minutes(30),
    ]


def test_who_was_agreed_an_early_day_is_offered_that_day(mia, tomasz, ana, consultation):
    restrict(mia, TEN.date() + timedelta(days=2))
    visit(tomasz, consultation, ana)

    assert alternatives_to(mia, consultation, ana) == [TEN - minutes(45), TEN - minutes(30), TEN + minutes(30)]


def test_alternatives_are_free_when_they_are_read(mia, tomasz, ana, consultation):
    """They are looked up when shown, after whoever lost gave way to the others."""
    visit(tomasz, consultation, ana)
    with pytest.raises(appointments.SlotTaken) as taken:
        visit(mia, consultation, ana)

    visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))

    assert [free.starts_at for free in taken.value.refusal.alternatives] == [
        TEN - minutes(60),
        TEN - minutes(45),
        TEN - minutes(30),
    ]


def test_when_ana_has_no_time_left_somebody_else_is_offered(mia, tomasz, ana, ben, consultation, site):
    consultation.practitioners.add(ben)
    consultation.maximum_advance_days = 1
    consultation.save()
    away(ana, site, -60, 8 * 60)

    with pytest.raises(appointments.SlotTaken) as taken:
        visit(mia, consultation, ana)

    assert [(free.practitioner, free.starts_at) for free in taken.value.refusal.alternatives] == [
        (ben, TEN - minutes(15)),
        (ben, TEN),
        (ben, TEN + minutes(15)),
    ]


@pytest.mark.parametrize("blocked", ["room", "device", "patient"])
def test_any_resource_that_is_taken_stops_the_visit(mia, ana, microneedling, room, pen, blocked):
    resource = {"room": ("room", room.pk), "device": ("device", pen.pk), "patient": ("patient", mia.pk)}[blocked]
    hold = claims.Hold(resource, TEN + minutes(50), TEN + minutes(55))
    claims.take(turns.lock([resource], at=SUNDAY), [hold], kind=Claim.Kind.CLOSURE)

    with pytest.raises(appointments.SlotTaken):
        visit(mia, microneedling, ana)

    assert not Appointment.objects.exists()


def test_a_second_room_and_device_are_given_when_the_first_are_taken(mia, tomasz, ana, ben, microneedling, site):
    microneedling.practitioners.add(ben)
    microneedling.rooms.add(clinic.room(site, "Room 2"))
    microneedling.devices.add(clinic.device(site, "Pen 2"))

    first, second = visit(mia, microneedling, ana), visit(tomasz, microneedling, ben)

    assert [(one.room.name, one.device.name) for one in (first, second)] == [("Room 1", "Pen 1"), ("Room 2", "Pen 2")]


def test_a_wanted_room_and_device_are_given_or_nothing_is(mia, tomasz, ana, ben, microneedling, site):
    microneedling.practitioners.add(ben)
    room_2, pen_2 = clinic.room(site, "Room 2"), clinic.device(site, "Pen 2")
    microneedling.rooms.add(room_2)
    microneedling.devices.add(pen_2)

    booked = visit(mia, microneedling, ana, room=room_2, device=pen_2)
    with pytest.raises(appointments.SlotTaken):
        visit(tomasz, microneedling, ben, room=room_2)

    assert (booked.room, booked.device) == (room_2, pen_2)


def test_a_room_of_another_service_is_not_given(mia, ana, consultation, site):
    elsewhere = clinic.room(site, "Store")

    with pytest.raises(appointments.SlotTaken):
        visit(mia, consultation, ana, room=elsewhere)


def test_a_consultation_holds_no_device(mia, ana, consultation):
    booked = visit(mia, consultation, ana)

    assert booked.device is None
    assert [resource for resource, *_ in held(booked)] == ["practitioner", "room", "patient"]


@pytest.mark.parametrize(
    ("starts_at", "rule"),
    [
        (TEN - timedelta(hours=2), "hours.outside"),  # 8:00, before the house opens
        (TEN + timedelta(hours=3), "hours.outside"),  # 13:00, Ana's lunch
        (TEN + timedelta(hours=7, minutes=45), "hours.outside"),  # 17:45, half of it after closing
        (TEN - timedelta(days=1), "hours.outside"),  # a Sunday
        (TEN + minutes(5), "grid.off"),
        (TEN + timedelta(seconds=1), "grid.off"),
        (SUNDAY - timedelta(days=2), "time.past"),
        (TEN + timedelta(days=368), "advance.far"),
    ],
)
def test_a_time_that_breaks_a_rule_is_refused_with_the_rule(mia, ana, consultation, starts_at, rule):
    refusal = refusal_of(mia, consultation, ana, starts_at=starts_at)

    who_may_pass_it = "book_outside_hours" if rule == "hours.outside" else ""
    assert (refusal.rule, refusal.overridable_by) == (rule, who_may_pass_it)


def test_too_short_a_notice_is_refused_with_the_first_possible_moment(mia, ana, consultation):
    consultation.minimum_notice_minutes = 60
    consultation.save()

    refusal = refusal_of(mia, consultation, ana, at=TEN - minutes(59))

    assert (refusal.rule, refusal.earliest) == ("notice.short", TEN + minutes(1))
    assert refusal.sentence == "This visit is booked at least 60 minutes ahead: from Monday 2 March, 10:01 on."


def test_a_practitioner_who_does_not_give_the_service_is_refused(mia, ana, ben, consultation):
    refusal = refusal_of(mia, consultation, ben)

    assert refusal.rule == "service.unsuited"
    assert refusal.sentence == "Ben Adeyemi is not planned for Consultation here. Please choose somebody else."


def test_a_service_without_phases_is_refused(mia, ana, consultation):
    consultation.phases.all().delete()

    assert refusal_of(mia, consultation, ana).rule == "service.not_offered"


def test_a_service_that_is_not_offered_is_refused(mia, ana, consultation):
    consultation.is_offered = False
    consultation.save()

    assert refusal_of(mia, consultation, ana).rule == "service.not_offered"


@pytest.mark.parametrize(
    ("last_visit", "expected"),
    [
        (datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 30, 9, tzinfo=UTC)),
        (datetime(2026, 9, 28, 9, tzinfo=UTC), datetime(2026, 10, 26, 10, tzinfo=UTC)),
    ],
    ids=["the clocks go forward between", "the clocks go back between"],
)
def test_28_days_later_at_ten_is_ten(mia, ana, microneedling, site, last_visit, expected):
    four_weeks_on = wall_time.days_later(last_visit, 28, site.zone)

    booked = visit(mia, microneedling, ana, starts_at=four_weeks_on, at=last_visit)

    assert booked.starts_at == expected
    assert f"{wall_time.local(booked.starts_at, site.zone):%H:%M}" == "10:00"

"""Closures: nothing new is booked in one, nobody who was booked is dropped, and what is let go inside it stays shut."""

from datetime import date, time, timedelta

import pytest

from booking import appointments, claims, closures, free_times, turns
from booking.models import Claim, Closure, Offer, WaitlistEntry
from clinic.models import AuditRow, SpecialDay
from clinic.refusals import Refused
from tests.booking.held import overlaps, shut
from tests.factories import clinic
from tests.factories.booking import HOUSE, SUNDAY, TEN, away, close, minutes, visit

MONDAY = date(2026, 3, 2)


def starts(service, site, **more):
    found = free_times.find(service=service, site=site, start=MONDAY, days=1, at=SUNDAY, **more)
    return [f"{free.starts_at:%H:%M}" for free in found]


# --- closing ---------------------------------------------------------------------------------------------


def test_a_lunch_keeps_visits_away(mia, ana, consultation, site):
    away(ana, site, words="Lunch")

    assert [clock for clock in starts(consultation, site) if "09:00" < clock < "11:30"] == [
        "09:15",
        "09:30",
        "11:00",
        "11:15",
    ]
    with pytest.raises(appointments.SlotTaken):
        visit(mia, consultation, ana)


@pytest.mark.parametrize("name", ["room", "device"])
def test_a_room_or_device_out_of_use_is_offered_to_nobody(microneedling, site, room, pen, name):
    close(site, **{name: {"room": room, "device": pen}[name]})

    assert starts(microneedling, site) == []


def test_a_closure_of_days_is_one_claim_a_day(room, site):
    closure = close(site, TEN, TEN + timedelta(days=2, hours=1), room=room, words="Painting")

    assert shut(closure) == [
        ("room", room.pk, 0, 1440),
        ("room", room.pk, 1440, 2880),
        ("room", room.pk, 2880, 2940),
    ]
    assert AuditRow.objects.filter(verb="close", reason="Painting", object_id=str(closure.pk)).count() == 1


def test_a_closure_over_a_visit_takes_what_is_left_and_names_the_visit(mia, ana, consultation, site):
    booked = visit(mia, consultation, ana, starts_at=TEN + minutes(15))

    closure = away(ana, site)

    assert shut(closure) == [("practitioner", ana.pk, 0, 15), ("practitioner", ana.pk, 45, 60)]
    assert closures.conflicts(closure) == [booked]
    booked.refresh_from_db()
    assert (booked.state, booked.claims.filter(is_active=True).count(), overlaps()) == ("booked", 3, [])


def test_visits_in_a_closure_are_named_soonest_first_and_those_beside_it_are_not(
    mia, tomasz, ana, consultation, review, site, room
):
    later = visit(mia, consultation, ana, starts_at=TEN + minutes(30))
    sooner = visit(tomasz, review, ana, starts_at=TEN)
    visit(mia, review, ana, starts_at=TEN - minutes(15))
    visit(tomasz, consultation, ana, starts_at=TEN + minutes(60))

    assert closures.conflicts(close(site, TEN, TEN + minutes(60), room=room)) == [sooner, later]


def test_a_practitioner_who_is_not_needed_meanwhile_is_no_conflict(mia, ana, microneedling, site):
    """The cream works from 10:10 to 10:40; Ana may be away then."""
    visit(mia, microneedling, ana)

    assert closures.conflicts(away(ana, site, 10, 40)) == []
    assert len(closures.conflicts(away(ana, site, 35, 45))) == 1


def test_a_visit_that_has_begun_or_is_over_is_no_conflict(mia, ana, consultation, site):
    booked = visit(mia, consultation, ana)
    closure = away(ana, site)
    arrived = appointments.arrive(booked, version=1, by=HOUSE, at=TEN)

    assert closures.conflicts(closure) == []
    appointments.revert(arrived, version=2, by=HOUSE, at=TEN)
    assert closures.conflicts(closure) == [booked]


def test_a_whole_site_shuts_its_rooms_chairs_devices_and_who_works_there(site, ana, ben, room, pen):
    chair = clinic.room(site, "Chair 1", kind="chair")
    ben.shifts.exclude(starts_at=time(9)).delete()

    closure = close(site, TEN, TEN + minutes(5 * 60))

    assert shut(closure) == sorted(
        [
            ("device", pen.pk, 0, 300),
            ("practitioner", ana.pk, 0, 180),
            ("practitioner", ana.pk, 240, 300),
            ("practitioner", ben.pk, 0, 180),
            ("room", room.pk, 0, 300),
            ("room", chair.pk, 0, 300),
        ]
    )


def test_whoever_works_elsewhere_meanwhile_may_be_booked_there(consultation, site, ana, mia):
    harbour = clinic.site(name="Harbour Skin Clinic")
    consultation.rooms.add(clinic.room(harbour, "Quay room"))
    SpecialDay.objects.create(site=site, practitioner=ana, on=MONDAY)
    SpecialDay.objects.create(site=harbour, practitioner=ana, on=MONDAY, starts_at=time(9), ends_at=time(13))

    close(site)

    assert starts(consultation, site) == []
    assert visit(mia, consultation, ana, site=harbour).site == harbour


def test_every_visit_of_a_site_that_shuts_is_a_conflict(mia, tomasz, ana, ben, consultation, microneedling, site):
    consultation.practitioners.set([ben])
    consultation.rooms.set([clinic.room(site, "Room 2")])
    booked = [visit(mia, microneedling, ana), visit(tomasz, consultation, ben, starts_at=TEN + minutes(60))]

    assert closures.conflicts(close(site)) == booked


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "rule"),
    [
        (TEN, TEN, "closure.order"),
        (SUNDAY - minutes(60), SUNDAY, "closure.over"),
        (TEN, TEN + timedelta(days=400, minutes=1), "closure.long"),
    ],
)
def test_a_time_that_cannot_be_closed_is_refused(site, starts_at, ends_at, rule):
    with pytest.raises(Refused) as refused:
        close(site, starts_at, ends_at)

    assert (refused.value.refusal.rule, Closure.objects.count()) == (rule, 0)


def test_a_closure_is_of_one_thing(site, ana, room):
    with pytest.raises(ValueError, match="of one thing, or of the whole site"):
        close(site, room=room, practitioner=ana)


def test_a_closure_is_of_a_thing_of_its_site(site):
    elsewhere = clinic.room(clinic.site(name="Harbour Skin Clinic"), "Quay room")

    with pytest.raises(ValueError, match="belongs to another site"):
        close(site, room=elsewhere)


# --- what is let go inside one ---------------------------------------------------------------------------


def cancelled(booked):
    appointments.cancel(booked, version=1, reason="Ill", by=HOUSE, at=SUNDAY)


def missed(booked):
    appointments.no_show(booked, version=1, by=HOUSE, at=TEN)


def moved_away(booked):
    appointments.move(booked, starts_at=TEN + minutes(120), version=1, by=HOUSE, at=SUNDAY)


@pytest.mark.parametrize("let_go", [cancelled, missed, moved_away])
def test_what_a_visit_lets_go_falls_to_the_closure(mia, ana, consultation, site, let_go):
    booked = visit(mia, consultation, ana)
    closure = away(ana, site)

    let_go(booked)

    assert shut(closure) == [("practitioner", ana.pk, 0, 30), ("practitioner", ana.pk, 30, 60)]
    assert closures.conflicts(closure) == []
    assert "10:00" not in starts(consultation, site)


def test_without_the_handing_over_the_time_would_be_booked_again(mia, tomasz, ana, consultation, site, monkeypatch):
    """Control: the same cancellation, and nobody tells the closure."""
    booked = visit(mia, consultation, ana)
    away(ana, site)
    monkeypatch.setattr(claims, "hand_over", lambda freed: None)

    cancelled(booked)

    assert visit(tomasz, consultation, ana).starts_at == TEN


def test_only_the_part_inside_the_closure_is_kept(mia, ana, consultation, site):
    booked = visit(mia, consultation, ana)
    closure = away(ana, site, 15, 60)

    cancelled(booked)

    assert shut(closure) == [("practitioner", ana.pk, 15, 30), ("practitioner", ana.pk, 30, 60)]


def test_a_cancellation_inside_a_closure_is_not_taken_back(mia, ana, consultation, site):
    booked = visit(mia, consultation, ana)
    away(ana, site)
    cancelled(booked)

    with pytest.raises(appointments.SlotTaken):
        appointments.revert(booked, version=2, by=HOUSE, at=SUNDAY)


def test_a_move_that_is_taken_back_leaves_its_time_to_the_closure(mia, ana, consultation, site):
    booked = visit(mia, consultation, ana, starts_at=TEN + minutes(120))
    moved = appointments.move(booked, starts_at=TEN, version=1, by=HOUSE, at=SUNDAY)
    closure = away(ana, site)

    back = appointments.revert(moved, version=2, by=HOUSE, at=SUNDAY)

    assert back.starts_at == TEN + minutes(120)
    assert shut(closure) == [("practitioner", ana.pk, 0, 30), ("practitioner", ana.pk, 30, 60)]


def held_for_somebody(ana, **fields):
    hold = claims.Hold(("practitioner", ana.pk), TEN, TEN + minutes(30))
    known = {"kind": Claim.Kind.HOLD, "expires_at": SUNDAY + minutes(10)}
    claims.take(turns.lock([hold.resource], at=SUNDAY), [hold], **(known | fields))


def test_a_hold_that_ran_out_leaves_its_time_to_the_closure(ana, site):
    held_for_somebody(ana)
    closure = away(ana, site)
    assert shut(closure) == [("practitioner", ana.pk, 30, 60)]

    assert claims.tidy(at=SUNDAY + minutes(10)) == 1

    assert shut(closure) == [("practitioner", ana.pk, 0, 30), ("practitioner", ana.pk, 30, 60)]


def test_a_hold_that_a_booking_finds_run_out_leaves_its_time_to_the_closure(ana, site, mia, consultation):
    held_for_somebody(ana)
    closure = away(ana, site)

    with pytest.raises(appointments.SlotTaken):
        visit(mia, consultation, ana, at=SUNDAY + minutes(10))

    turns.lock([("practitioner", ana.pk)], at=SUNDAY + minutes(10))
    assert shut(closure) == [("practitioner", ana.pk, 0, 30), ("practitioner", ana.pk, 30, 60)]


def test_an_offer_that_is_let_go_leaves_its_time_to_the_closure(ana, site, mia, consultation):
    entry = WaitlistEntry.objects.create(site=site, patient=mia, service=consultation, entered_at=SUNDAY)
    times = {"starts_at": TEN, "ends_at": TEN + minutes(30), "made_at": SUNDAY, "expires_at": SUNDAY + minutes(10)}
    offer = Offer.objects.create(entry=entry, practitioner=ana, **times)
    held_for_somebody(ana, offer=offer)
    closure = away(ana, site)

    claims.release_offer(offer)

    assert shut(closure) == [("practitioner", ana.pk, 0, 30), ("practitioner", ana.pk, 30, 60)]
    assert not offer.claims.filter(is_active=True).exists()


def test_a_whole_site_gets_what_is_let_go_in_it(mia, ana, consultation, site, room):
    booked = visit(mia, consultation, ana)
    closure = close(site, TEN, TEN + minutes(60))

    cancelled(booked)

    assert shut(closure) == [
        ("practitioner", ana.pk, 0, 30),
        ("practitioner", ana.pk, 30, 60),
        ("room", room.pk, 0, 30),
        ("room", room.pk, 30, 60),
    ]


def test_a_closure_that_cannot_be_filled_keeps_no_other_open(ana, site, caplog):
    elsewhere = clinic.site(name="Quay Clinic")
    broken = close(elsewhere)
    type(elsewhere).objects.filter(pk=elsewhere.pk).update(time_zone="Nowhere/At_all")
    open_again = away(ana, site, start=60, end=120)
    open_again.claims.update(is_active=False)

    assert closures.sweep(at=SUNDAY) == 1

    assert [one.getMessage() for one in caplog.records] == [f"Closure {broken.pk} could not be filled"]

from datetime import UTC, date, datetime, time, timedelta

import pytest

from booking import claims, free_times, turns
from booking.models import Claim
from clinic.models import OpeningHours, Shift
from clinic.refusals import Refused
from tests.factories import clinic
from tests.factories.booking import SUNDAY, TEN, away, minutes, visit

MONDAY = date(2026, 3, 2)


def offered(service, site, **more):
    known = {"start": MONDAY, "days": 1, "at": SUNDAY}
    return free_times.find(service=service, site=site, **(known | more))


def clocks(times):
    return [f"{free.starts_at:%H:%M}" for free in times]


def quarters(first, last):
    """Return every quarter hour from one clock time to another, both included."""
    start, end = (datetime.combine(MONDAY, time.fromisoformat(clock)) for clock in (first, last))
    return [f"{start + minutes(15 * n):%H:%M}" for n in range((end - start) // minutes(15) + 1)]


def test_a_consultation_is_offered_every_quarter_hour_in_anas_shifts(consultation, site):
    assert clocks(offered(consultation, site)) == quarters("09:00", "12:30") + quarters("14:00", "17:30")


def test_a_free_time_says_who_where_and_how_long_the_patient_is_there(microneedling, site, ana, room, pen):
    assert offered(microneedling, site)[0] == free_times.FreeTime(
        starts_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        ends_at=datetime(2026, 3, 2, 10, 20, tzinfo=UTC),
        practitioner=ana,
        room=room,
        device=pen,
    )


def test_clean_down_ends_before_the_house_closes(microneedling, site):
    """At 16:40 Mia and Ana could leave at 18:00 sharp, but the room is cleaned until 18:10."""
    microneedling.start_grid_minutes = 5
    microneedling.save()

    assert clocks(offered(microneedling, site))[-1] == "16:30"


def test_needling_does_not_fall_into_anas_lunch(microneedling, site):
    assert clocks(offered(microneedling, site)) == quarters("09:00", "11:30") + quarters("14:00", "16:30")


def test_numbing_may_fall_into_a_half_hour_in_which_ana_is_away(microneedling, site, ana):
    Shift.objects.filter(starts_at=time(14)).update(starts_at=time(13, 30))
    microneedling.start_grid_minutes = 10
    microneedling.save()

    assert [clock for clock in clocks(offered(microneedling, site)) if "11:40" <= clock < "13:30"] == [
        "11:40",
        "12:50",
    ]


def test_ana_sees_somebody_else_while_mia_is_numbed(microneedling, review, site, ana, mia, tomasz):
    review.rooms.set([clinic.room(site, "Room 2")])
    visit(mia, microneedling, ana)  # Ana is with Mia 10:00-10:10 and 10:40-11:20

    found = clocks(offered(review, site, patient=tomasz))

    assert [clock for clock in found if "09:30" < clock < "11:45"] == ["09:45", "10:15", "11:30"]


def test_two_microneedlings_of_ana_interleave_when_the_cream_needs_long(microneedling, site, ana, mia, tomasz):
    microneedling.phases.filter(kind="numbing").update(minutes=45)
    microneedling.rooms.add(clinic.room(site, "Room 2"))
    microneedling.devices.add(clinic.device(site, "Pen 2"))
    visit(mia, microneedling, ana)  # Ana is with Mia 10:00-10:10 and 10:55-11:35

    found = offered(microneedling, site, patient=tomasz)
    [between] = [free for free in found if TEN < free.starts_at < TEN + minutes(90)]
    second = visit(tomasz, microneedling, ana, starts_at=between.starts_at)

    assert (second.starts_at, second.room.name, second.device.name) == (TEN + minutes(45), "Room 2", "Pen 2")


def test_one_room_is_one_visit_even_while_ana_is_free(microneedling, site, ana, mia, tomasz):
    visit(mia, microneedling, ana)  # the room: 10:00-11:30

    around = [clock for clock in clocks(offered(microneedling, site, patient=tomasz)) if "08:30" < clock < "12:00"]

    assert around == ["11:30"]


def test_the_patient_cannot_be_in_two_visits(microneedling, consultation, site, ana, ben, mia):
    consultation.practitioners.set([ben])
    consultation.rooms.set([clinic.room(site, "Room 2")])
    visit(mia, microneedling, ana)

    for_mia = clocks(offered(consultation, site, patient=mia))
    for_anybody = clocks(offered(consultation, site))

    assert [clock for clock in for_anybody if clock not in for_mia] == quarters("09:45", "11:15")


def test_a_closure_is_not_offered(consultation, site, ana):
    away(ana, site, 60, 120)

    assert clocks(offered(consultation, site)) == (
        quarters("09:00", "10:30") + quarters("12:00", "12:30") + quarters("14:00", "17:30")
    )


def test_a_hold_that_ran_out_stands_in_nobodys_way(consultation, site, ana):
    held = claims.Hold(("practitioner", ana.pk), TEN + minutes(60), TEN + minutes(120))
    claims.take(turns.lock([held.resource], at=SUNDAY), [held], kind=Claim.Kind.HOLD, expires_at=SUNDAY)

    assert "11:00" in clocks(offered(consultation, site))
    assert "11:00" not in clocks(offered(consultation, site, at=SUNDAY - minutes(1)))


def test_what_ends_between_two_seconds_is_not_offered_a_moment_early(consultation, site, ana, mia):
    away(ana, site, 0, 60, ends_at=TEN + timedelta(minutes=60, microseconds=1))

    assert "11:00" not in clocks(offered(consultation, site))
    with pytest.raises(Refused):
        visit(mia, consultation, ana, starts_at=TEN + minutes(60))


def test_a_device_out_of_use_is_not_given_out(microneedling, site, pen):
    pen.quarantined_at = SUNDAY
    pen.save()

    assert offered(microneedling, site) == []


def test_a_room_out_of_use_is_not_given_out(microneedling, site, room):
    room.is_open = False
    room.save()

    assert offered(microneedling, site) == []


def test_a_closed_day_offers_nothing(consultation, site):
    OpeningHours.objects.filter(weekday=0).delete()

    assert offered(consultation, site) == []


def test_a_practitioner_who_left_is_not_offered(consultation, site, ana):
    ana.is_active = False
    ana.save()

    assert offered(consultation, site) == []


def test_a_service_that_is_not_offered_has_no_times(consultation, site):
    consultation.is_offered = False
    consultation.save()

    assert offered(consultation, site) == []


def test_only_the_wanted_practitioner_is_offered(consultation, site, ana, ben):
    consultation.practitioners.add(ben)

    assert {free.practitioner for free in offered(consultation, site)} == {ana, ben}
    assert {free.practitioner for free in offered(consultation, site, practitioners=[ben])} == {ben}


@pytest.mark.parametrize(
    ("late_by", "first"),
    [(timedelta(seconds=-1), "10:00"), (timedelta(), "10:00"), (timedelta(seconds=1), "10:15")],
    ids=["a second before the notice ends", "on the second", "a second late"],
)
def test_the_shortest_notice_is_kept_to_the_second(consultation, site, late_by, first):
    consultation.minimum_notice_minutes = 120
    consultation.save()

    assert clocks(offered(consultation, site, at=TEN - minutes(120) + late_by))[0] == first


def test_what_is_over_is_not_offered(consultation, site):
    assert clocks(offered(consultation, site, at=TEN + minutes(1)))[0] == "10:15"


def test_nothing_is_offered_further_ahead_than_the_service_allows(consultation, site):
    consultation.maximum_advance_days = 3
    consultation.save()

    found = offered(consultation, site, days=10)

    assert {free.starts_at.date() for free in found} == {date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)}


def test_the_last_day_of_the_calendar_has_no_free_time(consultation, site):
    assert offered(consultation, site, start=date.max, days=14) == []
    assert offered(consultation, site, start=date.max - timedelta(days=30), days=14) == []


def test_nothing_is_offered_before_the_window_opens(consultation, site):
    found = offered(consultation, site, days=5, not_before=date(2026, 3, 5))

    assert {free.starts_at.date() for free in found} == {date(2026, 3, 5), date(2026, 3, 6)}


def test_a_window_that_opens_after_the_search_leaves_nothing(consultation, site):
    assert offered(consultation, site, days=5, not_before=date(2026, 3, 7)) == []


def test_a_limit_keeps_the_soonest(consultation, site):
    assert clocks(offered(consultation, site, days=5, limit=3)) == ["09:00", "09:15", "09:30"]


def test_a_moved_visit_does_not_stand_in_its_own_way(microneedling, site, ana, mia):
    booked = visit(mia, microneedling, ana)

    assert "10:15" not in clocks(offered(microneedling, site, patient=mia))
    assert "10:15" in clocks(offered(microneedling, site, patient=mia, ignore=booked))


def test_of_two_times_equally_near_the_sooner_is_offered(consultation, site, ana, mia, tomasz):
    visit(mia, consultation, ana)

    found = free_times.nearest(service=consultation, site=site, starts_at=TEN, at=SUNDAY, patient=tomasz)

    assert clocks(found) == ["09:15", "09:30", "10:30"]


def test_the_nearest_times_are_looked_for_until_sixty_days_out(consultation, site):
    Shift.objects.all().delete()
    Shift.objects.create(
        practitioner=consultation.practitioners.get(), site=site, weekday=0, starts_at=time(9), ends_at=time(9, 30)
    )

    found = free_times.nearest(service=consultation, site=site, starts_at=TEN, at=SUNDAY)

    assert [free.starts_at.date() for free in found] == [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)]


@pytest.mark.parametrize(
    ("practitioners", "days"), [(1, 1), (3, 7), (10, 60)], ids=["one person, one day", "a week", "ten for 60 days"]
)
def test_four_queries_find_all_times(microneedling, site, mia, django_assert_num_queries, practitioners, days):
    names = [f"P{number} Practitioner" for number in range(practitioners)]
    microneedling.practitioners.set([clinic.practitioner(name, site) for name in names])

    with django_assert_num_queries(4):
        found = offered(microneedling, site, patient=mia, days=days)

    per_day = len(quarters("09:00", "11:30") + quarters("14:00", "16:30"))
    weekdays = sum((MONDAY + timedelta(days=n)).weekday() < 5 for n in range(days))
    assert len(found) == practitioners * per_day * weekdays


def test_a_service_without_phases_has_no_times(consultation, site):
    consultation.phases.all().delete()

    assert offered(consultation, site) == []

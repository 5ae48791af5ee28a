"""Who waits, who fits a time that is free, and who leaves the list by themselves."""

from datetime import date, timedelta

import pytest

from booking import waitlist
from booking.models import WaitlistEntry
from booking.waitlist import Wants
from clinic.models import AuditRow
from clinic.refusals import Refused
from tests.booking.test_fits import fitting
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.waitlist import HOUSE, waits
from visits import reception, waiting

pytestmark = pytest.mark.django_db(transaction=True)

Ended = WaitlistEntry.Ended
MONDAY = date(2026, 3, 2)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal.rule


# --- on the list and off it ------------------------------------------------------------------------------------


def test_somebody_enters_with_what_they_want(mia, ana, review, dee, site):
    wants = {"practitioner": ana, "weekdays": (4, 0), "part": "morning", "is_urgent": True, "note": " Any day "}
    entry = waits(mia, review, by=dee, **wants)

    assert (entry.patient, entry.service, entry.site, entry.practitioner) == (mia, review, site, ana)
    assert (entry.weekdays, entry.part, entry.is_urgent, entry.note) == ([0, 4], "morning", True, "Any day")
    assert (entry.entered_at, entry.entered_by, entry.ended_at) == (SUNDAY, dee.user, None)
    row = AuditRow.objects.get(verb="waitlist.enter")
    assert (row.actor_name, row.patient_id_text) == ("Dee Marlowe", str(mia.uuid))


def test_nobody_waits_twice_for_one_service(mia, review, consultation):
    waits(mia, review)

    assert refusal(waits, mia, review) == "waitlist.twice"
    assert waits(mia, consultation).service == consultation


@pytest.mark.parametrize(
    "days", [{"latest_on": date(2026, 2, 28)}, {"earliest_on": date(2026, 3, 5), "latest_on": date(2026, 3, 4)}]
)
def test_days_that_cannot_be_are_refused(mia, review, days):
    assert refusal(waits, mia, review, **days) == "waitlist.days"
    assert WaitlistEntry.objects.count() == 0


def test_a_visit_of_somebody_else_cannot_become_earlier(mia, tomasz, ana, review):
    assert refusal(waits, mia, review, booking=visit(tomasz, review, ana)) == "waitlist.booking"


def test_what_somebody_wants_changes(mia, ana, review, consultation, dee):
    entry = waits(mia, review, part="morning")
    waiting.edit(entry, wants=Wants(service=review, part="late", note="Calls back"), by=dee, at=SUNDAY)

    changed = WaitlistEntry.objects.get()
    assert (changed.part, changed.note, changed.entered_at) == ("late", "Calls back", SUNDAY)


def test_an_entry_cannot_be_changed_into_a_second_one_of_its_kind(mia, review, consultation, dee):
    waits(mia, review)
    other = waits(mia, consultation)

    assert refusal(waiting.edit, other, wants=Wants(service=review), by=dee, at=SUNDAY) == "waitlist.twice"


def test_who_was_withdrawn_waits_no_more_and_cannot_be_changed(mia, ana, review, site, dee):
    entry = waits(mia, review)
    waiting.withdraw(entry, by=dee, at=SUNDAY)

    assert fitting(site, ana) == []
    assert (entry.ended_at, entry.ended_why) == (SUNDAY, Ended.WITHDRAWN)
    assert refusal(waiting.edit, entry, wants=Wants(service=review), by=dee, at=SUNDAY) == "waitlist.ended"
    assert waits(mia, review).ended_at is None


# --- by themselves ---------------------------------------------------------------------------------------------


def over(at):
    return {entry.patient.first_name: why for entry, why in waitlist.over(at=at)}


def test_who_waits_on_stays(mia, tomasz, ana, review):
    waits(mia, review)
    waits(tomasz, review, booking=visit(tomasz, review, ana, starts_at=TEN), latest_on=MONDAY)

    assert over(SUNDAY) == over(TEN - minutes(1)) == {}


def test_the_last_day_ends_with_its_midnight(mia, review):
    waits(mia, review, latest_on=MONDAY)

    assert over(TEN + minutes(13 * 60 + 59)) == {}
    assert over(TEN + minutes(14 * 60)) == {"Mia": Ended.OVER}


def test_who_was_booked_meanwhile_waits_no_more(mia, tomasz, ana, review, consultation, dee, site):
    waits(mia, review)
    waits(tomasz, review)
    wish = {"practitioner": ana, "by": dee, "at": SUNDAY + minutes(5), "site": site}
    reception.book(patient=mia, service=review, starts_at=TEN, **wish)
    reception.book(patient=tomasz, service=consultation, starts_at=TEN + minutes(60), **wish)

    assert over(SUNDAY + minutes(6)) == {"Mia": Ended.BOOKED}


NEXT_WEEK = TEN + timedelta(days=7)  # Monday 9 March, 10:00


@pytest.mark.parametrize(
    ("wants", "starts_at", "why"),
    [
        ({"latest_on": MONDAY}, NEXT_WEEK, None),
        ({"latest_on": MONDAY}, TEN, Ended.BOOKED),
        ({"part": "morning"}, TEN + minutes(240), None),
        ({"part": "morning"}, NEXT_WEEK, Ended.BOOKED),
        ({"weekdays": (1,)}, NEXT_WEEK, None),
        ({"weekdays": (0,)}, NEXT_WEEK, Ended.BOOKED),
        ({"earliest_on": MONDAY + timedelta(days=1)}, TEN, Ended.BOOKED),
    ],
)
def test_only_what_they_wait_for_ends_the_waiting(mia, ana, review, dee, site, wants, starts_at, why):
    waits(mia, review, **wants)
    wish = {"practitioner": ana, "by": dee, "at": SUNDAY + minutes(5), "site": site}
    reception.book(patient=mia, service=review, starts_at=starts_at, **wish)

    assert over(SUNDAY + minutes(6)) == ({"Mia": why} if why else {})


@pytest.mark.parametrize(("with_whom", "why"), [("ana", None), ("ben", Ended.BOOKED)])
def test_a_visit_with_somebody_else_is_not_what_they_wait_for(mia, ana, ben, review, dee, site, with_whom, why):
    review.practitioners.add(ben)
    waits(mia, review, practitioner=ben)
    practitioner = {"ana": ana, "ben": ben}[with_whom]
    wish = {"practitioner": practitioner, "by": dee, "at": SUNDAY + minutes(5), "site": site}
    reception.book(patient=mia, service=review, starts_at=TEN, **wish)

    assert over(SUNDAY + minutes(6)) == ({"Mia": why} if why else {})


@pytest.fixture
def moving(mia, ana, review):
    """Mia has a visit on Monday at ten, and would come sooner."""
    booked = visit(mia, review, ana)
    waits(mia, review, booking=booked)
    return booked


def step(booked, verb, dee, *, at, **fields):
    return getattr(reception, verb)(booked, version=booked.version, by=dee, at=at, **fields)


@pytest.mark.parametrize("verb", ["arrive", "enter_room"])
def test_who_is_here_waits_no_more(moving, dee, verb):
    step(moving, verb, dee, at=TEN - minutes(10))

    assert over(TEN - minutes(10)) == {"Mia": Ended.CAME}


def test_who_missed_their_visit_waits_no_more(moving, dee):
    step(moving, "no_show", dee, at=TEN + minutes(10))

    assert over(TEN + minutes(10)) == {"Mia": Ended.MISSED}


def test_a_visit_of_which_nobody_said_anything_ends_the_waiting_with_its_end(moving):
    assert (over(TEN + minutes(14)), over(TEN + minutes(15))) == ({}, {"Mia": Ended.CAME})


def test_who_called_off_their_visit_waits_no_more_once_it_cannot_be_a_slip(moving, dee):
    step(moving, "cancel", dee, reason="Ill", at=SUNDAY)

    assert over(SUNDAY + minutes(3) - timedelta(seconds=1)) == {}
    assert over(SUNDAY + minutes(3)) == {"Mia": Ended.CANCELLED}


def test_a_visit_that_was_called_off_by_a_slip_leaves_them_waiting(moving, dee):
    cancelled = step(moving, "cancel", dee, reason="Wrong Mia", at=SUNDAY)
    step(cancelled, "revert", dee, at=SUNDAY + minutes(1))

    assert over(SUNDAY + minutes(3)) == {}


def test_a_visit_of_another_service_says_nothing_of_the_waiting(mia, ana, review, consultation, dee):
    booked = visit(mia, consultation, ana)
    waits(mia, review, booking=booked)
    step(booked, "cancel", dee, reason="Ill", at=SUNDAY)

    assert over(SUNDAY + minutes(60)) == {}


@pytest.mark.parametrize("moment", ["called off", "begun"])
def test_nobody_fits_a_time_for_a_visit_that_is_not_to_come(moving, ana, site, dee, moment):
    sooner, begun = TEN - minutes(30), TEN + minutes(5)
    assert fitting(site, ana, start=sooner) == ["Mia"]
    if moment == "called off":
        step(moving, "cancel", dee, reason="Ill", at=SUNDAY)

    at, start = (SUNDAY, sooner) if moment == "called off" else (begun, TEN + minutes(60))
    assert fitting(site, ana, start=start, at=at) == []


def test_what_becomes_of_the_visits_costs_one_question(mia, tomasz, ana, review, django_assert_num_queries):
    waits(mia, review, booking=visit(mia, review, ana))
    with django_assert_num_queries(1):
        over(TEN + minutes(60))
    waits(tomasz, review, booking=visit(tomasz, review, ana, starts_at=TEN + minutes(15)))
    with django_assert_num_queries(1):
        assert over(TEN + minutes(60)) == {"Mia": Ended.CAME, "Tomasz": Ended.CAME}


def test_who_was_booked_since_costs_one_more(mia, tomasz, ana, review, dee, site, django_assert_num_queries):
    for number, patient in enumerate([mia, tomasz]):
        waits(patient, review, latest_on=MONDAY)
        wish = {"practitioner": ana, "by": dee, "at": SUNDAY + minutes(5), "site": site}
        reception.book(patient=patient, service=review, starts_at=NEXT_WEEK + minutes(15 * number), **wish)
        with django_assert_num_queries(2):
            assert over(SUNDAY + minutes(6)) == {}


def test_the_house_takes_off_the_list_what_is_over_once(mia, review):
    entry = waits(mia, review, latest_on=MONDAY)
    tuesday = TEN + minutes(14 * 60)

    assert [waiting.expire(at=tuesday), waiting.expire(at=tuesday)] == [1, 0]
    entry.refresh_from_db()
    assert (entry.ended_why, entry.ended_at) == (Ended.OVER, tuesday)
    assert AuditRow.objects.get(verb="waitlist.end").actor_name == HOUSE.name.replace("tests", "waitlist")

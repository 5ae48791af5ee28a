"""The hours that hold on a day: the week of then, a single day in its place, and the way between two sites."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from booking import appointments, claims, free_times, hours, turns
from booking.models import Claim, Offer, WaitlistEntry
from clinic.models import OpeningHours, Shift, SpecialDay
from clinic.refusals import Refused
from tests.factories import clinic
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit

MONDAY = date(2026, 3, 2)
A_WEEK = timedelta(days=7)


def starts(service, site, day=MONDAY, **more):
    """Return the first and the last clock time that are offered on a day; None when it has none."""
    found = free_times.find(service=service, site=site, start=day, days=1, at=SUNDAY, **more)
    return (f"{found[0].starts_at:%H:%M}", f"{found[-1].starts_at:%H:%M}") if found else None


def special(site, day=MONDAY, practitioner=None, span=None, **fields):
    starts_at, ends_at = (time.fromisoformat(clock) for clock in span) if span else (None, None)
    return SpecialDay.objects.create(
        site=site, practitioner=practitioner, on=day, starts_at=starts_at, ends_at=ends_at, **fields
    )


# --- the week of then ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first_on", "last_on", "is_there"),
    [
        (MONDAY, None, True),
        (MONDAY + timedelta(days=1), None, False),
        (None, MONDAY, True),
        (None, MONDAY - timedelta(days=1), False),
    ],
    ids=["from today", "from tomorrow", "until today", "until yesterday"],
)
@pytest.mark.parametrize("model", [Shift, OpeningHours])
def test_a_week_holds_from_its_first_to_its_last_day(consultation, site, model, first_on, last_on, is_there):
    model.objects.update(first_on=first_on, last_on=last_on)

    assert (starts(consultation, site) is not None) == is_there


def test_a_new_week_takes_the_place_of_the_old_one_on_its_day(consultation, site, ana):
    ana.shifts.update(last_on=MONDAY + timedelta(days=6))
    Shift.objects.create(
        practitioner=ana, site=site, weekday=0, starts_at=time(11), ends_at=time(15), first_on=MONDAY + A_WEEK
    )

    assert starts(consultation, site) == ("09:00", "17:30")
    assert starts(consultation, site, MONDAY + A_WEEK) == ("11:00", "14:30")


# --- single days -----------------------------------------------------------------------------------------


def test_anas_single_day_stands_in_the_place_of_her_week(consultation, site, ana):
    special(site, practitioner=ana, span=("12:00", "16:00"))

    assert starts(consultation, site) == ("12:00", "15:30")
    assert starts(consultation, site, MONDAY + A_WEEK) == ("09:00", "17:30")


def test_a_day_without_hours_is_a_day_off(consultation, site, ana, ben):
    consultation.practitioners.add(ben)
    special(site, practitioner=ana)

    found = free_times.find(service=consultation, site=site, start=MONDAY, days=1, at=SUNDAY)

    assert {free.practitioner for free in found} == {ben}


def test_two_spans_of_a_single_day_make_its_hours_together(consultation, site, ana):
    special(site, practitioner=ana, span=("09:00", "10:00"))
    special(site, practitioner=ana, span=("15:00", "15:30"))

    found = free_times.find(service=consultation, site=site, start=MONDAY, days=1, at=SUNDAY)

    assert [f"{free.starts_at:%H:%M}" for free in found] == ["09:00", "09:15", "09:30", "15:00"]


def test_the_sites_single_day_bounds_everybody(consultation, site):
    special(site, span=("10:00", "12:00"), words="Stocktaking")

    assert starts(consultation, site) == ("10:00", "11:30")


def test_a_day_on_which_the_site_does_not_open_offers_nothing(consultation, site):
    special(site, words="Early May bank holiday")

    assert starts(consultation, site) is None


def test_a_sunday_may_be_opened_for_once(consultation, site, ana):
    sunday = MONDAY + timedelta(days=6)
    special(site, sunday, span=("10:00", "14:00"))
    special(site, sunday, ana, ("09:00", "12:00"))

    assert starts(consultation, site, sunday) == ("10:00", "11:30")


def test_one_who_comes_on_single_days_only_is_offered_on_them(consultation, site):
    locum = clinic.user("Iris Kwon", "practitioner")
    consultation.practitioners.set([locum])
    special(site, practitioner=locum, span=("09:00", "10:00"))

    assert starts(consultation, site) == ("09:00", "09:30")
    assert starts(consultation, site, MONDAY + A_WEEK) is None


def test_what_is_outside_a_single_day_is_refused(consultation, site, ana, mia):
    special(site, practitioner=ana, span=("12:00", "16:00"))

    with pytest.raises(Refused) as refused:
        visit(mia, consultation, ana)

    assert (refused.value.refusal.rule, refused.value.refusal.overridable_by) == ("hours.outside", "book_outside_hours")
    assert visit(mia, consultation, ana, starts_at=TEN + minutes(120)).starts_at == TEN + minutes(120)


def test_hours_that_somebody_answers_for_do_not_count(consultation, site, ana, mia):
    special(site, practitioner=ana)

    booked = visit(mia, consultation, ana, passes=frozenset({"hours.outside"}))

    assert booked.starts_at == TEN


def test_whoever_has_no_hours_here_at_all_is_not_planned_for_it(consultation, site, ana, mia):
    ana.shifts.all().delete()

    with pytest.raises(Refused) as refused:
        visit(mia, consultation, ana)

    assert refused.value.refusal.rule == "service.unsuited"


def test_hours_are_read_in_one_query_and_say_when_somebody_is_planned_and_may_work(
    site, ana, django_assert_num_queries
):
    special(site, span=("10:00", "12:00"))

    with django_assert_num_queries(1):
        read = hours.read(site, start=MONDAY, days=7, practitioners=[ana.pk])

    def clocks(spans):
        return [tuple(f"{datetime.fromtimestamp(second, UTC):%H:%M}" for second in span) for span in spans]

    assert clocks(read.open_on(MONDAY)) == [("10:00", "12:00")]
    assert clocks(read.planned_on(ana.pk, MONDAY)) == [("09:00", "13:00"), ("14:00", "18:00")]
    assert clocks(read.works_on(ana.pk, MONDAY)) == [("10:00", "12:00")]
    assert clocks(read.works_on(ana.pk, MONDAY + timedelta(days=5))) == []


# --- two sites -------------------------------------------------------------------------------------------


@pytest.fixture
def harbour(site, ana, consultation):
    """The house's other site, twenty minutes from anywhere; Ana works there whenever she works."""
    other = clinic.site(name="Harbour Skin Clinic", travel_minutes=20)
    for shift in ana.shifts.filter(site=site):
        Shift.objects.create(
            practitioner=ana, site=other, weekday=shift.weekday, starts_at=shift.starts_at, ends_at=shift.ends_at
        )
    consultation.rooms.add(clinic.room(other, "Quay room"))
    return other


def around_ten(found):
    return [f"{free.starts_at:%H:%M}" for free in found if "08:30" <= f"{free.starts_at:%H:%M}" <= "11:30"]


def test_the_way_between_two_sites_is_kept_free_by_the_longer_of_the_two(consultation, site, harbour, ana, mia, tomasz):
    """A way to Rowan takes 30 minutes and to the harbour 20: so 30 either way."""
    visit(mia, consultation, ana, site=site)  # 10:00 to 10:30

    there = free_times.find(service=consultation, site=harbour, start=MONDAY, days=1, at=SUNDAY)
    here = free_times.find(service=consultation, site=site, start=MONDAY, days=1, at=SUNDAY)

    assert around_ten(there) == ["09:00", "11:00", "11:15", "11:30"]
    assert around_ten(here) == ["09:00", "09:15", "09:30", "10:30", "10:45", "11:00", "11:15", "11:30"]


@pytest.mark.parametrize(("clock", "is_free"), [(45, False), (60, True)], ids=["15 minutes after", "30 minutes after"])
def test_whoever_is_still_on_the_way_cannot_be_booked(consultation, site, harbour, ana, mia, tomasz, clock, is_free):
    visit(mia, consultation, ana, site=site)
    wish = {"site": harbour, "starts_at": TEN + minutes(clock)}

    if is_free:
        assert visit(tomasz, consultation, ana, **wish).site == harbour
    else:
        with pytest.raises(appointments.SlotTaken):
            visit(tomasz, consultation, ana, **wish)


def test_a_step_is_not_taken_back_into_the_way(consultation, site, harbour, ana, mia, tomasz):
    booked = visit(mia, consultation, ana, site=site)
    appointments.cancel(booked, version=1, reason="Ill", by=HOUSE, at=SUNDAY)
    visit(tomasz, consultation, ana, site=harbour, starts_at=TEN + minutes(45))

    with pytest.raises(appointments.SlotTaken):
        appointments.revert(booked, version=2, by=HOUSE, at=SUNDAY)

    booked.refresh_from_db()
    assert (booked.state, booked.claims.filter(is_active=True).count()) == ("cancelled", 0)


def test_a_step_is_taken_back_when_there_is_time_for_the_way(consultation, site, harbour, ana, mia, tomasz):
    booked = visit(mia, consultation, ana, site=site)
    appointments.cancel(booked, version=1, reason="Ill", by=HOUSE, at=SUNDAY)
    visit(tomasz, consultation, ana, site=harbour, starts_at=TEN + minutes(60))

    assert appointments.revert(booked, version=2, by=HOUSE, at=SUNDAY).state == "booked"


def test_nobody_else_waits_for_anas_way(consultation, site, harbour, ana, ben, mia, tomasz):
    consultation.practitioners.add(ben)
    visit(mia, consultation, ana, site=harbour)

    assert visit(tomasz, consultation, ben, site=site).practitioner == ben


def test_a_time_offered_elsewhere_needs_the_way_too(consultation, site, harbour, ana, mia):
    entry = WaitlistEntry.objects.create(site=site, patient=mia, service=consultation, entered_at=SUNDAY)
    offer = Offer.objects.create(
        entry=entry,
        practitioner=ana,
        starts_at=TEN,
        ends_at=TEN + minutes(30),
        made_at=SUNDAY,
        expires_at=SUNDAY + minutes(60),
    )
    ana_then = claims.Hold(("practitioner", ana.pk), TEN, TEN + minutes(30))
    locked = turns.lock([ana_then.resource], at=SUNDAY)
    claims.take(locked, [ana_then], kind=Claim.Kind.HOLD, offer=offer, expires_at=offer.expires_at)

    there = free_times.find(service=consultation, site=harbour, start=MONDAY, days=1, at=SUNDAY)

    assert around_ten(there) == ["09:00", "11:00", "11:15", "11:30"]

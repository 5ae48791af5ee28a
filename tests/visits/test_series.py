"""A series is proposed whole, saved all or nothing, and moved with what follows it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Claim
from booking.several import SomeRefused
from clinic import wall_time
from clinic.models import AuditRow
from clinic.refusals import Refused
from outbox.models import Notice
from patients import restrictions
from tests.factories import booking, intake, treatments
from tests.factories import patients as who
from tests.factories import screening as full
from tests.factories.booking import SUNDAY, TEN
from tests.visits.series_of import DONE, booked, times
from treatments import courses
from treatments.models import Course
from treatments.rules import Window
from visits import reception, series, treatment
from visits.series import Time, Wanted

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def clinical_values(db):
    treatments.values()


def starts(proposal):
    return [one.chosen.starts_at if one.chosen else None for one in proposal.sessions]


def away(ana, *days):
    """Let Ana be on leave on these days."""
    Claim.objects.bulk_create(
        Claim(
            kind=Claim.Kind.LEAVE,
            practitioner=ana,
            starts_at=datetime.combine(day, time(7), UTC),
            ends_at=datetime.combine(day, time(18), UTC),
        )
        for day in days
    )


def days(first, count):
    return [first + timedelta(days=number) for number in range(count)]


# --- proposing --------------------------------------------------------------------------------------------------------


def test_every_session_left_is_proposed_in_its_window_like_the_last_one(wanted, ana, room):
    proposal = series.propose(wanted, at=DONE)

    in_summer = TEN - timedelta(hours=1)  # ten o'clock on London's wall, after 29 March
    assert starts(proposal) == [in_summer + 5 * WEEK, in_summer + 10 * WEEK, in_summer + 15 * WEEK]
    assert [(one.chosen.practitioner, one.chosen.room) for one in proposal.sessions] == [(ana, room)] * 3
    assert [one.number for one in proposal.sessions] == [2, 3, 4]
    assert proposal.sessions[0].window == Window(date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 13))
    assert proposal.sessions[1].counted_from == date(2026, 4, 6)


def test_what_is_proposed_is_booked_as_it_was_proposed(wanted, course, dee):
    proposal = series.propose(wanted, at=DONE)

    visits = series.book(wanted, times(proposal), by=dee, at=DONE)

    assert [visit.starts_at for visit in visits] == starts(proposal)
    assert courses.places(visits) == dict(zip([v.pk for v in visits], ["2 of 4", "3 of 4", "4 of 4"], strict=True))
    assert Notice.objects.filter(kind="CONFIRMATION").count() == 4
    assert [change.verb for visit in visits for change in visit.changes.all()] == ["book"] * 3
    assert series.propose(wanted, at=DONE).sessions == ()


def test_a_window_in_which_the_practitioner_is_away_goes_to_a_colleague(wanted, ana, ben, microneedling):
    microneedling.practitioners.add(ben)
    away(ana, *days(date(2026, 3, 30), 15))

    first, second, _third = series.propose(wanted, at=DONE).sessions

    assert (first.chosen.practitioner, second.chosen.practitioner) == (ben, ben)


def test_a_wished_practitioner_is_never_exchanged_unasked_and_the_nearest_times_are_named(
    mia, microneedling, site, course, ana, ben
):
    microneedling.practitioners.add(ben)
    away(ana, *days(date(2026, 3, 30), 15))
    wanted = Wanted(mia, microneedling, site, course, practitioner=ana)

    first, second, third = series.propose(wanted, at=DONE).sessions

    assert (first.chosen, first.why) == (None, "full")
    assert {free.practitioner for free in first.times} == {ben}
    assert (second.why, third.why) == ("waits", "waits")


def test_a_window_without_any_free_time_says_so_and_names_the_next_ones_after_it(wanted, ana, microneedling):
    away(ana, *days(date(2026, 3, 30), 15))

    first = series.propose(wanted, at=DONE).sessions[0]

    assert (first.chosen, first.why, first.is_late) == (None, "full", False)
    assert wall_time.local(first.times[0].starts_at, wanted.site.zone).date() == date(2026, 4, 14)


def test_a_late_time_that_is_picked_carries_the_rest_with_it(wanted, ana, microneedling):
    away(ana, *days(date(2026, 3, 30), 15))
    late = series.propose(wanted, at=DONE).sessions[0].times[0]

    proposal = series.propose(wanted, at=DONE, chosen={2: (late.starts_at, ana.pk)})

    assert [one.is_late for one in proposal.sessions] == [True, False, False]
    assert proposal.sessions[1].window.opens_on == date(2026, 5, 12)


def test_a_picked_time_moves_those_after_it_and_one_that_is_gone_is_replaced(wanted, ana, microneedling, tomasz):
    picked = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)
    taken = series.propose(wanted, at=DONE).sessions[1].chosen
    booking.visit(tomasz, microneedling, ana, starts_at=taken.starts_at, at=DONE)

    proposal = series.propose(wanted, at=DONE, chosen={2: (picked, ana.pk), 3: (taken.starts_at, ana.pk)})

    assert proposal.sessions[0].chosen.starts_at == picked
    assert proposal.sessions[1].window.opens_on == date(2026, 4, 28)
    assert [one.was_replaced for one in proposal.sessions] == [False, True, False]


def test_a_part_of_the_day_is_kept(mia, microneedling, site, course):
    wanted = Wanted(mia, microneedling, site, course, part=(time(14), time(17)))

    proposal = series.propose(wanted, at=DONE)

    clocks = {wall_time.local(free.starts_at, site.zone).time() for one in proposal.sessions for free in one.times}
    assert min(clocks) == time(14)
    assert max(clocks) < time(17)


def test_an_event_leads_the_sessions_to_the_time_in_which_it_helps(mia, microneedling, site, course):
    wanted = Wanted(mia, microneedling, site, course, event_on=date(2026, 7, 10))

    proposal = series.propose(wanted, at=DONE)

    last_on = wall_time.local(starts(proposal)[-1], site.zone).date()
    assert (proposal.backwards.fitting, proposal.backwards.wanted) == (3, 3)
    assert 28 <= (date(2026, 7, 10) - last_on).days <= 42


def test_sessions_that_do_not_fit_before_the_event_are_said_not_to(mia, microneedling, site, course):
    wanted = Wanted(mia, microneedling, site, course, event_on=date(2026, 5, 29))

    proposal = series.propose(wanted, at=DONE)

    assert [one.why for one in proposal.sessions] == ["", "", "event"]
    assert (proposal.backwards.fitting, proposal.backwards.all_from) == (2, date(2026, 3, 6))


def test_nothing_is_proposed_beyond_how_far_ahead_the_house_books(wanted, microneedling):
    microneedling.maximum_advance_days = 60
    microneedling.save()

    proposal = series.propose(wanted, at=DONE)

    assert [one.why for one in proposal.sessions] == ["", "far", "waits"]


def test_a_series_without_a_course_begins_when_it_is_wished(tomasz, microneedling, site):
    wanted = Wanted(tomasz, microneedling, site, sessions=3, from_day=date(2026, 3, 17))

    proposal = series.propose(wanted, at=SUNDAY)

    found = [wall_time.local(one, site.zone).date() for one in starts(proposal)]
    assert found == [date(2026, 3, 17), date(2026, 4, 21), date(2026, 5, 26)]


def test_a_patient_whom_nobody_has_talked_with_gets_no_series(tomasz, microneedling, site):
    site.consultation_first = True

    proposal = series.propose(Wanted(tomasz, microneedling, site), at=SUNDAY)

    assert (proposal.refusal.rule, proposal.sessions) == ("consultation.first", ())


def test_a_clinician_who_decides_first_stops_the_whole_series(wanted, mia):
    restrictions.write(
        mia, source="screening:x", service_kinds=["needling"], not_before=None, words="Ask first.", at=DONE
    )

    assert series.propose(wanted, at=DONE).refusal.rule == "restriction.needs_clinician"


def test_a_proposal_costs_the_same_for_one_session_and_for_five(mia, tomasz, microneedling, site, ana):
    counts = set()
    for sessions in (1, 5):
        with CaptureQueriesContext(connection) as queries:
            series.propose(Wanted(tomasz, microneedling, site, sessions=sessions), at=SUNDAY)
        counts.add(len(queries))

    assert len(counts) == 1
    assert counts.pop() <= 12


# --- booking ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def first_three(tomasz, microneedling, site):
    """A series of three for somebody who has no course, and the times that are proposed for it."""
    wanted = Wanted(tomasz, microneedling, site, sessions=3, from_day=date(2026, 3, 17))
    return wanted, times(series.propose(wanted, at=SUNDAY))


def test_without_a_course_no_more_is_booked_than_is_wanted(first_three, dee):
    wanted, three = first_three

    with pytest.raises(Refused) as refused:
        series.book(replace(wanted, sessions=2), three, by=dee, at=SUNDAY)

    assert (refused.value.refusal.rule, Appointment.objects.count()) == ("series.too_many", 0)


def test_the_control_as_many_as_are_wanted_are_booked(first_three, dee):
    wanted, three = first_three

    assert [visit.starts_at for visit in series.book(wanted, three, by=dee, at=SUNDAY)] == [
        time.starts_at for time in three
    ]


def test_one_time_that_is_gone_saves_none_and_every_conflict_is_named(wanted, ana, dee, microneedling, tomasz):
    proposal = series.propose(wanted, at=DONE)
    for place in (0, 2):
        booking.visit(tomasz, microneedling, ana, starts_at=proposal.sessions[place].chosen.starts_at, at=DONE)
    before = (Appointment.objects.count(), Claim.objects.count(), Notice.objects.count())

    with pytest.raises(SomeRefused) as refused:
        series.book(wanted, times(proposal), by=dee, at=DONE)

    assert {place: one.rule for place, one in refused.value.refusals.items()} == {0: "claim.taken", 2: "claim.taken"}
    assert (Appointment.objects.count(), Claim.objects.count(), Notice.objects.count()) == before


def test_sessions_too_close_to_each_other_are_refused_with_the_day_from_which_they_are_not(wanted, ana, dee):
    first = times(series.propose(wanted, at=DONE))[0]
    soon = Time(first.starts_at + 3 * WEEK, ana)

    with pytest.raises(SomeRefused) as refused:
        series.book(wanted, [first, soon], by=dee, at=DONE)

    (refusal,) = refused.value.refusals.values()
    assert (refusal.rule, refusal.earliest) == ("series.spacing", date(2026, 5, 4))
    assert refusal.sentence == (
        "Monday 27 April is too soon after Monday 6 April: the next session is possible from Monday 4 May."
    )


def test_a_session_after_its_window_is_late_and_not_refused(wanted, ana, dee):
    first = times(series.propose(wanted, at=DONE))[0]

    visits = series.book(wanted, [first, Time(first.starts_at + 9 * WEEK, ana)], by=dee, at=DONE)

    assert len(visits) == 2


def test_the_rest_after_the_last_session_holds_for_a_series_too(wanted, ana, dee):
    with pytest.raises(SomeRefused) as refused:
        series.book(wanted, [Time(TEN + WEEK, ana)], by=dee, at=DONE)

    assert refused.value.refusals[0].rule == "restriction.not_before"


def test_a_course_takes_no_more_sessions_than_it_has(wanted, dee):
    proposal = series.propose(wanted, at=DONE)
    series.book(wanted, times(proposal), by=dee, at=DONE)

    with pytest.raises(Refused) as refused:
        series.book(wanted, times(proposal), by=dee, at=DONE)

    assert (refused.value.refusal.rule, refused.value.refusal.values) == ("series.full", {"left": 0})


def test_the_event_is_kept_with_the_series_and_in_the_trail(wanted, course, dee):
    booked(wanted, dee, event=(date(2026, 7, 10), " Wedding "))

    course.refresh_from_db()
    assert (course.event_on, course.event_words) == (date(2026, 7, 10), "Wedding")
    assert AuditRow.objects.filter(verb="course.event").count() == 1


def test_an_event_is_taken_back_with_its_words(course, dee):
    series.set_event(course, on=date(2026, 7, 10), words="Wedding", by=dee, at=DONE)

    series.set_event(course, on=None, words="Wedding", by=dee, at=DONE)

    course.refresh_from_db()
    assert (course.event_on, course.event_words) == (None, "")


def test_a_course_that_does_not_run_is_for_no_day(course, as_ana, dee):
    courses.lapse(course, note="No answer", by=as_ana, at=DONE)

    with pytest.raises(courses.NotRunning):
        series.set_event(course, on=date(2026, 7, 10), words="", by=dee, at=DONE)


def test_a_series_booked_before_its_course_joins_it_at_the_first_start(tomasz, ana, as_ana, dee, site, microneedling):
    wanted = Wanted(tomasz, microneedling, site, sessions=3, from_day=TEN.date())
    visits = series.book(wanted, times(series.propose(wanted, at=SUNDAY)), by=dee, at=SUNDAY)
    here = reception.arrive(visits[0], version=visits[0].version, by=dee, at=visits[0].starts_at)

    full.up_to_date(tomasz, at=TEN)
    intake.agreed(tomasz, by=as_ana)
    treatment.start(
        here,
        version=here.version,
        identity_name=tomasz.name,
        identity_born_on=tomasz.born_on,
        answers=treatments.all_clear(),
        course_plan=treatment.CoursePlan(concern=treatments.Concern.objects.get(code="acne_scars"), planned_sessions=3),
        by=as_ana,
        at=here.starts_at,
    )

    assert list(courses.places(visits).values()) == ["1 of 3", "2 of 3", "3 of 3"]
    assert Course.objects.get(patient=tomasz).planned_visits.count() == 3


def test_two_people_of_one_house_plan_beside_each_other(wanted, dee, microneedling, site):
    booked(wanted, dee)
    zoe = Wanted(who.zoe(), microneedling, site, sessions=3, from_day=date(2026, 4, 6))

    proposal = series.propose(zoe, at=DONE)

    assert len(series.book(zoe, times(proposal), by=dee, at=DONE)) == 3

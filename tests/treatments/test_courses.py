"""Courses: planned, counted, windowed by what was really done, numbered by date."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import appointments
from tests.factories import booking, treatments
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes
from treatments import courses
from treatments.models import Course, FollowUpRule
from treatments.rules import Window

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def course(mia, as_ana):
    return treatments.course(mia, by=as_ana)


def visits(patient, service, practitioner, *weeks):
    return [booking.visit(patient, service, practitioner, starts_at=TEN + WEEK * week) for week in weeks]


def test_a_course_takes_its_days_from_the_clinics_own_values(mia, as_ana):
    FollowUpRule.objects.filter(key="next_session.earliest_days").update(value="30")

    course = treatments.course(mia, by=as_ana)

    assert courses.days_of(course) == {"earliest_days": 30, "target_days": 35, "latest_days": 42}


def test_before_the_first_session_there_is_no_window(course):
    assert (courses.done_count(course), courses.window(course)) == (0, None)


def test_the_window_is_counted_from_the_session_performed(course, visit, as_ana):
    treatments.ended(treatments.started(visit, by=as_ana), by=as_ana)

    assert courses.done_count(course) == 1
    assert courses.window(course) == Window(date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 13))


def test_a_session_that_has_not_ended_opens_no_window(course, visit, as_ana):
    treatments.saved(treatments.started(visit, by=as_ana), by=as_ana)

    assert (courses.done_count(course), courses.window(course)) == (0, None)


def test_a_late_session_moves_the_window_with_it(course, mia, microneedling, ana, as_ana):
    first, second = visits(mia, microneedling, ana, 0, 9)
    treatments.ended(treatments.started(first, by=as_ana), by=as_ana)
    treatments.ended(treatments.started(second, by=as_ana), by=as_ana)

    assert courses.window(course).opens_on == date(2026, 6, 1)


def test_the_day_is_the_sites_not_the_servers(course, visit, site, as_ana):
    site.time_zone = "Pacific/Auckland"  # already the next day there at 11:10 UTC
    site.save()

    treatments.ended(treatments.started(visit, by=as_ana), by=as_ana)

    assert courses.window(course).opens_on == date(2026, 3, 31)


def test_visits_are_numbered_by_date_whatever_the_order_of_booking(course, mia, microneedling, ana):
    late, soon = visits(mia, microneedling, ana, 8, 4)

    for visit in (late, soon):
        courses.plan_visit(course, visit)

    assert courses.places([soon, late]) == {soon.pk: "1 of 4", late.pk: "2 of 4"}


def test_a_visit_is_tied_once(course, visit):
    assert courses.plan_visit(course, visit) == courses.plan_visit(course, visit)


def test_a_moved_visit_takes_its_number_by_its_new_date(course, mia, microneedling, ana):
    first, second = visits(mia, microneedling, ana, 4, 8)
    for visit in (first, second):
        courses.plan_visit(course, visit)

    moved = appointments.move(first, starts_at=TEN + WEEK * 12, version=1, by=HOUSE, at=SUNDAY)
    courses.plan_visit(course, moved)

    assert courses.places([second, moved]) == {second.pk: "1 of 4", moved.pk: "2 of 4"}


def test_a_cancelled_visit_is_released_and_the_rest_move_up(course, mia, microneedling, ana):
    first, second = visits(mia, microneedling, ana, 4, 8)
    for visit in (first, second):
        courses.plan_visit(course, visit)

    courses.release(first)

    assert courses.places([first, second]) == {first.pk: "", second.pk: "1 of 4"}


def test_what_was_done_keeps_its_number_and_what_comes_follows(course, mia, microneedling, ana, as_ana):
    first, second = visits(mia, microneedling, ana, 0, 5)
    courses.plan_visit(course, first)
    treatments.ended(treatments.started(first, by=as_ana), by=as_ana)
    courses.plan_visit(course, second)

    assert courses.places([first, second]) == {first.pk: "1 of 4", second.pk: "2 of 4"}


def test_a_course_takes_no_more_visits_than_planned(mia, microneedling, ana, as_ana):
    course = treatments.course(mia, by=as_ana, planned_sessions=3)
    booked = visits(mia, microneedling, ana, 0, 5, 10, 15)

    planned = [courses.plan_visit(course, visit) for visit in booked]

    assert [one and one.number for one in planned] == [1, 2, 3, None]
    assert courses.place(booked[3]) == ""


def test_a_visit_of_no_course_has_no_place(visit):
    assert courses.place(visit) == ""


def test_the_places_of_many_visits_cost_as_much_as_those_of_one(course, mia, microneedling, ana):
    booked = visits(mia, microneedling, ana, 0, 5, 10)
    for visit in booked:
        courses.plan_visit(course, visit)

    for count in (1, 3):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            courses.places(booked[:count])
        assert len(queries) == 2


def test_a_course_whose_sessions_are_done_is_finished(mia, microneedling, ana, as_ana):
    course = treatments.course(mia, by=as_ana, planned_sessions=3)
    for visit in visits(mia, microneedling, ana, 0, 5, 10):
        treatments.ended(treatments.started(visit, by=as_ana), by=as_ana)
        courses.settle(course, by=as_ana, at=visit.starts_at + minutes(70))

    course.refresh_from_db()
    assert (course.state, course.closed_at) == (Course.State.FINISHED, TEN + WEEK * 10 + minutes(70))
    assert (courses.window(course), courses.running_for(mia)) == (None, None)


def test_a_course_goes_on_until_its_last_session(course, visit, as_ana):
    treatments.ended(treatments.started(visit, by=as_ana), by=as_ana)

    assert courses.settle(course, by=as_ana, at=TEN).state == Course.State.RUNNING


def test_courses_are_listed_with_what_was_done(course, visit, mia, as_ana):
    treatments.ended(treatments.started(visit, by=as_ana), by=as_ana)

    assert [(one, one.sessions_done) for one in courses.with_progress(mia)] == [(course, 1)]


def test_summer_time_does_not_shift_the_window(course, mia, microneedling, ana, as_ana):
    late_in_march = booking.visit(mia, microneedling, ana, starts_at=datetime(2026, 3, 27, 16, 0, tzinfo=UTC))
    treatments.ended(treatments.started(late_in_march, by=as_ana), by=as_ana)

    assert courses.window(course) == Window(date(2026, 4, 24), date(2026, 5, 1), date(2026, 5, 8))


def test_a_course_that_rests_is_not_running_and_keeps_its_reason(course, mia, as_ana):
    rested = courses.pause(course, note=" Away until spring ", by=as_ana, at=TEN)

    assert (rested.state, rested.state_note, rested.closed_at) == ("paused", "Away until spring", None)
    assert courses.running_for(mia) is None


def test_a_course_that_lapsed_is_closed(course, as_ana):
    lapsed = courses.lapse(course, note="No answer to three calls", by=as_ana, at=TEN)

    assert (lapsed.state, lapsed.closed_at) == ("lapsed", TEN)


def test_a_course_that_does_not_run_can_not_be_left_again(course, as_ana):
    courses.lapse(course, note="No answer", by=as_ana, at=TEN)

    with pytest.raises(courses.NotRunning):
        courses.pause(course, note="Away", by=as_ana, at=TEN)

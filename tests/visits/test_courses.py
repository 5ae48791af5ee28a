"""A course rests, goes on and ends: what the patient is told, what is booked, and what may not start meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clinic.models import AuditRow
from clinic.refusals import Refused
from outbox.models import Notice
from tests.factories import aftercare, intake, treatments
from tests.factories.booking import SUNDAY, TEN, minutes
from tests.factories.patients import patient
from treatments import courses as steps
from treatments.courses import CoursePlan, CourseRunning, NotRunning
from treatments.models import Concern, Course, CourseChange, Session
from visits import courses, merging, reception, treatment

pytestmark = pytest.mark.django_db

State, Cause = Course.State, Course.Cause
LATER = TEN + timedelta(days=3)


@pytest.fixture(autouse=True)
def messages(db):
    aftercare.values()


def follow_ups() -> set[str]:
    """Return the messages to come that ask for the next session."""
    return set(Notice.objects.open().filter(kind__startswith="FOLLOW").values_list("kind", flat=True))


def booked(mia, ana, microneedling, site, dee, *, days, at=LATER):
    starts_at = TEN + timedelta(days=days)
    return reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=starts_at, site=site, by=dee, at=at
    )


def test_while_a_course_rests_nobody_asks_for_its_next_session_and_then_again(course, as_ana):
    asked = follow_ups()
    assert asked

    courses.pause(course, cause=Cause.REACTION, note="Redness for a week", by=as_ana, at=LATER)
    assert (course.state, course.pause_cause, follow_ups()) == (State.PAUSED, Cause.REACTION, set())

    courses.resume(course, by=as_ana, at=LATER + timedelta(days=2))
    assert (course.state, course.pause_cause, course.went_on_at) == (State.RUNNING, "", LATER + timedelta(days=2))
    assert follow_ups() == asked


def test_a_course_without_a_session_is_planned_again_after_its_rest(mia, as_ana):
    treatments.values()
    course = treatments.course(mia, by=as_ana, at=SUNDAY)

    courses.pause(course, cause=Cause.WISH, by=as_ana, at=LATER)

    assert courses.resume(course, by=as_ana, at=LATER).state == State.PLANNED


def test_each_step_is_a_version_with_who_when_and_why(course, as_ana):
    courses.pause(course, cause=Cause.PREGNANCY, note=" Due in July ", by=as_ana, at=LATER)
    courses.resume(course, note="All well", by=as_ana, at=LATER)

    rows = CourseChange.objects.order_by("version", "id").values_list("version", "field", "was", "became", "why")
    assert list(rows) == [
        (2, "state", "running", "paused", "Due in July"),
        (2, "pause_cause", "", "pregnancy", "Due in July"),
        (3, "state", "paused", "running", "All well"),
        (3, "pause_cause", "pregnancy", "", "All well"),
    ]
    verbs = AuditRow.objects.filter(verb__startswith="course.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["course.opened", "course.paused", "course.resumed"]


def test_what_was_booked_while_it_rested_belongs_to_the_course_afterwards(
    course, mia, ana, microneedling, site, dee, as_ana
):
    courses.pause(course, cause=Cause.WISH, by=as_ana, at=LATER)
    visit = booked(mia, ana, microneedling, site, dee, days=35)
    assert steps.place(visit) == ""

    courses.resume(course, by=as_ana, at=LATER)

    assert steps.place(visit) == "2 of 4"


def test_no_session_starts_while_the_course_rests(course, mia, ana, microneedling, site, dee, as_ana):
    visit = booked(mia, ana, microneedling, site, dee, days=35)
    courses.pause(course, cause=Cause.REACTION, by=as_ana, at=LATER)
    here = treatments.arrived(visit)

    with pytest.raises(Refused, match="The course is paused: a reaction is open"):
        treatment.start(
            here,
            version=here.version,
            identity_name=mia.name,
            identity_born_on=mia.born_on,
            answers=treatments.all_clear(),
            course_plan=None,
            by=as_ana,
            at=here.starts_at,
        )

    assert Session.objects.count() == 1


def test_a_course_may_end_early_with_a_note_and_not_without(course, as_ana):
    with pytest.raises(Refused, match="Write why the course ends here"):
        courses.finish_early(course, note="  ", by=as_ana, at=LATER)

    courses.finish_early(course, note="Half the scars are gone", by=as_ana, at=LATER)

    assert (course.state, course.state_note, course.closed_at) == (State.EARLY, "Half the scars are gone", LATER)
    assert follow_ups() == set()


def test_a_finished_course_goes_on_as_maintenance_and_ends(course, as_ana):
    courses.finish_early(course, note="Enough", by=as_ana, at=LATER)

    assert courses.maintain(course, by=as_ana, at=LATER).state == State.MAINTENANCE
    assert courses.end_maintenance(course, by=as_ana, at=LATER).state == State.FINISHED


def test_a_step_that_somebody_took_before_is_refused(course, as_ana):
    courses.pause(course, cause=Cause.WISH, by=as_ana, at=LATER)

    with pytest.raises(NotRunning, match="not as you saw it any more"):
        courses.pause(course, cause=Cause.WISH, by=as_ana, at=LATER)


def test_no_second_course_begins_while_one_rests(course, mia, as_ana):
    courses.pause(course, cause=Cause.WISH, by=as_ana, at=LATER)

    with pytest.raises(CourseRunning, match="has a course that goes on or rests"):
        treatments.course(mia, by=as_ana)


def test_the_database_holds_to_one_open_course_as_well(course, mia):
    with pytest.raises(IntegrityError), transaction.atomic():
        Course.objects.create(
            patient=mia, concern=course.concern, planned_sessions=3, state=State.PLANNED, opened_at=LATER
        )


def test_two_records_with_an_open_course_each_do_not_become_one(course, mia, as_ana, dee):
    second = patient("Mia Okafer")
    other = treatments.course(second, by=as_ana)
    mia.refresh_from_db()
    versions = (mia.version, second.version)

    with pytest.raises(Refused, match="Both records have a course"):
        merging.merge(mia, second, versions=versions, by=dee, at=LATER)

    courses.finish_early(other, note="Twice on record", by=as_ana, at=LATER)
    merging.merge(mia, second, versions=versions, by=dee, at=LATER + minutes(1))
    assert set(mia.courses.all()) == {course, other}


def test_a_course_planned_at_the_consultation_takes_what_is_booked_and_runs_with_its_first_session(
    mia, ana, microneedling, site, dee, as_ana
):
    treatments.values()
    visit = booked(mia, ana, microneedling, site, dee, days=0, at=SUNDAY)
    plan = CoursePlan(Concern.objects.get(code="acne_scars"), 3)
    course = courses.plan(mia, plan, by=as_ana, at=SUNDAY)
    assert (course.state, steps.place(visit)) == (State.PLANNED, "1 of 3")

    here = treatments.arrived(visit)
    intake.agreed(mia, by=as_ana)
    session = treatment.start(
        here,
        version=here.version,
        identity_name=mia.name,
        identity_born_on=mia.born_on,
        answers=treatments.all_clear(),
        course_plan=None,
        by=as_ana,
        at=TEN,
    )

    course.refresh_from_db()
    assert (session.course, session.number, course.state) == (course, 1, State.RUNNING)


def test_visits_beyond_the_sessions_that_are_planned_leave_the_course(
    course, mia, ana, microneedling, site, dee, as_ana
):
    visits = [booked(mia, ana, microneedling, site, dee, days=days) for days in (35, 70, 105)]
    fewer = replace(steps.plan_of(course), planned_sessions=3)

    courses.change(course, fewer, version=course.version, why="Going well", by=as_ana, at=LATER)

    assert steps.places(visits) == {visits[0].pk: "2 of 3", visits[1].pk: "3 of 3", visits[2].pk: ""}


def test_a_course_that_has_all_its_sessions_after_a_change_is_finished(course, as_ana):
    one = replace(steps.plan_of(course), planned_sessions=1, sessions_reason="One was enough")

    courses.change(course, one, version=course.version, why="Delighted", by=as_ana, at=LATER)

    assert (course.state, follow_ups()) == (State.FINISHED, set())

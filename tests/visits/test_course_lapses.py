"""A course lapses after 84 days without a session: once, for the desk to see, until somebody looks at it again."""

from datetime import timedelta

import pytest

from booking.models import Appointment
from clinic.refusals import Refused
from outbox.models import Notice
from patients import restrictions
from tests.factories import aftercare, treatments
from tests.factories.booking import SUNDAY, TEN
from treatments import course_lapses
from treatments.models import Course, FollowUpRule
from visits import courses, reception, treatment

pytestmark = pytest.mark.django_db

State = Course.State
LAST_DAY = TEN + timedelta(days=84)
TOO_LATE = TEN + timedelta(days=85)


@pytest.fixture(autouse=True)
def messages(db):
    aftercare.values()


@pytest.fixture
def lapsed(course):
    courses.lapse_what_is_over(at=TOO_LATE)
    course.refresh_from_db()
    return course


def stop(mia, at=TOO_LATE):
    return restrictions.judge(mia, service_kind="needling", on=at.date(), at=at)


def test_the_eighty_fourth_day_is_in_time_and_the_next_is_not(course):
    assert courses.lapse_what_is_over(at=LAST_DAY) == 0
    assert courses.lapse_what_is_over(at=TOO_LATE) == 1

    course.refresh_from_db()
    assert (course.state, course.closed_at) == (State.LAPSED, TOO_LATE)


def test_a_second_sweep_finds_nothing_and_changes_nothing(lapsed):
    assert courses.lapse_what_is_over(at=TOO_LATE + timedelta(days=1)) == 0
    assert lapsed.changes.count() == 1


def test_the_clinic_says_after_how_many_days(course):
    FollowUpRule.objects.filter(key="series.lapsed_after_days").update(value="100")

    assert courses.lapse_what_is_over(at=TOO_LATE) == 0
    assert courses.lapse_what_is_over(at=TEN + timedelta(days=101)) == 1


def test_a_course_that_rests_does_not_lapse_and_is_counted_from_its_resuming(course, as_ana):
    courses.pause(course, cause="pregnancy", by=as_ana, at=LAST_DAY)
    assert courses.lapse_what_is_over(at=TOO_LATE + timedelta(days=200)) == 0

    back = TOO_LATE + timedelta(days=200)
    courses.resume(course, by=as_ana, at=back)

    assert courses.lapse_what_is_over(at=back + timedelta(days=84)) == 0
    assert courses.lapse_what_is_over(at=back + timedelta(days=85)) == 1


def test_a_course_that_was_planned_and_never_begun_lapses_as_well(mia, as_ana):
    treatments.values()
    plan = courses.CoursePlan(treatments.Concern.objects.get(code="acne_scars"), 3)
    planned = courses.plan(mia, plan, by=as_ana, at=SUNDAY)

    courses.lapse_what_is_over(at=SUNDAY + timedelta(days=85))

    planned.refresh_from_db()
    assert planned.state == State.LAPSED


def test_the_desk_reads_that_a_clinician_decides_and_a_practitioner_may_agree(lapsed, mia):
    refusal = stop(mia)

    assert (refusal.rule, refusal.overridable_by) == ("restriction.needs_clinician", "agree_early")
    assert refusal.sentence == "More than 84 days have passed since the last session: a consultation comes first."
    assert restrictions.word_for_desk(mia, on=TOO_LATE.date()).kind == "needs_clinician"


def test_one_tap_of_the_practitioner_lets_it_go_on_and_is_kept(lapsed, mia, as_ana):
    courses.waive(lapsed, by=as_ana, at=TOO_LATE)

    assert (lapsed.state, lapsed.closed_at, lapsed.went_on_at) == (State.RUNNING, None, TOO_LATE)
    assert stop(mia) is None
    row = lapsed.changes.first()
    assert (row.was, row.became, row.why, row.by_name) == ("lapsed", "running", "Without a consultation.", as_ana.name)
    assert courses.lapse_what_is_over(at=TOO_LATE + timedelta(days=84)) == 0


def test_a_consultation_lets_it_go_on(lapsed, mia, ana, site, dee, consultation):
    talk = reception.book(
        patient=mia, service=consultation, practitioner=ana, starts_at=TOO_LATE, site=site, by=dee, at=TOO_LATE
    )
    here = reception.arrive(talk, version=talk.version, by=dee, at=TOO_LATE)
    assert stop(mia) is not None

    reception.finish_visit(here, version=here.version, by=dee, at=TOO_LATE + timedelta(minutes=30))

    lapsed.refresh_from_db()
    assert (lapsed.state, stop(mia)) == (State.RUNNING, None)


def test_between_two_sweeps_no_session_of_it_starts_either(course, mia, ana, microneedling, site, dee, as_ana):
    visit = reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=TOO_LATE, site=site, by=dee, at=TEN
    )
    here = treatments.arrived(visit)

    with pytest.raises(Refused, match="a consultation comes first"):
        treatment.start(
            here,
            version=here.version,
            identity_name=mia.name,
            identity_born_on=mia.born_on,
            answers=treatments.all_clear(),
            course_plan=None,
            by=as_ana,
            at=TOO_LATE,
        )


def test_a_lapsed_course_asks_nobody_back(lapsed):
    assert not Notice.objects.open().filter(kind__startswith="FOLLOW").exists()


def test_what_lapsed_and_was_followed_by_another_course_waits_for_nobody(lapsed, mia, as_ana):
    assert course_lapses.waiting_for(mia) == lapsed

    treatments.course(mia, by=as_ana, at=TOO_LATE)

    assert course_lapses.waiting_for(mia) is None
    assert Appointment.objects.filter(patient=mia).count() == 1


def test_a_practitioner_who_agreed_when_it_was_booked_has_waived_it(lapsed, mia, ana, microneedling, site, dee, as_ana):
    later = TOO_LATE + timedelta(days=1)
    wish = {"patient": mia, "service": microneedling, "practitioner": ana, "starts_at": later, "site": site}
    with pytest.raises(Refused, match="a consultation comes first"):
        reception.book(**wish, by=dee, at=TOO_LATE)
    visit = reception.book(**wish, agreed_by=ana, agreed_reason="Spoke on the phone", by=dee, at=TOO_LATE)
    here = treatments.arrived(visit)

    session = treatment.start(
        here,
        version=here.version,
        identity_name=mia.name,
        identity_born_on=mia.born_on,
        answers=treatments.all_clear(),
        course_plan=None,
        by=as_ana,
        at=later,
    )

    lapsed.refresh_from_db()
    assert (session.course, session.number, lapsed.state, stop(mia, later)) == (lapsed, 2, State.RUNNING, None)

"""At the end of a treatment the next one is a press away: four, five or six weeks on."""

import pytest
from django.urls import reverse
from time_machine import travel as time_at

from tests.desk.series.conftest import DONE
from tests.desk.series.test_planning import text_of
from tests.factories.booking import minutes
from visits import reception, treatment

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(session, as_ana):
    with time_at(DONE + minutes(5), tick=False):
        yield treatment.sign(session, by=as_ana, at=DONE + minutes(5))


def record(session):
    return reverse("desk:record", args=[session.uuid])


def test_after_the_signature_the_next_session_is_offered_in_its_window(practice, signed, mia, microneedling):
    answer = practice.get(record(signed))

    shown = text_of(answer)
    for words in ("4 weeks: Mon 30 Mar in the window", "5 weeks: Mon 6 Apr in", "6 weeks: Mon 13 Apr in"):
        assert words in shown
    address = f"/book/?patient={mia.uuid}&amp;service={microneedling.pk}&amp;from_day=2026-04-06"
    assert f'href="{address}"' in answer.content.decode()


def test_a_week_outside_a_longer_window_is_marked(practice, signed, course):
    course.earliest_days, course.target_days, course.latest_days = 40, 41, 56
    course.save()

    shown = text_of(practice.get(record(signed)))

    assert "4 weeks: Mon 30 Mar outside the window" in shown
    assert "6 weeks: Mon 13 Apr in the window" in shown


def test_the_panel_of_a_treatment_marks_the_weeks_that_lie_in_its_window(desk, session):
    answer = desk.get(reverse("desk:appointment", args=[session.appointment.uuid]))

    assert [(one.weeks, one.fits) for one in answer.context["rebook"]] == [(4, True), (5, True), (6, True)]
    assert "Next visit in 4 weeks in the window 5 weeks in the window 6 weeks in the window" in text_of(answer)


def test_the_panel_counts_with_the_days_of_the_course(desk, session, course):
    course.earliest_days, course.target_days, course.latest_days = 34, 35, 40
    course.save()

    shown = text_of(desk.get(reverse("desk:appointment", args=[session.appointment.uuid])))

    assert "4 weeks outside the window 5 weeks in the window 6 weeks outside the window" in shown


def test_a_session_still_to_come_counts_from_its_own_day(desk, session, course, mia, ana, dee, site, microneedling):
    later = reception.book(
        patient=mia,
        service=microneedling,
        practitioner=ana,
        starts_at=DONE + minutes(5 * 7 * 24 * 60 - 130),
        site=site,
        by=dee,
        at=DONE,
    )
    course.earliest_days, course.target_days, course.latest_days = 28, 28, 28
    course.save()

    found = desk.get(reverse("desk:appointment", args=[later.uuid])).context["rebook"]

    assert [(one.weeks, one.fits) for one in found] == [(4, True), (5, False), (6, False)]


def test_once_the_next_one_is_booked_nothing_is_offered(practice, signed, mia, ana, dee, site, microneedling):
    reception.book(
        patient=mia,
        service=microneedling,
        practitioner=ana,
        starts_at=DONE + minutes(5 * 7 * 24 * 60 - 130),
        site=site,
        by=dee,
        at=DONE,
    )

    assert "Book the next session" not in text_of(practice.get(record(signed)))

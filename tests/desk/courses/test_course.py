"""The page of a course: what is planned, what can be done with it, every version, and what the desk sees of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.models import AuditRow
from tests.factories.booking import TEN
from treatments.models import Course
from visits import courses

State = Course.State
QUERIES = 15


def of(person, verb: str) -> str:
    return reverse(f"desk:course_{verb}", args=[person.uuid])


def test_the_page_says_what_is_planned_and_how_far_it_is(practice, course, address):
    text = practice.get(address).content.decode()

    for words in ("Acne scars", "1 of 4", "28 to 42, best 35", "30, 90, 180 days after the last session", "Running"):
        assert words in text
    assert AuditRow.objects.filter(verb="read").exists()


def test_somebody_without_a_course_is_told_so(practice, mia, address):
    assert "No course yet" in practice.get(address).content.decode()


def test_a_pause_asks_for_its_cause_and_keeps_what_was_typed(practice, course, mia):
    response = practice.post(of(mia, "pause"), {"note": "Away"})

    assert response.status_code == 422
    text = response.content.decode()
    assert "Choose why the course rests." in text
    assert 'value="Away"' in text
    course.refresh_from_db()
    assert course.state == State.RUNNING


def test_paused_and_resumed_it_stands_among_the_versions(practice, course, mia, address, ana):
    practice.post(of(mia, "pause"), {"cause": "wish", "note": "Away"})
    assert "The patient wishes it" in practice.get(address).content.decode()
    practice.post(of(mia, "resume"))

    course.refresh_from_db()
    assert course.state == State.RUNNING
    text = practice.get(address).content.decode()
    assert "Version 3" in text
    assert text.index("Version 3") < text.index("Version 2")
    assert "Away" in text


def test_what_somebody_did_before_is_refused_in_a_sentence(practice, course, mia):
    response = practice.post(of(mia, "resume"))

    assert response.status_code == 409
    assert "This course is not as you saw it any more." in response.content.decode()


def test_finishing_early_asks_for_a_note_and_maintenance_follows(practice, course, mia, address):
    assert practice.post(of(mia, "finish"), {"note": ""}).status_code == 422
    practice.post(of(mia, "finish"), {"note": "Delighted"})
    practice.post(of(mia, "maintain"))

    course.refresh_from_db()
    assert course.state == State.MAINTENANCE
    record = practice.get(reverse("desk:patient", args=[mia.uuid])).content.decode()
    assert "Next session between 31 May and 29 Aug" in record

    practice.post(of(mia, "end_maintenance"))
    course.refresh_from_db()
    assert course.state == State.FINISHED


def test_one_tap_waives_the_consultation_of_a_lapsed_course(practice, course, mia, address):
    courses.lapse_what_is_over(at=TEN + timedelta(days=85))
    record = reverse("desk:patient", args=[mia.uuid])
    assert of(mia, "waive") in practice.get(record).content.decode()

    assert practice.post(of(mia, "waive")).status_code == 302

    course.refresh_from_db()
    assert course.state == State.RUNNING
    assert of(mia, "waive") not in practice.get(record).content.decode()


def test_the_desk_reads_the_state_and_has_no_way_in(desk, course, mia, address, as_ana):
    courses.pause(course, cause="pregnancy", note="Due in July", by=as_ana, at=TEN + timedelta(days=1))

    assert desk.get(address).status_code == 403
    assert desk.post(of(mia, "resume")).status_code == 403
    text = desk.get(reverse("desk:patient", args=[mia.uuid])).content.decode()
    assert "Paused" in text
    for clinical in ("Pregnancy", "July", "Acne", "Resume"):
        assert clinical not in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_versions_there_are(practice, course, mia, address, as_ana, count):
    for _n in range(count):
        courses.pause(course, cause="wish", by=as_ana, at=TEN + timedelta(days=1))
        courses.resume(course, by=as_ana, at=TEN + timedelta(days=1))
    practice.get(address)

    with CaptureQueriesContext(connection) as asked:
        practice.get(address)

    assert len(asked) == QUERIES

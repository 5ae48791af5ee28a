"""Planning a course and changing it: what is typed stays, what cannot be is said where it stands."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from tests.factories import treatments
from tests.factories.booking import TEN, minutes
from treatments import courses
from treatments.models import Course

FORM_KEY = "0b2f6f0e-7d6e-4a3e-9a64-0c6f5f1d2a11"


@pytest.fixture
def plan_page(mia):
    treatments.values()
    return reverse("desk:course_plan", args=[mia.uuid])


@pytest.fixture
def edit_page(mia, course):
    return reverse("desk:course_edit", args=[mia.uuid])


def typed(**fields: Any) -> dict[str, Any]:
    """Return a plan as it is sent: acne scars, four sessions, one depth, a peel beside; `fields` differ from it."""
    rows = {f"{name}-TOTAL_FORMS": 2 for name in ("steps", "adjuncts")}
    rows |= {f"{name}-INITIAL_FORMS": 0 for name in ("steps", "adjuncts")}
    known = {
        "form_key": FORM_KEY,
        "concern": "acne_scars",
        "also_concerns": ["enlarged_pores"],
        "zones": ["cheek", "nose"],
        "goal": "Go out without make-up",
        "planned_sessions": "4",
        "earliest_days": "28",
        "target_days": "35",
        "latest_days": "42",
        "review_days": "30, 90",
        "home_care": "Sunscreen every morning",
        "price_words": "720 for four",
        "steps-0-number": "1",
        "steps-0-zone": "cheek",
        "steps-0-depth_mm": "1,50",
        "adjuncts-0-kind": "peel",
        "adjuncts-0-days": "42",
    }
    return rows | known | fields


def test_a_plan_is_kept_as_it_was_typed(practice, plan_page, mia):
    response = practice.post(plan_page, typed())

    assert (response.status_code, response.url) == (302, reverse("desk:course", args=[mia.uuid]))
    course = Course.objects.get()
    assert (course.state, course.goal, course.review_days) == ("planned", "Go out without make-up", [30, 90])
    assert courses.agreed_depths(course, 1) == {"cheek": (Decimal("1.50"), {})}
    assert course.adjuncts == [{"kind": "peel", "days": 42, "from_session": 1}]
    text = practice.get(response.url).content.decode()
    for words in ("Chemical peel, every 42 days from session 1", "Sunscreen every morning", "720 for four", "1.50 mm"):
        assert words in text


def test_the_same_form_twice_plans_once(practice, plan_page):
    practice.post(plan_page, typed())

    assert practice.post(plan_page, typed()).status_code == 302
    assert Course.objects.count() == 1


def test_the_page_begins_with_the_days_of_the_clinic_and_the_concern_it_is_asked_for(practice, plan_page):
    text = practice.get(plan_page, {"concern": "melasma"}).content.decode()

    assert '<option value="melasma" selected>' in text
    assert 'name="target_days" value="35"' in text


def test_two_sessions_ask_for_a_reason_at_its_field_and_what_was_typed_stays(practice, plan_page):
    response = practice.post(plan_page, typed(planned_sessions="2"))

    assert response.status_code == 422
    text = response.content.decode()
    assert 'href="#at-sessions_reason"' in text
    assert "Write why this one has 2." in text
    assert 'value="Go out without make-up"' in text
    assert practice.post(plan_page, typed(planned_sessions="2", sessions_reason="One scar")).status_code == 302


def test_no_row_is_lost_where_the_count_of_the_page_is(practice, plan_page):
    response = practice.post(plan_page, typed(**{"steps-TOTAL_FORMS": "many", "planned_sessions": "2"}))

    assert response.status_code == 422
    assert 'value="1,50"' in response.content.decode()


def test_a_depth_that_the_rules_notice_asks_for_a_reason_in_its_row(practice, plan_page):
    rows = {"steps-1-number": "2", "steps-1-zone": "nose", "steps-1-depth_mm": "1.00"}

    response = practice.post(plan_page, typed(**rows))

    assert response.status_code == 422
    assert 'href="#at-steps-1-reason"' in response.content.decode()
    assert practice.post(plan_page, typed(**rows, **{"steps-1-reason": "Thick skin"})).status_code == 302


def test_what_no_reason_passes_is_refused_at_the_depth(practice, plan_page):
    response = practice.post(plan_page, typed(**{"steps-0-depth_mm": "3.50", "steps-0-reason": "Because"}))

    assert response.status_code == 422
    text = response.content.decode()
    assert 'href="#at-steps-0-depth_mm"' in text
    assert "Nobody needles deeper than" in text or "may needle to" in text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("planned_sessions", "many", "Write how many sessions"),
        ("planned_sessions", "13", "13 can&#x27;t be planned"),
        ("latest_days", "30", "the earliest first, the latest last"),
        ("review_days", "soon", "Write days as whole numbers"),
        ("review_days", "30, 30", "at most six different days"),
        ("concern", "", "Choose what the course is for."),
        ("adjuncts-0-days", "", "Write how many days lie between"),
        ("adjuncts-0-from_session", "9", "The course has 4 sessions"),
        ("steps-0-number", "", "Write from which session on."),
        ("steps-0-zone", "chin", "This zone is not one of the course."),
    ],
)
def test_what_can_not_be_planned_is_said_in_a_sentence(practice, plan_page, field, value, words):
    response = practice.post(plan_page, typed(**{field: value}))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Course.objects.exists()


def test_no_second_course_is_planned_beside_an_open_one(practice, plan_page, course):
    response = practice.post(plan_page, typed())

    assert response.status_code == 422
    assert "has a course that goes on or rests" in response.content.decode()


def test_a_change_is_a_version_with_its_reason(practice, edit_page, course):
    known = {"version": course.version, "planned_sessions": "5"}
    assert practice.post(edit_page, typed(**known)).status_code == 422

    response = practice.post(edit_page, typed(**known, why="Slow progress"))

    course.refresh_from_db()
    assert (response.status_code, course.planned_sessions, course.version) == (302, 5, 2)
    text = practice.get(response.url).content.decode()
    assert "Slow progress" in text
    assert "From session 1: Cheek 1.50 mm" in text


def test_the_edit_page_shows_the_plan_as_it_stands(practice, edit_page):
    text = practice.get(edit_page).content.decode()

    assert '<option value="acne_scars" selected>' in text
    assert 'name="planned_sessions" value="4"' in text


def test_two_people_who_change_one_plan_are_told_what_the_other_did(practice, edit_page, course, as_ana):
    practice.post(edit_page, typed(version=1, goal="Softer", why="Asked"))

    response = practice.post(edit_page, typed(version=1, goal="Lighter", why="Asked too"))

    assert response.status_code == 409
    text = response.content.decode()
    assert "Somebody changed this course a moment ago" in text
    assert 'value="Lighter"' in text
    assert practice.post(edit_page, typed(version=2, goal="Lighter", why="Asked too")).status_code == 302


def test_a_finished_course_has_no_plan_to_change(practice, edit_page, course, as_ana):
    courses.finish_early(course, note="Enough", by=as_ana, at=TEN + minutes(120))

    assert practice.get(edit_page).status_code == 404


def test_the_desk_plans_nothing(desk, plan_page):
    assert desk.get(plan_page).status_code == 403

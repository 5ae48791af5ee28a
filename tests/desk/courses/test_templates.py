"""What courses begin from: the manager and the prescriber change it, a plan begins with it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.desk.courses.test_planning import typed
from tests.factories import treatments
from treatments.models import CourseTemplate


@pytest.fixture(autouse=True)
def values(db):
    treatments.values()


@pytest.fixture
def address():
    return reverse("desk:course_template", args=["acne_scars"])


def test_the_list_names_every_concern_in_one_query_more(manager):
    manager.get(reverse("desk:course_templates"))

    with CaptureQueriesContext(connection) as asked:
        text = manager.get(reverse("desk:course_templates")).content.decode()

    assert "Acne scars" in text
    assert sum("treatments_coursetemplate" in one["sql"] for one in asked) == 1


def test_a_changed_template_is_what_the_next_plan_begins_from(manager, practice, mia, address):
    response = manager.post(address, typed(version=1, planned_sessions="5", why="Experience"))
    assert response.status_code == 302

    page = practice.get(reverse("desk:course_plan", args=[mia.uuid]), {"concern": "acne_scars"}).content.decode()

    assert 'name="planned_sessions" value="5"' in page
    assert "Sunscreen every morning" in page
    assert "Experience" in manager.get(address).content.decode()


def test_without_a_reason_nothing_is_kept_and_what_was_typed_stays(manager, address):
    response = manager.post(address, typed(version=1, planned_sessions="5"))

    assert response.status_code == 422
    assert 'href="#at-why"' in response.content.decode()
    assert 'name="planned_sessions" value="5"' in response.content.decode()
    assert CourseTemplate.objects.get(concern__code="acne_scars").planned_sessions == 4


def test_what_another_changed_meanwhile_is_shown(manager, address):
    manager.post(address, typed(version=1, planned_sessions="5", why="Experience"))

    response = manager.post(address, typed(version=1, planned_sessions="6", why="Mine"))

    assert response.status_code == 409
    assert "Somebody changed the same a moment ago" in response.content.decode()


def test_neither_the_desk_nor_a_practitioner_changes_it(desk, practice, address):
    assert [client.get(address).status_code for client in (desk, practice)] == [403, 403]

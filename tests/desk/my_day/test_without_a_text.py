"""My day in a house that has no consent text yet: it stands, and says what is missing."""

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from booking import appointments
from intake import clinical, question_sets
from tests.desk.my_day.test_my_day import DAY, rows
from tests.factories import booking
from tests.factories import screening as full
from tests.factories.booking import TEN
from tests.journeys.paper import Paper


@pytest.fixture(autouse=True)
def ten(db):
    """It is Monday at ten, and nobody has loaded the clinical values."""
    with time_machine.travel(TEN, tick=False):
        yield


@pytest.fixture
def tablet(ana):
    client = Client()
    client.force_login(ana)
    return Paper(client)


@pytest.fixture
def visit(mia, microneedling, ana):
    return booking.visit(mia, microneedling, ana)


def test_without_a_consent_text_the_day_stands_and_says_what_is_missing_and_how_it_is_loaded(tablet, visit, dee):
    page = tablet.open(DAY)

    assert rows(page) == ["10:00 11:20 Mia Okafor Microneedling · Room 1 Booked No consent text yet Arrived"]
    assert "There is no consent text yet" in page.text
    assert "python manage.py load_clinical" in page.text

    call_command("load_clinical", verbosity=0)

    assert rows(tablet.open(DAY)) == [
        "10:00 11:20 Mia Okafor Microneedling · Room 1 Booked Consent to be signed Arrived"
    ]
    assert "There is no consent text yet" not in tablet.sheet.text


def test_a_day_without_a_treatment_asks_for_no_consent_text(tablet, mia, ana, consultation):
    booking.visit(mia, consultation, ana)

    assert "There is no consent text yet" not in tablet.open(DAY).text


def test_a_start_without_a_consent_text_leads_back_to_the_day_with_the_reason(tablet, visit, as_ana):
    questions, screens = clinical.shipped_questions()
    question_sets.publish(questions, screens=screens, life_days=180, reason="First", by=None, at=TEN)
    full.up_to_date(visit.patient, at=TEN)
    appointments.arrive(visit, version=1, by=as_ana, at=TEN)

    page = tablet.open(reverse("desk:start", args=[visit.uuid]))

    assert page.address == DAY
    assert "No consent text is set up. A manager adds one before the next session." in page.text

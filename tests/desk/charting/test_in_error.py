"""Entered in error, on the tablet: struck with a reason, or moved to whom it was done with."""

import pytest
from django.urls import reverse

from tests.desk.charting.typed import FULL
from tests.factories import booking
from tests.factories.booking import TEN, minutes
from treatments.models import Session


@pytest.fixture
def toms(tomasz, microneedling, ana):
    return booking.visit(tomasz, microneedling, ana, starts_at=TEN + minutes(90))


@pytest.fixture
def in_error(session):
    return reverse("desk:session_in_error", args=[session.uuid])


def test_a_session_is_struck_and_its_record_says_so(tablet, in_error, session):
    tablet.open(in_error)

    page = tablet.press("Strike this session", {"strike-reason": "Wrong tablet."})

    assert page.address == reverse("desk:record", args=[session.uuid])
    assert "Wrong tablet." in page.text
    assert "Struck by Ana Duarte, 2 Mar 2026, 10:00" in page.text
    assert tablet.open(reverse("desk:chart", args=[session.uuid])).address == page.address


def test_without_a_reason_nothing_is_struck(tablet, in_error):
    tablet.open(in_error)

    page = tablet.press("Strike this session")

    assert (page.status, Session.objects.get().struck_at) == (422, None)
    assert "Say what was wrong with this record." in page.text


def test_a_session_is_moved_to_the_right_patient_and_goes_on_there(tablet, chart, in_error, session, toms, ten):
    tablet.open(chart)
    tablet.press("Save", FULL)
    ten.move_to(TEN + minutes(50))
    tablet.open(in_error)

    page = tablet.press(
        "Move to this patient",
        {
            "move-visit": f"11:30 {toms.patient.name} · Microneedling",
            "move-identity_name": toms.patient.name,
            "move-identity_born_on": f"{toms.patient.born_on:%d/%m/%Y}",
            "move-reason": "Mia's chart was open.",
        },
    )

    right = Session.objects.standing().get()
    assert (right.patient, page.address) == (toms.patient, reverse("desk:chart", args=[right.uuid]))
    assert page.value("zones-0-depth_mm") == "1.50"
    assert "Moved from Mia Okafor to" in page.text


def test_who_was_chosen_is_confirmed_by_name_and_date_of_birth(tablet, in_error, toms):
    tablet.open(in_error)

    page = tablet.press(
        "Move to this patient",
        {
            "move-visit": f"11:30 {toms.patient.name} · Microneedling",
            "move-identity_name": "Somebody Else",
            "move-identity_born_on": f"{toms.patient.born_on:%d/%m/%Y}",
            "move-reason": "Mia's chart was open.",
        },
    )

    assert (page.status, page.value("move-reason"), Session.objects.get().struck_at) == (
        422,
        "Mia's chart was open.",
        None,
    )


def test_with_nobody_else_that_day_the_page_says_what_to_do(tablet, in_error):
    page = tablet.open(in_error)

    assert "Book a walk-in for the right patient first, then come back." in page.text

"""A practitioner's day: who is next, and am I ready."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from booking import appointments
from patients import restrictions
from tests.factories import booking, clinic, intake, treatments
from tests.factories import patients as people
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes
from tests.journeys.paper import Paper
from treatments import courses, sessions

DAY = "/my-day/"


@pytest.fixture(autouse=True)
def ten(db):
    treatments.values()
    with time_machine.travel(TEN, tick=False) as clock:
        yield clock


@pytest.fixture
def tablet(ana):
    client = Client()
    client.force_login(ana)
    return Paper(client)


@pytest.fixture
def visit(mia, microneedling, ana):
    return booking.visit(mia, microneedling, ana)


def rows(sheet):
    """Return each row of the day as its words."""
    return [node.text for node in sheet.all("ol")[0].nodes if node.tag == "li"] if sheet.all("ol") else []


def test_a_day_without_visits_says_so(tablet, microneedling):
    assert "Nobody is booked with you today" in tablet.open(DAY).text


def test_a_visit_shows_who_comes_when_and_what_is_missing(tablet, visit):
    page = tablet.open(DAY)

    assert rows(page) == ["10:00 11:20 Mia Okafor Microneedling · Room 1 Booked Consent to be signed Arrived"]


def test_from_arrival_to_the_record_one_step_after_the_other(tablet, visit, as_ana, mia):
    tablet.open(DAY)
    tablet.press("Arrived: Mia Okafor")
    assert tablet.sheet.address == DAY
    assert tablet.sheet.link("Start session: Mia Okafor").attrs["href"] == reverse("desk:start", args=[visit.uuid])

    session = treatments.started(visit, by=as_ana)
    page = tablet.open(DAY)
    assert page.link("Continue the chart: Mia Okafor").attrs["href"] == reverse("desk:chart", args=[session.uuid])

    over = treatments.ended(session, by=as_ana)
    page = tablet.open(DAY)
    assert page.link("Review and sign: Mia Okafor").attrs["href"] == reverse("desk:session_review", args=[session.uuid])
    assert "1 record waits for your signature" in page.text

    sessions.sign(over, by=as_ana, at=over.ended_at)
    page = tablet.open(DAY)
    assert page.link("Open the record: Mia Okafor").attrs["href"] == reverse("desk:record", args=[session.uuid])
    assert "waits for your signature" not in page.text


def test_who_was_called_in_no_longer_waits(tablet, visit, as_ana):
    appointments.enter_room(visit, version=visit.version, by=as_ana, at=TEN)

    assert rows(tablet.open(DAY)) == [
        "10:00 11:20 Mia Okafor Microneedling · Room 1 In room Consent to be signed Start session"
    ]


def test_a_draft_left_open_yesterday_is_not_forgotten(tablet, visit, as_ana, ten, ana):
    session = treatments.started(visit, by=as_ana)
    ten.move_to(TEN + timedelta(days=1))
    tablet.client.force_login(ana)

    page = tablet.open(DAY)

    assert "1 record waits for your signature" in page.text
    assert page.link("Continue the chart").attrs["href"] == reverse("desk:chart", args=[session.uuid])


def test_what_is_ready_is_not_called_missing(tablet, visit, mia, as_ana):
    intake.signed(mia, by=as_ana)

    assert "Consent to be signed" not in tablet.open(DAY).text


def test_a_missing_date_of_birth_and_a_restriction_are_seen_at_once(tablet, microneedling, ana):
    grace = people.patient("Grace Whitfield")
    booking.visit(grace, microneedling, ana)
    restrictions.write(
        grace,
        source="test:rest",
        service_kinds=["needling"],
        not_before=TEN.date() + timedelta(days=9),
        words="Rest.",
        at=TEN,
    )

    page = tablet.open(DAY)

    assert ("Date of birth not known" in page.text, "Not before 11 Mar" in page.text) == (True, True)


def test_the_place_in_the_course_is_shown(tablet, visit, mia, as_ana):
    course = treatments.course(mia, by=as_ana)
    courses.plan_visit(course, visit)

    assert "Microneedling · session 1 of 4 · Room 1" in tablet.open(DAY).text


def test_only_my_visits_of_today_stand_here(tablet, microneedling, ana, ben, mia, tomasz, site):
    microneedling.practitioners.add(ben)
    microneedling.rooms.add(clinic.room(site, "Room 2"))
    microneedling.devices.add(clinic.device(site, "Pen 2"))
    booking.visit(mia, microneedling, ben)
    booking.visit(tomasz, microneedling, ana, starts_at=TEN + timedelta(days=1))

    assert "Nobody is booked with you today" in tablet.open(DAY).text


def test_a_cancelled_visit_is_gone_and_a_missed_one_has_no_step_before_it(tablet, visit, tomasz, microneedling, ana):
    other = booking.visit(tomasz, microneedling, ana, starts_at=TEN + minutes(240))
    appointments.cancel(visit, version=1, reason="Ill", by=HOUSE, at=SUNDAY)

    page = tablet.open(DAY)

    assert ("Mia Okafor" in page.text, len(rows(page))) == (False, 1)
    assert other.patient.name in page.text


@pytest.mark.parametrize("count", [1, 3])
def test_three_visits_cost_as_much_as_one(tablet, microneedling, ana, count, django_assert_num_queries):
    for hours in (0, 4, 6)[:count]:
        booking.visit(people.patient(f"Patient {hours}"), microneedling, ana, starts_at=TEN + minutes(60 * hours))
    tablet.open(DAY)

    with django_assert_num_queries(13):
        tablet.open(DAY)


@pytest.mark.parametrize("who", ["dee", "max_"])
def test_the_desk_has_no_such_day(request, site, who):
    client = Client()
    client.force_login(request.getfixturevalue(who).user)

    assert Paper(client).open(DAY).status == 403

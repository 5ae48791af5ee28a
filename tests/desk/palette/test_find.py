"""Find and do: one box for patients, today's visits, things to do and places to go."""

from datetime import date

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from patients import patients as people
from patients import twins
from tests.factories import patients as who
from tests.factories.booking import SUNDAY, TEN, visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, dee, site):
    """Return Dee's browser, on Monday at ten."""
    with time_machine.travel(TEN, tick=False):
        client.force_login(dee.user)
        yield client


def rows(client, text="", **more):
    """Return what was found: group and words of each row."""
    response = client.get(reverse("desk:palette"), {"q": text, **more}, headers={"HX-Request": "true"})
    return [(group.words, row.words) for group in response.context["groups"] for row in group.rows]


def test_a_patient_is_found_by_letters_and_phone_tail(desk, mia, tomasz):
    assert rows(desk, "mia 417") == [("Patients", "Mia Okafor")]


def test_a_patient_is_found_by_a_former_name_which_is_not_shown(desk, mia, dee):
    people.edit(mia, version=mia.version, former_names="Mia Smith, Mimi Jones", by=dee, at=SUNDAY)

    assert rows(desk, "smith") == [("Patients", "Mia Okafor")]
    page = desk.get(reverse("desk:palette"), {"q": "jones"}).content.decode()
    assert "Mia Okafor" in page
    assert "Mimi" not in page


def test_who_no_longer_comes_is_found_and_the_row_says_so(desk, mia, dee):
    people.edit(mia, version=mia.version, archived_on=date(2026, 2, 1), by=dee, at=SUNDAY)

    assert "no longer comes since 1 Feb 2026" in desk.get(reverse("desk:palette"), {"q": "okafor"}).content.decode()


def test_a_name_is_still_a_look_alike_of_one_who_was_called_otherwise(mia, dee):
    people.edit(mia, version=mia.version, former_names="Mia Smith", by=dee, at=SUNDAY)

    assert [alike.patient for alike in twins.look_alikes(name="mia okafor")] == [mia]


def test_todays_visit_is_found_by_the_patients_name_and_tomorrows_is_not(desk, mia, tomasz, ana, consultation):
    visit(mia, consultation, ana)
    visit(tomasz, consultation, ana, starts_at=TEN.replace(day=3))

    assert ("Today", "Mia Okafor") in rows(desk, "mia")
    assert rows(desk, "tomasz") == [("Patients", "Tomasz Wrona")]


def test_things_to_do_are_found_by_how_people_call_them(desk):
    assert rows(desk, "appoint") == [("Actions", "New booking")]
    assert rows(desk, "outbox") == [("Go to", "Messages")]


def test_the_desk_is_not_led_where_it_may_not_go(desk, client, as_ana):
    assert ("Go to", "My day") not in rows(desk)
    client.force_login(as_ana.user)
    assert ("Go to", "My day") in rows(client)


def test_nothing_typed_shows_who_was_looked_at_last(desk, mia, tomasz):
    for patient in (mia, tomasz, mia):
        desk.get(reverse("desk:patient", args=[patient.uuid]))

    assert rows(desk)[:2] == [("Patients", "Mia Okafor"), ("Patients", "Tomasz Wrona")]


def test_whom_one_looked_at_is_forgotten_with_the_session(desk, client, mia, dee):
    desk.get(reverse("desk:patient", args=[mia.uuid]))
    desk.post(reverse("account_logout"))
    client.force_login(dee.user)

    assert [group for group, _row in rows(client)] == [group for group, _row in rows(client) if group != "Patients"]


def test_the_visit_in_front_of_one_offers_its_next_steps(desk, mia, ana, consultation):
    booked = visit(mia, consultation, ana)

    assert rows(desk, about=str(booked.uuid))[:3] == [
        ("This visit", "Mark Mia Okafor as arrived"),
        ("This visit", "Move the visit of Mia Okafor"),
        ("This visit", "Open the record of Mia Okafor"),
    ]
    assert "This visit" not in {group for group, _row in rows(desk, "mia", about=str(booked.uuid))}


@pytest.mark.parametrize("about", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_no_visit_in_front_of_one_offers_nothing(desk, about):
    assert "This visit" not in {group for group, _row in rows(desk, about=about)}


def test_what_nobody_holds_can_be_entered(desk):
    page = desk.get(reverse("desk:palette"), {"q": "Zebedee <b>"}).content.decode()

    assert "Nothing is found by “Zebedee &lt;b&gt;”." in page
    assert "?q=Zebedee%20%3Cb%3E" in page


def test_the_answer_costs_the_same_for_one_and_for_many(desk, ana, consultation, django_assert_num_queries):
    def cost(count):
        for number in range(count):
            patient = who.patient(f"Nora Vale{number}", born_on=date(1990, 1, 1))
            visit(patient, consultation, ana, starts_at=TEN.replace(hour=14 + number % 4, minute=30 * (number // 4)))

    cost(1)
    with django_assert_num_queries(9):
        rows(desk, "nora")
    cost(0)
    for number in range(1, 4):
        who.patient(f"Nora Vale{number}")
    with django_assert_num_queries(9):
        rows(desk, "nora")


def test_every_row_leads_to_a_page_that_opens(client, max_, as_ana, site, ana, room, consultation, mia):
    call_command("load_clinical", verbosity=0)
    for actor in (max_, as_ana):
        client.force_login(actor.user)
        response = client.get(reverse("desk:palette"), headers={"HX-Request": "true"})
        leads = [row.href for group in response.context["groups"] for row in group.rows]
        assert {href: client.get(href).status_code for href in leads} == dict.fromkeys(leads, 200)

"""The record: a person in ten seconds, and for the desk never a clinical word."""

import pytest
from django.urls import reverse

from clinic.models import AuditRow
from patients import patients as people
from patients import restrictions
from tests.factories import patients as who
from tests.factories.booking import TEN, minutes
from visits import reception

CANARY = "quetzal"
EVERYTHING = ["", "visits", "sessions", "checks", "consents", "messages"]


@pytest.fixture
def address(mia):
    return reverse("desk:patient", args=[mia.uuid])


def titles(response) -> list[str]:
    return [entry.title for entry in response.context["story"].entries]


def test_one_of_four_is_done_and_the_page_names_the_window(desk, session, address):
    text = desk.get(address).content.decode()

    assert "Course 1 of 4 done" in text
    assert "The next session is booked for 27 Mar." in text


def test_without_a_booking_the_window_is_offered(desk, session, address, mia, dee):
    visit = mia.appointments.standing().get()
    reception.cancel(visit, version=visit.version, reason="Away", by=dee, at=TEN + minutes(120))

    text = desk.get(address).content.decode()

    assert "Next session between 30 Mar and 13 Apr, best around 6 Apr." in text
    assert f'href="{reverse("desk:book")}?patient={mia.uuid}"' in text


@pytest.mark.parametrize("show", EVERYTHING)
def test_the_desk_gets_no_clinical_word_whatever_it_asks_for(desk, manager, session, address, mia, as_ana, show):
    who.allergy(mia, f"{CANARY} allergy", by=as_ana)
    words = f"{CANARY} is for clinicians"
    restrictions.write(mia, source="check:1", service_kinds=[], not_before=None, words=words, at=TEN)

    for client in (desk, manager):
        response = client.get(address, {"show": show, "all": ""})
        text = response.content.decode().casefold()
        assert response.status_code == 200
        for clinical in (CANARY, "acne", "mm</b>", "cheek", "skin type", "allerg", "health check", "addendum"):
            assert clinical not in text


def test_the_same_page_tells_a_clinician(practice, session, address, mia, as_ana):
    people.edit(mia, version=mia.version, fitzpatrick=5, by=as_ana, at=TEN)
    who.allergy(mia, f"{CANARY} allergy", by=as_ana)

    text = practice.get(address).content.decode()

    for clinical in (f"{CANARY} allergy", f"{CANARY} reaction", "Session 1 of 4, acne scars", "1.50 mm"):
        assert clinical in text


def test_what_a_clinician_reads_is_in_the_trail_and_what_the_desk_sees_is_not(desk, practice, session, address, mia):
    desk.get(address)
    assert not AuditRow.objects.filter(verb="read").exists()

    practice.get(address)

    row = AuditRow.objects.get(verb="read")
    assert (row.actor_name, row.patient_id_text) == ("Ana Duarte", str(mia.uuid))


def test_the_story_runs_backwards_and_tells_messages_together(desk, session, address):
    assert titles(desk.get(address)) == [
        "Microneedling",
        "Microneedling",
        "Consent: Microneedling, version 1",
    ]


def test_a_filter_stands_in_the_address_and_shows_what_the_whole_leaves_out(desk, session, address):
    response = desk.get(address, {"show": "messages"})

    assert {entry.kind for entry in response.context["story"].entries} == {"messages"}
    assert [chip.words for chip in response.context["story"].filters if chip.is_on] == ["Messages"]
    assert "Withdrawn" in response.content.decode()


def test_a_filter_that_the_reader_may_not_use_shows_the_whole(desk, session, address):
    response = desk.get(address, {"show": "sessions"})

    assert [chip.code for chip in response.context["story"].filters] == ["", "visits", "consents", "messages"]
    assert titles(response)[0] == "Microneedling"


def test_htmx_gets_the_story_alone(desk, session, address):
    response = desk.get(address, {"show": "visits"}, headers={"HX-Request": "true"})

    assert response.content.decode().strip().startswith('<section class="panel" id="story"')


def test_someone_new_has_an_empty_story_and_one_next_step(desk, mia, address):
    text = desk.get(address).content.decode()

    assert "Nothing is booked" in text
    assert "Nothing here yet" in text


def test_a_clinician_starts_the_session_of_today_from_here(practice, mia, ana, microneedling, site, dee, address):
    visit = reception.book(
        patient=mia,
        service=microneedling,
        practitioner=ana,
        starts_at=TEN.replace(day=3, hour=14),
        site=site,
        by=dee,
        at=TEN,
    )

    now = practice.get(address).context["now"]

    assert (now.is_today, now.step_words) == (True, "Start session")
    assert now.step_href == reverse("desk:start", args=[visit.uuid])


def test_an_address_of_nobody_is_not_found(desk, mia):
    assert desk.get("/patients/00000000-0000-4000-8000-000000000000/").status_code == 404


@pytest.mark.parametrize("others", [0, 3])
def test_the_record_costs_the_same_after_one_visit_and_after_four(
    desk, session, address, mia, ana, review, site, dee, others, django_assert_num_queries
):
    for number in range(others):
        reception.book(
            patient=mia,
            service=review,
            practitioner=ana,
            starts_at=TEN.replace(day=4 + number),
            site=site,
            by=dee,
            at=TEN,
        )
    who.tomasz()

    with django_assert_num_queries(17):
        desk.get(address)
